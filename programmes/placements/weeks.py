"""What is agreed when: the versions of a week read as steps, and the hours of any day or week (P5, P12)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from core.calendar import monday_of
from programmes.models import Programme, ScheduleSlot
from programmes.placements.schedules import WeekSlot


@dataclass(frozen=True)
class Step:
    """A week that is agreed for a range of days, both included; its slots in the order of the week."""

    starts_on: date
    ends_on: date
    slots: tuple[ScheduleSlot, ...]

    @property
    def minutes(self) -> int:
        return sum(minutes_of(slot) for slot in self.slots)


def minutes_of(slot: ScheduleSlot | WeekSlot) -> int:
    return (slot.ends.hour - slot.starts.hour) * 60 + slot.ends.minute - slot.starts.minute


def schedule_of(programme: Programme) -> list[ScheduleSlot]:
    """Every slot that was, is or will be agreed in the programme, with its placement; one query."""
    slots = ScheduleSlot.objects.filter(programme=programme).select_related("placement__workshop__unit")
    found = list(slots.order_by("weekday", "starts", "valid_from"))
    for slot in found:
        slot.placement.programme = programme  # whose type names its courses
    return found


def week_on(slots: Iterable[ScheduleSlot], day: date) -> tuple[ScheduleSlot, ...]:
    """The agreed week of which the day is a part, in the order of the week."""
    there = [slot for slot in slots if slot.valid_from <= day <= slot.valid_until]
    return tuple(sorted(there, key=lambda slot: (slot.weekday, slot.starts)))


def agreed_on(slots: Iterable[ScheduleSlot], day: date) -> int:
    """Minutes agreed for one day, closing days and pauses not looked at."""
    return sum(minutes_of(slot) for slot in week_on(slots, day) if slot.weekday == day.isoweekday())


def steps_of(slots: Sequence[ScheduleSlot]) -> list[Step]:
    """The agreed weeks one after the other: two that follow each other and are the same are one. A time in which
    nothing is agreed is no step (P12)."""
    begins = {slot.valid_from for slot in slots} | {slot.valid_until + timedelta(days=1) for slot in slots}
    steps: list[Step] = []
    days = sorted(begins)
    for first, after in pairwise(days):
        week = week_on(slots, first)
        last = after - timedelta(days=1)
        if week and steps and steps[-1].ends_on == first - timedelta(days=1) and same(steps[-1].slots, week):
            steps[-1] = Step(steps[-1].starts_on, last, week)
        elif week:
            steps.append(Step(first, last, week))
    return steps


def same(one: Iterable[ScheduleSlot], other: Iterable[ScheduleSlot]) -> bool:
    """Whether two weeks are the same hours in the same placements."""
    return sorted(map(hours_of, one)) == sorted(map(hours_of, other))


def hours_of(slot: ScheduleSlot) -> tuple:
    return (slot.placement_id, slot.weekday, slot.starts, slot.ends)


def minutes_by_week(slots: Sequence[ScheduleSlot], mondays: Iterable[date]) -> dict[date, int]:
    """Minutes agreed in each ISO week, by its Monday; closing days and pauses not looked at (P12)."""
    return {
        monday: sum(
            minutes_of(slot)
            for slot in slots
            if slot.valid_from <= monday + timedelta(days=slot.weekday - 1) <= slot.valid_until
        )
        for monday in mondays
    }


def mondays_of(programme: Programme) -> list[date]:
    """The Mondays of the programme's weeks, from its first to its last (P2)."""
    last = monday_of(programme.ended_on or programme.ends_on)
    monday = monday_of(programme.starts_on)
    return [monday + timedelta(weeks=number) for number in range((last - monday).days // 7 + 1)]
