"""Every action holds the citizen first and then the programme, so that no two wait for each other (T13)."""

import datetime
import re
import threading
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.follow_up.contacts import record_contact
from attendance.follow_up.resting import rest_reminders
from attendance.models import MissedAttendance, Notice
from attendance.notices.giving import Away, give_notice
from audit.acting import acting
from citizens.models import Citizen
from closing_notes.actions import start_note
from core.exceptions import Refused
from programmes.actions import begin_closing
from programmes.course.ending import interrupt
from programmes.models import Programme
from programmes.rights.citizen_access import end_access
from programmes.rights.consents import deal_with
from programmes.rights.protection import set_protection
from tests.factories.attendance import MissedFactory
from tests.factories.programmes import MONDAY, ProgrammeFactory
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
ORDER = ("citizens_citizen", "programmes_programme")
HELD = re.compile(r'FROM "(\w+)".* FOR (NO KEY )?UPDATE')
LOCKS_A_PROGRAMME = re.compile(r"Programme\.objects\s*\.select_for_update")


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel("2026-11-23T09:00+01:00", tick=False):
        yield


def notice(programme: Programme) -> None:
    away = Away(MONDAY + DAY, None, MONDAY + DAY, None)
    give_notice(programme=programme, state="ill", away=away, remark="", by=programme.caseworker)


def rest(programme: Programme, missed: MissedAttendance) -> None:
    rest_reminders(missed=missed, until=MONDAY + DAY, by=programme.caseworker)


def reached(programme: Programme, missed: MissedAttendance) -> None:
    record_contact(
        missed=missed,
        means="phone",
        was_reached=True,
        reason="The bus",
        agreed="",
        rest_until=MONDAY + DAY,
        by=programme.caseworker,
    )


def no_access_to_end(programme: Programme, _missed: MissedAttendance) -> None:
    with pytest.raises(Refused):
        end_access(programme=programme, by=programme.caseworker)


@pytest.mark.parametrize(
    "act",
    [
        lambda one, _missed: notice(one),
        rest,
        reached,
        lambda one, _missed: begin_closing(programme=one, by=one.caseworker),
        lambda one, _missed: start_note(programme=one, by=one.caseworker),
        lambda one, _missed: interrupt(programme=one, on=MONDAY, why="Moved away", by=one.caseworker),
        lambda one, _missed: deal_with(programme=one, by=one.caseworker),
        lambda one, _missed: set_protection(programme=one, is_protected=True, why="Threats", by=one.caseworker),
        no_access_to_end,
    ],
)
def test_the_citizen_is_held_before_the_programme(act):
    programme = ProgrammeFactory()
    missed = MissedFactory(slot__placement__programme=programme)
    with CaptureQueriesContext(connection) as queries:
        act(programme, missed)
    found = [HELD.search(query["sql"]) for query in queries]
    held = [(match[1], bool(match[2])) for match in found if match]
    assert held[:2] == [(table, True) for table in ORDER]


def test_a_programme_is_held_in_one_place_alone():
    """Whoever holds one elsewhere forgets the citizen."""
    modules = [path for path in Path(settings.BASE_DIR).glob("*/**/*.py") if not {".venv", "tests"} & set(path.parts)]
    others = [path.name for path in modules if LOCKS_A_PROGRAMME.search(path.read_text())]
    assert len(modules) > 200
    assert others == []


@pytest.mark.django_db(transaction=True)
def test_a_notice_waits_for_whoever_merges_two_records():
    """Held the other way round, each would wait for the other until the database ends one of them."""
    programme = ProgrammeFactory()
    holds, failed = threading.Event(), []

    def send_word() -> None:
        try:
            holds.wait()
            notice(programme)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=send_word)
    thread.start()
    with acting(programme.caseworker):
        Citizen.objects.select_for_update().get(pk=programme.citizen_id)
        holds.set()
        until_somebody_waits()
        Programme.objects.filter(pk=programme.pk).update(municipality="Herlev")
    thread.join()
    assert failed == []
    assert Notice.objects.get().programme == programme
