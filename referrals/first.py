"""The pre-programme that is wished for, in the form of triage: whether, from when, where, and what is planned in it
(R5, P8)."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.roles import Role
from core.calendar import ANY_DAY, last_day
from core.fields import HoursField, parse_date
from core.forms import Form
from programmes.models import ProgrammeType, Workshop
from programmes.placements.schedules import suggested_week
from programmes.places.capacity import Places, free_places
from referrals.fields import BoundedDateField, CountField
from referrals.forms import MOST_WEEKS
from referrals.granting import First, planned_from_the_start, wished_first, wrong_weeks
from referrals.models import Referral
from referrals.starts import Start, first_of, first_start, starts, wrong_start

START_AHEAD = timedelta(days=365 * 2)
YES, NO = "yes", "no"


def contact_persons(referral: Referral) -> dict[int, list[str]]:
    """Names of the contact persons by the workshop's unit. One query."""
    holders = (
        Membership.objects.current()
        .filter(role=Role.CONTACT_PERSON, organisation=referral.centre, unit__isnull=False, user__is_active=True)
        .select_related("user")
        .order_by("user__name")
    )
    names: dict[int, list[str]] = {}
    for holder in holders:
        if holder.unit_id is not None:
            names.setdefault(holder.unit_id, []).append(holder.user.name)
    return names


class FirstForm(Form):
    """What is decided of the wished pre-programme, as its type asks. The form of triage goes on from here."""

    pre = forms.ChoiceField(label=_("Wished first"), widget=forms.RadioSelect)
    pre_starts_on = forms.ChoiceField(label=_("Start"), error_messages={"required": _("Choose when it begins")})
    pre_weeks = CountField(label=_("Duration in weeks"), lowest=1, highest=MOST_WEEKS)
    pre_workshop = forms.ChoiceField(label=_("Workshop"))
    pre_hours = HoursField(
        label=_("Hours a week"),
        help_text=_("Mornings are proposed. They are agreed anew on the case's page of the week."),
    )
    pre_activities = forms.MultipleChoiceField(
        label=_("Plan from the start"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Once a week on the weekday of the start. Time and place are filled in later."),
    )

    referral: Referral
    closed: Mapping[date, str]
    wished: date
    contacts: dict[int, list[str]]

    @property
    def any_workshops(self) -> bool:
        """Whether the type uses workshops, or one may be wished for before it."""
        return self.referral.type.settings.uses_workshops or bool(self.referral.wished_pre_programme)

    def read_first(self, data: Any, typed: Mapping[str, str]) -> None:
        """The wished pre-programme, its starts, and when it would end; `first_type` is None without a wish."""
        self.first_type = wished_first(self.referral)
        self.first_starts: list[Start] = []
        self.first_end: date | None = None
        self.first_places: list[Places] = []
        self.first_workshops: dict[str, Workshop] = {}
        self.ticked = data.getlist("pre_activities") if data and hasattr(data, "getlist") else []
        if self.first_type is None:
            return
        self.first_starts = starts(self.referral, self.first_type, self.closed)
        chosen = day_of(typed.get("pre_starts_on", "")) or self.proposed(self.first_starts, self.first_type)
        weeks = count_of(typed.get("pre_weeks", "")) or self.first_type.default_weeks
        if chosen and typed.get("pre", YES) == YES:
            self.first_end = last_day(chosen, weeks)
        if self.first_type.settings.uses_workshops:
            since = chosen or self.wished
            self.first_places = free_places(self.referral.centre, since, self.first_end)
            self.first_workshops = self.read_workshops(self.referral)

    def proposed(self, choices: list[Start], type: ProgrammeType) -> date | None:
        found = first_of(choices, self.wished)
        if type.settings.intake == ANY_DAY:
            found = first_start(type, self.closed, self.wished)
        return found.day if found else None

    @staticmethod
    def read_workshops(referral: Referral) -> dict[str, Workshop]:
        found = (
            Workshop.objects.open()
            .filter(unit__organisation=referral.centre)
            .select_related("unit")
            .prefetch_related("opening_hours")
        )
        return {str(workshop.pk): workshop for workshop in found}

    @staticmethod
    def in_field(day: date, intake: str) -> date | str:
        """A day as its field takes it: itself where it is written, else the value of a choice."""
        return day if intake == ANY_DAY else day.isoformat()

    def first_proposal(self) -> dict[str, Any]:
        """What its part of the form begins with."""
        if self.first_type is None:
            return {}
        first = self.proposed(self.first_starts, self.first_type)
        return {
            "pre": YES,
            "pre_starts_on": self.in_field(first, self.first_type.settings.intake) if first else "",
            "pre_weeks": str(self.first_type.default_weeks),
        }

    def leave_out_first(self, *, is_granted: bool) -> None:
        """What the type of the pre-programme does not use, and all of it without a wish."""
        names = ["pre", "pre_starts_on", "pre_weeks", "pre_workshop", "pre_hours", "pre_activities"]
        if self.first_type is not None:
            settings = self.first_type.settings
            used = {"pre", "pre_starts_on", "pre_weeks"}
            used |= {"pre_workshop", "pre_hours"} if settings.uses_workshops else set()
            used |= {"pre_activities"} if planned_from_the_start(self.first_type) else set()
            names = [name for name in names if name not in used]
            if settings.intake == ANY_DAY:
                self.fields["pre_starts_on"] = any_day()
            for name in used - {"pre", "pre_activities"}:
                self.fields[name].required = is_granted
            self.initial["pre_activities"] = self.ticked
        for name in names:
            del self.fields[name]

    def set_first_choices(self) -> None:
        if self.first_type is None:
            return
        name = {"name": self.first_type.name, "type": self.referral.type.name}
        granted, not_granted = gettext("%(name)s first") % name, gettext("No, begin with %(type)s") % name
        self.choose("pre", [(YES, granted), (NO, not_granted)])
        self.choose("pre_starts_on", [(start.day.isoformat(), start.label) for start in self.first_starts])
        self.choose("pre_workshop", [(str(one.workshop.pk), self.places_label(one)) for one in self.first_places])
        self.choose(
            "pre_activities",
            [
                (one.key, gettext("%(activity)s, usually %(times)s times") % {"activity": one, "times": one.times})
                for one in planned_from_the_start(self.first_type)
            ],
        )

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Where the field is asked at all, and is one to choose in."""
        field = self.fields.get(name)
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def places_label(self, places: Places) -> str:
        names = ", ".join(self.contacts.get(places.workshop.unit_id, []))
        free = gettext("%(free)s free") % {"free": places.free} if places.free else gettext("full")
        return " · ".join(part for part in [f"{places.workshop}, {free}", names] if part)

    def check_first(self, data: dict[str, Any]) -> None:
        """The pre-programme is granted with a start, a length and a place that its type allows."""
        data["first"] = None
        if self.first_type is None or data.get("pre") == NO:
            return
        if {name for name in self.fields if name.startswith("pre")} & set(self.errors):
            return
        day = data.get("pre_starts_on")
        day = day if isinstance(day, date) else date.fromisoformat(str(day))
        weeks = data.get("pre_weeks") or self.first_type.default_weeks
        workshop = self.first_workshops.get(data.get("pre_workshop", ""))
        week = suggested_week(Decimal(data["pre_hours"] or 0) / 60, workshop) if workshop else []
        if wrong := wrong_start(self.first_type, self.closed, day):
            self.add_error("pre_starts_on", wrong)
        elif wrong := wrong_weeks(self.first_type, weeks):
            self.add_error("pre_weeks", wrong)
        elif workshop and not any(one.free for one in self.first_places if one.workshop.pk == workshop.pk):
            self.add_error(
                "pre_workshop", gettext("No free places in %(workshop)s on that date") % {"workshop": workshop}
            )
        elif workshop and not week:
            self.add_error("pre_hours", gettext("Write how many hours a week"))
        else:
            data["first"] = First(day, weeks, workshop, week, tuple(data.get("pre_activities", [])))


def any_day() -> forms.Field:
    """A start that may lie on any working day is written."""
    return BoundedDateField(
        label=_("Start"),
        earliest=timedelta(0),
        latest=START_AHEAD,
        error_messages={
            "required": _("Write when the programme should start"),
            "out_of_range": _("The start must lie between today and two years from now"),
        },
    )


def day_of(text: str) -> date | None:
    """The day that stands in a field, chosen or written; None where it is none that can be started on."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if timezone.localdate() <= day <= timezone.localdate() + START_AHEAD else None


def count_of(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0
    return number if 1 <= number <= MOST_WEEKS else None
