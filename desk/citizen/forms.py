"""The forms about one citizen: facts, number, another record of the same person."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citizens.identity import Number, WrongNumber, parse_number
from citizens.models import Citizen, Gender
from core.fields import ReasonField
from core.forms import Form
from desk.citizen.correcting import BORN, FACTS, fingerprint
from desk.citizen.page import PROTECTED, label_of
from referrals.fields import BirthDateField
from referrals.forms import LANGUAGES


class FactsForm(Form):
    """Name and contact facts; date of birth and gender where no number tells them.

    What a protected name hides is not filled in: left empty, it stays as it is.
    """

    first_name = forms.CharField(max_length=100, error_messages={"required": _("Write the first name")})
    last_name = forms.CharField(max_length=100, required=False)
    birth_date = BirthDateField(error_messages={"required": _("Write the date of birth")})
    gender = forms.ChoiceField(choices=Gender.choices)
    phone = forms.CharField(max_length=30, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    email = forms.EmailField(
        max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"})
    )
    address = forms.CharField(max_length=300, required=False)
    municipality = forms.CharField(max_length=100, required=False)
    language = forms.ChoiceField(choices=LANGUAGES)
    interpreter = forms.CharField(
        help_text=_("Which language and when. Leave it empty when none is needed."), required=False, max_length=200
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, citizen: Citizen, **kwargs: Any) -> None:
        self.hidden = PROTECTED if citizen.is_protected else set()
        facts = {name: getattr(citizen, name) for name in [*FACTS, *BORN] if name not in self.hidden}
        super().__init__(*args, initial=facts | {"seen": fingerprint(citizen)}, **kwargs)
        if citizen.identity_number:
            for name in BORN:
                del self.fields[name]
        for name, field in self.fields.items():
            if name == "seen":
                continue
            field.label = label_of(name)
            if name in self.hidden:
                field.required = False
                field.help_text = _("Protected, so it is not shown. Left empty, it stays as it is.")

    @property
    def facts(self) -> dict[str, Any]:
        """What to write: a protected fact only where something new is written."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name != "seen" and (value or name not in self.hidden)
        }


class NumberForm(Form):
    """The right number, or none; and why."""

    identity_number = forms.CharField(
        label=_("The right number"),
        max_length=30,
        required=False,
        help_text=_("A replacement number is also allowed. Date of birth and gender follow the number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    no_number_reason = ReasonField(
        label=_("Why there is no number"),
        help_text=_("Only when the number is wrong and the right one is not known, or belongs to another record."),
        required=False,
    )
    why = ReasonField(label=_("Why is it corrected?"), help_text=_("The referrer reads this. Write no number here."))

    def __init__(self, *args: Any, citizen: Citizen, country: str, **kwargs: Any) -> None:
        self.citizen, self.country = citizen, country
        super().__init__(*args, **kwargs)
        self.number: Number | None = None
        if country == "SE":
            self.fields["identity_number"].help_text = _(
                "A samordningsnummer is also allowed. Date of birth and gender follow the number."
            )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        text = data.get("identity_number", "")
        if "identity_number" in self.errors:
            return data
        if text and data.get("no_number_reason"):
            self.add_error("no_number_reason", gettext("Leave this empty when you write the number"))
        elif text:
            try:
                self.number = parse_number(text, self.country)
            except WrongNumber as wrong:
                self.add_error("identity_number", str(wrong))
        elif not data.get("no_number_reason") and "no_number_reason" not in self.errors:
            self.add_error("identity_number", gettext("Write the number, or why there is none"))
        return data


class ReferenceForm(Form):
    """Another case, by its reference, whose citizen is the same person."""

    reference = forms.CharField(
        label=_("Reference of the other case"),
        max_length=30,
        help_text=_("For example F-2026-000123 or H-2026-000123."),
        error_messages={"required": _("Write the reference of the other case")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
