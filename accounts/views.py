"""Signing in and out, a forgotten password, and the user's own settings."""

from typing import Any, cast

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.i18n import set_language

from accounts import actions
from accounts.codes import signs_in_by_code
from accounts.forms import ProfileForm
from accounts.models import User
from accounts.roles import Role
from accounts.sessions import TABLET
from accounts.tablets import may_have_pin, tablet_of, units_for_tablets
from core.http import UNPROCESSABLE


class WrongFormAnswers422:
    """Mixed into allauth's views: a wrong form is told to the browser as one (experience 17)."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        response = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = UNPROCESSABLE
        return response


class SignIn(WrongFormAnswers422, allauth_views.LoginView):
    """E-mail address and password; a wrong pair says nothing about the address (U3)."""


class ForgottenPassword(WrongFormAnswers422, allauth_views.PasswordResetView):
    """Asks for the address and answers alike whether it is known or not (U3)."""


class ChooseNewPassword(WrongFormAnswers422, allauth_views.PasswordResetFromKeyView):
    """Behind the link of the mail, which works once."""


class ChangePassword(WrongFormAnswers422, allauth_views.PasswordChangeView):
    """Of somebody who is signed in; the session goes on. Who has no password yet is sent a link to choose one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not cast(User, request.user).has_usable_password():
            return redirect("account_reset_password")
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        return "/accounts/profile/"


def language(request: HttpRequest) -> HttpResponse:
    """POST: the language of this device, and of the user who is signed in; goes back to `next` on this site only."""
    chosen = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        actions.choose_language(by=request.user, language=chosen)
    return set_language(request)


def profile(request: HttpRequest) -> HttpResponse:
    """Language, appearance and telephone of the signed-in user."""
    user = cast(User, request.user)
    now: dict[str, Any] = {"language": user.language, "theme": user.theme, "phone": user.phone}
    form = ProfileForm(request.POST or None, initial=now)
    by_code = signs_in_by_code(user)
    if by_code:
        del form.fields["phone"]  # where codes are sent follows the citizen's record
    if request.method == "POST" and form.is_valid():
        saved = actions.save_settings(by=user, **{"phone": user.phone} | form.cleaned_data)
        with override(saved.language):
            messages.success(request, _("Saved"))
        response = redirect("profile")
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            saved.language,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        return response
    tablet = tablet_of(request)
    context = {
        "form": form,
        "by_code": by_code,
        "may_share": user.has_role(Role.TEAM_LEADER, Role.CONTACT_PERSON) and units_for_tablets(user).exists(),
        "has_tablet": tablet is not None and TABLET in request.session and may_have_pin(user, tablet),
    }
    return render(request, "accounts/profile.html", context, status=UNPROCESSABLE if form.errors else 200)
