"""Sums counted ahead of the dashboards (A9, docs/adr/0023)."""

import datetime
from collections import defaultdict
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.figures.roll_ups import Counted, count_dirty_days, is_waiting
from attendance.models import DayFigure, DirtyDay, ExpectedAttendance, MissedAttendance
from attendance.states import HERE, SICK, State
from audit.acting import System, acting
from tests.factories.attendance import MissedFactory, SlotFactory
from tests.factories.programmes import MONDAY, PlacementFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
EVENING = "2026-12-18T18:00+01:00"
COLUMNS = ["slots", "agreed", "attended", "ill", "late", "missed", "blank", "absence"]


@pytest.fixture(autouse=True)
def at_the_end():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


def slowly_counted() -> dict[tuple, dict[str, Any]]:
    """What the sums must be: one slot after the other, in plain words."""
    found: dict[tuple, dict[str, Any]] = {}
    flagged = set(MissedAttendance.objects.filter(status="raised").values_list("slot", flat=True))
    for slot in ExpectedAttendance.objects.select_related("programme__type").order_by("pk"):
        if slot.day > datetime.date(2026, 12, 18):
            continue
        key = (slot.day, slot.programme.centre_id, slot.workshop_id, slot.programme.type.key)
        sums = found.setdefault(key, dict.fromkeys(COLUMNS[:-1], 0) | {"absence": defaultdict(lambda: [0, 0])})
        state = "no_show" if slot.state == "" and slot.pk in flagged else slot.state
        if state == "":
            sums["blank"] += 1
            continue
        sums["slots"] += 1
        sums["agreed"] += slot.agreed_minutes
        sums["attended"] += slot.attended_minutes
        sums["ill"] += slot.agreed_minutes if state in SICK else 0
        sums["late"] += state == "late"
        sums["missed"] += state == "no_show"
        if state not in HERE:
            sums["absence"][state][0] += 1
            sums["absence"][state][1] += slot.agreed_minutes
    return {key: sums | {"absence": dict(sums["absence"])} for key, sums in found.items()}


def as_counted() -> dict[tuple, dict[str, Any]]:
    return {
        (row["day"], row["centre"], row["workshop"], row["type_key"]): {name: row[name] for name in COLUMNS}
        for row in DayFigure.objects.values("day", "centre", "workshop", "type_key", *COLUMNS)
    }


steps = st.lists(
    st.one_of(
        st.tuples(st.just("expect"), st.integers(0, 2), st.integers(0, 30), st.sampled_from([60, 180, 245])),
        st.tuples(st.just("mark"), st.integers(0, 9), st.sampled_from(State.values), st.integers(1, 50)),
        st.tuples(st.just("flag"), st.integers(0, 9), st.sampled_from(["raised", "cleared", "cancelled"])),
        st.tuples(st.just("move"), st.integers(0, 9), st.integers(0, 30)),
        st.tuples(st.just("forget"), st.integers(0, 9)),
        st.tuples(st.just("count")),
    ),
    min_size=1,
    max_size=14,
)


def take(step: tuple, placements: list) -> None:
    """One thing that happens to the registers; nothing where there is no such slot."""
    verb, *about = step
    if verb == "count":
        count_dirty_days()
        return
    slots = list(ExpectedAttendance.objects.order_by("pk"))
    if verb == "expect":
        which, offset, minutes = about
        placement = placements[which]
        day = MONDAY + DAY * offset
        if not ExpectedAttendance.objects.filter(citizen=placement.programme.citizen, day=day).exists():
            ends = (datetime.datetime.combine(day, datetime.time(8)) + datetime.timedelta(minutes=minutes)).time()
            SlotFactory(placement=placement, day=day, ends=ends)
        return
    if about[0] >= len(slots):
        return
    slot = slots[about[0]]
    if verb == "mark":
        at = datetime.time(8, about[2])
        slot.state = about[1]
        slot.came_at, slot.left_at = (at if about[1] == "late" else None), (at if about[1] == "left_early" else None)
        slot.save()
    elif verb == "flag":
        told = {"programme": slot.programme, "status": about[1], "due_on": slot.day}
        MissedAttendance.objects.update_or_create(slot=slot, defaults=told)
    elif verb == "move":
        slot.day = MONDAY + DAY * about[1]
        if not ExpectedAttendance.objects.filter(citizen=slot.citizen, day=slot.day).exists():
            slot.save()
    elif verb == "forget":
        MissedAttendance.objects.filter(slot=slot).delete()
        slot.delete()


@pytest.fixture
def placements(at_the_end) -> list:
    """Two programmes of two types in one workshop, and one in another of the same centre."""
    one = PlacementFactory()
    other = PlacementFactory(programme__centre=one.programme.centre, workshop=one.workshop)
    return [one, other, PlacementFactory(programme__centre=one.programme.centre)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=steps)
def test_after_any_history_the_sums_are_what_a_slow_count_says(placements, history):
    """A9: whatever wrote the slots, and however often they were counted on the way."""
    with transaction.atomic():
        for step in history:
            with acting(System("test")):  # a factory acts in a name of its own
                take(step, placements)
        count_dirty_days()
        assert as_counted() == slowly_counted()
        assert count_dirty_days() == Counted(0, 0)
        transaction.set_rollback(True)


def test_only_days_that_were_touched_are_counted_and_days_to_come_wait(at_the_end, django_assert_num_queries):
    """speed: a mark costs the sums of its own day"""
    slot = SlotFactory(state="present")
    SlotFactory(placement=slot.placement, day=MONDAY + DAY, state="ill")
    coming = SlotFactory(placement=slot.placement, day=datetime.date(2026, 12, 21), state="treatment")
    assert count_dirty_days() == Counted(2, 2)
    assert (DirtyDay.objects.count(), count_dirty_days()) == (1, Counted(0, 0))
    with acting(System("test")):
        ExpectedAttendance.objects.filter(pk=slot.pk).update(remark="Ringede selv")
    assert count_dirty_days() == Counted(0, 0)
    with acting(System("test")):
        ExpectedAttendance.objects.filter(pk=slot.pk).update(state="ill")
    assert is_waiting(slot.day, slot.day, [slot.workshop_id])
    with django_assert_num_queries(4):
        assert count_dirty_days() == Counted(1, 1)
    assert not is_waiting(slot.day, slot.day, [slot.workshop_id])
    at_the_end.move_to("2026-12-21T18:00+01:00")
    assert count_dirty_days() == Counted(1, 1)
    assert DayFigure.objects.get(day=coming.day).absence == {"treatment": [1, 240]}


def test_a_flag_that_is_taken_back_takes_its_no_show_along():
    """A6, A9"""
    missed = MissedFactory()
    count_dirty_days()
    assert (DayFigure.objects.get().missed, DayFigure.objects.get().blank) == (1, 0)
    with acting(System("test")):
        MissedAttendance.objects.filter(pk=missed.pk).update(status="cancelled")
    count_dirty_days()
    assert (DayFigure.objects.get().missed, DayFigure.objects.get().blank, DayFigure.objects.get().agreed) == (0, 1, 0)


def test_many_days_are_caught_up_by_parts(monkeypatch):
    """A9: after weeks without the job"""
    monkeypatch.setattr("attendance.figures.roll_ups.AT_ONCE", 4)
    slot = SlotFactory(state="present")
    for offset in range(1, 11):
        SlotFactory(placement=slot.placement, day=MONDAY + DAY * offset, state="present")
    assert count_dirty_days() == Counted(11, 11)


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_yet_is_counted_by_the_next_run(at_the_end):
    """T11: the writer's dirty row is its own; a count in between cannot take it away."""
    slot = SlotFactory(state="")
    count_dirty_days()
    writer = connection.copy()
    writer.set_autocommit(False)
    try:
        with writer.cursor() as cursor:
            cursor.execute('SELECT set_config(\'trinvis.actor\', \'{"id": null, "name": "test", "why": ""}\', true)')
            cursor.execute("UPDATE attendance_expectedattendance SET state = 'present' WHERE id = %s", [slot.pk])
            assert count_dirty_days() == Counted(0, 0)
        writer.commit()
    finally:
        writer.close()
    assert count_dirty_days() == Counted(1, 1)
    assert DayFigure.objects.get().attended == 240
