"""One citizen of a centre comes less in the last weeks than was usual: what the early warning is there for (A10)."""

from datetime import date, timedelta
from random import Random
from typing import Any

from attendance.models import Mark, MissedAttendance
from attendance.states import State
from demo.seeding.case import Case
from demo.seeding.internships import Internship, is_under_way
from demo.seeding.timeline import Timeline
from demo.seeding.world import World, content, plus
from programmes.models import Placement

# So many agreed days before the fall are what was usual.
DAYS_BEFORE = 14


def write_falls(world: World, cases: list[Case], timeline: Timeline) -> None:
    """In the register where the centre has workshops, otherwise at a workplace; the first caseworker's first."""
    told = content("falls").get(world.place["key"])
    if told is None:
        return
    able = [case for case in cases if case.type.key == told["type"] and is_under_way(world, case)]
    able.sort(key=lambda case: case.caseworker != world.first_caseworker)
    if "place" in told:
        at_work = {placement.programme_id for placement in world.book.of(Placement)}
        weeks = timedelta(weeks=len(told["weeks"]) + 2)
        free = [case for case in able if case.programme.pk not in at_work and case.starts_on <= world.today - weeks]
        if free:
            Fall(world, free[0], timeline, told).write(is_due=False)
        return
    long = [case for case in able if len(past(world, case)) >= len(told["days"]) + DAYS_BEFORE]
    if long:
        rewrite(world, long[0], told["days"])


def past(world: World, case: Case) -> list[date]:
    """The days before today that somebody registered."""
    return sorted({slot.day for slot in case.slots if slot.day < world.today and slot.marked_at})


def rewrite(world: World, case: Case, days: list[dict[str, Any]]) -> None:
    """The last days of the register as the file tells them, and all before them steadily attended."""
    marks = {id(mark.slot): mark for mark in world.book.of(Mark)}
    flagged = {id(missed.slot) for missed in world.book.of(MissedAttendance)}
    known = past(world, case)
    last = dict(zip(known[-len(days) :], days, strict=True))
    steady = known[-len(days) - DAYS_BEFORE : -len(days)]
    for slot in case.slots:
        mark = marks.get(id(slot))
        if mark is None or id(slot) in flagged or not (slot.day in last or slot.day in steady):
            continue
        told = last.get(slot.day, {})
        slot.state = State(told.get("state", State.PRESENT))
        slot.came_at = plus(slot.starts, told["minutes"]) if slot.state == State.LATE else None
        slot.left_at = None
        slot.remark = told.get("remark", "")
        mark.state, mark.came_at, mark.left_at, mark.remark = slot.state, slot.came_at, None, slot.remark


class Fall(Internship):
    """An internship some weeks long, whose last weeks were reported with days that were missed."""

    def __init__(self, world: World, case: Case, timeline: Timeline, told: dict[str, Any]) -> None:
        chance = Random(f"fall {world.place['key']} {world.today}")  # noqa: S311 (so that nothing else is invented)
        super().__init__(world, case, timeline, chance, told, told["weeks"])
        self.first = world.this_monday - timedelta(weeks=len(told["weeks"]))
