"""One JSON line a log entry, with request id and user; never a name, a number or a local variable (T10)."""

import re

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# PostgreSQL repeats the refused row, people's data and all, in the detail of its errors; the constraint's name stays.
DETAIL = re.compile(
    r"DETAIL: .*?(?=^(?:CONTEXT|HINT): |^\n(?:The above|During handling) |\Z)", re.DOTALL | re.MULTILINE
)


def without_rows(logger: WrappedLogger, method: str, entry: EventDict) -> EventDict:
    """The entry without the rows that a database error in its traceback or message tells of."""
    for key in ("exception", "event", "error"):
        if isinstance(entry.get(key), str):
            entry[key] = DETAIL.sub("", entry[key])
    return entry


# What every line carries, whether it comes from structlog or from a library's own logger.
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    # The traceback's lines only: the values of variables are people's data.
    structlog.processors.format_exc_info,
    without_rows,
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": SHARED,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}


def configure() -> None:
    """Let structlog's loggers write through Python's logging, as `LOGGING` says."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
