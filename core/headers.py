"""Pages about people stay out of every cache (T8)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

UNUSED = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class NoStoreMiddleware:
    """Every answer but a static file is `no-store` unless the view said otherwise.

    Signed out as well: the sign-in page carries a token, and Back after signing out must not show the last case.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", UNUSED)
        return response
