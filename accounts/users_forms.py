"""The forms about users: inviting, giving and ending roles, choosing who takes over."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts.forms import EMAIL, NEW_PASSWORD, NEW_PASSWORD_AGAIN, password_rules
from accounts.keeping import Keeping
from accounts.leaving import Handover
from accounts.models import Organisation, Unit, User
from accounts.roles import Role
from core.fields import DateField
from core.forms import Form

NAME_LENGTH = 200
LANGUAGES = [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


class RoleForm(Form):
    """One role somewhere, in a period. What is offered is what `keeping` may give, and no more."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Organisation"), queryset=Organisation.objects.none(), empty_label=None
    )
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Team or workshop"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=gettext_lazy("A contact person needs a workshop. Other roles may go without."),
    )
    starts_on = DateField(label=gettext_lazy("From"))
    ends_on = DateField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("The last day. Empty for no end.")
    )

    def __init__(self, *args: Any, keeping: Keeping, kept: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keeping = keeping
        organisations = [each for each in kept if not each.closed_on and keeping.roles_at(each)]
        ids = [each.pk for each in organisations]
        offered = {role for each in organisations for role in keeping.roles_at(each)}
        roles = [choice for choice in Role.choices if choice[0] in offered]
        self.fields["role"].choices = [("", _("Choose")), *roles]  # type: ignore[attr-defined]
        places = self.fields["organisation"]
        places.queryset = Organisation.objects.filter(pk__in=ids).order_by("kind", "name")  # type: ignore[attr-defined]
        if len(ids) != 1:
            places.empty_label = _("Choose")  # type: ignore[attr-defined]
        units = self.fields["unit"]
        units.queryset = (  # type: ignore[attr-defined]
            Unit.objects.open().filter(organisation__in=ids).select_related("organisation").order_by("name")
        )
        units.empty_label = _("No team or workshop")  # type: ignore[attr-defined]
        if len(ids) > 1:
            units.label_from_instance = lambda unit: f"{unit.name}, {unit.organisation.name}"  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        role, organisation = cleaned.get("role"), cleaned.get("organisation")
        unit, starts_on, ends_on = cleaned.get("unit"), cleaned.get("starts_on"), cleaned.get("ends_on")
        if role and organisation and role not in self.keeping.roles_at(organisation):
            self.add_error("role", _("This role cannot be held at %(organisation)s") % {"organisation": organisation})
        if role == Role.CONTACT_PERSON and not (unit and unit.kind == Unit.Kind.WORKSHOP):
            self.add_error("unit", _("Choose the workshop of the contact person"))
        elif unit and organisation and unit.organisation_id != organisation.pk:
            self.add_error("unit", _("Choose a unit of %(organisation)s") % {"organisation": organisation})
        if starts_on and ends_on and ends_on < max(starts_on, timezone.localdate()):
            self.add_error("ends_on", _("The last day must not lie before the first or in the past"))
        return cleaned


class InviteForm(RoleForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    email = forms.EmailField(
        label=EMAIL, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "class": "t-w-l"})
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=LANGUAGES, help_text=gettext_lazy("Of the mail and the first pages.")
    )
    field_order = ["name", "email", "role", "organisation", "unit", "starts_on", "ends_on", "language"]


class LastDayForm(Form):
    ends_on = DateField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("The last day. Empty for no end.")
    )


class TakersForm(Form):
    """One choice per organisation at which something is open: who takes over all of it."""

    def __init__(self, *args: Any, handovers: Iterable[Handover], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.handovers = [handover for handover in handovers if handover.takers]
        for handover in self.handovers:
            self.fields[f"taker_{handover.organisation.pk}"] = forms.ChoiceField(
                label=_("Who takes over at %(organisation)s?") % {"organisation": handover.organisation.name},
                choices=[
                    ("", _("Choose")),
                    *(
                        (str(taker.user.pk), f"{taker.user.name}: {taker.load}" if taker.load else taker.user.name)
                        for taker in handover.takers
                    ),
                ],
                error_messages={"required": _("Choose who takes over")},
            )

    @property
    def takers(self) -> dict[int, User]:
        """The chosen colleague by the organisation's id."""
        chosen = {}
        for handover in self.handovers:
            key = self.cleaned_data[f"taker_{handover.organisation.pk}"]
            chosen[handover.organisation.pk] = next(t.user for t in handover.takers if str(t.user.pk) == key)
        return chosen


class WelcomeForm(Form):
    """The invited person's own words: name, password, language."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=NAME_LENGTH, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password1 = forms.CharField(
        label=NEW_PASSWORD,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_rules(),
    )
    password2 = forms.CharField(
        label=NEW_PASSWORD_AGAIN,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password1(self) -> str:
        password = self.cleaned_data["password1"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, again = cleaned.get("password1"), cleaned.get("password2")
        if first and again and first != again:
            self.add_error("password2", ValidationError(_("The two passwords are not the same")))
        return cleaned
