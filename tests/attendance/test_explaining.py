"""A meeting or an activity that is entered afterwards, or called off, and the flag of its time (A2, A4, A6)."""

import datetime
import uuid

import pytest
import time_machine
from django.utils import timezone

from attendance.expected.writing import rewrite_closing_days
from attendance.follow_up.flagging import flag_missed
from attendance.models import ExpectedAttendance, MissedAttendance
from attendance.register.marks import MarkInput, record_marks
from journal.models import Entry
from meetings import actions, recording
from meetings.models import Meeting
from programmes import activities
from programmes.models import Activity
from tests.factories.activities import type_with
from tests.factories.attendance import SlotFactory, contact_person_of
from tests.factories.programmes import MONDAY, ClosingDayFactory, WorkshopFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + datetime.timedelta(days=1)


def at(text: str, day: datetime.date = MONDAY) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(text)))


@pytest.fixture
def clock():
    """Monday, seven in the morning."""
    with time_machine.travel(at("07:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def slot(clock):
    """Expected from 8 to 14 in a workshop whose register has begun, because somebody else is here."""
    workshop = WorkshopFactory()
    centre = {"placement__workshop": workshop, "placement__programme__centre": workshop.unit.organisation}
    expected = SlotFactory(**centre, placement__programme__type=type_with(), ends=datetime.time(14))
    other, by = SlotFactory(**centre), contact_person_of(workshop)
    clock.move_to(at("08:01"))
    record_marks(marks=[MarkInput(uuid=uuid.uuid4(), slot=other.pk, state="present", at=timezone.now())], by=by)
    return expected


def meet(slot: ExpectedAttendance, begins: str, ends: str, **details) -> Meeting:
    return actions.plan(
        programme=slot.programme,
        details=actions.Details(kind="follow_up", **details),
        starts_at=at(begins),
        ends_at=at(ends),
        uid=uuid.uuid4(),
        by=slot.programme.caseworker,
    )


def talk(slot: ExpectedAttendance, begins: str, ends: str) -> Activity:
    times = {"starts": datetime.time.fromisoformat(begins), "ends": datetime.time.fromisoformat(ends)}
    by = slot.programme.caseworker
    details = activities.Details(kind="guidance", led_by=by, **times)
    (planned,) = activities.plan(programmes=[slot.programme], details=details, days=[MONDAY], batch=uuid.uuid4(), by=by)
    return planned


def cancel(what: Meeting | Activity) -> None:
    by = what.programme.caseworker
    if isinstance(what, Meeting):
        actions.cancel(meeting=what, why="By mistake", by=by)
    else:
        activities.record_outcome(activity=what, status="cancelled", by=by)


def move(meeting: Meeting, begins: str, ends: str, day: datetime.date) -> None:
    times = {"starts_at": at(begins, day), "ends_at": at(ends, day)}
    actions.move(
        meeting=meeting, **times, why="The wrong day", version=meeting.version, by=meeting.programme.caseworker
    )


def not_held(meeting: Meeting, side: str) -> None:
    recording.record_not_held(meeting=meeting, side=side, why="It came to nothing", by=meeting.programme.caseworker)


def standing(slot: ExpectedAttendance) -> tuple[str, int]:
    """The flag's state, and whether somebody is asked to ring."""
    flag = MissedAttendance.objects.filter(slot=slot).first()
    return flag.status if flag else "", Task.objects.open().filter(kind="contact_absent_citizen").count()


@pytest.mark.parametrize("enter", [meet, talk])
def test_what_is_entered_afterwards_clears_the_flag_and_called_off_it_stands_again(slot, clock, enter):
    """A6: it is no flag of the meeting's time, and a right one is not lost, also when the day is judged."""
    clock.move_to(at("08:30"))
    flag_missed(at=at("08:30"))
    assert standing(slot) == ("raised", 1)
    entered = enter(slot, "08:00", "10:00")
    slot.refresh_from_db()
    assert (slot.covered_until, standing(slot)) == (datetime.time(10), ("cleared", 0))
    assert Entry.objects.get(kind="missed_excused").citizen == slot.citizen
    assert flag_missed(at=at("10:14")).flagged == 0
    cancel(entered)
    assert standing(slot) == ("raised", 1)
    entered = enter(slot, "08:00", "14:00")
    assert standing(slot) == ("cleared", 0)
    flag_missed(at=at("14:30"))
    clock.move_to(at("09:00", TUESDAY))
    assert standing(slot) == ("cleared", 0)
    cancel(entered)
    assert standing(slot) == ("raised", 1)
    assert Entry.objects.filter(kind="missed").count() == 1


@pytest.mark.parametrize("enter", [meet, talk])
def test_what_leaves_the_beginning_bare_or_was_over_long_ago_clears_nothing(slot, clock, enter):
    """A4: somebody who was to be here by now is missed."""
    clock.move_to(at("11:00"))
    flag_missed(at=at("11:00"))
    enter(slot, "08:00", "10:00")
    assert standing(slot) == ("raised", 1)
    enter(slot, "11:00", "14:00")
    assert standing(slot) == ("raised", 1)


def test_one_without_the_citizen_and_one_that_is_moved_away_clear_nothing(slot, clock):
    """A2"""
    clock.move_to(at("08:30"))
    flag_missed(at=at("08:30"))
    by = slot.programme.caseworker
    meeting = meet(slot, "08:00", "10:00", with_citizen=False)
    assert standing(slot) == ("raised", 1)
    details = actions.Details(kind="follow_up")
    meeting = actions.change(meeting=meeting, details=details, users=[], outside=[], version=meeting.version, by=by)
    assert standing(slot) == ("cleared", 0)
    move(meeting, "08:00", "10:00", TUESDAY)
    assert standing(slot) == ("raised", 1)


@pytest.mark.parametrize(
    ("what_happens", "when", "flagged"),
    [
        ("called off", "07:40", [1, 0]),  # told in time: expected in the workshop
        ("called off", "08:40", [0, 1]),  # told too late: not missed while waiting
        ("centre", "08:40", [0, 1]),
        ("referrer", "08:40", [0, 1]),
        ("moved", "07:40", [1, 0]),
        ("moved", "08:40", [0, 1]),
        ("citizen", "08:40", [1, 0]),  # never came
    ],
)
def test_who_was_told_in_time_is_expected_and_who_waited_in_vain_is_not_missed(
    slot, clock, what_happens, when, flagged
):
    """A2, A4: no false flag of a meeting that was agreed ahead, and no right one is lost."""
    clock.move_to(at("07:30"))
    meeting = meet(slot, "08:00", "10:00")
    clock.move_to(at(when))
    if what_happens == "called off":
        cancel(meeting)
    elif what_happens == "moved":
        move(meeting, "08:00", "10:00", TUESDAY)
    else:
        not_held(meeting, what_happens)
    assert [flag_missed(at=at("10:14")).flagged, flag_missed(at=at("10:15")).flagged] == flagged
    slot.refresh_from_db()
    assert slot.met is None


def test_a_mark_outweighs_what_is_called_off(slot, clock):
    """A6: somebody came, so nothing stands again."""
    clock.move_to(at("08:30"))
    flag_missed(at=at("08:30"))
    by = contact_person_of(slot.workshop)
    late = MarkInput(uuid=uuid.uuid4(), slot=slot.pk, state="late", at=timezone.now(), came_at=datetime.time(8, 20))
    meeting = meet(slot, "08:00", "14:00")
    record_marks(marks=[late], by=by)
    cancel(meeting)
    assert standing(slot) == ("cleared", 0)


def test_nobody_is_missed_on_a_closing_day_whatever_is_called_off(slot, clock):
    """A1"""
    clock.move_to(at("08:30"))
    flag_missed(at=at("08:30"))
    meeting = meet(slot, "08:00", "14:00")
    ClosingDayFactory(centre=slot.programme.centre)
    cancel(meeting)
    assert standing(slot) == ("cleared", 0)
    rewrite_closing_days(centre_id=slot.programme.centre_id, days=[MONDAY], by=slot.programme.caseworker)
    assert standing(slot) == ("cleared", 0)


def test_planning_ahead_asks_nothing_about_flags(slot, clock, monkeypatch):
    """speed: only days that have come have flags"""
    monkeypatch.setattr("attendance.follow_up.explaining.explain_flags", lambda **kwargs: pytest.fail("it asked"))
    clock.move_to(at("08:00", MONDAY - datetime.timedelta(days=3)))
    cancel(meet(slot, "08:00", "10:00"))
    cancel(talk(slot, "08:00", "10:00"))
