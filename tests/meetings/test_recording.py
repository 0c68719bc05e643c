"""What became of a meeting: held, not held, its tasks; and what nags until that is said (J3, J6)."""

import datetime
import threading

import pytest
import time_machine
from django.db import connection

from accounts.models import User
from audit.acting import System, acting
from citizens.models import CaseAccess
from closing_notes.evidence import figures_of
from closing_notes.sources import sources_of
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from journal.striking import strike, unstrike
from meetings import recording, reminders, tasks
from meetings.actions import Stale, cancel, move
from meetings.models import Meeting, MeetingTask
from meetings.recording import Promise
from programmes.models import Programme
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.meetings import MeetingFactory, MeetingTaskFactory, at
from worklist.models import Task

pytestmark = pytest.mark.django_db
FRIDAY = datetime.date(2026, 12, 4)


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def case():
    return a_case()


@pytest.fixture
def over(case):
    """Yesterday's meeting with the contact person, of which nobody has said anything."""
    return MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"), users=(case.contact_person,))


def hold(meeting: Meeting, *, minutes: str = "More hours.", audience: str = "team", version=None, by=None, tasks=()):
    return recording.record_held(
        meeting=meeting,
        minutes=minutes,
        audience=audience,
        tasks=tasks,
        version=version or meeting.version,
        by=by or meeting.organiser,
    )


def not_held(meeting: Meeting, *, side: str = "citizen", why: str = "Was ill", by=None):
    return recording.record_not_held(meeting=meeting, side=side, why=why, by=by or meeting.organiser)


def asked(meeting: Meeting) -> int:
    return Task.objects.open().filter(kind="record_meeting", source=meeting.source).count()


def test_a_past_meeting_without_a_record_nags_the_same_day_and_once(over):
    """J3: two runs, late or at once, ask once."""
    assert (tasks.nag(), tasks.nag()) == (1, 0)
    task = Task.objects.get(kind="record_meeting")
    assert (task.for_user, task.due_on, task.citizen) == (
        over.organiser,
        datetime.date(2026, 12, 1),
        over.programme.citizen,
    )
    assert task.url == f"/meetings/{over.pk}/"


def test_a_meeting_that_is_ahead_or_recorded_or_cancelled_does_not_nag(case):
    MeetingFactory(programme=case.programme)
    for trait in ("held", "not_held", "cancelled"):
        MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"), **{trait: True})
    assert tasks.nag() == 0


def test_one_that_lasts_still_does_not_nag(case):
    MeetingFactory(programme=case.programme, starts_at=at("2026-12-02 08:30"))
    assert tasks.nag() == 0


@pytest.mark.parametrize("deed", ["held", "not_held", "moved", "cancelled"])
def test_any_real_action_stops_it(over, deed):
    """J3"""
    tasks.nag()
    assert asked(over) == 1
    match deed:
        case "held":
            hold(over)
        case "not_held":
            not_held(over)
        case "moved":
            start = at("2026-12-10 10:00")
            move(
                meeting=over, starts_at=start, ends_at=start + datetime.timedelta(hours=1), why="The snow", version=1,
                by=over.organiser,
            )  # fmt: skip
        case "cancelled":
            cancel(meeting=over, why="Forgotten", by=over.organiser)
    assert asked(over) == 0
    assert tasks.nag() == 0


def test_a_moved_meeting_nags_again_when_its_new_time_is_over(over, wednesday):
    tasks.nag()
    start = at("2026-12-10 10:00")
    move(
        meeting=over,
        starts_at=start,
        ends_at=start + datetime.timedelta(hours=1),
        why="Snow",
        version=1,
        by=over.organiser,
    )
    wednesday.move_to(at("2026-12-10 11:01"))
    assert tasks.nag() == 1


def test_the_database_is_asked_once_however_many_there_are(case, django_assert_num_queries):
    """Sets, not loops: with nothing new to ask for there are three questions, for two and for twenty meetings."""
    for count in (2, 18):
        for _ in range(count):
            MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"))
        tasks.nag()
        with django_assert_num_queries(5):  # and the two of the transaction
            tasks.nag()


def test_minutes_come_onto_the_timeline_for_those_they_are_shared_with(case, over):
    """J1, J2"""
    held = hold(over, audience="shared_referrer")
    assert (held.status, held.recorded_by) == ("held", over.organiser)
    entry = Entry.objects.get(kind="meeting_held")
    assert (entry.audience, entry.body, entry.source) == ("shared_referrer", "More hours.", over.source)
    assert entry in Entry.objects.visible_to(case.referrer)
    hold(held, minutes="More hours, and a bicycle.", audience="team")
    entry.refresh_from_db()
    assert (entry.audience, entry.body) == ("team", "More hours, and a bicycle.")
    assert Entry.objects.filter(kind="meeting_held").count() == 1


def test_tasks_come_onto_their_owners_lists_and_leave_them_when_done(case, over):
    """J6: the owner closes them; a second save adds none twice."""
    promise = Promise("Shows how to glue", case.contact_person, FRIDAY)
    held = hold(over, tasks=[promise])
    hold(held, tasks=[promise])
    row = MeetingTask.objects.get()
    task = Task.objects.open().get(kind="meeting_task")
    assert (task.for_user, task.due_on, task.params) == (case.contact_person, FRIDAY, {"what": "Shows how to glue"})
    assert task in Task.objects.visible_to(case.contact_person)
    with pytest.raises(NotAllowed):
        recording.finish_task(task=row, by=case.specialist)
    recording.finish_task(task=row, by=case.contact_person)
    recording.finish_task(task=row, by=case.contact_person)
    row.refresh_from_db()
    task.refresh_from_db()
    assert (row.done_by, task.done_by) == (case.contact_person, case.contact_person)
    assert task.done_at


def test_who_was_handed_the_task_closes_it(case):
    """J6: a task of the list may be handed to a colleague."""
    row = MeetingTaskFactory(meeting__programme=case.programme, owner=case.specialist)
    with pytest.raises(NotAllowed):
        recording.finish_task(task=row, by=case.contact_person)
    Task.objects.create(
        kind="meeting_task",
        source=row.source,
        for_user=case.contact_person,
        due_on=FRIDAY,
        url="/",
        citizen=case.citizen,
    )
    assert recording.finish_task(task=row, by=case.contact_person).done_by == case.contact_person


def test_an_owner_who_does_not_see_the_case_is_not_told_whom_it_is_about(case):
    """T1"""
    colleague = user_with_role("specialist", case.programme.centre)
    over = MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"), users=(colleague,))
    hold(over, tasks=[Promise("Finds the machine", colleague, FRIDAY)])
    task = Task.objects.get(kind="meeting_task")
    assert task.citizen is None
    assert task in Task.objects.visible_to(colleague)


def test_not_held_says_why_and_by_whose_side(over):
    """J3"""
    for side, why in [("", "Was ill"), ("citizen", "  ")]:
        with pytest.raises(Refused):
            not_held(over, side=side, why=why)
    missed = not_held(over)
    assert (missed.status, missed.not_held_by, missed.why) == ("not_held", "citizen", "Was ill")
    assert hold(missed).status == "held"
    with pytest.raises(Refused):
        not_held(Meeting.objects.get())


def test_nothing_is_recorded_before_it_begins(case):
    ahead = MeetingFactory(programme=case.programme)
    for deed in (hold, not_held):
        with pytest.raises(Refused):
            deed(ahead)
    assert recording.save_minutes(
        meeting=ahead, minutes="To ask about", audience="team", version=1, by=case.caseworker
    ).minutes


def test_others_record_nothing(case, over):
    for by in (case.contact_person, case.specialist, case.referrer, case.citizen_user):
        for deed in (hold, not_held):
            with pytest.raises(NotAllowed):
                deed(over, by=by)


def test_a_second_writer_of_minutes_overwrites_nothing(over):
    """T13: and the same text sent again, as a double click does, is no conflict."""
    hold(over, minutes="Mine.")
    with pytest.raises(Stale) as stale:
        hold(over, minutes="Theirs.", version=1)
    assert stale.value.meeting.minutes == "Mine."
    hold(over, minutes="Mine.", version=1)


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_lose_nothing():
    """T13: on real connections; one is saved, the other gets both texts."""
    case = a_case()
    over = MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"))
    barrier, results = threading.Barrier(2), []

    def write(text: str) -> None:
        try:
            barrier.wait()
            results.append(hold(over, minutes=text).minutes)
        except Stale as stale:
            results.append(f"stale, there stands {stale.meeting.minutes}")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[text]) for text in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    standing = Meeting.objects.get().minutes
    assert sorted(results) == sorted([standing, f"stale, there stands {standing}"])


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_ask_once():
    """T11"""
    case = a_case()
    over = MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00"))
    barrier = threading.Barrier(2)

    def run() -> None:
        barrier.wait()
        reminders.nag()
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked(over) == 1


def test_minutes_are_evidence_for_the_closing_note(case, over):
    """C5: what was said at meetings can be cited; what has no minutes says nothing."""
    hold(over, minutes="More hours.")
    MeetingFactory(programme=case.programme, held=True, minutes="")
    [meeting] = figures_of(case.programme)["meetings"]
    assert meeting == {
        "id": over.pk,
        "kind": "follow_up",
        "held_on": "2026-12-01",
        "by": over.organiser.name,
        "minutes": "More hours.",
        "subgoals": [],
    }
    quotes = {source.key: source.quote for source in sources_of(figures_of(case.programme), [])}
    assert quotes[f"meeting:{over.pk}"] == "More hours."


def test_minutes_that_were_struck_out_are_left_to_author_and_team_leader(case, signed_in):
    """K3: out of the others' sight and out of the closing note's evidence, never deleted, and back again."""
    meeting = hold(MeetingFactory(programme=case.programme, starts_at=at("2026-12-01 10:00")), minutes="Of a neighbour")
    leader, contact = case.user("team_leader"), case.user("contact_person")
    entry = Entry.objects.get(kind="meeting_held")

    def reads(user: User) -> bool:
        return "Of a neighbour" in signed_in(user).get(f"/meetings/{meeting.pk}/").text

    def is_evidence() -> bool:
        return any("Of a neighbour" in source.quote for source in sources_of(figures_of(case.programme), []))

    assert (reads(case.caseworker), reads(leader), reads(contact), is_evidence()) == (True, True, True, True)
    strike(entry=entry, why="The wrong citizen", by=leader)
    assert (reads(case.caseworker), reads(leader), reads(contact), is_evidence()) == (True, True, False, False)
    successor = user_with_role("caseworker", case.programme.centre)
    with acting(System("test")):
        Programme.objects.filter(pk=case.programme.pk).update(caseworker=successor)
        CaseAccess.objects.filter(role="caseworker").update(user=successor)
    assert signed_in(successor).get(f"/meetings/{meeting.pk}/minutes/").status_code == 403
    with acting(System("test")):
        Programme.objects.filter(pk=case.programme.pk).update(caseworker=case.caseworker)
        CaseAccess.objects.filter(role="caseworker").update(user=case.caseworker)
    assert "The wrong citizen" in signed_in(leader).get(f"/meetings/{meeting.pk}/").text
    unstrike(entry=entry, by=case.caseworker)
    assert (reads(contact), is_evidence()) == (True, True)
    with pytest.raises(NotAllowed):
        strike(entry=entry, why="x", by=contact)
