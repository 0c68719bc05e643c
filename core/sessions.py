"""Sessions by a cookie that anybody can write as they like."""

from django.conf import settings
from django.contrib.sessions import middleware
from django.http import HttpRequest


class SessionMiddleware(middleware.SessionMiddleware):
    """Asks the database for no session whose key cannot be one: a NUL byte in it would be an error page (T21)."""

    def process_request(self, request: HttpRequest) -> None:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        request.session = self.SessionStore(key if key.isascii() and key.isalnum() else None)
