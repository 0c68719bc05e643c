"""Agreeing, changing, moving and cancelling a meeting (J3)."""

import datetime
import uuid

import icalendar
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils.translation import override

from audit.models import Change, Event
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from journal.timeline import title_of
from meetings import actions
from meetings.actions import Details, Outside
from meetings.models import EarlierTime, Meeting
from messaging.models import OutgoingMail
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.meetings import MeetingFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def agree(case, *, start: str = "2026-12-03 10:00", by=None, uid=None, users=(), outside=(), **details) -> Meeting:
    starts_at = at(start)
    return actions.plan(
        programme=case.programme,
        details=Details(**{"kind": "follow_up", "place": "Room 4", **details}),
        starts_at=starts_at,
        ends_at=starts_at + datetime.timedelta(hours=1),
        users=users,
        outside=outside,
        uid=uid or uuid.uuid4(),
        by=by or case.caseworker,
    )


def change(meeting: Meeting, *, by=None, version=None, users=(), outside=(), **details) -> Meeting:
    standing = {name: getattr(meeting, name) for name in actions.DETAILS}
    return actions.change(
        meeting=meeting,
        details=Details(**standing | details),
        users=users,
        outside=outside,
        version=version or meeting.version,
        by=by or meeting.organiser,
    )


def move(meeting: Meeting, start: str, *, by=None, version=None, why="The doctor is away") -> Meeting:
    return actions.move(
        meeting=meeting,
        starts_at=at(start),
        ends_at=at(start) + datetime.timedelta(hours=1),
        why=why,
        version=version or meeting.version,
        by=by or meeting.organiser,
    )


def told(meeting: Meeting) -> list[str]:
    with override("en"):
        return [title_of(entry) for entry in Entry.objects.filter(source=meeting.source).order_by("pk")]


def mailed() -> list[tuple[str, str, str]]:
    """Whom, what and how, sorted; and an empty outbox afterwards."""
    rows = [(mail.to, mail.subject.partition(":")[0], mail.calendar_method) for mail in OutgoingMail.objects.all()]
    OutgoingMail.objects.all().delete()
    return sorted(rows)


def test_everybody_with_an_address_is_invited_once(case):
    """J3: the organiser, users, people from outside and the citizen's own account."""
    doctor, nobody = Outside("Dr Holm", "The surgery", "holm@example.org"), Outside("A neighbour")
    meeting = agree(case, users=[case.contact_person, case.referrer], outside=[doctor, nobody])
    invited = [case.caseworker, case.contact_person, case.referrer, case.citizen_user]
    letters = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(letters) == {*(user.email for user in invited), "holm@example.org"}
    assert {mail.calendar_method for mail in letters.values()} == {"REQUEST"}
    assert letters[case.referrer.email].subject == f"Invitation: Follow-up talk, {case.programme.reference}"
    assert "http" in letters[case.referrer.email].body
    assert "http" not in letters["holm@example.org"].body
    assert meeting.organiser == case.caseworker
    assert meeting.participants.count() == 4
    assert told(meeting) == ["Follow-up talk agreed for Thursday 3 December at 10:00"]


def test_only_those_who_answer_for_the_case_agree_meetings(case):
    """J3, T1"""
    stranger = user_with_role("caseworker", case.programme.centre)
    for by in [case.contact_person, case.specialist, case.referrer, case.citizen_user, stranger]:
        with pytest.raises(NotAllowed):
            agree(case, by=by)
    agree(case, by=case.team_leader)
    meeting = Meeting.objects.get()
    assert meeting.organiser == case.caseworker
    for by in [case.contact_person, stranger]:
        for deed in (
            lambda by=by: change(meeting, by=by),
            lambda by=by: move(meeting, "2026-12-04 10:00", by=by),
            lambda by=by: actions.cancel(meeting=meeting, why="No", by=by),
        ):
            with pytest.raises(NotAllowed):
                deed()


def test_the_same_form_sent_twice_is_one_meeting(case):
    """T12: and with another time it is refused."""
    uid = uuid.uuid4()
    first, second = agree(case, uid=uid), agree(case, uid=uid)
    assert first == second
    assert Entry.objects.filter(kind="meeting_planned").count() == 1
    with pytest.raises(Refused):
        agree(case, uid=uid, start="2026-12-03 13:00")


def test_a_meeting_in_the_past_is_written_down_and_invites_nobody(case):
    agree(case, start="2026-12-01 10:00")
    assert mailed() == []


def test_a_moved_meeting_keeps_its_earlier_time_and_calendars_follow(case):
    """J3"""
    meeting = agree(case)
    mailed()
    moved = move(meeting, "2026-12-10 13:00")
    earlier = EarlierTime.objects.get()
    assert (earlier.starts_at, earlier.why, earlier.moved_by) == (
        at("2026-12-03 10:00"),
        "The doctor is away",
        case.caseworker,
    )
    assert (moved.starts_at, moved.sequence, moved.uid) == (at("2026-12-10 13:00"), 1, meeting.uid)
    assert {how for _to, _what, how in mailed()} == {"REQUEST"}
    assert told(meeting)[-1] == "Follow-up talk moved to Thursday 10 December at 13:00"
    assert Event.objects.filter(verb="meeting_moved").count() == 1
    assert Change.objects.filter(table="meetings_meeting", operation="update").exists()


def test_a_meeting_moves_with_a_reason_and_to_another_time(case):
    meeting = agree(case)
    for start, why in [("2026-12-10 13:00", " "), ("2026-12-03 10:00", "None")]:
        with pytest.raises(Refused):
            move(meeting, start, why=why)


def test_a_second_editor_overwrites_nothing(case):
    """T13: the one who was slower gets both."""
    meeting = agree(case)
    change(meeting, purpose="The hours")
    with pytest.raises(actions.Stale) as stale:
        change(meeting, purpose="The internship", version=1)
    assert stale.value.meeting.purpose == "The hours"
    with pytest.raises(actions.Stale):
        move(meeting, "2026-12-10 13:00", version=1)
    assert Meeting.objects.get().purpose == "The hours"


def test_a_change_tells_calendars_only_what_they_must_know(case):
    """J3: who comes is invited, who goes is cancelled, the agenda is nobody's calendar's business."""
    meeting = agree(case, users=[case.contact_person])
    mailed()
    meeting = change(meeting, purpose="The hours", users=[case.contact_person])
    assert (mailed(), meeting.sequence) == ([], 0)
    meeting = change(meeting, users=[case.referrer])
    assert mailed() == sorted(
        [(case.contact_person.email, "Cancelled", "CANCEL"), (case.referrer.email, "Invitation", "REQUEST")]
    )
    meeting = change(meeting, place="Room 5", users=[case.referrer])
    assert meeting.sequence == 1
    assert {what for _to, what, _how in mailed()} == {"Changed"}


def test_a_cancelled_meeting_leaves_every_calendar_and_stays_readable(case):
    """J3"""
    meeting = agree(case)
    mailed()
    cancelled = actions.cancel(meeting=meeting, why="The bus does not run", by=case.caseworker)
    assert (cancelled.status, cancelled.why, cancelled.sequence) == ("cancelled", "The bus does not run", 1)
    texts = list(OutgoingMail.objects.values_list("calendar", flat=True))
    assert texts
    for text in texts:
        calendar = icalendar.Calendar.from_ical(text)
        [event] = calendar.walk("VEVENT")
        assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 1)
        assert event["uid"] == f"{meeting.uid}@trinvis"
    mailed()
    actions.cancel(meeting=meeting, why="Again", by=case.caseworker)
    assert mailed() == []
    with pytest.raises(Refused):
        move(cancelled, "2026-12-10 13:00")


def test_nothing_is_planned_in_a_programme_that_has_ended():
    case = a_case(status="completed", ended_on=datetime.date(2026, 12, 1))
    with pytest.raises(Refused):
        agree(case)


def test_a_mail_names_neither_the_citizen_nor_what_it_is_about(case):
    """T10"""
    agree(case, purpose="Torbens ryg", companion="Søster Inger", outside=[Outside("Dr Holm", "", "holm@example.org")])
    for mail in OutgoingMail.objects.all():
        for secret in ["Torben", "Sejersen", "ryg", "Inger"]:
            assert secret not in mail.subject + mail.body + mail.calendar


def test_meetings_of_held_and_cancelled_kind_are_kept_by_the_database(case):
    """Rule 5 of the house: a constraint says what the actions say."""
    for wrong in [
        {"status": "held"},
        {"status": "not_held", "recorded_at": at("2026-12-03 11:00")},
        {"ends_at": at("2026-12-03 09:00")},
        {"audience": "health"},
    ]:
        with pytest.raises(IntegrityError), transaction.atomic():
            MeetingFactory(programme=case.programme, **wrong)


def test_what_calendars_have_ahead_is_moved_there_too_when_it_was_held_earlier(case):
    """J3: nobody turns up for a meeting that has been."""
    meeting = agree(case)
    mailed()
    move(meeting, "2026-12-01 10:00")
    assert {how for _to, _what, how in mailed()} == {"REQUEST"}
    move(Meeting.objects.get(), "2026-11-30 10:00")
    assert mailed() == []
