"""One JSON line a log entry, with request id and user from django-structlog; never a name or a number (T10)."""

import structlog

json_line = structlog.processors.JSONRenderer(ensure_ascii=False)
