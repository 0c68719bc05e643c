"""What a programme's life asks of meetings: agreed at the start, called off at the end, handed over (P9, J3, U2)."""

import datetime

import pytest
import time_machine

from audit.acting import System, acting
from desk.case.checklist import checklist_of
from desk.case.head import case_of, in_language
from meetings import following, reminders
from meetings.actions import cancel
from meetings.models import Meeting
from messaging.models import OutgoingMail
from programmes.models import Programme
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.meetings import MeetingFactory, MeetingTaskFactory, at
from tests.factories.programmes import ProgrammeTypeFactory
from tests.meetings.test_actions import agree
from worklist.models import Task

pytestmark = pytest.mark.django_db
REQUIRED = [
    {
        "key": "start_meeting",
        "name": {"da": "Opstartssamtale", "sv": "Startsamtal", "en": "Start meeting"},
        "met_by": "meeting:start",
        "due": {"days_after_start": 0},
    },
    {
        "key": "agreed",
        "name": {"da": "Afslutning", "sv": "Avslutning", "en": "Closing"},
        "met_by": "meeting_agreed:closing",
        "due": {"days_after_start": 7},
    },
]


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def requiring() -> dict:
    plain = ProgrammeTypeFactory.build().definition
    return {"type": ProgrammeTypeFactory(key="requiring", definition={**plain, "required": REQUIRED})}


def send(receiver, **named) -> None:
    """As the event does, to us alone."""
    with acting(System("test")):
        receiver(Programme, by=System("test"), **named)


def asked() -> dict[str, datetime.date]:
    kinds = ["book_start_meeting", "agree_closing_meeting"]
    return dict(Task.objects.open().filter(kind__in=kinds).values_list("kind", "due_on"))


def test_an_accepted_referral_asks_for_start_and_closing_meeting():
    """P9, J3: the closing meeting's date is agreed at the start."""
    case = a_case(starts_on=datetime.date(2026, 12, 7), status="planned", **requiring())
    send(following.ask_at_start, programme=case.programme)
    assert asked() == {
        "book_start_meeting": datetime.date(2026, 12, 7),
        "agree_closing_meeting": datetime.date(2026, 12, 14),
    }
    assert set(Task.objects.values_list("for_user", flat=True)) == {case.caseworker.pk}


def test_a_type_that_requires_none_asks_for_none():
    case = a_case()
    send(following.ask_at_start, programme=case.programme)
    assert asked() == {}
    assert reminders.ask_for_required() == 0


def test_what_nobody_asked_for_is_caught_up_with_once():
    """P9: programmes that began before their type required it."""
    a_case(**requiring())
    assert (reminders.ask_for_required(), reminders.ask_for_required()) == (2, 0)


def test_agreeing_it_clears_the_task_and_cancelling_asks_again():
    """J6: any real action clears."""
    case = a_case(**requiring())
    reminders.ask_for_required()
    meeting = agree(case, kind="closing", start="2027-02-18 10:00")
    assert set(asked()) == {"book_start_meeting"}
    cancel(meeting=meeting, why="Later", by=case.caseworker)
    assert set(asked()) == {"book_start_meeting", "agree_closing_meeting"}


def test_an_ended_programme_calls_off_what_lies_ahead_and_asks_for_nothing():
    """K4"""
    case = a_case(**requiring())
    reminders.ask_for_required()
    ahead = MeetingFactory(programme=case.programme)
    over = MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"))
    with acting(System("test")):
        Programme.objects.update(status="interrupted", ended_on=datetime.date(2026, 12, 2))
    case.programme.refresh_from_db()
    send(following.end_with_programme, programme=case.programme)
    ahead.refresh_from_db()
    over.refresh_from_db()
    assert (ahead.status, over.status) == ("cancelled", "planned")
    assert ahead.why
    assert asked() == {}
    assert set(OutgoingMail.objects.values_list("calendar_method", flat=True)) == {"CANCEL"}


def test_a_colleague_who_leaves_hands_over_what_is_open():
    """U2: what is planned goes to the taker with its calendar files; what was held stays as it was."""
    case = a_case()
    taker = user_with_role("caseworker", case.programme.centre)
    leaver = case.caseworker
    called = MeetingFactory(programme=case.programme)
    invited = MeetingFactory(programme=case.programme, organiser=case.team_leader, users=(leaver, taker))
    held = MeetingFactory(programme=case.programme, held=True)
    task = MeetingTaskFactory(meeting=held, owner=leaver)
    send(following.hand_over, user=leaver, taker=taker, organisation=None)
    called.refresh_from_db()
    held.refresh_from_db()
    task.refresh_from_db()
    assert (called.organiser, held.organiser, held.recorded_by, task.owner) == (taker, leaver, leaver, taker)
    assert [one.user for one in invited.participants.all()] == [taker]
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {taker.email}
    send(following.hand_over, user=leaver, taker=taker, organisation=None)
    assert not Meeting.objects.planned().filter(organiser=leaver).exists()


def test_the_checklist_says_what_is_done_due_and_overdue():
    """P9, J3: the closing meeting is in place when its day is agreed, the start meeting when it was held."""
    case = a_case(**requiring())

    def shown() -> dict[str, str]:
        programme = case_of(case.caseworker, case.programme.reference)
        items = checklist_of(programme, datetime.date(2026, 12, 2))
        return {item["word"]: item["state"] for item in items}

    start, closing = (in_language(required["name"]) for required in REQUIRED)
    assert shown() == {start: "late", closing: "late"}  # a week and two days after the start
    MeetingFactory(programme=case.programme, kind="start")
    MeetingFactory(programme=case.programme, kind="closing", starts_at=at("2027-02-18 10:00"))
    assert shown() == {start: "calm", closing: "ok"}
    MeetingFactory(programme=case.programme, kind="start", held=True)
    MeetingFactory(programme=case.programme, kind="closing", cancelled=True)
    assert shown() == {start: "ok", closing: "ok"}
