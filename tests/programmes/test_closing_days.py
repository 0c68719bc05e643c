"""Public holidays and closing days (A1)."""

from datetime import date

import pytest
import time_machine
from django.utils import timezone

from accounts.roles import Role
from attendance.expected.writing import write_ahead
from attendance.follow_up.flagging import flag_missed
from attendance.models import ExpectedAttendance, MissedAttendance
from audit.acting import System, acting
from audit.models import Change, Event
from core.exceptions import NotAllowed, Refused
from programmes.models import ClosingDay
from programmes.places.closing_days import (
    close_days,
    closed_days,
    customary_days,
    fill_in_public_holidays,
    open_day,
    public_holidays,
    write_holidays_ahead,
    write_public_holidays,
)
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.attendance import MissedFactory
from tests.factories.programmes import PlacementFactory, ScheduleSlotFactory

pytestmark = pytest.mark.django_db


def test_store_bededag_is_a_working_day_since_2024():
    assert date(2023, 5, 5) in public_holidays("DK", [2023])
    assert date(2024, 4, 26) not in public_holidays("DK", [2024])


def test_an_ordinary_sunday_in_sweden_is_no_holiday_of_its_own():
    assert date(2026, 11, 22) not in public_holidays("SE", [2026])
    assert date(2026, 6, 6) in public_holidays("SE", [2026])


def test_writing_holidays_twice_changes_nothing():
    centre = CentreFactory()
    with acting(System("test")):
        write_public_holidays(centre, [2026, 2027])
        before = ClosingDay.objects.count()
        write_public_holidays(centre, [2026, 2027])
    assert ClosingDay.objects.count() == before
    assert date(2027, 3, 29) in closed_days(centre, since=date(2027, 1, 1))


# Set up on the centre's page (U4)


@pytest.fixture
def centre():
    return CentreFactory()


@pytest.fixture
def leader(centre):
    return user_with_role(Role.TEAM_LEADER, centre)


@pytest.fixture
def expected(centre):
    """A citizen agreed for every Monday and Tuesday, from Monday 23 November 2026."""
    placement = PlacementFactory(programme__centre=centre)
    for weekday in (1, 2):
        ScheduleSlotFactory(placement=placement, weekday=weekday)
    write_ahead(by=System("test"))
    return placement


def days_expected() -> list[date]:
    return sorted(ExpectedAttendance.objects.values_list("day", flat=True))


MONDAY_AFTER, TUESDAY_AFTER = date(2026, 11, 30), date(2026, 12, 1)
NOW = pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False)


@NOW
def test_nobody_is_expected_on_a_day_that_was_closed_and_everybody_when_it_is_opened_again(centre, leader, expected):
    """A12"""
    assert {MONDAY_AFTER, TUESDAY_AFTER} <= set(days_expected())
    assert close_days(centre=centre, first=MONDAY_AFTER, last=TUESDAY_AFTER, name="Course", by=leader) == 2
    assert not {MONDAY_AFTER, TUESDAY_AFTER} & set(days_expected())
    open_day(closing_day=ClosingDay.objects.get(day=TUESDAY_AFTER), by=leader)
    assert TUESDAY_AFTER in days_expected()
    assert MONDAY_AFTER not in days_expected()
    assert list(Event.objects.filter(subject=centre.name).values_list("verb", flat=True)) == [
        "closing_days_entered",
        "closing_day_removed",
    ]
    assert set(Change.objects.filter(table="programmes_closingday").values_list("operation", "actor_id")) == {
        ("insert", leader.pk),
        ("delete", leader.pk),
    }


@NOW
def test_a_closing_day_entered_afterwards_takes_its_flag_and_its_task_back(centre, leader, expected):
    """A12"""
    slot = ExpectedAttendance.objects.get(day=date(2026, 11, 23))
    missed = MissedFactory(slot=slot)
    with time_machine.travel("2026-11-24T09:00:00+01:00", tick=False):
        close_days(centre=centre, first=slot.day, last=slot.day, name="Power cut", by=leader)
        missed.refresh_from_db()
        assert missed.status == "cancelled"
        open_day(closing_day=ClosingDay.objects.get(day=slot.day), by=leader)
        flag_missed(at=timezone.now())
        missed.refresh_from_db()
        assert missed.status == "cancelled"
        assert MissedAttendance.objects.count() == 1


@NOW
def test_a_past_day_that_is_opened_again_flags_nobody(centre, leader, expected):
    """A5, A12: nobody was marked, so nothing is known of that day."""
    day = date(2026, 11, 24)
    close_days(centre=centre, first=day, last=day, name="By mistake", by=leader)
    with time_machine.travel("2026-11-26T09:00:00+01:00", tick=False):
        open_day(closing_day=ClosingDay.objects.get(day=day), by=leader)
        assert day in days_expected()
        flag_missed(at=timezone.now())
        assert not MissedAttendance.objects.filter(slot__day=day).exists()


@NOW
def test_several_days_are_closed_in_a_fixed_number_of_queries(centre, leader, expected, django_assert_max_num_queries):
    with django_assert_max_num_queries(16) as short:
        close_days(centre=centre, first=date(2026, 11, 30), last=date(2026, 12, 1), name="Course", by=leader)
    with django_assert_max_num_queries(len(short)):
        close_days(centre=centre, first=date(2026, 12, 7), last=date(2027, 1, 8), name="Winter", by=leader)


@NOW
def test_a_range_leaves_weekends_out_and_keeps_the_names_of_days_that_were_closed(centre, leader):
    with acting(System("test")):
        write_public_holidays(centre, [2026])
    assert close_days(centre=centre, first=date(2026, 12, 21), last=date(2027, 1, 3), name="Holidays", by=leader) == 9
    assert ClosingDay.objects.get(day=date(2026, 12, 25)).is_public_holiday
    assert not ClosingDay.objects.filter(day=date(2027, 1, 2)).exists()
    close_days(centre=centre, first=date(2027, 1, 2), last=date(2027, 1, 2), name="A Saturday", by=leader)


@NOW
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 12, 2), date(2026, 12, 1)),
        (date(1900, 1, 1), date(1900, 1, 1)),
        (date(2100, 1, 1), date(2100, 1, 1)),
        (date(2026, 12, 1), date(2027, 6, 1)),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(centre, leader, first, last):
    with pytest.raises(Refused):
        close_days(centre=centre, first=first, last=last, name="Oops", by=leader)
    assert not ClosingDay.objects.exists()


@NOW
def test_closing_twice_is_refused_and_says_so(centre, leader):
    once = {"centre": centre, "first": MONDAY_AFTER, "last": MONDAY_AFTER, "name": "Course", "by": leader}
    close_days(**once)
    with pytest.raises(Refused, match="closed on these days already"):
        close_days(**once)


@NOW
def test_only_the_own_centres_days_are_changed(centre, leader):
    """U1, T1"""
    close_days(centre=centre, first=MONDAY_AFTER, last=MONDAY_AFTER, name="Course", by=leader)
    closing_day = ClosingDay.objects.get()
    strangers = [user_with_role(role, CentreFactory()) for role in (Role.TEAM_LEADER, Role.ADMINISTRATOR)]
    for user in [*strangers, user_with_role(Role.CASEWORKER, centre)]:
        with pytest.raises(NotAllowed):
            close_days(centre=centre, first=TUESDAY_AFTER, last=TUESDAY_AFTER, name="Course", by=user)
        with pytest.raises(NotAllowed):
            open_day(closing_day=closing_day, by=user)
        with pytest.raises(NotAllowed):
            fill_in_public_holidays(centre=centre, year=2027, by=user)
    assert ClosingDay.objects.get() == closing_day


@NOW
def test_public_holidays_are_written_for_this_year_and_the_next_once(centre, leader, expected):
    """A1: also where expected attendance was written before; a holiday that a centre keeps open stays open."""
    assert date(2026, 12, 28) in days_expected()
    today = date(2026, 11, 23)
    assert write_holidays_ahead(today=today, by=System("calendar")) >= 20
    assert ClosingDay.objects.filter(centre=centre, day=date(2026, 12, 25)).exists()
    gone = ClosingDay.objects.get(centre=centre, day=date(2026, 12, 25))
    open_day(closing_day=gone, by=leader)
    assert write_holidays_ahead(today=today, by=System("calendar")) == 0
    assert write_holidays_ahead(today=date(2027, 1, 1), by=System("calendar")) > 0
    assert ClosingDay.objects.filter(centre=centre, day=date(2028, 1, 1)).exists()
    assert not ClosingDay.objects.filter(centre=centre, day=date(2026, 12, 25)).exists()
    assert fill_in_public_holidays(centre=centre, year=2026, by=leader) == 1


@NOW
def test_the_calendar_takes_back_what_was_expected_on_a_holiday(centre, expected):
    with acting(System("test")):
        ScheduleSlotFactory(placement=expected, weekday=5)
    write_ahead(by=System("test"))
    assert date(2026, 12, 25) in days_expected()
    write_holidays_ahead(today=date(2026, 11, 23), by=System("calendar"))
    assert date(2026, 12, 25) not in days_expected()


@NOW
def test_a_closed_centre_gets_no_holidays(centre):
    with acting(System("test")):
        type(centre).objects.update(closed_on=date(2026, 11, 1))
    assert write_holidays_ahead(today=date(2026, 11, 23), by=System("calendar")) == 0


def test_days_on_which_many_close_are_offered_and_are_no_public_holidays():
    assert date(2026, 12, 24) in customary_days("DK", 2026)
    assert date(2026, 6, 5) in customary_days("DK", 2026)
    assert date(2026, 6, 19) in customary_days("SE", 2026)
    assert date(2026, 12, 25) not in customary_days("DK", 2026)
