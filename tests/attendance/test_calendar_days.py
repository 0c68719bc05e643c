"""Days on which clocks, weeks and holidays do what they seldom do: right hours, and nobody accused (A1, A4, A12)."""

import datetime
import uuid

import pytest
import time_machine
from django.utils import timezone

from attendance.expected.writing import write_expected
from attendance.figures import sums
from attendance.follow_up.flagging import flag_missed
from attendance.joint_days.arranging import arrange_joint_day
from attendance.models import ExpectedAttendance, MissedAttendance, RegisterDay
from attendance.register.marks import MarkInput, record_marks
from audit.acting import System, acting
from core.events import closing_days_changed
from programmes.models import ClosingDay
from programmes.places.closing_days import write_public_holidays
from tests.factories.attendance import contact_person_of
from tests.factories.meetings import MeetingFactory
from tests.factories.programmes import PlacementFactory, ProgrammeFactory, ScheduleSlotFactory, WorkshopFactory

pytestmark = pytest.mark.django_db
SYSTEM = System("test")
DAY = datetime.timedelta(days=1)
FIVE = range(1, 6)


def at(day: datetime.date, text: str) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(text)))


def two_who_come(starts_on: datetime.date, weekdays=FIVE) -> list:
    """Two citizens of one workshop, agreed from 8 to 12; the first one comes, the second one's days are judged."""
    workshop = WorkshopFactory()
    placements = [
        PlacementFactory(
            programme=ProgrammeFactory(centre=workshop.unit.organisation, starts_on=starts_on), workshop=workshop
        )
        for _ in range(2)
    ]
    for placement in placements:
        for weekday in weekdays:
            ScheduleSlotFactory(placement=placement, weekday=weekday)
    return placements


def mark_all(day: datetime.date, by, *placements, state: str = "present") -> None:
    slots = ExpectedAttendance.objects.filter(day=day, placement__in=placements)
    marks = [MarkInput(uuid=uuid.uuid4(), slot=slot.pk, state=state, at=timezone.now()) for slot in slots]
    assert {result.status for result in record_marks(marks=marks, by=by)} == {"applied"}


@pytest.mark.parametrize("sunday", ["2026-03-29", "2026-10-25"])
def test_around_a_change_of_the_clock_hours_are_right_and_nobody_is_accused(sunday):
    """The Friday, the Sunday together and the Monday: due at 8.15 by the wall, a meeting covers its own minutes."""
    sunday = datetime.date.fromisoformat(sunday)
    friday, monday = sunday - DAY * 2, sunday + DAY
    with time_machine.travel(at(friday, "07:00"), tick=False) as clock:
        here, other = two_who_come(friday - DAY * 4)
        by = contact_person_of(here.workshop)
        write_expected(since=friday, until=monday, by=SYSTEM)
        arrange_joint_day(
            workshop=here.workshop, day=sunday, starts=datetime.time(8), ends=datetime.time(12), name="Open day", by=by
        )
        MeetingFactory(programme=other.programme, starts_at=at(monday, "07:30"), ends_at=at(monday, "09:00"))
        for day in (friday, sunday, monday):
            clock.move_to(at(day, "08:01"))
            mark_all(day, by, here)
            begins = "09:" if day == monday else "08:"
            assert flag_missed(at=at(day, f"{begins}14")).flagged == 0
            clock.move_to(at(day, f"{begins}14"))
            if day != sunday:
                mark_all(day, by, other)
                assert flag_missed(at=at(day, "15:00")).flagged == 0
            else:
                assert flag_missed(at=at(day, f"{begins}15")).flagged == 1
        missed = MissedAttendance.objects.get()
        assert (missed.slot.day, missed.due_on) == (sunday, sunday)
        total = sums.totals(here.programme, until=monday)
        assert (total.agreed, total.attended, total.slots) == (720, 720, 3)
        assert [(week.number, week.agreed) for week in sums.weeks(here.programme, until=monday)] == [
            (friday.isocalendar().week, 480),
            (monday.isocalendar().week, 240),
        ]


@pytest.mark.parametrize(
    ("first", "last", "days", "weeks"),
    [
        # Leap day 2028 is a Tuesday as any other.
        ("2028-02-28", "2028-03-01", 3, [(9, 720)]),
        # 2026 has a week 53, which runs into January; New Year's Day is closed.
        ("2026-12-28", "2027-01-05", 6, [(53, 960), (1, 480)]),
        # Store bededag, the fourth Friday after Easter, is a working day since 2024.
        ("2026-05-01", "2026-05-01", 1, [(18, 240)]),
        ("2023-05-05", "2023-05-05", 0, []),
    ],
)
def test_days_that_are_seldom_are_expected_as_the_calendar_says(first, last, days, weeks):
    first, last = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    with time_machine.travel(at(first, "07:00"), tick=False) as clock:
        here, _other = two_who_come(first)
        centre = here.programme.centre
        with acting(SYSTEM):
            write_public_holidays(centre, {first.year, last.year})
        write_expected(since=first, until=last, by=SYSTEM)
        by = contact_person_of(here.workshop)
        for slot in ExpectedAttendance.objects.filter(placement=here):
            clock.move_to(at(slot.day, "08:05"))
            mark_all(slot.day, by, here)
        assert sums.totals(here.programme, until=last).slots == days
        assert [(week.number, week.attended) for week in sums.weeks(here.programme, until=last)] == weeks


def test_a_closing_day_entered_afterwards_accuses_nobody_and_counts_no_hours():
    """A1, A12: the flag goes, who came keeps the hours, and the evening judges nobody."""
    friday = datetime.date(2026, 11, 27)
    with time_machine.travel(at(friday, "08:05"), tick=False) as clock:
        here, other = two_who_come(friday - DAY * 4)
        by, centre = contact_person_of(here.workshop), here.programme.centre
        write_expected(since=friday, until=friday, by=SYSTEM)
        mark_all(friday, by, here)
        assert flag_missed(at=at(friday, "08:15")).flagged == 1
        clock.move_to(at(friday + DAY * 3, "09:00"))
        with acting(SYSTEM):
            ClosingDay.objects.create(centre=centre, day=friday, name="Frost")
            closing_days_changed.send(None, centre=centre, days=[friday], by=by)
        assert MissedAttendance.objects.get().status == "cancelled"
        assert flag_missed(at=at(friday + DAY * 3, "20:00")).flagged == 0
        assert sums.totals(here.programme).attended == 240
        assert sums.totals(other.programme).agreed == 0
        assert not RegisterDay.objects.filter(judged_at__isnull=True).exists()
