"""Drafts: kept, sealed, the author's alone, and never lost (J2, U2, experience 14)."""

import uuid

import pytest

from audit.models import Event
from core.events import user_leaving
from core.exceptions import NotAllowed, Refused
from core.uploads import Upload
from journal import documents, drafts, notes
from journal.drafts import Finished, SavedMeanwhile
from journal.models import Document, DocumentContent, Draft
from tests.desk.cast import a_case
from tests.factories.journal import DraftFactory, NoteFactory
from tests.journal.test_notes import place, text

pytestmark = pytest.mark.django_db
PDF = Upload("letter.pdf", "application/pdf", b"%PDF-1.7 %%EOF")


@pytest.fixture
def case():
    return a_case()


def keep(case, typed, by=None, **kwargs) -> Draft:
    kwargs.setdefault("id", uuid.uuid4())
    return drafts.keep(place=place(case), typed=typed, by=by or case.caseworker, **kwargs)


def test_what_was_typed_is_kept_exactly(case):
    typed = {"body": "a\0b\r\n" + "x" * 30_000, "happened_on": "the 31st of never", "audience": "nobody"}
    assert drafts.opened(Draft.objects.get(pk=keep(case, typed).pk))[0] == typed


def test_it_is_sealed_in_the_database(case):
    draft = keep(case, {"body": "Sleeps badly"})
    assert b"Sleeps" not in bytes(Draft.objects.get(pk=draft.pk).typed)


def test_it_is_the_authors_alone(case):
    draft = keep(case, {"body": "x"})
    for user in (case.team_leader, case.contact_person, case.specialist, case.referrer, case.citizen_user):
        assert not Draft.objects.visible_to(user).exists()
        with pytest.raises(NotAllowed):
            drafts.throw_away(draft=draft, by=user)
        with pytest.raises(NotAllowed):
            keep(case, {"body": "y"}, by=user, id=draft.pk)
    assert Draft.objects.visible_to(case.caseworker).get() == draft


@pytest.mark.parametrize("role", ["referrer", "citizen"])
def test_only_who_writes_begins_one(case, role):
    with pytest.raises(NotAllowed):
        keep(case, {"body": "x"}, by=case.user(role))


def test_a_draft_of_one_citizen_never_becomes_anothers(case):
    draft = keep(case, {"body": "x"})
    other = a_case("Other", centre=case.programme.centre, caseworker=case.caseworker)
    with pytest.raises(NotAllowed):
        keep(other, {"body": "y"}, id=draft.pk)


def test_two_pages_of_the_same_draft_lose_nothing(case):
    """T13."""
    id = uuid.uuid4()
    first = keep(case, {"body": "One"}, id=id, page="a")
    keep(case, {"body": "Two"}, id=id, page="b", version=first.version)
    with pytest.raises(SavedMeanwhile) as meanwhile:
        keep(case, {"body": "One more"}, id=id, page="a", version=first.version)
    assert meanwhile.value.theirs == {"body": "Two"}


def test_a_background_save_never_stands_in_the_way_of_its_own_button(case):
    id = uuid.uuid4()
    first = keep(case, {"body": "One"}, id=id, page="a")
    keep(case, {"body": "One and a half"}, id=id, page="a", version=first.version, in_background=True)
    assert keep(case, {"body": "Two"}, id=id, page="a", version=first.version).version == 3
    with pytest.raises(SavedMeanwhile):
        keep(case, {"body": "Late"}, id=id, page="a", version=1, in_background=True)


def test_what_became_a_note_is_no_draft_again(case):
    draft = keep(case, {"body": "x"})
    notes.write(id=draft.pk, place=place(case), text=text(), by=case.caseworker)
    assert not Draft.objects.exists()
    with pytest.raises(Finished):
        keep(case, {"body": "y"}, id=draft.pk, version=1)


def test_files_go_with_the_draft_into_the_note(case):
    draft = keep(case, {"body": "x"})
    documents.attach(upload=PDF, carrier=draft.source, citizen=case.citizen, by=case.caseworker)
    note = notes.write(id=draft.pk, place=place(case), text=text(), by=case.caseworker)
    assert [file.name for file in documents.on(note.source)] == ["letter.pdf"]
    assert note.entry.params == {"files": 1}


def test_thrown_away_means_gone_with_its_files(case):
    draft = keep(case, {"body": "x"})
    documents.attach(upload=PDF, carrier=draft.source, citizen=case.citizen, by=case.caseworker)
    drafts.throw_away(draft=draft, by=case.caseworker)
    drafts.throw_away(draft=draft, by=case.caseworker)
    assert not Draft.objects.exists()
    assert not Document.objects.exists()
    assert not DocumentContent.objects.exists()
    assert Event.objects.filter(verb="note_draft_thrown_away").count() == 1


def test_a_leaving_colleagues_drafts_go_to_the_taker(case):
    """U2."""
    mine = DraftFactory(programme=case.programme, owner=case.contact_person, body="Half a sentence")
    other = DraftFactory(programme=case.programme)
    user_leaving.send(None, user=case.contact_person, taker=case.team_leader, by=case.team_leader)
    assert Draft.objects.visible_to(case.team_leader).get() == mine
    assert drafts.opened(Draft.objects.get(pk=mine.pk))[0]["body"] == "Half a sentence"
    assert Draft.objects.get(pk=other.pk).owner == case.caseworker
    assert Event.objects.get(verb="note_draft_handed_over").detail == {"to": case.team_leader.pk}


def test_nobody_leaves_a_draft_to_nobody(case):
    """U2: with nothing open nobody needs a taker."""
    drafts.hand_over(user=case.contact_person, taker=None, by=case.team_leader)
    DraftFactory(programme=case.programme, owner=case.contact_person)
    with pytest.raises(Refused):
        drafts.hand_over(user=case.contact_person, taker=None, by=case.team_leader)


def test_who_no_longer_sees_the_case_no_longer_sees_the_draft(case):
    DraftFactory(programme=case.programme, owner=a_case("Other").caseworker)
    assert not Draft.objects.visible_to(Draft.objects.get().owner).exists()


def test_ten_files_are_enough_and_the_same_one_is_one(case):
    """T12, T16."""
    note = NoteFactory(programme=case.programme)

    def attach(content: bytes) -> Document:
        upload = Upload("a.txt", "text/plain", content)
        return documents.attach(upload=upload, carrier=note.source, citizen=case.citizen, by=case.caseworker)

    assert attach(b"0") == attach(b"0")
    for number in range(1, documents.MOST_DOCUMENTS):
        attach(str(number).encode())
    with pytest.raises(Refused):
        attach(b"one more")


def test_whoever_takes_over_a_draft_of_a_health_note_is_not_shown_it_as_the_other_text(case):
    """J2: neither by opening it nor by saving over it."""
    draft = keep(case, {"body": "Sleeps badly", "audience": "health"})
    drafts.hand_over(user=case.caseworker, taker=case.team_leader, by=case.team_leader)
    for version in (None, 1, 999):
        with pytest.raises(NotAllowed):
            keep(case, {"body": "x", "audience": "team"}, by=case.team_leader, id=draft.pk, version=version)
    assert drafts.opened(Draft.objects.get())[0]["body"] == "Sleeps badly"
