"""What a session may do that was begun by a PIN, and one whose tablet is in a citizen's hands (T7, experience 28).

Both rules are enforced here and nowhere else. A PIN opens the register and its follow-ups: whatever is not named below
asks for a full sign-in, and so does a page that is added tomorrow.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.middleware import PUBLIC, sign_in_first
from accounts.models import TabletPin, User
from accounts.sessions import BEGAN, HANDED, PIN, TABLET
from accounts.tablets import digest_of, may_have_pin, renew_pin, secret_of, tablet_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
FORBIDDEN = 403

# Everything that a PIN opens.
BY_PIN = {
    *PUBLIC,
    "session",
    "accounts:switch",
    "desk:today",
    "attendance:overview",
    "attendance:register",
    "attendance:history",
    "attendance:sheet",
    "attendance:arrivals",
    "attendance:marks",
    "attendance:give_notice",
    "attendance:change_notice",
    "attendance:take_back_notice",
    "attendance:missed",
    "attendance:contact",
    "attendance:rest",
}
# What a page in a citizen's hands asks by itself, and the ways out of it; nothing of a case among them.
BESIDE = {*PUBLIC, "session"}


def begin_by_pin(request: HttpRequest, row: TabletPin) -> None:
    """Sign in on the tablet by a PIN; the session lasts no longer than twelve hours from the last full sign-in."""
    request.is_by_pin = True  # type: ignore[attr-defined]
    login(request, row.user, backend=BACKEND)
    request.session[PIN] = True
    request.session[TABLET] = row.tablet_id
    request.session[BEGAN] = row.signed_in_at.timestamp()


def follow_sign_in(sender: type, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Follow Django's signal: a full sign-in on a shared tablet makes the user's PIN last again."""
    if request is None or getattr(request, "is_by_pin", False):
        return
    tablet = tablet_of(request)
    if tablet is None:
        return
    request.session[TABLET] = tablet.pk
    if may_have_pin(user, tablet) and not renew_pin(tablet=tablet, user=user):
        words = _("This tablet is shared. Choose a PIN under your profile, and next time it is enough.")
        messages.info(request, words, fail_silently=True)


def hand_to_citizen(request: HttpRequest, *beside: str) -> None:
    """The shared tablet is given to a citizen with this page: everything else needs somebody of the staff again.

    `beside` are the addresses to which the page sends what the citizen tapped.
    """
    if TABLET in request.session:
        request.session[HANDED] = [request.path, *beside]


class TabletMiddleware:
    """Keeps PIN sessions to `BY_PIN` on their own tablet, and a tablet in a citizen's hands to its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not request.user.is_authenticated or TABLET not in request.session:
            return None
        if request.path not in request.session.get(HANDED, [request.path]) and name not in BESIDE:
            logout(request)
            return sign_in_first(request)
        if not request.session.get(PIN):
            return None
        if not still_holds(request, request.user):
            logout(request)
            return sign_in_first(request) if name not in PUBLIC else None
        return None if name in BY_PIN else ask_for_password(request)


def still_holds(request: HttpRequest, user: User) -> bool:
    """Whether the session came from this tablet, which nobody has withdrawn. One query, for PIN sessions alone."""
    own = TabletPin.objects.filter(user=user, tablet=request.session[TABLET], tablet__withdrawn_at__isnull=True)
    return own.filter(tablet__digest=digest_of(secret_of(request))).exists()


def ask_for_password(request: HttpRequest) -> HttpResponse:
    """The page needs a full sign-in, which leads back to it."""
    if not request.accepts("text/html"):
        return JsonResponse({"detail": _("Sign in")}, status=FORBIDDEN)
    back = request.get_full_path() if request.method in ("GET", "HEAD") else settings.LOGIN_REDIRECT_URL
    return render(request, "accounts/needs_password.html", {"back": back}, status=FORBIDDEN)
