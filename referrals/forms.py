"""The sections of a referral: citizen, programme, accommodations. Goals stand in `goals.py` (R1)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from citizens.identity import Number, WrongNumber, parse_number
from citizens.models import Citizen, Gender
from core.calendar import last_day, monday_of
from core.fields import HoursField, LongTextField
from core.forms import Form
from core.templatetags.dates import short_day
from programmes.models import ProgrammeType
from referrals.fields import BirthDateField, BoundedDateField, CountField, EitherField

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
WISH_AHEAD = timedelta(days=365 * 2)
MOST_WEEKS = 260
FEWEST_MINUTES, MOST_MINUTES = 60, 37 * 60


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


class ProgrammeForm(Form):
    """Which programme, why, from when and for how long (R1)."""

    type = forms.ChoiceField(label=_("Programme"), error_messages={"required": _("Choose the programme")})
    centre = forms.ChoiceField(label=_("Centre"), error_messages={"required": _("Choose the centre")})
    context = forms.ChoiceField(label=_("Context"), error_messages={"required": _("Choose the context")})
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=200, error_messages={"required": _("Write the legal basis")}
    )
    reason = LongTextField(
        rows=6,
        label=_("Reason for the referral"),
        help_text=_("What the citizen comes from, what has been tried, and why this programme now."),
        error_messages={"required": _("Write the reason for the referral")},
    )
    wished_start = BoundedDateField(
        label=_("Wished start"),
        help_text=_("Write the date as you are used to: 23.11.26 or 23/11-2026."),
        earliest=timedelta(0),
        latest=WISH_AHEAD,
        error_messages={
            "required": _("Write when the programme should start"),
            "out_of_range": _("The start must lie between today and two years from now"),
        },
    )
    weeks = CountField(label=_("Duration in weeks"), lowest=1, highest=MOST_WEEKS, required=False)
    wished_end = BoundedDateField(
        label=_("Or the wished end"),
        required=False,
        latest=timedelta(days=365 * 7),
        error_messages={"out_of_range": _("A programme lasts five years at most")},
    )
    weekly_hours = HoursField(
        label=_("Hours a week"),
        error_messages={"required": _("Write how many hours a week the citizen begins with")},
    )
    offer_id = forms.CharField(
        label=_("Offer id"), help_text=_("From Workbase, when there is one."), required=False, max_length=60
    )

    def __init__(self, *args: Any, types: list[ProgrammeType], centres: list[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {str(type.pk): type for type in types}
        self.centres = {str(centre.pk): centre for centre in centres}
        self.set_choices("type", [(key, type.name) for key, type in self.types.items()])
        self.set_choices("centre", [(key, centre.name) for key, centre in self.centres.items()])
        self.chosen_type = self.types.get(self.typed("type")) or types[0]
        allowed = self.chosen_type.settings.contexts
        self.set_choices("context", [("", "–"), *((context.key, str(context)) for context in allowed)])
        self.fields["weeks"].help_text = gettext("%(weeks)s weeks when you leave it empty.") % {
            "weeks": self.chosen_type.default_weeks
        }

    def set_choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        field.choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            field.widget = forms.HiddenInput()
            field.initial = choices[0][0]

    def typed(self, name: str) -> str:
        return str((self.data if self.is_bound else self.initial).get(name, "") or "")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        start, weeks, end = data.get("wished_start"), data.get("weeks"), data.get("wished_end")
        if start and end:
            if end <= start:
                self.add_error("wished_end", gettext("The end must be after the start"))
                return data
            until_end = (end - monday_of(start)).days // 7 + 1
            if weeks and until_end != weeks:
                self.add_error(
                    "wished_end",
                    gettext("Duration and end disagree: %(weeks)s weeks end on %(day)s")
                    % {"weeks": weeks, "day": short_day(last_day(start, weeks))},
                )
                return data
            weeks = until_end
        if not {"weeks", "wished_end"} & set(self.errors):
            self.check_weeks(weeks or self.chosen_type.default_weeks)
        return data

    def clean_weekly_hours(self) -> int:
        """Minutes a week, from one hour to a full working week."""
        minutes: int = self.cleaned_data["weekly_hours"]
        if not FEWEST_MINUTES <= minutes <= MOST_MINUTES:
            raise forms.ValidationError(gettext("Write the hours of one week, from 1 to 37"))
        return minutes

    def check_weeks(self, weeks: int) -> None:
        """Within the type's minimum and maximum (P3)."""
        duration = self.chosen_type.definition["duration"]
        lowest, highest = duration.get("minimum_weeks") or 1, duration.get("maximum_weeks") or MOST_WEEKS
        if lowest <= weeks <= highest:
            self.cleaned_data["weeks"] = weeks
        else:
            self.add_error(
                "weeks",
                gettext("This programme lasts from %(lowest)s to %(highest)s weeks")
                % {"lowest": lowest, "highest": highest},
            )


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
