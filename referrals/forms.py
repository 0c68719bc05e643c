"""Sections of a referral: citizen and accommodations. The programme stands in `programme_form.py`, goals in `goals.py`
(R1)."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from citizens.identity import Number, WrongNumber, parse_number
from citizens.models import Citizen, Gender
from core.fields import LongTextField
from core.forms import Form
from programmes.types import definition
from referrals.fields import BirthDateField, EitherField

LANGUAGES = [
    ("da", _("Danish")),
    ("sv", _("Swedish")),
    ("en", _("English")),
    ("no", _("Norwegian")),
    ("de", _("German")),
    ("pl", _("Polish")),
    ("uk", _("Ukrainian")),
    ("ru", _("Russian")),
    ("ro", _("Romanian")),
    ("bs", _("Bosnian")),
    ("tr", _("Turkish")),
    ("ar", _("Arabic")),
    ("ku", _("Kurdish")),
    ("fa", _("Persian")),
    ("ps", _("Pashto")),
    ("ur", _("Urdu")),
    ("so", _("Somali")),
    ("ti", _("Tigrinya")),
    ("th", _("Thai")),
    ("vi", _("Vietnamese")),
    ("zz", _("Another language")),
]
MOST_WEEKS = definition.MOST_WEEKS


class CitizenForm(Form):
    """Who it is about. The number tells birth date and usually gender; without one they are stated (R1)."""

    identity_number = EitherField(
        label=_("CPR number"),
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    no_number_reason = forms.CharField(
        label=_("Why there is no number"),
        help_text=_("Only when the citizen has none."),
        required=False,
        max_length=300,
    )
    birth_date = BirthDateField(
        label=_("Date of birth"), help_text=_("Only when the number does not tell it."), required=False
    )
    gender = forms.ChoiceField(
        label=_("Gender"),
        help_text=_("Only when the number does not tell it."),
        required=False,
        choices=[("", "–"), *Gender.choices],
    )
    first_name = forms.CharField(
        label=_("First name"), max_length=100, error_messages={"required": _("Write the first name")}
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=100, error_messages={"required": _("Write the last name")}
    )
    is_protected = forms.BooleanField(label=_("Protected name and address"), required=False)
    phone = forms.CharField(label=_("Telephone"), required=False, max_length=30)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    municipality = forms.CharField(
        label=_("Municipality"), max_length=100, error_messages={"required": _("Write the municipality")}
    )
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    interpreter = forms.CharField(
        label=_("Interpreter"),
        help_text=_("Which language and when. Leave it empty when none is needed."),
        required=False,
        max_length=200,
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        self.country = country
        super().__init__(*args, **kwargs)
        if country == Organisation.Country.SWEDEN:
            self.fields["identity_number"].label = gettext("Personnummer")
        self.fields["email"].widget = forms.TextInput(attrs={"inputmode": "email", "autocomplete": "off"})

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        data["number"] = self.read_number()
        number: Number | None = data["number"]
        has_wrong_number = "identity_number" in self.errors
        if number is not None:
            if data.get("no_number_reason"):
                self.add_error("no_number_reason", gettext("Leave this empty when you write the number"))
            if data.get("birth_date") and data["birth_date"] != number.birth_date:
                self.add_error("birth_date", gettext("The number says another date of birth"))
            data["birth_date"] = number.birth_date
            data["gender"] = number.gender or data.get("gender", "")
        elif not has_wrong_number:
            if not data.get("no_number_reason") and "no_number_reason" not in self.errors:
                self.add_error("identity_number", gettext("Write the number, or why there is none"))
                return data
            if not data.get("birth_date") and "birth_date" not in self.errors:
                self.add_error("birth_date", gettext("Write the date of birth"))
        if not has_wrong_number and not data.get("gender") and "gender" not in self.errors:
            self.add_error("gender", gettext("Choose the gender"))
        return data

    def read_number(self) -> Number | None:
        text = self.cleaned_data.get("identity_number", "")
        if not text:
            return None
        try:
            return parse_number(text, self.country)
        except WrongNumber as error:
            self.add_error("identity_number", str(error))
            return None


class AccommodationsForm(Form):
    """What the work must do, and separately why, which the workshop never sees (P16)."""

    accommodations = LongTextField(
        rows=4,
        label=_("What the work must take account of"),
        help_text=_("One thing a line, written as a task: lift 5 kg at most. The workshop reads this. No diagnoses."),
        required=False,
    )
    accommodations_why = LongTextField(
        rows=4,
        label=_("Why (health)"),
        help_text=_("Only the caseworker and specialists read this. The workshop never does."),
        required=False,
    )


def stated_differently(typed: dict[str, str], citizen: Citizen) -> list[tuple[str, str, str]]:
    """Contact facts where the referral says something else than the citizen's row: (label, stated, known).

    Another organisation's facts are never overwritten by a referral; the centre sees both and asks.
    """
    labels = {name: str(field.label) for name, field in CitizenForm.base_fields.items()}
    languages = dict(LANGUAGES)
    differences = []
    for name in ["first_name", "last_name", "phone", "email", "municipality", "language", "interpreter"]:
        stated, known = typed.get(name, "").strip(), getattr(citizen, name)
        if stated and stated != known:
            if name == "language":
                stated, known = str(languages.get(stated, stated)), str(languages.get(known, known))
            differences.append((labels[name], stated, known))
    return differences
