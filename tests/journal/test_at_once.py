"""Two at the same moment, on real connections: nothing is lost and nothing doubled (T12, T13)."""

import uuid

import pytest
from django.utils import timezone

from audit.models import Event
from journal import drafts, notes
from journal.models import Draft, Entry, Note, Version
from journal.notes import CorrectedMeanwhile, Text
from tests.desk.cast import a_case
from tests.factories.journal import DraftFactory, NoteFactory
from tests.journal.test_notes import place
from tests.referrals.test_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def text(body: str) -> Text:
    return Text("phone", "team", timezone.now(), body)


def test_two_editors_at_once_lose_nothing():
    """J2, T13: one is saved, the other is shown it and saves on top; all three texts are there."""
    case = a_case()
    note = NoteFactory(programme=case.programme, body="First")
    editors = {"Caseworker's": case.caseworker, "Leader's": case.team_leader}

    def corrected(body, by, based_on):
        return lambda: notes.correct(note=note, based_on=based_on, text=text(body), why="Wrong day", by=by)

    results = at_once(*(corrected(body, by, 1) for body, by in editors.items()))
    assert sorted(type(result).__name__ for result in results) == ["CorrectedMeanwhile", "Note"]
    (loser,) = [body for body, result in zip(editors, results, strict=True) if isinstance(result, CorrectedMeanwhile)]
    (meanwhile,) = [result for result in results if isinstance(result, CorrectedMeanwhile)]
    assert meanwhile.version.body == next(body for body in editors if body != loser)
    corrected(loser, editors[loser], meanwhile.version.number)()
    assert list(Version.objects.order_by("number").values_list("body", flat=True)) == [
        "First", meanwhile.version.body, loser,
    ]  # fmt: skip
    assert Entry.objects.get(source=note.source).body == loser


def test_a_double_click_is_one_note():
    """T12."""
    case = a_case()
    draft = DraftFactory(programme=case.programme)
    what = text("Called")
    send = lambda: notes.write(id=draft.pk, place=place(case), text=what, by=case.caseworker)  # noqa: E731
    results = at_once(send, send, send)
    assert all(isinstance(result, Note) for result in results), results
    assert (Note.objects.count(), Version.objects.count(), Entry.objects.count()) == (1, 1, 1)
    assert Event.objects.filter(verb="note_written").count() == 1
    assert not Draft.objects.exists()


def test_two_first_saves_of_the_same_page_begin_one_draft():
    case = a_case()
    id = uuid.uuid4()
    save = lambda: drafts.keep(id=id, place=place(case), typed={"body": "x"}, by=case.caseworker)  # noqa: E731
    results = at_once(save, save)
    assert all(isinstance(result, Draft) for result in results), results
    assert Draft.objects.count() == 1


def test_two_pages_of_one_draft_saving_at_once_lose_nothing():
    """T13."""
    case = a_case()
    draft = DraftFactory(programme=case.programme)

    def save(page):
        return lambda: drafts.keep(
            id=draft.pk, place=place(case), typed={"body": page}, by=case.caseworker, page=page, version=1
        )

    results = at_once(save("a"), save("b"))
    assert sorted(type(result).__name__ for result in results) == ["Draft", "SavedMeanwhile"]
    (meanwhile,) = [result for result in results if isinstance(result, drafts.SavedMeanwhile)]
    assert meanwhile.theirs == drafts.opened(Draft.objects.get())[0]
