import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.acting import System, acting
from audit.models import Change, Event
from closing_notes import actions
from closing_notes.models import ClosingNote, Rendering
from closing_notes.rendering import run
from closing_notes.sources import NUMBERS, numbers_in
from closing_notes.statuses import Status
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from messaging.models import OutgoingMail
from programmes.actions import complete
from programmes.models import Programme
from tests.factories.accounts import CentreFactory, MembershipFactory, user_with_role
from tests.factories.closing_notes import SECTIONS, ClosingNoteFactory, SlotFactory, with_attendance, with_plan
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db

AFTER = datetime.datetime(2027, 2, 19, 10, tzinfo=datetime.UTC)  # the Friday before the last day


@pytest.fixture(autouse=True)
def at_the_end(monkeypatch):
    """The last Friday of the programmes; no broker, and a document that costs nothing."""
    monkeypatch.setattr("closing_notes.rendering.hurry", lambda pk: None)
    monkeypatch.setattr("closing_notes.rendering.document", lambda pk, progress=None: b"%PDF-1.7 of a note")
    with time_machine.travel(AFTER, tick=False):
        yield


def full_programme(**fields) -> Programme:
    programme = PlacementFactory(programme=ProgrammeFactory(accommodations="Lifts at most 8 kg", **fields)).programme
    with_plan(programme)
    with_attendance(programme)
    return programme


def leader(note: ClosingNote):
    return user_with_role("team_leader", note.programme.centre)


def strangers(programme: Programme) -> list:
    """Everybody who may not write this note."""
    elsewhere = CentreFactory()
    return [
        user_with_role("caseworker", programme.centre),
        user_with_role("contact_person", programme.centre),
        user_with_role("specialist", programme.centre),
        user_with_role("administrator", programme.centre),
        user_with_role("steering_group", programme.centre),
        user_with_role("caseworker", elsewhere),
        user_with_role("team_leader", elsewhere),
        programme.referrer,
    ]


def open_tasks(kind: str):
    return Task.objects.open().filter(kind=kind)


def test_the_draft_is_filled_from_the_programmes_own_data():
    """C1, C5: whole sentences, each with its source; what only people can say stays empty."""
    programme = full_programme()
    note = actions.start_note(programme=programme, by=programme.caseworker)
    texts = note.sections
    assert "Comes four days a week 1" in texts["goals"]
    assert "24" in texts["attendance"]
    assert "Lifts at most 8 kg" in texts["accommodations"]
    assert programme.citizen.first_name in texts["content"]
    assert texts["resources"] == texts["recommendation"] == ""
    assert numbers_in(texts) <= set(range(1, len(texts[NUMBERS]) + 1))
    assert len(numbers_in(texts)) >= 5
    programme.refresh_from_db()
    assert programme.status == "closing"
    assert Event.objects.filter(verb="closing_note_started", citizen_id=programme.citizen_id).exists()


def test_starting_twice_gives_the_same_draft():
    """T12."""
    programme = full_programme()
    first = actions.start_note(programme=programme, by=programme.caseworker)
    assert actions.start_note(programme=programme, by=programme.caseworker) == first
    assert ClosingNote.objects.count() == 1


def test_a_note_is_not_started_before_the_programme():
    programme = ProgrammeFactory(status="planned")
    with pytest.raises(Refused):
        actions.start_note(programme=programme, by=programme.caseworker)


def test_a_programme_without_data_still_gets_a_draft():
    programme = ProgrammeFactory()
    note = actions.start_note(programme=programme, by=programme.caseworker)
    assert note.sections["attendance"] == note.sections["goals"] == ""


def test_only_caseworker_and_team_leader_start_save_submit_deliver():
    note = ClosingNoteFactory()
    fresh = full_programme()
    for stranger in strangers(note.programme):
        with pytest.raises(NotAllowed):
            actions.save_draft(note=note, sections={}, outcome="", revision=1, by=stranger)
        with pytest.raises(NotAllowed):
            actions.submit_for_review(note=note, by=stranger)
    for stranger in strangers(fresh):
        with pytest.raises(NotAllowed):
            actions.start_note(programme=fresh, by=stranger)
    approved = ClosingNoteFactory(approved=True)
    for stranger in strangers(approved.programme):
        with pytest.raises(NotAllowed):
            actions.deliver(note=approved, by=stranger)
        with pytest.raises(NotAllowed):
            actions.new_version(note=approved, why="x", by=stranger)


def test_saving_counts_the_revision_and_keeps_every_earlier_text():
    """T4."""
    note = ClosingNoteFactory()
    saved = actions.save_draft(
        note=note, sections={**SECTIONS, "resources": "New"}, outcome="job", revision=1, by=note.author
    )
    assert (saved.revision, saved.sections["resources"], saved.outcome) == (2, "New", "job")
    change = Change.objects.filter(table="closing_notes_closingnote", row=str(note.pk), operation="update").get()
    assert change.before["sections"]["resources"] == SECTIONS["resources"]
    assert change.actor_id == note.author_id


def test_the_second_editor_is_told_and_nothing_is_overwritten():
    """T13."""
    note = ClosingNoteFactory()
    actions.save_draft(note=note, sections={**SECTIONS, "resources": "First"}, outcome="", revision=1, by=note.author)
    with pytest.raises(actions.Stale) as stale:
        actions.save_draft(note=note, sections={"resources": "Second"}, outcome="", revision=1, by=leader(note))
    assert stale.value.note.sections["resources"] == "First"
    note.refresh_from_db()
    assert note.sections["resources"] == "First"


def test_numbers_of_sources_stay_when_more_come():
    """C5."""
    programme = full_programme()
    note = actions.start_note(programme=programme, by=programme.caseworker)
    before = list(note.sections[NUMBERS])
    with acting(System("test")):
        Programme.objects.filter(pk=programme.pk).update(accommodations="Now something else")
    saved = actions.save_draft(note=note, sections=note.sections, outcome="", revision=1, by=programme.caseworker)
    assert saved.sections[NUMBERS][: len(before)] == before


@pytest.mark.parametrize("missing", ["content", "attendance", "goals", "resources", "opportunities", "recommendation"])
def test_an_incomplete_note_is_not_sent(missing):
    note = ClosingNoteFactory(sections={**SECTIONS, missing: "  "})
    assert set(actions.missing_parts(note)) == {missing}
    with pytest.raises(Refused):
        actions.submit_for_review(note=note, by=note.author)


def test_a_note_without_outcome_is_not_sent():
    note = ClosingNoteFactory(outcome="")
    assert set(actions.missing_parts(note)) == {"outcome"}


def test_an_interrupted_programme_gets_a_short_note():
    """C6."""
    note = ClosingNoteFactory(outcome="interrupted", sections={"content": "Moved away.", "recommendation": "None."})
    assert actions.missing_parts(note) == {}


def test_review_asks_the_team_leaders_and_sending_back_asks_the_author():
    """C2, J6."""
    note = ClosingNoteFactory()
    actions.submit_for_review(note=note, by=note.author)
    assert open_tasks("approve_closing_note").get().for_leaders_of == note.programme.centre
    with pytest.raises(Refused):
        actions.save_draft(note=note, sections={}, outcome="", revision=1, by=note.author)
    boss = leader(note)
    with pytest.raises(Refused):
        actions.send_back(note=note, why="  ", by=boss)
    with pytest.raises(NotAllowed):
        actions.send_back(note=note, why="Shorter", by=note.author)
    back = actions.send_back(note=note, why="Shorter", by=boss)
    assert back.status == Status.DRAFT
    assert not open_tasks("approve_closing_note").exists()
    assert open_tasks("revise_closing_note").get().for_user == note.author
    actions.submit_for_review(note=note, by=note.author)
    assert not open_tasks("revise_closing_note").exists()
    told = Entry.objects.filter(kind__startswith="closing_note").order_by("pk").values_list("kind", "audience")
    submitted, sent_back = ("closing_note_submitted", Audience.TEAM), ("closing_note_sent_back", Audience.TEAM)
    assert list(told) == [submitted, sent_back, submitted]


def test_somebody_else_than_the_author_approves():
    """T14, C2: also where the author is a team leader."""
    note = ClosingNoteFactory(in_review=True)
    MembershipFactory(user=note.author, organisation=note.programme.centre, role="team_leader")
    author = type(note.author).objects.get(pk=note.author_id)
    with pytest.raises(NotAllowed):
        actions.approve(note=note, by=author)
    for stranger in strangers(note.programme):
        with pytest.raises(NotAllowed):
            actions.approve(note=note, by=stranger)
    note.refresh_from_db()
    assert note.status == Status.IN_REVIEW
    with pytest.raises(IntegrityError), transaction.atomic(), acting(System("test")):
        ClosingNote.objects.filter(pk=note.pk).update(
            status="approved", approved_by=author, approved_at=AFTER, figures={}, outcome="job"
        )


def test_approval_freezes_figures_and_goals_and_queues_the_document():
    """C1."""
    programme = full_programme()
    note = ClosingNoteFactory(in_review=True, programme=programme)
    approved = actions.approve(note=note, by=leader(note), revision=note.revision)
    assert approved.figures["attendance"]["attended"] == 24 * 60
    assert approved.figures["goals"][0]["subgoals"][0]["step_to"] == 3
    assert Rendering.objects.get(note=note).revision == approved.revision
    assert Entry.objects.filter(kind="closing_note_approved", case=programme.reference, audience="team").exists()
    assert open_tasks("deliver_closing_note").get().for_user == note.author
    placement = programme.placements.get()
    SlotFactory(
        citizen=programme.citizen, programme=programme, placement=placement, workshop=placement.workshop,
        day=datetime.date(2027, 2, 18), starts=datetime.time(8), ends=datetime.time(12), state="present",
    )  # fmt: skip
    note.refresh_from_db()
    assert note.figures["attendance"]["attended"] == 24 * 60
    assert actions.figures_of(programme)["attendance"]["attended"] == 28 * 60


def test_what_was_read_is_what_is_approved():
    note = ClosingNoteFactory(in_review=True)
    with pytest.raises(Refused):
        actions.approve(note=note, by=leader(note), revision=note.revision - 1)


def test_a_draft_cannot_be_approved_nor_delivered():
    note = ClosingNoteFactory()
    with pytest.raises(Refused):
        actions.approve(note=note, by=leader(note))
    with pytest.raises(Refused):
        actions.deliver(note=note, by=note.author)


def approved_note() -> ClosingNote:
    note = ClosingNoteFactory(in_review=True, programme=full_programme())
    return actions.approve(note=note, by=leader(note))


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE closing_notes_closingnote SET sections = '{{}}' WHERE id = {note}",
        "UPDATE closing_notes_closingnote SET figures = '{{}}' WHERE id = {note}",
        "UPDATE closing_notes_closingnote SET status = 'draft' WHERE id = {note}",
        "UPDATE closing_notes_closingnote SET outcome = 'job' WHERE id = {note}",
        "DELETE FROM closing_notes_closingnote WHERE id = {note}",
        "UPDATE closing_notes_rendering SET pdf = 'x' WHERE note_id = {note}",
        "UPDATE closing_notes_rendering SET sha256 = 'x' WHERE note_id = {note}",
        "DELETE FROM closing_notes_rendering WHERE note_id = {note}",
        "TRUNCATE closing_notes_rendering",
    ],
)
def test_raw_sql_cannot_change_an_approved_note_or_its_document(attack):
    """T14."""
    note = approved_note()
    assert run(note.renderings.get().pk)
    with pytest.raises(DatabaseError), acting(System("attacker")), connection.cursor() as cursor:
        cursor.execute(attack.format(note=note.pk))


def test_delivery_needs_the_document():
    note = approved_note()
    with pytest.raises(Refused):
        actions.deliver(note=note, by=note.author)


def test_delivery_tells_the_referrer():
    """C4, C6."""
    note = approved_note()
    run(note.renderings.get().pk)
    programme = note.programme
    actions.deliver(note=note, by=note.author)
    note.refresh_from_db()
    programme.refresh_from_db()
    assert note.status == Status.DELIVERED
    entry = Entry.objects.get(kind="closing_note_delivered")
    assert entry.audience == "shared_referrer"
    assert Entry.objects.visible_to(programme.referrer).filter(pk=entry.pk).exists()
    mail = OutgoingMail.objects.get()
    assert mail.to == programme.referrer.email
    for secret in (programme.citizen.last_name, programme.citizen.first_name, programme.reference):
        assert secret not in mail.subject + mail.body
    assert not Task.objects.open().filter(source__endswith=f":{programme.pk}").exists()
    with pytest.raises(Refused):
        actions.deliver(note=note, by=note.author)


def delivered_early() -> ClosingNote:
    note = approved_note()
    run(note.renderings.get().pk)
    return actions.deliver(note=note, by=note.author)


def state_of(note: ClosingNote) -> tuple:
    return Programme.objects.filter(pk=note.programme_id).values_list("status", "ended_on").get()


def test_a_note_delivered_before_the_last_day_leaves_the_programme_running_until_it():
    """C6: the citizen still comes; the day after the last one the programme is completed, once."""
    note = delivered_early()
    last = note.programme.ends_on
    assert state_of(note) == ("active", None)
    assert actions.complete_delivered(on=last, by=System("calendar")) == 0
    assert actions.complete_delivered(on=last + datetime.timedelta(days=1), by=System("calendar")) == 1
    assert actions.complete_delivered(on=last + datetime.timedelta(days=1), by=System("calendar")) == 0
    assert state_of(note) == ("completed", last)
    ended = Entry.objects.get(kind="programme_ended")
    assert ended.author is None
    assert set(ended.params["outcome"]) == {"da", "sv", "en"}  # whoever reads it reads it in their language


def test_a_note_delivered_after_the_last_day_completes_the_programme():
    """C6."""
    note = approved_note()
    run(note.renderings.get().pk)
    with time_machine.travel(datetime.datetime(2027, 3, 1, 12, tzinfo=datetime.UTC), tick=False):
        actions.deliver(note=note, by=note.author)
    assert state_of(note) == ("completed", note.programme.ends_on)


def test_a_programme_is_not_completed_without_an_approved_note():
    """C6."""
    note = ClosingNoteFactory(in_review=True)
    programme = note.programme
    with pytest.raises(Refused):
        complete(programme=programme, on=programme.ends_on, outcome={"da": "Job"}, by=programme.caseworker)
    programme.refresh_from_db()
    assert programme.status == "active"


def test_a_new_version_says_why_and_leaves_the_approved_one():
    """C2."""
    note = approved_note()
    with pytest.raises(Refused):
        actions.new_version(note=note, why=" ", by=note.author)
    version = actions.new_version(note=note, why="The hours were wrong", by=note.author)
    assert (version.number, version.status, version.change_reason) == (2, "draft", "The hours were wrong")
    assert version.sections == note.sections
    assert version.figures is None
    assert Entry.objects.get(kind="closing_note_new_version").params["why"] == "The hours were wrong"
    with pytest.raises(Refused):
        actions.new_version(note=note, why="Again", by=note.author)
    with pytest.raises(Refused):
        actions.new_version(note=version, why="Again", by=note.author)


def test_a_second_version_can_be_delivered_after_the_programme_has_ended():
    note = approved_note()
    run(note.renderings.get().pk)
    actions.deliver(note=note, by=note.author)
    version = actions.new_version(note=note, why="Wrong", by=note.author)
    actions.submit_for_review(note=version, by=note.author)
    version = actions.approve(note=version, by=leader(note))
    run(version.renderings.get().pk)
    actions.deliver(note=version, by=note.author)
    assert ClosingNote.objects.filter(status="delivered").count() == 2


def test_a_receipt_is_written_once():
    """C4."""
    note = ClosingNoteFactory(delivered=True)
    actions.receipt(note=note, by=note.programme.referrer)
    note.refresh_from_db()
    first = note.read_at
    with time_machine.travel(AFTER + datetime.timedelta(days=1), tick=False):
        actions.receipt(note=note, by=note.programme.referrer)
    note.refresh_from_db()
    assert note.read_at == first
    assert Event.objects.filter(verb="closing_note_read").count() == 1


def both_at_once(deeds: list) -> list:
    """Run the deeds in threads that start together; what each gave back or raised."""
    barrier = threading.Barrier(len(deeds))

    def one(deed):
        try:
            barrier.wait()
            return deed()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


@pytest.mark.django_db(transaction=True)
def test_two_team_leaders_at_once_approve_once():
    """T14."""
    note = ClosingNoteFactory(in_review=True)
    leaders = [leader(note) for _ in range(4)]
    results = both_at_once([lambda boss=boss: actions.approve(note=note, by=boss) for boss in leaders])
    assert sum(isinstance(one, ClosingNote) for one in results) == 1
    assert sum(isinstance(one, Refused) for one in results) == 3
    assert Rendering.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_author_and_leader_at_once_the_author_never_wins():
    """T14."""
    note = ClosingNoteFactory(in_review=True)
    MembershipFactory(user=note.author, organisation=note.programme.centre, role="team_leader")
    author = type(note.author).objects.get(pk=note.author_id)
    boss = leader(note)
    both_at_once([lambda: actions.approve(note=note, by=author), lambda: actions.approve(note=note, by=boss)] * 2)
    note.refresh_from_db()
    assert note.approved_by == boss


@pytest.mark.django_db(transaction=True)
def test_two_editors_at_once_lose_nothing():
    """T13."""
    note = ClosingNoteFactory()
    boss = leader(note)
    results = both_at_once(
        [
            lambda: actions.save_draft(note=note, sections={"content": "A"}, outcome="", revision=1, by=note.author),
            lambda: actions.save_draft(note=note, sections={"content": "B"}, outcome="", revision=1, by=boss),
        ]
    )
    assert sorted(type(one).__name__ for one in results) == ["ClosingNote", "Stale"]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_start_one_note():
    """T12."""
    programme = full_programme()
    boss = user_with_role("team_leader", programme.centre)
    both_at_once(
        [lambda by=by: actions.start_note(programme=programme, by=by) for by in (programme.caseworker, boss)] * 2
    )
    assert ClosingNote.objects.count() == 1
