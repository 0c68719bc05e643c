"""Placing, changing the week from a day, and what the database refuses (P5, P12, A12)."""

import datetime
from datetime import time
from functools import partial
from itertools import pairwise

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.expected.writing import write_ahead, write_expected
from attendance.figures import sums
from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from citizens.models import CaseAccess
from core.exceptions import NotAllowed
from journal import timeline
from journal.models import Entry
from programmes.models import Placement, ScheduleSlot
from programmes.placements import placing
from programmes.placements.placeable import Elsewhere, NotPlaced
from programmes.placements.schedules import WeekSlot
from programmes.placements.weeks import agreed_on, minutes_by_week, mondays_of, schedule_of, steps_of
from tests.factories.accounts import user_with_role
from tests.factories.activities import named, type_with
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory, ScheduleSlotFactory, WorkshopFactory
from tests.referrals.test_at_once import at_once

DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
SYSTEM = System("test")
# A Wednesday in the second week of the factories' programmes.
TODAY = datetime.date(2026, 12, 2)
MORNINGS = [WeekSlot(1, time(8), time(12)), WeekSlot(3, time(8), time(12))]
LONGER = [WeekSlot(1, time(8), time(12)), WeekSlot(3, time(8), time(12)), WeekSlot(4, time(8), time(12))]


@pytest.fixture(autouse=True)
def on_a_wednesday():
    with translation.override("en"), time_machine.travel("2026-12-02T09:00+01:00", tick=False):
        yield


@pytest.fixture
def placement(db) -> Placement:
    """Mondays and Wednesdays 8 to 12 from Monday 23 November on."""
    return placed()


def placed(**fields) -> Placement:
    placement = PlacementFactory(**fields)
    for slot in MORNINGS:
        ScheduleSlotFactory(placement=placement, weekday=slot.weekday)
    return placement


def agreed_days(programme, since, until) -> list[int]:
    slots = schedule_of(programme)
    return [agreed_on(slots, since + DAY * number) for number in range((until - since).days + 1)]


def lines(programme) -> list[str]:
    return list(Entry.objects.filter(case=programme.reference).order_by("pk").values_list("kind", flat=True))


def test_a_new_week_holds_from_its_day_and_what_was_agreed_before_stays(placement):
    """P5, P12, A9, A12: numbers of last week before and after."""
    programme, by = placement.programme, placement.programme.caseworker
    write_expected(since=MONDAY, until=TODAY - DAY, by=SYSTEM)
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ExpectedAttendance.objects.filter(day__lt=TODAY).update(state="present")
    past = (sums.weeks(programme), sums.totals(programme, until=TODAY - DAY))
    agreed_before = agreed_days(programme, MONDAY, TODAY + WEEK)
    next_monday = datetime.date(2026, 12, 7)
    step = placing.change_week(placement=placement, from_day=next_monday, week=LONGER, by=by)
    assert (step.starts_on, step.ends_on, step.minutes) == (next_monday, placement.ends_on, 12 * 60)
    assert (sums.weeks(programme), sums.totals(programme, until=TODAY - DAY)) == past
    assert agreed_days(programme, MONDAY, next_monday - DAY) == agreed_before[: (next_monday - MONDAY).days]
    thursdays = ExpectedAttendance.objects.filter(day__iso_week_day=4).order_by("day")
    assert thursdays.first().day == next_monday + 3 * DAY
    (line,) = Entry.objects.filter(case=programme.reference)
    assert line.kind == "week_changed"
    assert line.params == {"day": "2026-12-07", "week_minutes": 720, "week_before": 480}
    assert line.url == f"/cases/{programme.reference}/week/"
    assert [step.minutes for step in steps_of(schedule_of(programme))] == [480, 720]
    by_week = minutes_by_week(schedule_of(programme), mondays_of(programme))
    assert list(by_week.values())[:4] == [480, 480, 720, 720]


def test_a_planned_step_stays_when_the_week_before_it_changes_and_can_be_taken_back(placement):
    """P12"""
    programme, by = placement.programme, placement.programme.caseworker
    in_week_5 = MONDAY + 4 * WEEK
    placing.change_week(placement=placement, from_day=in_week_5, week=LONGER, by=by)
    placing.change_week(placement=placement, from_day=TODAY + WEEK, week=MORNINGS[:1], by=by)
    found = [(step.starts_on, step.minutes) for step in steps_of(schedule_of(programme))]
    assert found == [(MONDAY, 480), (TODAY + WEEK, 240), (in_week_5, 720)]
    placing.drop_step(placement=placement, from_day=in_week_5, by=by)
    steps = steps_of(schedule_of(programme))
    assert [(step.minutes, step.ends_on) for step in steps] == [(480, TODAY + WEEK - DAY), (240, placement.ends_on)]
    with pytest.raises(NotPlaced):
        placing.drop_step(placement=placement, from_day=MONDAY, by=by)


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (TODAY - DAY, MONDAY + 8 * WEEK, "starts_on"),  # yesterday
        (TODAY + WEEK, TODAY, "ends_on"),  # reversed
        (datetime.date(1, 1, 1), MONDAY + 8 * WEEK, "starts_on"),
        (TODAY, datetime.date(9999, 12, 31), "ends_on"),
        (datetime.date(9999, 12, 31), datetime.date(9999, 12, 31), "starts_on"),
    ],
)
def test_days_that_cannot_be_are_refused_by_field(placement, first, last, field):
    programme = placement.programme
    workshop = WorkshopFactory(unit__organisation=programme.centre)
    week = [WeekSlot(5, time(8), time(10))]
    by = programme.caseworker
    with pytest.raises(NotPlaced) as refused:
        placing.place(programme=programme, workshop=workshop, starts_on=first, ends_on=last, week=week, by=by)
    assert refused.value.field == field
    assert not workshop.placements.exists()


def test_what_is_agreed_already_is_said_in_words(placement):
    """P5: hours side by side are no overlap."""
    programme, by = placement.programme, placement.programme.caseworker
    workshop = WorkshopFactory(unit__organisation=programme.centre)
    dates = {"starts_on": TODAY, "ends_on": programme.ends_on}
    week = [WeekSlot(5, time(8), time(12)), WeekSlot(3, time(11, 45), time(13))]
    with pytest.raises(NotPlaced) as refused:
        placing.place(programme=programme, workshop=workshop, week=week, by=by, **dates)
    assert refused.value.field == "week"
    (words,) = refused.value.slots.items()
    assert words[0] == 1
    for part in ("Wednesday", "12", str(placement.workshop), "21 Feb 2027"):
        assert part in words[1]
    after = [WeekSlot(3, time(12), time(14))]
    other = placing.place(programme=programme, workshop=workshop, week=after, by=by, **dates)
    assert lines(programme) == ["placed"]
    access = CaseAccess.objects.get(unit=workshop.unit)
    assert access.ends_on == programme.ends_on + WEEK
    with pytest.raises(NotPlaced, match="already"):
        placing.place(programme=programme, workshop=workshop, week=[WeekSlot(5, time(8), time(9))], by=by, **dates)
    with pytest.raises(NotPlaced) as refused:
        placing.change_week(placement=other, from_day=TODAY, week=MORNINGS, by=by)
    assert len(refused.value.slots) == 2


@pytest.mark.parametrize(
    ("fields", "week", "says"),
    [
        ({"places": 1}, MORNINGS, "No free places"),
        ({"unit__closed_on": TODAY - DAY}, MORNINGS, "is closed"),
        ({}, [WeekSlot(1, time(7), time(12))], "Outside opening hours"),
        ({}, [WeekSlot(6, time(8), time(12))], "closed on that day"),
        ({}, [], "at least one day"),
        ({}, [WeekSlot(1, time(8), time(12)), WeekSlot(1, time(11), time(13))], "already an agreed time"),
    ],
)
def test_full_and_closed_workshops_and_hours_outside_are_refused(placement, fields, week, says):
    """P5, P10"""
    programme = ProgrammeFactory(centre=placement.programme.centre)
    workshop = WorkshopFactory(unit__organisation=programme.centre, **fields)
    if "places" in fields:
        # Comes only later, and has the one place then.
        PlacementFactory(programme__centre=programme.centre, workshop=workshop, starts_on=TODAY + 4 * WEEK)
    dates = {"starts_on": TODAY, "ends_on": programme.ends_on}
    with pytest.raises(NotPlaced, match=says):
        placing.place(programme=programme, workshop=workshop, week=week, by=programme.caseworker, **dates)
    if "places" in fields:
        before = {"starts_on": TODAY, "ends_on": TODAY + 4 * WEEK - DAY}
        placing.place(programme=programme, workshop=workshop, week=week, by=programme.caseworker, **before)


def test_a_placement_ends_earlier_goes_on_again_and_one_that_has_not_begun_is_taken_back(placement):
    programme, by = placement.programme, placement.programme.caseworker
    write_ahead(by=SYSTEM)
    sooner = TODAY + 2 * WEEK
    placing.move_last_day(placement=placement, ends_on=sooner, by=by)
    assert {slot.valid_until for slot in schedule_of(programme)} == {sooner}
    assert ExpectedAttendance.objects.order_by("day").last().day == sooner
    assert CaseAccess.objects.get(unit=placement.workshop.unit).ends_on == sooner + WEEK
    # Adjacent: the same hours in another workshop from the day after.
    workshop = WorkshopFactory(unit__organisation=programme.centre)
    dates = {"starts_on": sooner + DAY, "ends_on": programme.ends_on}
    then = placing.place(programme=programme, workshop=workshop, week=MORNINGS, by=by, **dates)
    with pytest.raises(NotPlaced, match="is agreed with"):
        placing.move_last_day(placement=placement, ends_on=programme.ends_on, by=by)
    placing.remove(placement=then, by=by)
    assert not Placement.objects.filter(workshop=workshop).exists()
    assert not CaseAccess.objects.current().filter(unit=workshop.unit).exists()
    placing.move_last_day(placement=placement, ends_on=programme.ends_on, by=by)
    assert {slot.valid_until for slot in schedule_of(programme)} == {programme.ends_on}
    assert lines(programme) == ["placement_shortened", "placed", "placement_removed", "placement_extended"]
    for wrong in (TODAY - DAY, programme.ends_on + DAY, programme.ends_on):
        with pytest.raises(NotPlaced):
            placing.move_last_day(placement=placement, ends_on=wrong, by=by)
    with pytest.raises(NotPlaced):
        placing.remove(placement=placement, by=by)


def test_a_slot_that_was_marked_today_stays_and_its_hours_do_not_count_twice(placement):
    """A2, A12"""
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ExpectedAttendance.objects.filter(day=TODAY).update(state="present")
    week = [WeekSlot(3, time(9), time(13))]
    placing.change_week(placement=placement, from_day=TODAY, week=week, by=placement.programme.caseworker)
    (today,) = ExpectedAttendance.objects.filter(day=TODAY)
    assert (today.starts, today.state) == (time(8), "present")
    assert ExpectedAttendance.objects.filter(day=TODAY + WEEK, starts=time(9)).count() == 1


@pytest.mark.parametrize("role", ["contact_person", "referrer", "specialist", "caseworker"])
def test_only_who_works_on_the_case_changes_the_week(placement, role):
    """P5: another caseworker of the centre does not either."""
    programme = placement.programme
    at = programme.referring_organisation if role == "referrer" else programme.centre
    other = user_with_role(role, at, unit=placement.workshop.unit if role == "contact_person" else None)
    workshop = WorkshopFactory(unit__organisation=programme.centre)
    dates = {"starts_on": TODAY, "ends_on": programme.ends_on}
    for attempt in (
        lambda: placing.change_week(placement=placement, from_day=TODAY, week=LONGER, by=other),
        lambda: placing.move_last_day(placement=placement, ends_on=TODAY, by=other),
        lambda: placing.place(
            programme=programme, workshop=workshop, week=[WeekSlot(5, time(8), time(9))], by=other, **dates
        ),
        lambda: placing.remove(placement=placement, by=other),
        lambda: placing.drop_step(placement=placement, from_day=TODAY + DAY, by=other),
        lambda: placing.tell_told(programme=programme, by=other),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_database_itself_refuses_two_slots_in_the_same_hours(placement):
    """P5: across placements; adjacent hours and adjacent days are allowed."""
    other = PlacementFactory(programme=placement.programme)
    fields = {"placement": other, "weekday": 1, "valid_from": TODAY, "valid_until": TODAY + 2 * WEEK}
    for starts, ends in ((time(11, 59), time(13)), (time(7, 30), time(8, 1)), (time(8), time(12))):
        with acting(SYSTEM), pytest.raises(IntegrityError, match="programmes_slots_apart"), transaction.atomic():
            ScheduleSlot.objects.create(starts=starts, ends=ends, **fields)
    with acting(SYSTEM):
        ScheduleSlot.objects.create(starts=time(12), ends=time(13), **fields)
        ScheduleSlot.objects.create(
            starts=time(12), ends=time(13), placement=other, weekday=1, valid_from=TODAY + 2 * WEEK + DAY
        )
    last = ScheduleSlot.objects.order_by("pk").last()
    assert (last.programme, last.valid_until) == (placement.programme, other.ends_on)


@pytest.mark.django_db(transaction=True)
def test_two_who_place_the_same_citizen_in_the_same_hours_at_once(transactional_db):
    """P5: one is saved, the other is told what is there."""
    programme = ProgrammeFactory()
    leader = user_with_role("team_leader", programme.centre)
    one, other = (WorkshopFactory(unit__organisation=programme.centre) for _ in range(2))
    # A second programme of the same citizen at the centre is looked at as well.
    second = ProgrammeFactory(citizen=programme.citizen, centre=programme.centre, caseworker=programme.caseworker)
    dates = {"starts_on": TODAY, "ends_on": programme.ends_on, "week": MORNINGS}
    results = at_once(
        lambda: placing.place(programme=programme, workshop=one, by=programme.caseworker, **dates),
        lambda: placing.place(programme=programme, workshop=other, by=leader, **dates),
        lambda: placing.place(programme=second, workshop=other, by=leader, **dates),
    )
    assert sorted(type(result).__name__ for result in results) == ["NotPlaced", "NotPlaced", "Placement"]
    (saved,) = (result for result in results if isinstance(result, Placement))
    for result in results:
        assert result is saved or (result.slots.keys() == {0, 1} and str(saved.workshop) in str(result))
    assert Placement.objects.count() == 1
    assert ScheduleSlot.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_last_place_at_once(transactional_db):
    """P10"""
    first = ProgrammeFactory()
    second = ProgrammeFactory(centre=first.centre)
    workshop = WorkshopFactory(unit__organisation=first.centre, places=1)
    dates = {"workshop": workshop, "starts_on": TODAY, "ends_on": first.ends_on, "week": MORNINGS}
    results = at_once(
        lambda: placing.place(programme=first, by=first.caseworker, **dates),
        lambda: placing.place(programme=second, by=second.caseworker, **dates),
    )
    assert sorted(type(result).__name__ for result in results) == ["NotPlaced", "Placement"]
    assert any(str(workshop) in str(result) for result in results if isinstance(result, NotPlaced))
    assert workshop.placements.count() == 1


hours = st.integers(8, 13).flatmap(lambda start: st.tuples(st.just(start), st.integers(start + 1, 14)))
slots_of_a_day = st.builds(lambda day, at: WeekSlot(day, time(at[0]), time(at[1])), st.integers(1, 5), hours)
what = st.sampled_from(["change", "change", "change", "end", "drop", "place"])
changes = st.tuples(what, st.integers(0, 1), st.integers(-7, 100), st.lists(slots_of_a_day, max_size=4))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(changes, min_size=1, max_size=6))
def test_no_sequence_of_changes_alters_what_was_agreed_before_its_day_or_overlaps(db, steps):
    """P5: whatever is tried in whatever order; what is refused changes nothing."""
    with transaction.atomic():
        first = placed()
        programme, by = first.programme, first.programme.caseworker
        second = PlacementFactory(programme=programme)
        ScheduleSlotFactory(placement=second, weekday=2)
        last = programme.ends_on
        for what, which, ahead, week in steps:
            from_day = TODAY + DAY * ahead
            placement = Placement.objects.get(pk=(first, second)[which].pk)
            before = agreed_days(programme, programme.starts_on, last)
            changes_from = from_day
            try:
                with transaction.atomic():
                    if what == "change":
                        placing.change_week(placement=placement, from_day=from_day, week=week, by=by)
                    elif what == "end":
                        changes_from = min(from_day, placement.ends_on) + DAY
                        placing.move_last_day(placement=placement, ends_on=from_day, by=by)
                    elif what == "drop":
                        placing.drop_step(placement=placement, from_day=from_day, by=by)
                    else:
                        workshop = WorkshopFactory(unit__organisation=programme.centre)
                        dates = {"starts_on": from_day, "ends_on": last, "week": week}
                        placing.place(programme=programme, workshop=workshop, by=by, **dates)
            except NotPlaced:
                changes_from = last + DAY
            changed = min(changes_from, last + DAY)
            assert changed >= TODAY
            kept = (changed - programme.starts_on).days
            assert agreed_days(programme, programme.starts_on, last)[:kept] == before[:kept]
        slots = schedule_of(programme)
        for number in range((last - programme.starts_on).days + 1):
            day = programme.starts_on + DAY * number
            there = sorted(
                (slot.starts, slot.ends)
                for slot in slots
                if slot.valid_from <= day <= slot.valid_until and slot.weekday == day.isoweekday()
            )
            assert all(one[1] <= after[0] for one, after in pairwise(there))
        transaction.set_rollback(True)


POOL = {**named("pool", is_health=True), "is_weekly": True}


def test_an_internship_and_a_course_share_the_week_with_a_workshop_never_an_hour(db):
    """P5, A11: what the type does not use is refused, and so is the wrong person (T1)."""
    placement = placed(programme__type=type_with(activities=[POOL, named("walk")], uses_internships=True))
    programme, by = placement.programme, placement.programme.caseworker
    days = {"starts_on": TODAY + DAY, "ends_on": programme.ends_on}
    joiner = Elsewhere(kind="internship", place="Hansen", contact_name="Ib Hansen", contact_phone="12 34 56 78")
    agree = partial(placing.place_elsewhere, programme=programme, **days)
    with pytest.raises(NotPlaced) as refused:
        agree(where=joiner, week=[WeekSlot(6, time(5), time(20)), WeekSlot(3, time(11), time(14))], by=by)
    assert list(refused.value.slots) == [1]
    found = agree(where=joiner, week=[WeekSlot(6, time(5), time(20)), WeekSlot(3, time(12), time(14))], by=by)
    with pytest.raises(NotPlaced):
        agree(where=Elsewhere(kind="course", course="pool"), week=[WeekSlot(6, time(19), time(21))], by=by)
    baths = Elsewhere(kind="course", course="pool", place="The baths")
    pool = agree(where=baths, week=[WeekSlot(2, time(9), time(10))], by=by)
    assert [found.name(), pool.name(), pool.name(with_health=True)] == ["Hansen", "Appointment", "Pool, The baths"]
    told = Entry.objects.filter(kind="stay_agreed").order_by("pk")
    assert [entry.audience for entry in told] == ["shared_referrer", "health"]
    assert [timeline.title_of(entry).split(" agreed")[0] for entry in told] == ["Hansen", "Pool, The baths"]
    slots = ExpectedAttendance.objects.filter(programme=programme, workshop=None)
    assert slots.filter(placement=found, day=TODAY + 3 * DAY).exists()  # a Saturday
    sources = [f"programmes.placement:{one.pk}" for one in (found, pool)]
    assert not CaseAccess.objects.filter(source__in=sources).exists()
    placing.change_week(placement=found, from_day=TODAY + WEEK, week=[WeekSlot(6, time(8), time(12))], by=by)
    placing.move_last_day(placement=found, ends_on=TODAY + 2 * WEEK, by=by)
    placing.remove(placement=pool, by=by)
    assert set(Entry.objects.values_list("kind", flat=True)) >= {"stay_shortened", "stay_removed", "week_changed"}
    for wrong in (Elsewhere(kind="internship"), Elsewhere(kind="course", course="walk"), Elsewhere(kind="workshop")):
        with pytest.raises(NotPlaced):
            agree(where=wrong, week=[WeekSlot(4, time(9), time(10))], by=by)
    stranger = user_with_role("contact_person", programme.centre)
    with pytest.raises(NotAllowed):
        agree(where=joiner, week=[WeekSlot(4, time(9), time(10))], by=stranger)
    with pytest.raises(NotPlaced, match="uses no internships"):
        placing.place_elsewhere(
            programme=(other := ProgrammeFactory()), where=joiner, week=MORNINGS, by=other.caseworker, **days
        )
    with pytest.raises(IntegrityError, match="programmes_placement_of_kind"), transaction.atomic():
        PlacementFactory(programme=programme, kind="internship", place="Hansen")
