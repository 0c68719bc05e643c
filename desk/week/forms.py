"""The forms of the agreed week. What a form cannot know, `programmes.placements.placing` refuses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.fields import DateField, TimeField
from core.forms import Form
from core.templatetags.dates import clock
from programmes.models import Placement, ScheduleSlot, Workshop
from programmes.placements.placeable import Elsewhere, NotPlaced
from programmes.placements.schedules import WeekSlot
from programmes.types.definition import Activity

TIMES_A_DAY = ("", "b")
TIME = re.compile(r"(from|until)_\d+b?")


class RefusalForm(Form):
    """A form that shows a refusal beside what it is about."""

    def refuse(self, refused: NotPlaced) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, str(refused))


class LastDayForm(RefusalForm):
    ends_on = DateField(label=_("Last day"))


class ContactForm(RefusalForm):
    """Whom to call at a workplace or on a course."""

    contact_name = forms.CharField(label=_("Contact there"), max_length=200, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    seen = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)


@dataclass(frozen=True)
class Opening:
    """A day on which hours may be agreed, and when it is open there."""

    weekday: int
    hours: str = ""


def openings_of(workshop: Workshop | None) -> list[Opening]:
    """The days on which the workshop is open; elsewhere every day of the week, at any hour."""
    if workshop is None:
        return [Opening(weekday) for weekday in range(1, 8)]
    hours = sorted(workshop.opening_hours.all(), key=lambda one: one.weekday)
    return [Opening(one.weekday, f"{clock(one.opens)}–{clock(one.closes)}") for one in hours]


class WeekForm(RefusalForm):
    """A week in one workshop, or elsewhere: two times on each day on which it is open. Subclasses say from when."""

    def __init__(self, *args: Any, workshop: Workshop | None, week: Sequence[ScheduleSlot] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.openings = openings_of(workshop)
        for opening in self.openings:
            for again in TIMES_A_DAY:
                words = {"day": str(WEEKDAYS[opening.weekday - 1])}
                first = gettext("%(day)s from") if not again else gettext("%(day)s again from")
                last = gettext("%(day)s until") if not again else gettext("%(day)s again until")
                for end, label in (("from", first), ("until", last)):
                    name = f"{end}_{opening.weekday}{again}"
                    self.fields[name] = TimeField(label=(label % words).capitalize(), required=False)
        taken: set[str] = set()
        for slot in week:
            place = next(
                (f"{slot.weekday}{again}" for again in TIMES_A_DAY if f"{slot.weekday}{again}" not in taken), ""
            )
            if place and f"from_{place}" in self.fields:
                taken.add(place)
                self.initial.setdefault(f"from_{place}", clock(slot.starts))
                self.initial.setdefault(f"until_{place}", clock(slot.ends))
        # The inputs that each slot of `cleaned_data["week"]` came from.
        self.places: list[str] = []

    @property
    def days(self) -> list[dict[str, Any]]:
        """Day, its opening hours and the two pairs of inputs, as the page lays them out."""
        return [
            {
                "name": str(WEEKDAYS[opening.weekday - 1]).capitalize(),
                "open": opening.hours,
                "pairs": [
                    [self[f"from_{opening.weekday}{again}"], self[f"until_{opening.weekday}{again}"]]
                    for again in TIMES_A_DAY
                ],
            }
            for opening in self.openings
        ]

    @property
    def is_twice(self) -> bool:
        """Whether a second time on one day is filled in, or wrong."""
        return any(pair.value() or pair.errors for day in self.days for pair in day["pairs"][1])

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields before the week."""
        return [self[name] for name in self.fields if not TIME.fullmatch(name)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        week: list[WeekSlot] = []
        for opening in self.openings:
            for again in TIMES_A_DAY:
                place = f"{opening.weekday}{again}"
                names = (f"from_{place}", f"until_{place}")
                starts, ends = (data.get(name) for name in names)
                if set(names) & set(self.errors) or (starts is None and ends is None):
                    continue
                if starts is None or ends is None:
                    missing = names[0] if starts is None else names[1]
                    self.add_error(missing, gettext("Write both from and until, or leave the day empty"))
                else:
                    week.append(WeekSlot(opening.weekday, starts, ends))
                    self.places.append(place)
        if not week and not self.errors and self.openings:
            self.add_error(f"from_{self.openings[0].weekday}", gettext("Agree at least one day a week"))
        data["week"] = week
        return data

    @property
    def agreed(self) -> dict[str, Any]:
        """The week and the days, as the actions take them."""
        return {name: value for name, value in self.cleaned_data.items() if not TIME.fullmatch(name)}

    def refuse(self, refused: NotPlaced) -> None:
        """Each slot's error beside its own inputs."""
        for position, message in refused.slots.items():
            self.add_error(f"from_{self.places[position]}", message)
        if not refused.slots and refused.field == "week" and self.places:
            self.add_error(f"from_{self.places[0]}", str(refused))
        elif not refused.slots:
            super().refuse(refused)


class PlaceForm(WeekForm):
    """A workshop for a range of days."""

    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("Until"))

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", gettext("The end must not lie before the start"))
        return data


class ElsewhereForm(PlaceForm):
    """An internship at a named workplace, or one of the type's courses, for a range of days (A11)."""

    course = forms.ChoiceField(label=_("Which?"), widget=forms.RadioSelect)
    place = forms.CharField(label=_("Workplace"), max_length=200)
    contact_name = forms.CharField(label=_("Contact there"), max_length=200, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    field_order = ["course", "place", "contact_name", "contact_phone", "starts_on", "ends_on"]

    def __init__(self, *args: Any, courses: Sequence[Activity], is_internship: bool, **kwargs: Any) -> None:
        super().__init__(*args, workshop=None, **kwargs)
        if is_internship:
            del self.fields["course"]
        else:
            self.fields["course"].choices = [(one.key, str(one)) for one in courses]  # type: ignore[attr-defined]
            self.fields["place"].label = gettext("Where is it held?")
            self.fields["place"].required = False
        self.kind = Placement.Kind.INTERNSHIP if is_internship else Placement.Kind.COURSE

    @property
    def agreed(self) -> dict[str, Any]:
        """The days and the week, and as one what is agreed with whom."""
        data = super().agreed
        said = {name: data.pop(name) for name in ("course", "place", "contact_name", "contact_phone") if name in data}
        return {**data, "where": Elsewhere(kind=self.kind, **said)}


class ChangeForm(WeekForm):
    """Another week from a day on."""

    from_day = DateField(label=_("From which day"), help_text=_("What was agreed on the days before stays."))


def day_of(text: str) -> date | None:
    """A day of the address, 2026-11-23; None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
