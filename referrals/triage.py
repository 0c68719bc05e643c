"""What triage chooses from: starts, caseworkers, workshops, hours; and the form in which it is chosen (R5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.roles import Role
from core.calendar import ANY_DAY, WEEKDAYS, intake_days, monday_of
from core.fields import LongTextField, TimeField
from core.forms import Form
from core.templatetags.dates import clock, weekday
from core.templatetags.dates import day as in_words
from programmes.capacity import Caseload, Places, caseloads, free_places
from programmes.models import ClosingDay, Workshop
from programmes.schedules import WeekSlot, problems, suggested_week
from referrals.fields import CountField
from referrals.forms import MOST_WEEKS
from referrals.models import Referral

STARTS_SHOWN = 12
# How long before the wished start the choice begins, where that lies far ahead.
BEFORE_WISH = timedelta(weeks=4)
A_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True)
class Start:
    """A day on which somebody may start; `moved_from` is the closed intake day that it stands for."""

    day: date
    moved_from: date | None = None
    holiday: str = ""

    @property
    def label(self) -> str:
        if self.moved_from is None:
            return in_words(self.day)
        return gettext("%(day)s, because %(closed)s is closed (%(holiday)s)") % {
            "day": in_words(self.day),
            "closed": in_words(self.moved_from),
            "holiday": self.holiday,
        }


def starts(referral: Referral) -> list[Start]:
    """The next intake days, from today or from some weeks before the wished start (R5). One query."""
    today = timezone.localdate()
    wished = referral.wished_start or today
    since = max(today, wished - BEFORE_WISH)
    closed = dict(
        ClosingDay.objects.filter(centre=referral.centre, day__gte=monday_of(since)).values_list("day", "name")
    )
    intake = referral.type.definition["intake"]
    found = []
    for one in islice(intake_days(intake, closed, since), STARTS_SHOWN):
        planned = one if intake == ANY_DAY else monday_of(one) + timedelta(days=WEEKDAYS.index(intake))
        found.append(Start(one) if planned == one else Start(one, planned, closed.get(planned, "")))
    return found


def wished_among(choices: list[Start], referral: Referral) -> Start:
    """The first start that is not before the wished one."""
    wished = referral.wished_start or timezone.localdate()
    return next((start for start in choices if start.day >= wished), choices[-1])


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


class TriageForm(Form):
    """Start, caseworker, workshop and week of a referral that is accepted."""

    starts_on = forms.ChoiceField(label=_("Start"))
    caseworker = forms.ChoiceField(label=_("Caseworker"))
    workshop = forms.ChoiceField(label=_("Workshop"))
    weeks = CountField(label=_("Duration in weeks"), lowest=1, highest=MOST_WEEKS)

    def __init__(self, data: Any = None, *, referral: Referral, judged: bool = True) -> None:
        self.referral = referral
        self.starts = starts(referral)
        typed = data or {}
        chosen_day = str(typed.get("starts_on", ""))
        wished = wished_among(self.starts, referral)
        self.start = next((one for one in self.starts if one.day.isoformat() == chosen_day), wished)
        self.places = free_places(referral.centre, self.start.day)
        self.caseloads = caseloads(referral.centre)
        self.contacts = contact_persons(referral)
        self.workshops = self.read_workshops(referral)
        workshop = self.workshops.get(str(typed.get("workshop", ""))) or self.first_free()
        shown = {name: str(value) for name, value in typed.items()} if data else self.proposal(workshop)
        super().__init__(data if judged else None, initial=shown)
        self.add_days()
        self.set_choices()

    @staticmethod
    def read_workshops(referral: Referral) -> dict[str, Workshop]:
        found = (
            Workshop.objects.open()
            .filter(unit__organisation=referral.centre)
            .select_related("unit")
            .prefetch_related("opening_hours")
        )
        return {str(workshop.pk): workshop for workshop in found}

    def first_free(self) -> Workshop | None:
        free = [one.workshop.pk for one in self.places if one.free]
        return self.workshops.get(str(free[0])) if free else next(iter(self.workshops.values()), None)

    def proposal(self, workshop: Workshop | None) -> dict[str, str]:
        """What the form begins with: the wished start and weeks, the least burdened caseworker, mornings."""
        referral = self.referral
        shown = {
            "starts_on": self.start.day.isoformat(),
            "weeks": str(referral.weeks or referral.type.default_weeks),
            "caseworker": str(self.caseloads[0].caseworker.pk) if self.caseloads else "",
        }
        if workshop is not None:
            shown["workshop"] = str(workshop.pk)
            if referral.weekly_hours:
                for slot in suggested_week(referral.weekly_hours, workshop):
                    shown[f"from_{slot.weekday}"] = clock(slot.starts)
                    shown[f"until_{slot.weekday}"] = clock(slot.ends)
        return shown

    def add_days(self) -> None:
        days = {opening.weekday for workshop in self.workshops.values() for opening in workshop.opening_hours.all()}
        self.weekdays = sorted(days)
        for number in self.weekdays:
            name = weekday(A_MONDAY + timedelta(days=number - 1))
            self.fields[f"from_{number}"] = TimeField(
                label=gettext("%(weekday)s from") % {"weekday": name}, required=False
            )
            self.fields[f"until_{number}"] = TimeField(
                label=gettext("%(weekday)s until") % {"weekday": name}, required=False
            )

    def set_choices(self) -> None:
        self.choose("starts_on", [(start.day.isoformat(), start.label) for start in self.starts])
        self.choose("caseworker", [(str(load.caseworker.pk), caseload_label(load)) for load in self.caseloads])
        self.choose("workshop", [(str(one.workshop.pk), self.places_label(one)) for one in self.places])

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def places_label(self, places: Places) -> str:
        names = ", ".join(self.contacts.get(places.workshop.unit_id, []))
        free = gettext("%(free)s free") % {"free": places.free} if places.free else gettext("full")
        return " · ".join(part for part in [f"{places.workshop}, {free}", names] if part)

    @property
    def days(self) -> list[tuple[str, Any, Any, list[Any]]]:
        """Weekday, from, until and the two as a list, as the page lays them out."""
        rows = []
        for number in self.weekdays:
            begins, ends = self[f"from_{number}"], self[f"until_{number}"]
            rows.append((weekday(A_MONDAY + timedelta(days=number - 1)), begins, ends, [begins, ends]))
        return rows

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        week, fields = [], []
        for number in self.weekdays:
            begins, ends = data.get(f"from_{number}"), data.get(f"until_{number}")
            if {f"from_{number}", f"until_{number}"} & set(self.errors):
                continue
            if begins and ends:
                week.append(WeekSlot(number, begins, ends))
                fields.append(f"from_{number}")
            elif begins or ends:
                missing = f"until_{number}" if begins else f"from_{number}"
                self.add_error(missing, gettext("Write both from and until, or leave the day empty"))
        workshop = self.workshops.get(data.get("workshop", ""))
        if workshop is not None:
            for position, problem in problems(week, workshop).items():
                self.add_error(fields[position], problem)
            chosen = next((one for one in self.places if one.workshop.pk == workshop.pk), None)
            if chosen is None or not chosen.free:
                self.add_error(
                    "workshop", gettext("No free places in %(workshop)s on that date") % {"workshop": workshop}
                )
        if not week and self.weekdays and not self.errors:
            self.add_error(f"from_{self.weekdays[0]}", gettext("Agree at least one day a week"))
        data["week"] = week
        return data

    @property
    def decision(self) -> dict[str, Any]:
        """What `actions.accept` asks for; only for a valid form."""
        data = self.cleaned_data
        return {
            "starts_on": date.fromisoformat(data["starts_on"]),
            "weeks": data["weeks"],
            "caseworker": self.chosen_caseworker(data["caseworker"]),
            "workshop": self.workshops[data["workshop"]],
            "week": data["week"],
        }

    def chosen_caseworker(self, key: str) -> User:
        return next(load.caseworker for load in self.caseloads if str(load.caseworker.pk) == key)


def caseload_label(load: Caseload) -> str:
    return gettext("%(name)s, %(running)s of %(ceiling)s") % {
        "name": load.caseworker.name,
        "running": load.running,
        "ceiling": load.ceiling,
    }


class WordsForm(Form):
    """One text: a reason, a question or an answer."""

    words = LongTextField(rows=5)

    def __init__(self, *args: Any, label: str, missing: str = "", rows: int = 5, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].widget.attrs["rows"] = rows
        self.fields["words"].label = label
        self.fields["words"].required = bool(missing)
        if missing:
            self.fields["words"].error_messages["required"] = missing
