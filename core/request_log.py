"""One line at the start and the end of each request, with its id and the user's (T10)."""

from django.http import HttpRequest
from django_structlog.middlewares.request import RequestMiddleware as DjangoStructlogMiddleware

SECRET_LINKS = "/accounts/password/reset/key/"


class RequestMiddleware(DjangoStructlogMiddleware):
    """Names the page and neither what was searched for nor the secret of a link."""

    def format_request(self, request: HttpRequest) -> str:
        path = f"{SECRET_LINKS}..." if request.path.startswith(SECRET_LINKS) else request.path
        return f"{request.method} {path}"
