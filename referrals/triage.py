"""What triage chooses from: starts, caseworkers, workshops, hours; and the form in which it is chosen (R5)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.roles import Role
from core.calendar import ANY_DAY, last_day
from core.fields import TimeField
from core.templatetags.dates import clock, weekday
from programmes.models import Workshop
from programmes.placements.schedules import WeekSlot, problems, suggested_week
from programmes.places.capacity import Caseload, caseloads, free_places
from programmes.places.quotas import problem, type_places
from programmes.team_functions import Function, coordinator_of
from referrals.fields import CountField
from referrals.first import YES, FirstForm, any_day, contact_persons, count_of, day_of
from referrals.forms import MOST_WEEKS
from referrals.granting import municipality_of, wrong_weeks
from referrals.models import Referral
from referrals.programme_form import outside_ages
from referrals.starts import STARTS_SHOWN, Start, closed_at, first_of, first_start, starts, wrong_start

# The municipality's own place, as the field of whose it takes says it.
OWN = "own"
A_MONDAY = date(2024, 1, 1)


class TriageForm(FirstForm):
    """What is decided of a referral that is accepted. What its type does not use is not asked (R5)."""

    starts_on = forms.ChoiceField(label=_("Start"))
    weeks = CountField(label=_("Duration in weeks"), lowest=1, highest=MOST_WEEKS)
    caseworker = forms.ChoiceField(label=_("Caseworker"))
    coordinator = forms.ChoiceField(required=False)
    workshop = forms.ChoiceField(label=_("Workshop"))
    lent_from = forms.ChoiceField(label=_("Place of"))

    def __init__(self, data: Any = None, *, referral: Referral, judged: bool = True) -> None:
        self.referral = referral
        self.settings = referral.type.settings
        typed = {name: str(value) for name, value in data.items()} if data else {}
        today = timezone.localdate()
        self.closed = closed_at(referral.centre, today)
        self.wished = max(referral.wished_start or today, today)
        self.contacts = contact_persons(referral) if self.any_workshops else {}
        self.read_first(data, typed)
        self.read_starts(typed)
        weeks = count_of(typed.get("weeks", "")) or referral.weeks or referral.type.default_weeks
        ends_on = last_day(self.start.day, weeks)
        self.places = free_places(referral.centre, self.start.day, ends_on) if self.settings.uses_workshops else []
        (self.type_places,) = type_places(referral.centre, [referral.type], self.start.day, ends_on)
        self.municipality = municipality_of(referral)
        self.caseloads = caseloads(referral.centre)
        self.workshops = self.read_workshops(referral) if self.settings.uses_workshops else {}
        workshop = self.workshops.get(typed.get("workshop", "")) or self.first_free()
        super().__init__(data if judged else None, initial=typed or self.proposal(workshop, weeks))
        self.leave_out(is_granted=typed.get("pre", YES) == YES)
        self.add_days()
        self.set_choices()

    def read_starts(self, typed: Mapping[str, str]) -> None:
        """The days to choose from, and the one that is chosen or proposed: after the pre-programme where there is
        one."""
        wished = max(self.wished, self.first_end + timedelta(days=1)) if self.first_end else self.wished
        ahead = (wished - self.wished).days // 7
        self.starts = starts(self.referral, self.referral.type, self.closed, shown=STARTS_SHOWN + ahead)
        typed_day = day_of(typed.get("starts_on", ""))
        found = next((one for one in self.starts if one.day == typed_day), None)
        if found is None and self.settings.intake == ANY_DAY:
            found = first_start(self.referral.type, self.closed, max(typed_day or wished, timezone.localdate()))
        self.start = found or first_of(self.starts, wished) or Start(wished)

    def first_free(self) -> Workshop | None:
        free = [one.workshop.pk for one in self.places if one.free]
        return self.workshops.get(str(free[0])) if free else next(iter(self.workshops.values()), None)

    def proposal(self, workshop: Workshop | None, weeks: int) -> dict[str, Any]:
        """What the form begins with: the wished start and weeks, the least burdened caseworker, mornings."""
        referral = self.referral
        shown: dict[str, Any] = {
            "starts_on": self.in_field(self.start.day, self.settings.intake),
            "weeks": str(weeks),
            "caseworker": str(self.caseloads[0].caseworker.pk) if self.caseloads else "",
            "lent_from": OWN,
        }
        shown |= self.first_proposal()
        if workshop is not None:
            shown["workshop"] = str(workshop.pk)
            if referral.weekly_hours:
                for slot in suggested_week(referral.weekly_hours, workshop):
                    shown[f"from_{slot.weekday}"] = clock(slot.starts)
                    shown[f"until_{slot.weekday}"] = clock(slot.ends)
        return shown

    def leave_out(self, *, is_granted: bool) -> None:
        """What the type does not use; a start on any day is written instead of chosen."""
        self.leave_out_first(is_granted=is_granted)
        if self.settings.intake == ANY_DAY:
            self.fields["starts_on"] = any_day()
        if not self.settings.uses_workshops:
            del self.fields["workshop"]
        self.function = coordinator_of(self.referral.type)
        if self.function is None:
            del self.fields["coordinator"]
        if not self.type_places.quotas:
            del self.fields["lent_from"]

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
        self.set_first_choices()
        if self.function is not None:
            self.fields["coordinator"].label = self.function.name
            self.choose("coordinator", self.coordinators(self.function))
            self.fields["coordinator"].required = self.function.role != Role.CASEWORKER
        if "lent_from" in self.fields:
            self.choose("lent_from", self.lenders())

    def coordinators(self, function: Function) -> list[tuple[str, str]]:
        """The caseworker first where the type wants one; otherwise whoever holds the role at the centre."""
        if function.role == Role.CASEWORKER:
            people = [(str(load.caseworker.pk), load.caseworker.name) for load in self.caseloads]
            self.people = {str(load.caseworker.pk): load.caseworker for load in self.caseloads}
            return [("", gettext("The caseworker")), *sorted(people, key=lambda one: one[1])]
        held = Membership.objects.current().filter(organisation=self.referral.centre, role=function.role)
        found = User.objects.filter(is_active=True, pk__in=held.values("user")).order_by("name")
        self.people = {str(user.pk): user for user in found}
        return [("", "–"), *((key, user.name) for key, user in self.people.items())]

    def lenders(self) -> list[tuple[str, str]]:
        """The municipality's own place, and whose it can borrow when none is free (P10)."""
        own = self.type_places.quota(self.municipality)
        if own is None:
            words = gettext("%(municipality)s has no places of its own")
            choices = [(OWN, words % {"municipality": self.municipality or "–"})]
        else:
            words = gettext("%(municipality)s, %(free)s free of %(places)s")
            choices = [(OWN, words % {"municipality": own.municipality, "free": own.free, "places": own.places})]
        if own is None or not own.free:
            lent = gettext("lent from %(municipality)s (%(free)s free)")
            choices += [
                (one.municipality, lent % {"municipality": one.municipality, "free": one.free})
                for one in self.type_places.lenders(self.municipality)
            ]
        return choices

    @property
    def shortage(self) -> str:
        """That there is no place of the type on that day, said before anything is sent."""
        return problem(self.type_places, self.municipality, "", self.start.day)

    @property
    def warning(self) -> str:
        """That the citizen is younger or older than the type is meant for."""
        citizen = self.referral.citizen
        return outside_ages(self.settings.ages, citizen.birth_date, self.start.day) if citizen else ""

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
        self.check_first(data)
        self.check_start(data)
        if "weeks" in data and (wrong := wrong_weeks(self.referral.type, data["weeks"])):
            self.add_error("weeks", wrong)
        if ("starts_on" in data and "lent_from" in data) or "lent_from" not in self.fields:
            lent_from = lender(data)
            wrong = problem(self.type_places, self.municipality, lent_from, self.start.day)
            if wrong and "starts_on" not in self.errors:
                self.add_error("lent_from" if "lent_from" in self.fields else "starts_on", wrong)
        data["week"] = self.read_week(data) if self.settings.uses_workshops else []
        return data

    def check_start(self, data: dict[str, Any]) -> None:
        """A start of the type, after the pre-programme where that is granted."""
        if "starts_on" not in data:
            return
        day = data["starts_on"]
        data["starts_on"] = day if isinstance(day, date) else date.fromisoformat(day)
        first = data.get("first")
        after = last_day(first.starts_on, first.weeks) if first else None
        if wrong := wrong_start(self.referral.type, self.closed, data["starts_on"], after=after):
            self.add_error("starts_on", wrong)

    def read_week(self, data: dict[str, Any]) -> list[WeekSlot]:
        """The agreed hours, inside the opening hours of the chosen workshop, which has a free place."""
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
            for position, wrong in problems(week, workshop).items():
                self.add_error(fields[position], wrong)
            chosen = next((one for one in self.places if one.workshop.pk == workshop.pk), None)
            if chosen is None or not chosen.free:
                self.add_error(
                    "workshop", gettext("No free places in %(workshop)s on that date") % {"workshop": workshop}
                )
        if not week and self.weekdays and not self.errors:
            self.add_error(f"from_{self.weekdays[0]}", gettext("Agree at least one day a week"))
        return week

    @property
    def decision(self) -> dict[str, Any]:
        """What `actions.accept` asks for; only for a valid form."""
        data = self.cleaned_data
        return {
            "starts_on": data["starts_on"],
            "weeks": data["weeks"],
            "caseworker": self.chosen_caseworker(data["caseworker"]),
            "workshop": self.workshops.get(data.get("workshop", "")),
            "week": data["week"],
            "coordinator": self.people.get(data["coordinator"]) if data.get("coordinator") else None,
            "lent_from": lender(data),
            "first": data["first"],
        }

    def chosen_caseworker(self, key: str) -> User:
        return next(load.caseworker for load in self.caseloads if str(load.caseworker.pk) == key)


def lender(data: Mapping[str, Any]) -> str:
    """The municipality that lends its place; empty where the place is the own one's."""
    chosen = data.get("lent_from", OWN)
    return "" if chosen == OWN else str(chosen)


def caseload_label(load: Caseload) -> str:
    return gettext("%(name)s, %(running)s of %(ceiling)s") % {
        "name": load.caseworker.name,
        "running": load.running,
        "ceiling": load.ceiling,
    }
