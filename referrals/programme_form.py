"""The section of the programme: what is offered, and then what that type asks for (R1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from citizens.models import Consent
from core.calendar import last_day, monday_of
from core.fields import HoursField, LongTextField
from core.forms import Form
from core.templatetags.dates import short_day
from programmes.places.offers import Offered, pre_programmes
from programmes.types.definition import Ages
from referrals.fields import BoundedDateField, CountField
from referrals.forms import MOST_WEEKS

WISH_AHEAD = timedelta(days=365 * 2)
FEWEST_MINUTES, MOST_MINUTES = 60, 37 * 60
OTHER = "other"
# A consent that is older than this is asked for again.
CONSENT_HOLDS = timedelta(days=365 * 2)


@dataclass(frozen=True)
class Choice:
    """One programme of one centre to choose from."""

    value: str
    name: str
    short: str
    is_chosen: bool


class ProgrammeForm(Form):
    """Which programme, why, from when and for how long (R1). What the type does not use is not asked."""

    offer = forms.ChoiceField(
        label=_("Programme"),
        error_messages={"required": _("Choose the programme"), "invalid_choice": _("Choose the programme")},
        widget=forms.RadioSelect,
    )
    context = forms.ChoiceField(label=_("Context"), error_messages={"required": _("Choose the context")})
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=200, error_messages={"required": _("Write the legal basis")}
    )
    quota = forms.ChoiceField(
        label=_("Municipality whose place is asked for"),
        error_messages={"required": _("Choose the municipality")},
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
    workshop_wish = forms.CharField(
        label=_("Wish for a workshop"),
        help_text=_("What the citizen would like to work with."),
        required=False,
        max_length=300,
    )
    pre_programme = forms.ChoiceField(label=_("Wish to begin with"), required=False)
    offer_id = forms.CharField(
        label=_("Offer id"), help_text=_("From Workbase, when there is one."), required=False, max_length=60
    )

    def __init__(
        self,
        *args: Any,
        offered: Sequence[Offered],
        chosen: Offered | None,
        born: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offered, self.chosen, self.born = offered, chosen, born
        self.set_choices("offer", [(one.key, one.type.name) for one in offered])
        self.party_fields: list[list[str]] = []
        self.consent_fields: list[tuple[str, list[str]]] = []
        if chosen is None:
            # What follows depends on the programme.
            self.fields = {"offer": self.fields["offer"]}
            return
        self.settings = chosen.type.settings
        self.follow(chosen)
        for count in range(1, self.settings.parties_needed):
            self.ask_party(count)
        for consent in self.settings.consents:
            self.ask_consent(consent.key, str(consent), is_required=consent.is_required)

    def follow(self, chosen: Offered) -> None:
        """Take away what the type does not use, and fill in what it allows."""
        settings = self.settings
        contexts = [(context.key, str(context)) for context in settings.contexts]
        self.set_choices("context", contexts if len(contexts) == 1 else [("", "–"), *contexts])
        has_basis = settings.legal_basis.text or any(context.legal_basis for context in settings.contexts)
        self.fields["legal_basis"].required = bool(has_basis)
        self.set_choices(
            "quota",
            [("", "–"), *((name, name) for name, _places in chosen.terms.quotas), (OTHER, gettext("Another one"))],
        )
        pre = pre_programmes(self.offered, chosen.centre, chosen.type)
        self.set_choices("pre_programme", [("", gettext("No, with this one")), *((one.key, one.name) for one in pre)])
        self.fields["weeks"].help_text = gettext("%(weeks)s weeks when you leave it empty.") % {
            "weeks": settings.duration.default_weeks
        }
        unused = {
            "context": not contexts,
            "quota": not chosen.terms.quotas,
            "weekly_hours": not settings.uses_workshops,
            "workshop_wish": not settings.uses_workshops,
            "pre_programme": not pre,
        }
        for name in [name for name, is_unused in unused.items() if is_unused]:
            del self.fields[name]

    def set_choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        field.choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            field.widget = forms.HiddenInput()
            field.initial = choices[0][0]

    def ask_party(self, number: int) -> None:
        """Who else knows the citizen, where the type asks for more parties than the one that refers."""
        fields = {
            f"party-{number}-organisation": forms.CharField(
                label=_("Another party that knows the citizen"),
                help_text=_("For example the health centre, the insurance office or the job centre."),
                max_length=200,
                error_messages={"required": _("Write which other party knows the citizen")},
            ),
            f"party-{number}-person": forms.CharField(
                label=_("Who there"), max_length=200, error_messages={"required": _("Write whom to talk to there")}
            ),
            f"party-{number}-phone": forms.CharField(label=_("Telephone"), required=False, max_length=30),
        }
        self.fields.update(fields)
        self.party_fields.append(list(fields))

    def ask_consent(self, key: str, name: str, *, is_required: bool) -> None:
        """When and how the citizen gave it (R9)."""
        fields: dict[str, forms.Field] = {
            f"consent-{key}-on": BoundedDateField(
                label=_("Given on"),
                required=is_required,
                earliest=-CONSENT_HOLDS,
                latest=timedelta(0),
                error_messages={
                    "required": _("Write when the citizen gave this consent"),
                    "out_of_range": _("The day must lie within the last two years"),
                },
            ),
            f"consent-{key}-how": forms.ChoiceField(
                label=_("How it was given"),
                required=is_required,
                choices=[("", "–"), *Consent.Given.choices],
                error_messages={"required": _("Choose how the citizen gave this consent")},
            ),
        }
        self.fields.update(fields)
        self.consent_fields.append((name, list(fields)))

    # What the page shows.

    @property
    def choices(self) -> list[tuple[Organisation, list[Choice]]]:
        """What there is to choose from, by centre; empty where there is one programme only."""
        if len(self.offered) < 2 and self.chosen:
            return []
        groups: dict[Organisation, list[Choice]] = {}
        for one in self.offered:
            short = str(one.type.settings.short or "")
            groups.setdefault(one.centre, []).append(Choice(one.key, one.type.name, short, one == self.chosen))
        return list(groups.items())

    @property
    def plain_fields(self) -> list[Any]:
        """The fields that are neither the choice of the programme nor of a party or a consent."""
        return [self[name] for name in self.fields if name != "offer" and not name.startswith(("party-", "consent-"))]

    @property
    def parties(self) -> list[list[Any]]:
        return [[self[name] for name in names] for names in self.party_fields]

    @property
    def consents(self) -> list[tuple[str, list[Any]]]:
        return [(name, [self[one] for one in names]) for name, names in self.consent_fields]

    @property
    def warning(self) -> str:
        """What is unusual about the choice, said beside it; the referral can be sent all the same."""
        if self.chosen is None or self.born is None:
            return ""
        return outside_ages(self.settings.ages, self.born, timezone.localdate())

    # What is judged.

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.chosen is None:
            return data
        start, weeks, end = data.get("wished_start"), data.get("weeks"), data.get("wished_end")
        self.check_consents(data)
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
            self.check_weeks(weeks or self.settings.duration.default_weeks)
        return data

    def check_consents(self, data: dict[str, Any]) -> None:
        """One that need not be given is given wholly or not at all."""
        for _name, (on, how) in self.consent_fields:
            if data.get(on) and not data.get(how) and how not in self.errors:
                self.add_error(how, gettext("Choose how the citizen gave this consent"))
            if data.get(how) and not data.get(on) and on not in self.errors:
                self.add_error(on, gettext("Write when the citizen gave this consent"))

    def clean_weekly_hours(self) -> int:
        """Minutes a week, from one hour to a full working week."""
        minutes: int = self.cleaned_data["weekly_hours"]
        if not FEWEST_MINUTES <= minutes <= MOST_MINUTES:
            raise forms.ValidationError(gettext("Write the hours of one week, from 1 to 37"))
        return minutes

    def check_weeks(self, weeks: int) -> None:
        """Within the type's minimum and maximum (P3)."""
        duration = self.settings.duration
        lowest, highest = duration.minimum_weeks or 1, min(duration.maximum_weeks or MOST_WEEKS, MOST_WEEKS)
        if lowest <= weeks <= highest:
            self.cleaned_data["weeks"] = weeks
        else:
            self.add_error(
                "weeks",
                gettext("This programme lasts from %(lowest)s to %(highest)s weeks")
                % {"lowest": lowest, "highest": highest},
            )


def outside_ages(ages: Ages, born: date, on: date) -> str:
    """That somebody is younger or older than the type is meant for; empty when all is well."""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    lowest, highest = ages.lowest, ages.highest
    if (lowest is None or age >= lowest) and (highest is None or age <= highest):
        return ""
    facts = {"age": age, "lowest": lowest, "highest": highest}
    if lowest is None:
        return gettext("The citizen is %(age)s. The programme is for people up to %(highest)s.") % facts
    if highest is None:
        return gettext("The citizen is %(age)s. The programme is for people from %(lowest)s.") % facts
    return gettext("The citizen is %(age)s. The programme is for people from %(lowest)s to %(highest)s.") % facts
