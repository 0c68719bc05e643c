import datetime

import pytest
import time_machine

from attendance.expected.writing import WEEKS_AHEAD, rewrite_closing_days, rewrite_expected, write_ahead, write_expected
from attendance.models import ExpectedAttendance, MissedAttendance, RegisterDay
from attendance.tasks import write_expected_attendance
from audit.acting import System, acting
from core.events import schedule_changed
from programmes.models import ClosingDay, Pause, ScheduleSlot, Workshop
from tests.factories.attendance import MissedFactory, contact_person_of
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory, ScheduleSlotFactory, WorkshopFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = System("test")
DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def on_the_first_monday():
    with time_machine.travel("2026-11-23T07:00+01:00", tick=False):
        yield


def days() -> list[datetime.date]:
    return sorted(ExpectedAttendance.objects.values_list("day", flat=True))


def change(model, **fields):
    with acting(SYSTEM):
        return model.objects.create(**fields)


def test_each_agreed_slot_is_expected_eight_weeks_ahead():
    """A12"""
    ScheduleSlotFactory()
    written = write_ahead(by=SYSTEM)
    assert written.slots == WEEKS_AHEAD + 1
    assert days() == [MONDAY + WEEK * n for n in range(WEEKS_AHEAD + 1)]


def test_writing_again_adds_nothing():
    """A12"""
    ScheduleSlotFactory()
    write_ahead(by=SYSTEM)
    assert write_ahead(by=SYSTEM).slots == 0
    write_expected_attendance()
    assert len(days()) == WEEKS_AHEAD + 1


def test_many_citizens_are_written_by_the_same_number_of_queries(django_assert_num_queries):
    """A12: sets, not loops"""
    for _ in range(3):
        ScheduleSlotFactory()
    with django_assert_num_queries(6):
        write_ahead(by=SYSTEM)
    for _ in range(3):
        ScheduleSlotFactory(weekday=2)
    with django_assert_num_queries(6):
        write_ahead(by=SYSTEM)


def test_nobody_is_expected_on_a_closing_day_of_the_own_centre():
    """A1"""
    slot = ScheduleSlotFactory()
    other = ScheduleSlotFactory()
    change(ClosingDay, centre=slot.placement.programme.centre, day=MONDAY + WEEK, name="Planning day")
    write_ahead(by=SYSTEM)
    closed = ExpectedAttendance.objects.filter(day=MONDAY + WEEK)
    assert [row.placement for row in closed] == [other.placement]
    assert not RegisterDay.objects.filter(workshop=slot.placement.workshop, day=MONDAY + WEEK).exists()


def test_nobody_is_expected_during_a_pause():
    """A1"""
    slot = ScheduleSlotFactory()
    change(
        Pause, programme=slot.placement.programme, starts_on=MONDAY + WEEK, ends_on=MONDAY + WEEK * 2, reason="Surgery"
    )
    write_ahead(by=SYSTEM)
    assert MONDAY + WEEK not in days()
    assert MONDAY + WEEK * 2 not in days()
    assert {MONDAY, MONDAY + WEEK * 3} <= set(days())


def test_a_pause_without_an_end_lasts():
    """A1"""
    slot = ScheduleSlotFactory()
    change(Pause, programme=slot.placement.programme, starts_on=MONDAY + DAY, reason="Not known yet")
    write_ahead(by=SYSTEM)
    assert days() == [MONDAY]


@pytest.mark.parametrize("status", ["completed", "interrupted", "never_started"])
def test_a_programme_that_has_ended_expects_nobody_after_its_end(status):
    """A1"""
    programme = ProgrammeFactory(status=status, ended_on=MONDAY + WEEK)
    ScheduleSlotFactory(placement__programme=programme)
    write_ahead(by=SYSTEM)
    assert days() == ([] if status == "never_started" else [MONDAY, MONDAY + WEEK])


def test_a_paused_programme_that_does_not_say_when_expects_nobody():
    """A1"""
    ScheduleSlotFactory(placement__programme__status="paused")
    write_ahead(by=SYSTEM)
    assert days() == []


def test_placement_and_version_of_the_schedule_bound_the_days():
    """P5, A1"""
    placement = PlacementFactory(starts_on=MONDAY + WEEK, ends_on=MONDAY + WEEK * 5)
    ScheduleSlotFactory(placement=placement, valid_from=MONDAY, valid_until=MONDAY + WEEK * 2)
    ScheduleSlotFactory(placement=placement, valid_from=MONDAY + WEEK * 3, starts=datetime.time(9))
    write_ahead(by=SYSTEM)
    assert days() == [MONDAY + WEEK * n for n in (1, 2, 3, 4, 5)]


def test_a_register_closes_with_the_workshop():
    """A5"""
    slot = ScheduleSlotFactory(weekday=5)
    write_ahead(by=SYSTEM)
    assert RegisterDay.objects.filter(workshop=slot.placement.workshop).first().closes == datetime.time(14)


def test_a_register_closes_later_for_somebody_expected_longer():
    """A5"""
    slot = ScheduleSlotFactory(ends=datetime.time(16))
    write_ahead(by=SYSTEM)
    assert RegisterDay.objects.filter(workshop=slot.placement.workshop).first().closes == datetime.time(16)


def test_a_past_range_can_be_written_and_counts_as_judged():
    """A12: for demo data"""
    slot = ScheduleSlotFactory()
    with time_machine.travel("2027-01-20T07:00+01:00", tick=False):
        written = write_expected(since=MONDAY, until=MONDAY + WEEK * 10, by=SYSTEM, judged=True)
    assert written.slots == 11
    registers = RegisterDay.objects.filter(workshop=slot.placement.workshop)
    assert registers.filter(judged_at__isnull=False).count() == 9


def test_a_changed_schedule_rewrites_from_the_day_on():
    """A12"""
    slot = ScheduleSlotFactory()
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ScheduleSlot.objects.filter(pk=slot.pk).update(valid_until=MONDAY + WEEK)
        ScheduleSlot.objects.create(
            placement=slot.placement, weekday=2, starts="08:00", ends="13:00", valid_from=MONDAY + WEEK * 2
        )
        schedule_changed.send(None, programme=slot.placement.programme, from_day=MONDAY + WEEK * 2, by=SYSTEM)
    assert days()[:4] == [MONDAY, MONDAY + WEEK, MONDAY + WEEK * 2 + DAY, MONDAY + WEEK * 3 + DAY]
    assert not RegisterDay.objects.filter(day=MONDAY + WEEK * 2).exists()


def test_other_hours_at_the_same_start_are_rewritten_too():
    """A12"""
    slot = ScheduleSlotFactory()
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ScheduleSlot.objects.filter(pk=slot.pk).update(ends="11:00")
        rewrite_expected(programme=slot.placement.programme, from_day=MONDAY + WEEK)
    assert set(ExpectedAttendance.objects.filter(day__gt=MONDAY).values_list("ends", flat=True)) == {datetime.time(11)}
    assert ExpectedAttendance.objects.get(day=MONDAY).ends == datetime.time(12)


def test_past_days_and_marked_slots_are_never_rewritten():
    """A12"""
    slot = ScheduleSlotFactory()
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ExpectedAttendance.objects.filter(day=MONDAY + WEEK * 2).update(state="ill")
    with time_machine.travel("2026-12-01T07:00+01:00", tick=False), acting(SYSTEM):
        ScheduleSlot.objects.filter(pk=slot.pk).update(valid_until=MONDAY)
        rewrite_expected(programme=slot.placement.programme, from_day=MONDAY)
    assert days() == [MONDAY, MONDAY + WEEK, MONDAY + WEEK * 2]


def test_another_programme_is_left_alone_by_a_rewrite():
    """A12"""
    slot, other = ScheduleSlotFactory(), ScheduleSlotFactory()
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ScheduleSlot.objects.filter(pk__in=[slot.pk, other.pk]).update(valid_until=MONDAY)
        rewrite_expected(programme=slot.placement.programme, from_day=MONDAY)
    assert ExpectedAttendance.objects.filter(placement=other.placement).count() == WEEKS_AHEAD + 1
    assert ExpectedAttendance.objects.filter(placement=slot.placement).count() == 1


def test_a_closing_day_entered_afterwards_takes_back_slots_and_flags():
    """A12"""
    slot = ScheduleSlotFactory()
    stays = ScheduleSlotFactory()
    write_ahead(by=SYSTEM)
    expected = ExpectedAttendance.objects.get(placement=slot.placement, day=MONDAY)
    missed = MissedFactory(slot=expected)
    Task.objects.create(
        kind="contact_absent_citizen",
        source=f"attendance.missed:{missed.pk}",
        due_on=MONDAY,
        url="/",
        for_user=slot.placement.programme.caseworker,
    )
    centre, closed = slot.placement.programme.centre, [MONDAY, MONDAY + WEEK]
    for day in closed:
        change(ClosingDay, centre=centre, day=day, name="Frost")
    rewrite_closing_days(centre_id=centre.pk, days=closed, by=SYSTEM)
    missed.refresh_from_db()
    assert missed.status == "cancelled"
    assert not Task.objects.open().exists()
    assert not ExpectedAttendance.objects.filter(placement=slot.placement, day=MONDAY + WEEK).exists()
    assert ExpectedAttendance.objects.filter(placement=stays.placement, day=MONDAY + WEEK).exists()
    assert MissedAttendance.objects.count() == 1


def test_a_closing_day_that_is_taken_away_is_expected_again():
    """A12"""
    slot = ScheduleSlotFactory()
    closing_day = change(ClosingDay, centre=slot.placement.programme.centre, day=MONDAY + WEEK, name="Frost")
    write_ahead(by=SYSTEM)
    with acting(SYSTEM):
        ClosingDay.objects.filter(pk=closing_day.pk).delete()
    rewrite_closing_days(centre_id=closing_day.centre_id, days=[closing_day.day], by=SYSTEM)
    assert MONDAY + WEEK in days()


def test_summer_time_changes_nothing_in_what_is_expected():
    """A1: 27 to 30 March 2026 and 26 October 2026"""
    for starts_on, first in [(datetime.date(2026, 3, 23), "2026-03-27"), (datetime.date(2026, 10, 19), "2026-10-23")]:
        programme = ProgrammeFactory(starts_on=starts_on)
        placement = PlacementFactory(programme=programme)
        for weekday in (5, 7, 1):
            ScheduleSlotFactory(placement=placement, weekday=weekday)
        since = datetime.date.fromisoformat(first)
        write_expected(since=since, until=since + DAY * 3, by=SYSTEM)
        rows = ExpectedAttendance.objects.filter(programme=programme).order_by("day")
        assert [row.day for row in rows] == [since, since + DAY * 2, since + DAY * 3]
        assert {row.agreed_minutes for row in rows} == {240}


def test_a_contact_person_sees_only_the_own_workshop():
    own, other = WorkshopFactory(), WorkshopFactory()
    user = contact_person_of(own)
    assert list(Workshop.objects.visible_to(user)) == [own]
    assert other not in Workshop.objects.visible_to(user)
