import datetime
from collections import Counter

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.figures import sums
from attendance.models import ExpectedAttendance, MissedAttendance
from attendance.states import State
from audit.acting import System, acting
from tests.factories.attendance import MissedFactory, SlotFactory
from tests.factories.programmes import MONDAY, PlacementFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
LATER = "2027-02-20T12:00+01:00"
START = datetime.time(8)


@pytest.fixture(autouse=True)
def at_the_end():
    with time_machine.travel("2026-11-23T06:00+01:00", tick=False) as traveller:
        yield traveller


def end(minutes: int) -> datetime.time:
    return (datetime.datetime.combine(MONDAY, START) + datetime.timedelta(minutes=minutes)).time()


slots = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=60),  # days after the start
        st.integers(min_value=60, max_value=400),  # minutes agreed
        st.sampled_from(State.values),
        st.integers(min_value=1, max_value=59),  # minutes late
        st.integers(min_value=1, max_value=59),  # minutes early, counted from the first hour's end
        st.sampled_from(["", "raised", "cancelled"]),
    ),
    max_size=25,
    unique_by=lambda slot: slot[0],
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=slots)
def test_figures_are_what_a_slow_computation_says(at_the_end, found):
    """A9"""
    placement = PlacementFactory()
    programme = placement.programme
    agreed = attended = ill = not_registered = 0
    absences: Counter[str] = Counter()
    by_week: Counter[datetime.date] = Counter()
    with acting(System("test")):
        rows = ExpectedAttendance.objects.bulk_create(
            ExpectedAttendance(
                citizen=programme.citizen,
                programme=programme,
                placement=placement,
                workshop=placement.workshop,
                day=MONDAY + DAY * offset,
                starts=START,
                ends=end(minutes),
                state=state,
                came_at=end(late) if state == "late" else None,
                left_at=end(early) if state == "left_early" else None,
            )
            for offset, minutes, state, late, early, _flag in found
        )
        MissedAttendance.objects.bulk_create(
            MissedAttendance(slot=row, programme=row.programme, due_on=row.day, status=slot[5])
            for row, slot in zip(rows, found, strict=True)
            if slot[5]
        )
    for offset, minutes, state, late, early, flag in found:
        if state == "" and flag != "raised":
            not_registered += 1
            continue
        expected = 0 if state == "leave" else minutes
        came = {"present": minutes, "late": minutes - late, "left_early": early}.get(state, 0)
        agreed += expected
        attended += came
        ill += expected if state in ("ill", "child_ill") else 0
        day = MONDAY + DAY * offset
        by_week[day - DAY * day.weekday()] += came
        if state not in ("present", "late", "left_early"):
            absences[state or "no_show"] += expected
    with time_machine.travel(LATER, tick=False):
        total = sums.totals(programme)
        weeks = sums.weeks(programme)
        reasons = sums.reasons(programme)
    assert (total.agreed, total.attended, total.ill, total.not_registered) == (agreed, attended, ill, not_registered)
    assert total.share == (attended / agreed if agreed else None)
    assert {week.monday: week.attended for week in weeks if week.attended} == {k: v for k, v in by_week.items() if v}
    assert sum(week.agreed for week in weeks) == agreed
    assert {reason.state: reason.minutes for reason in reasons} == dict(absences)


def test_what_nobody_registered_is_outside_every_share(at_the_end):
    """A5, A9"""
    here = SlotFactory(state="present")
    SlotFactory(placement=here.placement, day=MONDAY + DAY)
    at_the_end.move_to("2026-11-25T12:00+01:00")
    total = sums.totals(here.programme)
    assert (total.share, total.not_registered, total.slots) == (1.0, 1, 1)


def test_a_missed_day_is_in_the_denominator_and_told_as_no_show(at_the_end):
    """A9"""
    here = SlotFactory(state="present")
    MissedFactory(slot=SlotFactory(placement=here.placement, day=MONDAY + DAY))
    at_the_end.move_to("2026-11-25T12:00+01:00")
    total = sums.totals(here.programme)
    assert (total.share, total.missed_slots) == (0.5, 1)
    assert [(reason.state, reason.slots) for reason in sums.reasons(here.programme)] == [("no_show", 1)]


def test_agreed_leave_is_not_expected_and_illness_is(at_the_end):
    """A9"""
    here = SlotFactory(state="present")
    SlotFactory(placement=here.placement, day=MONDAY + DAY, state="leave")
    SlotFactory(placement=here.placement, day=MONDAY + DAY * 2, state="ill")
    at_the_end.move_to("2026-11-27T12:00+01:00")
    total = sums.totals(here.programme)
    assert (total.share, total.sickness_share) == (0.5, 0.5)


def test_the_sums_of_a_day_are_those_of_the_whole(at_the_end):
    """A9"""
    old = SlotFactory(state="ill")
    SlotFactory(placement=old.placement, day=MONDAY + DAY * 28, state="present")
    at_the_end.move_to("2026-12-21T15:00+01:00")
    by_day = sums.sums_by_day(old.programme, since=MONDAY, until=MONDAY + DAY * 28)
    assert [(day, sums.agreed, sums.attended, sums.ill) for day, sums in by_day.items()] == [
        (MONDAY, 240, 0, 240),
        (MONDAY + DAY * 28, 240, 240, 0),
    ]
    assert sums.totals(old.programme).share == 0.5
    assert sums.totals(old.programme, since=MONDAY + DAY).share == 1.0


def test_tomorrows_notice_does_not_count_yet():
    """A9"""
    slot = SlotFactory(day=MONDAY + DAY, state="ill")
    assert sums.totals(slot.programme) == sums.Totals()


def test_each_figure_is_one_query(django_assert_num_queries):
    """speed"""
    programme = SlotFactory(state="present").programme
    for ask in (sums.totals, sums.weeks, sums.reasons):
        with django_assert_num_queries(1):
            ask(programme)
