"""Inviting, and the public page behind the link of the invitation (U2)."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import invitations
from accounts.keeping import Keeping, invitations_kept_by
from accounts.models import Invitation
from accounts.permissions import organisations_kept_by
from accounts.requests import SignedIn
from accounts.users_forms import InviteForm, WelcomeForm
from accounts.users_views import for_keepers
from core.exceptions import Refused
from core.http import UNPROCESSABLE

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
@for_keepers
def invite(request: SignedIn, keeps: Keeping) -> HttpResponse:
    """Name, address, role and period; `?role=`, `?organisation=` and `?unit=` fill the form in."""
    given = {key: request.GET[key] for key in ("role", "organisation", "unit") if key in request.GET}
    form = InviteForm(
        request.POST or None,
        keeping=keeps,
        kept=organisations_kept_by(request.user),
        initial={"language": request.user.language, **given},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = invitations.invite(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if isinstance(made, Invitation):
                sent = _("An invitation is on its way to %(email)s. The link works for 72 hours.")
                messages.success(request, sent % {"email": made.email})
            else:
                known = _("%(name)s is a user already and now has the role too")
                messages.success(request, known % {"name": made.user.name})
            return redirect("accounts:users")
    return render(request, "accounts/invite.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@require_POST
@for_keepers
def resend(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    """A new link; the one of before dies."""
    invitation = get_object_or_404(invitations_kept_by(request.user), pk=pk)
    try:
        invitations.resend(invitation=invitation, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        sent = _("An invitation is on its way to %(email)s. The link works for 72 hours.")
        messages.success(request, sent % {"email": invitation.email})
    return redirect("accounts:users")


@require_POST
@for_keepers
def withdraw(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    invitation = get_object_or_404(invitations_kept_by(request.user), pk=pk)
    try:
        invitations.withdraw(invitation=invitation, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The invitation of %(name)s is withdrawn") % {"name": invitation.name})
    return redirect("accounts:users")


@require_http_methods(["GET", "POST"])
@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link: name, password, language, and one is in. A link that no longer works says no more than that."""
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "accounts/welcome_over.html")
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not request.user.is_authenticated:
        translation.activate(invitation.language)
        request.LANGUAGE_CODE = invitation.language  # type: ignore[attr-defined]
    form = WelcomeForm(
        request.POST or None,
        email=invitation.email,
        initial={"name": invitation.name, "language": translation.get_language()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(
                token=token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password1"],
                language=form.cleaned_data["language"],
            )
        except Refused:
            return render(request, "accounts/welcome_over.html")
        login(request, user, backend=BACKEND)
        with translation.override(user.language):
            messages.success(request, _("Welcome to Trinvis, %(name)s") % {"name": user.name})
        response = redirect(settings.LOGIN_REDIRECT_URL)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        return response
    return render(
        request,
        "accounts/welcome.html",
        {"invitation": invitation, "form": form},
        status=UNPROCESSABLE if form.errors else 200,
    )
