import datetime

import pytest
import time_machine

from closing_notes.reminders import remind
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.programmes import ProgrammeFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db

LAST_DAY = datetime.date(2027, 2, 21)


def noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=datetime.UTC)


def test_a_note_is_asked_for_two_weeks_before_the_end_and_once():
    """J6, T11."""
    programme = ProgrammeFactory()
    with time_machine.travel(noon(LAST_DAY - datetime.timedelta(days=15)), tick=False):
        assert remind() == 0
    with time_machine.travel(noon(LAST_DAY - datetime.timedelta(days=14)), tick=False):
        assert remind() == 1
        assert remind() == 1
    task = Task.objects.get()
    assert (task.kind, task.for_user) == ("write_closing_note", programme.caseworker)
    assert task.due_on == LAST_DAY - datetime.timedelta(days=7)


def test_no_note_is_asked_for_where_it_was_sent_or_the_programme_is_over():
    ClosingNoteFactory(in_review=True)
    ClosingNoteFactory(delivered=True)
    ProgrammeFactory(status="completed", ended_on=LAST_DAY)
    ProgrammeFactory(status="planned")
    assert remind(LAST_DAY) == 0


def test_a_draft_is_still_asked_for():
    ClosingNoteFactory()
    assert remind(LAST_DAY) == 1
