"""Notes: every text stays, and each is read by those it was written for (J2)."""

import uuid

import pytest
import time_machine
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from audit.acting import System, acting
from audit.models import Change, Event
from core.exceptions import NotAllowed, Refused
from journal import notes
from journal.models import Disclosure, Entry, Note, Version
from journal.notes import CorrectedMeanwhile, Text
from tests.conftest import run_sql
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.journal import NoteFactory, attached_to

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def text(body="Called.", category="phone", audience="team") -> Text:
    return Text(category, audience, timezone.now(), body)


def place(case) -> object:
    from desk.case.notes import Place

    programme = case.programme
    return Place(programme.citizen, programme.centre, programme.referring_organisation, programme.reference)


def write(case, by=None, **kwargs) -> Note:
    return notes.write(id=uuid.uuid4(), place=place(case), text=text(**kwargs), by=by or case.caseworker)


def correct(note, by, body, why="Wrong day", based_on=None, **kwargs) -> Note:
    return notes.correct(
        note=note, based_on=based_on or note.number, text=text(body, **kwargs), why=why, by=by
    )  # fmt: skip


def test_a_note_stands_in_the_timeline_and_is_found_by_its_words(case):
    note = write(case, body="Talte om fuglekasserne")
    entry = Entry.objects.visible_to(case.caseworker).containing("fuglekasse").get()
    assert (entry.source, entry.kind, entry.url) == (note.source, "note_phone", note.get_absolute_url())
    assert Version.objects.get(note=note).body == "Talte om fuglekasserne"
    assert Event.objects.filter(verb="note_written", subject=note.source).exists()


def test_a_note_corrected_three_times_shows_four_versions_to_the_right_people_only(case):
    """J2, and the issue's own words."""
    note = write(case, by=case.contact_person, body="One")
    note = correct(note, case.contact_person, "Two")
    note = correct(note, case.caseworker, "Three", audience="shared_referrer")
    note = correct(note, case.caseworker, "Four", audience="shared_referrer")

    def read_by(user) -> list[str]:
        if not Note.objects.visible_to(user).filter(pk=note.pk).exists():
            return []
        return [version.body for version in notes.readable_versions(note, user)]

    for user in (case.caseworker, case.team_leader, case.contact_person, case.specialist):
        assert read_by(user) == ["Four", "Three", "Two", "One"]
    # What was shared is what was shared, not what had been written before.
    assert read_by(case.referrer) == ["Four", "Three"]
    for user in (case.citizen_user, a_case("Other").caseworker, user_with_role("administrator", case.programme.centre)):
        assert read_by(user) == []
    entry = Entry.objects.get(source=note.source)
    assert (entry.body, entry.params["corrected"]) == ("Four", 3)


def test_a_note_that_becomes_a_health_note_takes_its_earlier_texts_along(case):
    note = write(case, by=case.contact_person, body="Said what the doctor found")
    correct(note, case.caseworker, "Said what the doctor found", category="health", audience="health")
    for user in (case.contact_person, case.team_leader, case.referrer):
        assert not Note.objects.visible_to(user).exists()
    assert len(notes.readable_versions(Note.objects.get(), case.specialist)) == 2


def test_what_was_a_health_note_stays_one_in_its_earlier_texts(case):
    note = write(case, body="Depression", category="health", audience="health")
    note = correct(note, case.caseworker, "Comes in the morning only", audience="team")
    assert [version.body for version in notes.readable_versions(note, case.contact_person)] == [
        "Comes in the morning only"
    ]
    assert [version.body for version in notes.readable_versions(note, case.team_leader)] == [
        "Comes in the morning only"
    ]


@pytest.mark.parametrize("role", ["contact_person", "referrer", "citizen", "team_leader"])
def test_a_health_note_is_not_for(case, role):
    """J2: neither the line nor a count; the team leader learns that there is one."""
    write(case, body="Sleeps badly", category="health", audience="health")
    user = case.user(role)
    assert not Entry.objects.visible_to(user).exists()
    assert not Entry.objects.visible_to(user).containing("sleeps").exists()
    assert not Entry.objects.listed_for(user).containing("sleeps").exists()
    assert [entry.is_restricted for entry in Entry.objects.listed_for(user)] == [True] * (role == "team_leader")


def test_a_team_leader_reads_a_health_note_with_a_reason_until_midnight(case):
    note = write(case, body="Sleeps badly", category="health", audience="health")
    other = write(case, body="Another", category="health", audience="health")
    notes.disclose(note=note, why="Complaint", by=case.team_leader)
    listed = {entry.note.pk: entry.is_restricted for entry in Entry.objects.listed_for(case.team_leader)}
    assert listed == {note.pk: False, other.pk: True}
    assert notes.readable_versions(note, case.team_leader)[0].body == "Sleeps badly"
    assert Event.objects.get(verb="health_note_opened").detail == {"why": "Complaint"}
    # Not in what is searched, counted or exported.
    assert not Entry.objects.visible_to(case.team_leader).exists()
    with time_machine.travel("2026-12-03 00:01:00+01:00", tick=False):
        assert all(entry.is_restricted for entry in Entry.objects.listed_for(case.team_leader))
    colleague = user_with_role("team_leader", case.programme.centre)
    assert all(entry.is_restricted for entry in Entry.objects.listed_for(colleague))


@pytest.mark.parametrize("role", ["contact_person", "referrer", "citizen", "caseworker"])
def test_a_reason_helps_nobody_else(case, role):
    note = write(case, category="health", audience="health")
    with pytest.raises(NotAllowed):
        notes.disclose(note=note, why="Curious", by=case.user(role))
    with pytest.raises(NotAllowed):
        notes.disclose(note=note, why="Curious", by=a_case("Other").team_leader)
    assert not Disclosure.objects.exists()


def test_a_plain_note_needs_no_reason(case):
    with pytest.raises(NotAllowed):
        notes.disclose(note=write(case), why="Why not", by=case.team_leader)


@pytest.mark.parametrize(
    ("role", "audience"),
    [
        ("referrer", "shared_referrer"), ("citizen", "shared_citizen"), ("contact_person", "health"),
        ("contact_person", "shared_referrer"), ("team_leader", "health"),
    ],
)  # fmt: skip
def test_nobody_writes_for_readers_whom_they_do_not_answer_for(case, role, audience):
    with pytest.raises(NotAllowed):
        write(case, by=case.user(role), audience=audience)
    assert not Note.objects.exists()


def test_strangers_write_nothing(case):
    for stranger in (a_case("Other").caseworker, user_with_role("administrator", case.programme.centre)):
        with pytest.raises(NotAllowed):
            write(case, by=stranger)


def test_what_is_about_health_is_a_health_note(case):
    with pytest.raises(Refused):
        write(case, category="health", audience="team")


def test_the_same_note_sent_twice_is_one(case):
    """T12."""
    id = uuid.uuid4()
    first = notes.write(id=id, place=place(case), text=text(), by=case.caseworker)
    assert notes.write(id=id, place=place(case), text=text(), by=case.caseworker) == first
    assert (Note.objects.count(), Entry.objects.count(), Version.objects.count()) == (1, 1, 1)


def test_the_id_of_somebody_elses_note_is_no_key_to_it(case):
    note = write(case)
    with pytest.raises(NotAllowed):
        notes.write(id=note.pk, place=place(case), text=text(), by=case.team_leader)


def test_the_same_correction_sent_twice_is_one(case):
    """T12."""
    note = write(case, body="One")
    for _ in range(2):
        correct(note, case.caseworker, "Two", based_on=1)
    assert Version.objects.count() == 2


def test_a_correction_of_an_older_text_is_shown_the_newer_one(case):
    """T13: nothing is overwritten unseen."""
    note = write(case, body="One")
    correct(note, case.team_leader, "Two", based_on=1)
    with pytest.raises(CorrectedMeanwhile) as meanwhile:
        correct(note, case.caseworker, "Also two", based_on=1)
    assert meanwhile.value.version.body == "Two"
    correct(note, case.caseworker, "Both", based_on=2)
    assert list(Version.objects.order_by("number").values_list("body", flat=True)) == ["One", "Two", "Both"]


@pytest.mark.parametrize("why", ["", "   "])
def test_a_correction_says_why(case, why):
    note = write(case)
    with pytest.raises(Refused):
        correct(note, case.caseworker, "Two", why=why)
    assert Version.objects.count() == 1


def test_nothing_changed_is_no_correction(case):
    note = write(case, body="One")
    with pytest.raises(Refused):
        correct(note, case.caseworker, "One")


@pytest.mark.parametrize(
    ("author", "editor", "is_allowed"),
    [
        ("contact_person", "contact_person", True),
        ("contact_person", "caseworker", True),
        ("contact_person", "team_leader", True),
        ("caseworker", "contact_person", False),
        ("caseworker", "specialist", False),
        ("caseworker", "referrer", False),
        ("caseworker", "citizen", False),
    ],
)
def test_who_corrects(case, author, editor, is_allowed):
    note = write(case, by=case.user(author), body="One")
    if is_allowed:
        correct(note, case.user(editor), "Two")
        return
    with pytest.raises(NotAllowed):
        correct(note, case.user(editor), "Two")


def test_a_team_leader_without_a_reason_corrects_no_health_note(case):
    note = write(case, category="health", audience="health")
    with pytest.raises(NotAllowed):
        correct(note, case.team_leader, "Two", audience="team")


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE journal_version SET body = 'Never said'",
        "DELETE FROM journal_version",
        "TRUNCATE journal_version",
        "UPDATE journal_disclosure SET why = ''",
        "DELETE FROM journal_disclosure",
    ],
)
def test_raw_sql_at_the_web_changes_no_text(case, attack):
    """J2, T4."""
    NoteFactory(programme=case.programme)
    with pytest.raises(DatabaseError), acting(System("test")):
        run_sql(attack)


def test_the_history_keeps_what_the_timeline_said(case):
    """T4."""
    note = write(case, body="One")
    correct(note, case.caseworker, "Two", why="Wrong day")
    change = Change.objects.filter(table="journal_entry", operation="update").latest("pk")
    assert change.before["body"] == "One"
    assert (change.actor_name, change.reason) == (case.caseworker.name, "Wrong day")


def test_a_correction_without_a_reason_is_refused_by_the_database_too(case):
    note = write(case)
    with pytest.raises(DatabaseError), acting(System("test")):
        Version.objects.create(
            note=note, number=2, category="phone", audience="team", happened_at=timezone.now(), body="x",
            by=case.caseworker,
        )  # fmt: skip


def test_a_letter_that_hung_on_a_health_note_is_not_shared_with_it(case, signed_in):
    """J2: a file is for the readers of the text that it came with, whatever the note says later."""
    with time_machine.travel("2026-12-02 08:00:00+01:00", tick=False):
        note = NoteFactory(programme=case.programme, audience="health", category="health")
        letter = attached_to(note)
    page, url = note.get_absolute_url(), reverse("journal:document", args=[note.pk, letter.pk])
    note = Note.objects.get(pk=note.pk)
    correct(note, case.caseworker, "Only that we talked", category="meeting", audience="team")
    reader = signed_in(case.contact_person)
    assert "letter.txt" not in reader.get(page).content.decode()
    assert reader.get(url).status_code == 404
    assert signed_in(case.caseworker).get(url).status_code == 200
