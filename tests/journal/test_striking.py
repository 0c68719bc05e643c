"""What stands on the wrong citizen is struck out, never deleted (K3)."""

import pytest

from audit.models import Change, Event
from core.exceptions import NotAllowed, Refused
from journal import notes, striking
from journal.models import Entry, Note, Version
from journal.notes import Text
from journal.timeline import lines
from tests.desk.cast import a_case
from tests.factories.journal import EntryFactory, NoteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return a_case()


def struck(case, why="It is about somebody else", **kwargs) -> Note:
    note = NoteFactory(programme=case.programme, author=case.contact_person, **kwargs)
    striking.strike(entry=note.entry, why=why, by=case.contact_person)
    return note


def test_what_is_struck_out_is_seen_by_author_and_team_leader_only(case):
    struck(case, audience="shared_referrer")
    for user in (case.contact_person, case.team_leader):
        assert Entry.objects.visible_to(user).count() == Note.objects.visible_to(user).count() == 1
    for user in (case.caseworker, case.specialist, case.referrer, case.citizen_user, a_case("Other").team_leader):
        assert not Entry.objects.listed_for(user).exists()
        assert not Note.objects.visible_to(user).exists()
    assert not Entry.objects.standing().exists()


def test_it_is_shown_crossed_out_with_who_when_and_why(case):
    struck(case)
    entries = Entry.objects.listed_for(case.team_leader).select_related("author", "struck_by")
    (line,) = lines(entries, roles={"team_leader"}, user=case.team_leader)
    assert line.struck.startswith(f"Struck out by {case.contact_person.name}, ")
    assert line.struck.endswith("It is about somebody else")


def test_nothing_is_deleted_and_the_log_says_so(case):
    note = struck(case)
    assert Version.objects.filter(note=note).exists()
    assert Event.objects.get(verb="struck_out", subject=note.source).detail == {"why": "It is about somebody else"}
    assert Change.objects.filter(table="journal_entry", reason="It is about somebody else").exists()


def test_it_can_be_put_back(case):
    note = struck(case)
    striking.unstrike(entry=note.entry, by=case.team_leader)
    assert Entry.objects.visible_to(case.caseworker).get().struck_why == ""
    assert Event.objects.filter(verb="strike_undone", subject=note.source).exists()


@pytest.mark.parametrize("role", ["caseworker", "specialist", "referrer", "citizen"])
def test_nobody_else_strikes_out_or_puts_back(case, role):
    note = NoteFactory(programme=case.programme, author=case.contact_person)
    with pytest.raises(NotAllowed):
        striking.strike(entry=note.entry, why="x", by=case.user(role))
    striking.strike(entry=note.entry, why="x", by=case.team_leader)
    with pytest.raises(NotAllowed):
        striking.unstrike(entry=note.entry, by=case.user(role))
    with pytest.raises(NotAllowed):
        striking.unstrike(entry=note.entry, by=a_case("Other").team_leader)


def test_contacts_after_an_absence_are_struck_out_too(case):
    """They stand on the timeline in somebody's own words; the register's marks are corrected instead (A2)."""
    spoken = EntryFactory(programme=case.programme, kind="contact_reached", author=case.contact_person)
    striking.strike(entry=spoken, why="Called the wrong one", by=case.contact_person)
    assert not Entry.objects.visible_to(case.caseworker).exists()
    done = EntryFactory(programme=case.programme, kind="plan_confirmed")
    with pytest.raises(NotAllowed):
        striking.strike(entry=done, why="x", by=case.team_leader)


def test_a_reason_is_needed_and_twice_is_refused(case):
    note = NoteFactory(programme=case.programme, author=case.contact_person)
    with pytest.raises(Refused):
        striking.strike(entry=note.entry, why=" ", by=case.contact_person)
    with pytest.raises(Refused):
        striking.unstrike(entry=note.entry, by=case.contact_person)
    striking.strike(entry=note.entry, why="x", by=case.contact_person)
    with pytest.raises(Refused):
        striking.strike(entry=note.entry, why="x", by=case.team_leader)


def test_what_is_struck_out_is_not_corrected(case):
    note = struck(case)
    text = Text("phone", "team", note.entry.happened_at, "Two")
    with pytest.raises(Refused):
        notes.correct(note=note, based_on=1, text=text, why="x", by=case.contact_person)


def test_a_struck_health_note_is_no_more_open_than_before(case):
    note = NoteFactory(programme=case.programme, category="health", audience="health")
    striking.strike(entry=note.entry, why="x", by=case.team_leader)
    entry = Entry.objects.listed_for(case.team_leader).get()
    assert entry.is_restricted
    assert lines([entry], roles={"team_leader"}, user=case.team_leader)[0].body == ""
