"""Signing in, passwords and the user's own settings."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest
from django.utils.functional import lazy
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from accounts.codes import signs_in_by_code
from accounts.models import User
from core.forms import ErrorsListed, Form

EMAIL = _("E-mail")
NEW_PASSWORD = _("New password")
NEW_PASSWORD_AGAIN = _("New password once more")


def in_words(field: forms.Field, label: Any, autocomplete: str, help_text: Any = "") -> None:
    """Our label and help instead of allauth's, and no placeholder that stands for a label."""
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["autocomplete"] = autocomplete


password_rules = lazy(lambda: " ".join(password_validators_help_texts()), str)


class SignInForm(ErrorsListed, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_words(self.fields["login"], EMAIL, "username")
        in_words(self.fields["password"], _("Password"), "current-password")


class ForgottenPasswordForm(ErrorsListed, allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_words(self.fields["email"], EMAIL, "username")

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send the link, or to an address that no user has a word that says so: only its owner learns it (U3).

        A citizen has no password and gets none: they sign in by a code.
        """
        self.users: list[User] = [user for user in self.users if not signs_in_by_code(user)]
        if self.users:
            return super().save(request, **kwargs)
        get_adapter(request).send_mail("account/email/unknown_account", self.cleaned_data["email"], {})
        return self.cleaned_data["email"]


class TwicePassword:
    """Mixed into allauth's forms that ask for a new password twice."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_words(self.fields["password1"], NEW_PASSWORD, "new-password", password_rules())
        in_words(self.fields["password2"], NEW_PASSWORD_AGAIN, "new-password")


class ChooseNewPasswordForm(ErrorsListed, TwicePassword, allauth_forms.ResetPasswordKeyForm):
    """After the link in the mail."""


class ChangePasswordForm(ErrorsListed, TwicePassword, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_words(self.fields["oldpassword"], _("Current password"), "current-password")


class ProfileForm(Form):
    """Not a model form: a wrong one must not change the user whom the page is drawn for."""

    language = forms.ChoiceField(
        label=_("Language"),
        choices=[(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES],
        widget=forms.RadioSelect,
    )
    theme = forms.ChoiceField(
        label=_("Appearance"), choices=User.Theme.choices, widget=forms.RadioSelect, required=False
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "class": "t-w-l"}),
    )
