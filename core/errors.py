"""Error pages in the user's language (experience 25)."""

import sys
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from core.exceptions import NotAllowed, Refused

RETRY_SECONDS = "10"


def page(template: str, status: int, **context: str) -> HttpResponse:
    """An error page drawn without a request, so that neither user nor database nor navigation is asked."""
    return HttpResponse(get_template(template).render(context), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What was sent cannot be read: too many fields, too large, a forged host."""
    return page("422.html", 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Visible but not theirs to do; an action that says why (`NotAllowed("...")`) is quoted."""
    return page("403.html", 403, why=str(exception) if isinstance(exception, NotAllowed) else "")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The token of the form is missing or old, as after a new sign-in in another tab."""
    return page("422.html", 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page("404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our fault: 500; but 503 when the database is away, overloaded or timed out, and another try may help (T17)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        response = page("503.html", 503)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response
    return page("500.html", 500)


class RefusedMiddleware:
    """Never a 500 for what was asked: 422 with the reason when an action refused and its view did not say so.

    An address with a NUL byte, which PostgreSQL cannot be asked about, is 400 (T21); forms refuse it in their fields.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return page("422.html", 400)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page("422.html", 422, why=str(exception)) if isinstance(exception, Refused) else None
