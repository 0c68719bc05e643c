"""How long one stays signed in: a while after the last thing done, a working day at most (T7, experience 28)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import SignedIn

BEGAN, SEEN = "signed_in_at", "seen_at"
# A shorter patience than the setting's, for those who sign in with less.
IDLE = "idle_seconds"
# The shared tablet that this session is on, whether it was begun by a PIN there, and the page that a citizen was handed
# (`accounts.pin_sessions`).
TABLET, PIN, HANDED = "tablet", "by_pin", "handed"
# Looking is noted once a minute, so that most pages write nothing.
NOTED_EVERY = 60


def begin_session(sender: type, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Follow Django's signal: the clock of the session starts."""
    request.session[BEGAN] = request.session[SEEN] = now()


def seconds_left(request: HttpRequest) -> int:
    """How long the session goes on if nothing more is done."""
    patience = request.session.get(IDLE, settings.SESSION_IDLE_SECONDS)
    if TABLET in request.session:
        patience = min(patience, settings.TABLET_IDLE_SECONDS)
    idle = request.session.get(SEEN, now()) + patience
    longest = request.session.get(BEGAN, now()) + settings.SESSION_COOKIE_AGE
    return max(int(min(idle, longest) - now()), 0)


def now() -> float:
    return datetime.timestamp(timezone.now())


def is_question(request: HttpRequest) -> bool:
    """Asking how long is left keeps nothing going."""
    return request.method == "GET" and request.path == reverse("session")


class SessionEndMiddleware:
    """Signs out whoever has done nothing for too long or came too long ago; everything else keeps the session going."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if not seconds_left(request):
                logout(request)
            elif not is_question(request) and now() - request.session.get(SEEN, 0) > NOTED_EVERY:
                request.session[SEEN] = now()
            # For components/session_end.html.
            request.seconds_left = seconds_left(request)  # type: ignore[attr-defined]
        return self.get_response(request)


@require_http_methods(["GET", "POST"])
def session(request: SignedIn) -> HttpResponse:
    """For static/js/session.js: whose session this is and how many seconds it has left; POST keeps it going."""
    if request.method == "POST":
        request.session[SEEN] = now()
    return JsonResponse({"user": request.user.pk, "seconds": seconds_left(request), "token": get_token(request)})
