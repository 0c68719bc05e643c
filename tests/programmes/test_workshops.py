"""Workshops and their opening hours (U4, P5)."""

import datetime
from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.roles import Role
from attendance.expected.writing import write_ahead
from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from audit.models import Change
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from programmes.models import ScheduleSlot, Workshop
from programmes.placements.placing import change_week, move_last_day
from programmes.placements.schedules import WeekSlot
from programmes.placements.weeks import minutes_by_week, schedule_of
from programmes.places.capacity import free_places
from programmes.places.opening_hours import Answer, HoursAgreed, left_outside
from programmes.places.workshops import change_workshop, open_workshop
from tests.factories.accounts import CentreFactory, UnitFactory, user_with_role
from tests.factories.programmes import MONDAY, PlacementFactory, ScheduleSlotFactory, WorkshopFactory
from worklist.models import Task

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False),
]
MORNINGS = {day: (time(8), time(12)) for day in range(1, 6)}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def centre():
    return CentreFactory()


@pytest.fixture
def leader(centre):
    return user_with_role(Role.TEAM_LEADER, centre)


def change(workshop, by, week=MORNINGS, **changes):
    fields = {"name": workshop.unit.name, "places": 10, "week": week}
    return change_workshop(workshop=workshop, by=by, **fields | changes)


def hours(workshop):
    return {one.weekday: (one.opens, one.closes) for one in Workshop.objects.get(pk=workshop.pk).opening_hours.all()}


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.ADMINISTRATOR])
def test_a_workshop_opens_with_its_hours_and_is_chosen_at_once(centre, role):
    workshop = open_workshop(centre=centre, name="Wood", places=8, week=MORNINGS, by=user_with_role(role, centre))
    assert hours(workshop) == MORNINGS
    assert [(one.workshop, one.free) for one in free_places(centre, MONDAY)] == [(workshop, 8)]


def test_only_the_own_centre_is_set_up(centre, leader):
    """U1, T1"""
    other = CentreFactory()
    users = [
        user_with_role(Role.TEAM_LEADER, other),
        user_with_role(Role.ADMINISTRATOR, other),
        user_with_role(Role.CASEWORKER, centre),
        user_with_role(Role.CONTACT_PERSON, centre),
    ]
    workshop = WorkshopFactory(unit__organisation=centre)
    for user in users:
        with pytest.raises(NotAllowed):
            open_workshop(centre=centre, name="Wood", places=8, week=MORNINGS, by=user)
        with pytest.raises(NotAllowed):
            change(workshop, user)
    assert Workshop.objects.get() == workshop


def test_a_name_that_is_taken_is_refused(centre, leader):
    UnitFactory(organisation=centre, name="Wood")
    with pytest.raises(Refused, match="already taken"):
        open_workshop(centre=centre, name="Wood", places=8, week=MORNINGS, by=leader)
    assert not Workshop.objects.exists()


def test_new_hours_keep_the_old_ones_in_the_history(centre, leader):
    """T4"""
    workshop = WorkshopFactory(unit__organisation=centre)
    change(workshop, leader)
    assert hours(workshop) == MORNINGS
    kept = Change.objects.filter(table="programmes_openinghours", operation="update", before__opens="07:30:00")
    assert kept.count() == 5
    before = Change.objects.count()
    change(workshop, leader)
    assert Change.objects.count() == before


def test_hours_that_leave_an_agreed_slot_outside_are_refused_and_name_it(centre, leader):
    """P5: a citizen is never expected at a closed door."""
    workshop = WorkshopFactory(unit__organisation=centre)
    placement = PlacementFactory(programme__centre=centre, workshop=workshop)
    ScheduleSlotFactory(placement=placement, weekday=1, starts=time(8), ends=time(12))
    ScheduleSlotFactory(placement=placement, weekday=3, starts=time(8), ends=time(13))
    before = hours(workshop)
    with pytest.raises(HoursAgreed, match="1 citizen has agreed hours outside") as refused:
        change(workshop, leader, name="Another")
    (slot,) = refused.value.slots
    assert (slot.programme, slot.weekday, slot.ends) == (placement.programme, 3, time(13))
    assert hours(workshop) == before
    assert Workshop.objects.get(pk=workshop.pk).unit.name == workshop.unit.name
    closed_on_mondays = {day: MORNINGS[day] for day in (2, 4, 5)} | {3: (time(8), time(13))}
    with pytest.raises(HoursAgreed):
        change(workshop, leader, week=closed_on_mondays)
    change(workshop, leader, week=MORNINGS | {3: (time(8), time(13))})


def agreed_from(workshop, start, *hours_of_days):
    placement = PlacementFactory(
        programme__centre=workshop.unit.organisation, programme__starts_on=start, workshop=workshop
    )
    for weekday, starts, ends in hours_of_days:
        ScheduleSlotFactory(placement=placement, weekday=weekday, starts=time(starts), ends=time(ends))
    return placement


def weeks_of(programme):
    return [
        (slot.weekday, slot.starts.hour, slot.ends.hour, slot.valid_from, slot.valid_until)
        for slot in schedule_of(programme)
    ]


def test_weeks_outside_new_hours_are_shortened_from_today_on_as_new_versions(centre, leader):
    """P5, P12: what was agreed before stays, and so do its figures; each caseworker is told, in one go for all."""
    workshop, other = (WorkshopFactory(unit__organisation=centre) for _ in range(2))
    start, week = datetime.date(2026, 11, 2), datetime.timedelta(weeks=1)
    placement = agreed_from(workshop, start, (1, 8, 14), (2, 8, 12), (3, 12, 14), (5, 8, 13))
    ahead = agreed_from(workshop, MONDAY + week, (1, 8, 14))
    untouched = agreed_from(other, start, (1, 8, 14))
    programme = placement.programme
    write_ahead(by=System("test"))
    past = list(minutes_by_week(schedule_of(programme), [start, start + week, start + 2 * week]).values())
    closed_on_fridays = {day: MORNINGS[day] for day in range(1, 5)}
    change(workshop, leader, week=closed_on_fridays, answer=Answer.SHORTEN)
    last = programme.ends_on
    yesterday = MONDAY - datetime.timedelta(days=1)
    assert weeks_of(programme) == [
        (1, 8, 14, start, yesterday),
        (1, 8, 12, MONDAY, last),
        (2, 8, 12, start, last),
        (3, 12, 14, start, yesterday),
        (5, 8, 13, start, yesterday),
    ]
    assert list(minutes_by_week(schedule_of(programme), [start, start + week, start + 2 * week]).values()) == past
    assert weeks_of(ahead.programme) == [(1, 8, 12, ahead.starts_on, ahead.ends_on)]
    assert weeks_of(untouched.programme) == [(1, 8, 14, start, untouched.ends_on)]
    expected = ExpectedAttendance.objects.filter(programme=programme)
    assert set(expected.values_list("day__iso_week_day", "ends")) == {(1, time(12)), (2, time(12))}
    tasks = Task.objects.filter(kind="week_shortened")
    assert {task.for_user for task in tasks} == {programme.caseworker, ahead.programme.caseworker}
    line = Entry.objects.get(case=programme.reference)
    assert (line.kind, line.params["week_minutes"]) == ("week_shortened", 480)
    change_week(placement=placement, from_day=MONDAY, week=[WeekSlot(2, time(8), time(11))], by=programme.caseworker)
    assert not tasks.open().filter(for_user=programme.caseworker).exists()


def test_weeks_outside_new_hours_may_stay_until_others_are_agreed(centre, leader):
    """P5"""
    workshop = WorkshopFactory(unit__organisation=centre)
    placement = agreed_from(workshop, MONDAY, (1, 8, 14), (2, 8, 12))
    before = weeks_of(placement.programme)
    change(workshop, leader, answer=Answer.LEAVE)
    assert weeks_of(placement.programme) == before
    assert hours(workshop) == MORNINGS
    task = Task.objects.get()
    assert (task.kind, task.for_user, task.done_at) == ("week_outside", placement.programme.caseworker, None)
    assert not Entry.objects.exists()
    by = placement.programme.caseworker
    move_last_day(placement=placement, ends_on=MONDAY + datetime.timedelta(weeks=3), by=by)
    assert Task.objects.open().exists()
    change_week(placement=placement, from_day=MONDAY, week=[WeekSlot(1, time(8), time(12))], by=by)
    assert not Task.objects.open().exists()


@pytest.mark.parametrize("answer", list(Answer))
def test_many_weeks_outside_take_as_many_statements_as_one(centre, leader, answer):
    """Sets, not loops."""
    assert leader.reach.roles  # asked once
    counts = []
    for citizens in (1, 5):
        workshop = WorkshopFactory(unit__organisation=centre)
        for _number in range(citizens):
            agreed_from(workshop, MONDAY, (1, 8, 14), (3, 8, 14))
        with CaptureQueriesContext(connection) as queries:
            change(workshop, leader, answer=answer)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_name_may_change_while_old_hours_do_not_fit_what_was_agreed(centre, leader):
    workshop = WorkshopFactory(unit__organisation=centre)
    placement = PlacementFactory(programme__centre=centre, workshop=workshop)
    ScheduleSlotFactory(placement=placement, weekday=6)
    change(workshop, leader, name="Another", week=hours(workshop))
    assert Workshop.objects.get(pk=workshop.pk).unit.name == "Another"


@pytest.mark.parametrize("what", ["ended_programme", "ended_schedule", "ended_placement"])
def test_what_was_agreed_for_the_past_stands_against_nothing_and_stays(centre, leader, what):
    """P5"""
    workshop = WorkshopFactory(unit__organisation=centre)
    placement = PlacementFactory(
        programme__centre=centre, programme__starts_on=datetime.date(2026, 11, 2), workshop=workshop
    )
    slot = ScheduleSlotFactory(placement=placement, ends=time(14))
    yesterday = datetime.date(2026, 11, 22)
    with acting(System("test")):
        if what == "ended_programme":
            type(placement.programme).objects.update(status="interrupted", ended_on=yesterday)
        elif what == "ended_schedule":
            ScheduleSlot.objects.update(valid_until=yesterday)
        else:
            type(placement).objects.update(ends_on=yesterday)
    change(workshop, leader)
    slot.refresh_from_db()
    assert slot.ends == time(14)


def test_hours_of_past_days_stay_as_they_were_expected(centre, leader):
    """A12, P5"""
    workshop = WorkshopFactory(unit__organisation=centre)
    start = datetime.date(2026, 11, 16)
    placement = PlacementFactory(
        programme__centre=centre, programme__starts_on=start, programme__ends_on=MONDAY, workshop=workshop
    )
    ScheduleSlotFactory(placement=placement, weekday=2, ends=time(14))
    from attendance.expected.writing import write_expected

    write_expected(since=start, until=MONDAY, by=System("test"))
    with acting(System("test")):
        ScheduleSlot.objects.update(valid_until=datetime.date(2026, 11, 20))
    change(workshop, leader)
    write_ahead(by=System("test"))
    past = ExpectedAttendance.objects.get(day=datetime.date(2026, 11, 17))
    assert (past.starts, past.ends) == (time(8), time(14))


def test_what_stands_against_new_hours_is_one_query(centre, django_assert_num_queries):
    workshop = WorkshopFactory(unit__organisation=centre)
    for _number in range(4):
        placement = PlacementFactory(programme__centre=centre, workshop=workshop)
        ScheduleSlotFactory(placement=placement, ends=time(14))
    with django_assert_num_queries(1):
        found = left_outside(workshop, MORNINGS, since=MONDAY)
        assert len({str(one.programme.citizen) for one in found}) >= 1
    assert len(found) == 4


def test_a_reversed_day_is_refused(centre, leader):
    with pytest.raises(Refused):
        open_workshop(centre=centre, name="Wood", places=8, week={1: (time(12), time(8))}, by=leader)


def test_a_closed_workshop_is_chosen_for_nothing_new(centre, leader):
    workshop = WorkshopFactory(unit__organisation=centre)
    from accounts import places

    places.close(place=workshop.unit, by=leader)
    assert free_places(centre, MONDAY) == []
