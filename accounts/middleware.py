"""Closed by default (T2), in the user's own language."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import Role
from accounts.tablets import tablet_of
from audit.models import Access

# The only routes that need no sign-in; a test holds this list against the resolver (T2).
PUBLIC = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "sign_in_code",
    "sign_in_code_enter",
    "tablet_users",
    "tablet_enter",
    "tablet_lock",
    "accounts:welcome",
    "set_language",
    "service_worker",
    "manifest",
    "demo:sign_in",
    "demo:mail",
}


# All that exists for who sits in a steering group and is nothing else: the figures, and the own settings (F2).
FIGURES_ONLY = {
    *PUBLIC,
    "desk:today",
    "profile",
    "account_change_password",
    "session",
    "accounts:switch",
}
CHOSEN_POST = "post"


class LanguageMiddleware:
    """A signed-in user reads in the language of the profile and works in the role chosen in the switcher; others
    read in the language they chose on this device."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            language = request.user.language
            request.user.chosen_post = request.session.get(CHOSEN_POST, "")
        else:
            language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SignInRequiredMiddleware:
    """Every route needs a sign-in unless it stands in `PUBLIC`; a steering group's members have only the figures."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> HttpResponse | None:
        match = request.resolver_match
        if match and match.view_name in PUBLIC:
            return None
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if request.headers.get("X-Writer", str(request.user.pk)) != str(request.user.pk):
            # What one has typed or marked is never sent under the name of whoever signed in after on this device.
            return JsonResponse({"detail": gettext("Sign in")}, status=401)
        if request.user.reach.roles == {Role.STEERING_GROUP} and match and match.view_name not in FIGURES_ONLY:
            if not match.kwargs:  # the access log notes by itself only what an address names (T5)
                note_refusal(request.user, match.view_name)
            raise Http404
        return None


def note_refusal(user: User, route: str) -> None:
    Access.objects.create(user_id=user.pk, user_name=user.name, kind=Access.Kind.DENIED, what=route)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """The sign-in page, and back afterwards to the page one was on; 401 for a script that keeps what it could not send.

    A page that can only be posted to is no place to come back to, so a POST leads back to the page it was sent from.
    """
    if not request.accepts("text/html"):
        return JsonResponse({"detail": gettext("Sign in")}, status=401)
    if request.headers.get("HX-Request"):
        there = request.headers.get("HX-Current-URL", "")
    elif request.method in ("GET", "HEAD"):
        there = request.get_full_path()
    else:
        there = request.headers.get("Referer", "")
    try:
        here = urlsplit(there)
    except ValueError:  # a header that is no address at all
        here = urlsplit("/")
    back = f"{here.path or '/'}{'?' if here.query else ''}{here.query}"
    # On a shared tablet it is a name and a PIN first (experience 28).
    page = "tablet_users" if tablet_of(request) else settings.LOGIN_URL
    answer = redirect_to_login(back, resolve_url(page))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": answer["Location"]})
    return answer
