"""One line at the start and the end of each request, with its id and the user's (T10)."""

from django.http import HttpRequest
from django_structlog.middlewares.request import RequestMiddleware as DjangoStructlogMiddleware

SECRET_LINKS = ("/accounts/password/reset/key/", "/users/welcome/")


class RequestMiddleware(DjangoStructlogMiddleware):
    """Names the page and neither what was searched for nor the secret of a link."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        found = next((start for start in SECRET_LINKS if request.path.startswith(start)), "")
        path = f"{found}..." if found else request.path
        return f"{request.method} {path}"
