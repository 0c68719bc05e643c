"""Programmes that never start or are interrupted (K4, P1, C6)."""

import datetime

import pytest
import time_machine
from django.utils import translation

from accounts.roles import Role
from attendance.expected.writing import write_expected
from attendance.models import MissedAttendance
from audit.acting import System, acting
from audit.models import Change
from citizens.models import CaseAccess
from closing_notes.actions import deliver, start_note
from closing_notes.models import ClosingNote, Rendering
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from messaging.models import OutgoingMail
from programmes.actions import complete
from programmes.course import ending
from programmes.models import Programme
from programmes.places.capacity import free_places
from tests.factories.accounts import user_with_role
from tests.factories.attendance import MissedFactory
from tests.factories.base import Factory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.plans import draft_plan
from tests.factories.programmes import MONDAY, ScheduleSlotFactory
from tests.factories.worklist import TaskFactory
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-09T09:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 12, 9)  # the third Wednesday of the factories' programmes
WEEK = datetime.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def running(**fields) -> Programme:
    """An active programme of every Monday from 8 to 12, the three past ones unmarked, the last two flagged."""
    placement = ScheduleSlotFactory(placement__programme__status="active", **fields).placement
    write_expected(since=MONDAY, until=TODAY + 4 * WEEK, by=System("test"), judged=True)
    flagged = [MONDAY + WEEK, MONDAY + 2 * WEEK]
    for slot in placement.programme.expected_attendance.filter(day__in=flagged):
        missed = MissedFactory(slot=slot)
        TaskFactory(
            kind="contact_absent_citizen",
            source=f"attendance.missed:{missed.pk}",
            citizen=slot.citizen,
            for_user=placement.programme.caseworker,
        )
    return placement.programme


def days(programme: Programme) -> list[datetime.date]:
    return list(programme.expected_attendance.order_by("day").values_list("day", flat=True))


def test_an_interrupted_programme_expects_nobody_after_its_last_day_and_asks_for_a_short_note():
    """K4, A12, C6"""
    programme = running()
    ending.interrupt(programme=programme, on=MONDAY + WEEK, why="Moved to Aarhus", by=programme.caseworker)
    programme.refresh_from_db()
    assert (programme.status, programme.ended_on) == ("interrupted", MONDAY + WEEK)
    # The flag of the day after the end is taken back, and its slot stays with it; later ones are gone.
    assert days(programme) == [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK]
    flags = MissedAttendance.objects.order_by("slot__day")
    assert [flag.status for flag in flags] == ["raised", "cancelled"]
    assert not MissedAttendance.objects.waiting().exists()
    task = Task.objects.open().get()
    assert (task.kind, task.for_user) == ("write_closing_note", programme.caseworker)
    entry = Entry.objects.get(kind="programme_interrupted")
    assert (entry.body, entry.audience) == ("Moved to Aarhus", "shared_referrer")
    mail = OutgoingMail.objects.get()
    assert mail.to == programme.referrer.email
    assert programme.citizen.last_name not in mail.subject + mail.body
    assert Change.objects.filter(table="programmes_programme", reason="Moved to Aarhus").exists()
    note = start_note(programme=programme, by=programme.caseworker)
    assert note.outcome == "interrupted"


def test_what_somebody_marked_after_the_last_day_stays_and_waits_for_nobody():
    """A2, K4"""
    programme = running()
    with system():
        programme.expected_attendance.filter(day=MONDAY + 2 * WEEK).update(state="no_show")
    ending.interrupt(programme=programme, on=MONDAY + WEEK, why="Moved to Aarhus", by=programme.caseworker)
    assert set(MissedAttendance.objects.values_list("status", flat=True)) == {"raised"}
    assert not MissedAttendance.objects.waiting().exists()


def test_the_place_is_free_again_and_the_case_stays_readable():
    programme = running()
    workshop = programme.placements.get().workshop
    ending.interrupt(programme=programme, on=TODAY, why="Ill", by=programme.caseworker)
    (places,) = free_places(programme.centre, TODAY)
    assert (places.workshop, places.taken) == (workshop, 0)
    ends = dict(CaseAccess.objects.values_list("role", "ends_on"))
    assert ends[Role.CASEWORKER] == ends[Role.REFERRER] == datetime.date(2031, 12, 9)
    assert ends[Role.CONTACT_PERSON] == TODAY + WEEK


def test_what_is_due_about_the_plan_is_due_no_more():
    programme = running()
    plan = draft_plan(programme=programme)
    TaskFactory(kind="plan_follow_up", source=f"plans.plan:{plan.pk}", for_user=programme.caseworker)
    TaskFactory(kind="plan_follow_up", source="plans.plan:0", for_user=programme.caseworker)
    ending.never_start(programme=programme, why="Never came", by=programme.caseworker)
    assert list(Task.objects.open().values_list("source", flat=True)) == ["plans.plan:0"]


def test_nobody_came_so_the_programme_never_started():
    """K4: no closing note, nobody expected; the days on which he was missed stay missed."""
    programme = running()
    ending.never_start(programme=programme, why="Never came", by=programme.caseworker)
    programme.refresh_from_db()
    assert (programme.status, programme.ended_on) == ("never_started", TODAY)
    assert days(programme) == [MONDAY + WEEK, MONDAY + 2 * WEEK]
    assert [flag.status for flag in MissedAttendance.objects.all()] == ["raised", "raised"]
    assert not Task.objects.open().exists()
    with pytest.raises(Refused):
        start_note(programme=programme, by=programme.caseworker)


@pytest.mark.parametrize("state", ["present", "late", "left_early"])
def test_who_came_once_has_started(state):
    """K4"""
    programme = running()
    with system():
        programme.expected_attendance.filter(day=MONDAY).update(
            state=state, came_at=datetime.time(9), left_at=datetime.time(11)
        )
    with pytest.raises(Refused, match="23"):
        ending.never_start(programme=programme, why="Never came", by=programme.caseworker)
    programme.refresh_from_db()
    assert programme.status == "active"


def test_who_was_ill_every_day_never_came():
    programme = running()
    with system():
        programme.expected_attendance.filter(day=MONDAY).update(state="ill")
    ending.never_start(programme=programme, why="Ill all the time", by=programme.caseworker)
    programme.refresh_from_db()
    assert programme.status == "never_started"


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (TODAY + datetime.timedelta(days=1), "after today"),
        (MONDAY - datetime.timedelta(days=1), "had not begun"),
        (datetime.date(1, 1, 1), "had not begun"),
        (datetime.date(9999, 12, 31), "after today"),
    ],
)
def test_the_last_day_is_one_of_the_programme(on, message):
    programme = running()
    with pytest.raises(Refused, match=message):
        ending.interrupt(programme=programme, on=on, why="Moved", by=programme.caseworker)


def test_twice_is_once_and_an_ended_one_stays_as_it_is():
    programme = running()
    for _ in range(2):
        ending.interrupt(programme=programme, on=TODAY, why="Moved", by=programme.caseworker)
    assert Entry.objects.filter(kind="programme_interrupted").count() == 1
    with pytest.raises(Refused):
        ending.never_start(programme=programme, why="No", by=programme.caseworker)


@pytest.mark.parametrize("role", ["contact_person", "referrer", "administrator", "specialist"])
def test_only_those_who_work_on_it_end_a_programme(role):
    programme = running()
    other = user_with_role(role, programme.centre)
    stranger = user_with_role("team_leader", running().centre)
    for user in (other, stranger):
        with pytest.raises(NotAllowed):
            ending.interrupt(programme=programme, on=TODAY, why="Moved", by=user)
        with pytest.raises(NotAllowed):
            ending.never_start(programme=programme, why="Never came", by=user)
    leader = user_with_role("team_leader", programme.centre)
    ending.interrupt(programme=programme, on=TODAY, why="Moved", by=leader)


class RenderingFactory(Factory):
    class Meta:
        model = Rendering


@pytest.mark.parametrize("is_early", [True, False])
def test_a_note_that_says_interrupted_interrupts_when_it_is_delivered(is_early):
    """C6: and never completes; before the planned end too, because nobody comes any more."""
    programme = running()
    note = ClosingNoteFactory(programme=programme, approved=True, outcome="interrupted")
    RenderingFactory(note=note, revision=1, status="done", pdf=b"%PDF", sha256="0" * 64, asked_by=note.author)
    day = TODAY if is_early else programme.ends_on + WEEK
    with time_machine.travel(datetime.datetime.combine(day, datetime.time(12)), tick=False):
        deliver(note=note, by=programme.caseworker)
    programme.refresh_from_db()
    assert (programme.status, programme.ended_on) == ("interrupted", min(day, programme.ends_on))
    assert not Task.objects.open().filter(kind="write_closing_note").exists()
    assert ClosingNote.objects.get().status == "delivered"


def test_a_completed_programme_keeps_the_absences_that_wait_for_a_call():
    programme = running()
    ClosingNoteFactory(programme=programme, approved=True)
    complete(programme=programme, on=TODAY, outcome={"da": "Job"}, by=programme.caseworker)
    assert MissedAttendance.objects.waiting().count() == 2
    assert Task.objects.open().filter(kind="contact_absent_citizen").count() == 2


def system():
    return acting(System("test"))
