"""The two public pages by which citizens sign in: where to send the code, and the code (U3)."""

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.codes import last_digits, redeem, send_code
from accounts.sessions import IDLE
from core.forms import Form
from core.http import TOO_MANY, UNPROCESSABLE

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Whom the code of this device was sent to; nobody where the address is unknown, which the page does not tell.
ASKED, SENT_TO = "code_asked", "code_sent_to"


class AddressForm(Form):
    address = forms.CharField(
        label=gettext_lazy("Your telephone number or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_address(self) -> str:
        address = self.cleaned_data["address"].strip().lower()
        try:
            EmailValidator()(address)
        except ValidationError:
            if not last_digits(address):
                raise ValidationError(_("Write a telephone number or an e-mail address")) from None
        return address


class CodeForm(Form):
    code = forms.CharField(
        label=gettext_lazy("The code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "t-w-m"}),
    )


@require_http_methods(["GET", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Asks where to send a code, and answers alike whether anybody is known there or not (U3)."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        if not ratelimit.consume(request, action="code", key=last_digits(address) or address):
            return too_many(request, "accounts/code.html", form)
        user = send_code(address=address)
        request.session[ASKED] = True
        request.session[SENT_TO] = user.pk if user else None
        return redirect("sign_in_code_enter")
    return render(request, "accounts/code.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Takes the code on the device that asked for it. Wrong, old, used up and never sent are told alike (U3)."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not request.session.get(ASKED):
        return redirect("sign_in_code")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="code_tried"):
            return too_many(request, "accounts/code_enter.html", form)
        user = redeem(user_id=request.session.get(SENT_TO), code=form.cleaned_data["code"])
        if user is not None:
            login(request, user, backend=BACKEND)
            del request.session[ASKED], request.session[SENT_TO]
            request.session[IDLE] = settings.CITIZEN_IDLE_SECONDS
            return redirect(settings.LOGIN_REDIRECT_URL)
        form.add_error("code", _("The code is not right, or it no longer works. Look again, or ask for a new one"))
    return render(request, "accounts/code_enter.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


def too_many(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    form.add_error(None, _("Too many tries. Wait a little"))
    return render(request, template, {"form": form}, status=TOO_MANY)
