"""The register of a day and the next day's arrivals, on the screen and on paper (experience 6, 24)."""

import datetime
import re
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.register.mark_rules import MarkInput
from attendance.register.marks import record_marks
from attendance.states import State
from audit.models import Access
from tests.factories.accounts import user_with_role
from tests.factories.attendance import contact_person_of, slots_in
from tests.factories.programmes import MONDAY, WorkshopFactory

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + datetime.timedelta(days=1)
ARRIVALS = "/attendance/arrivals/"


@pytest.fixture(autouse=True)
def afternoon():
    with time_machine.travel("2026-11-23T13:00+01:00", tick=False):
        yield


@pytest.fixture
def workshop():
    return WorkshopFactory(unit__name="Træværkstedet")


def ill_on(slot, by):
    mark = MarkInput(
        uuid=uuid4(),
        slot=slot.pk,
        state=State.ILL.value,
        at=datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC),
        remark="Migraine",
    )
    assert record_marks(marks=[mark], by=by)[0].status == "applied"


def test_the_printed_register_has_hours_tasks_and_five_boxes_for_each(workshop, signed_in):
    """experience 24, P16: the workshop and the date stand on each sheet, and no reason behind a task anywhere."""
    slots_in(workshop, 2)
    slots_in(
        workshop,
        1,
        placement__programme__accommodations="Lift at most 5 kg\nBreak at 10",
        placement__programme__accommodations_why="Slipped disc",
    )
    text = signed_in(contact_person_of(workshop)).get(reverse("attendance:sheet", args=[workshop.pk, MONDAY])).text
    assert text.count('<td class="t-empty-box"><i></i></td>') == 15
    head = re.search(r"<thead>.*?</thead>", text, re.DOTALL).group()
    assert "Træværkstedet" in head
    assert "Monday 23 November 2026" in head
    assert "<p>Lift at most 5 kg</p><p>Break at 10</p>" in text
    assert "8:00–12:00" in text
    assert "Slipped disc" not in text
    assert Access.objects.filter(kind="print", what=f"register {workshop.pk} {MONDAY}").exists()


def test_the_next_arrivals_are_those_of_the_next_day_with_anybody(workshop, signed_in):
    """experience 6: who is away stands there as that, without what was remarked."""
    user = contact_person_of(workshop)
    slots_in(workshop, 1, placement__programme__citizen__last_name="Today")
    slots_in(workshop, 1, day=MONDAY + datetime.timedelta(days=4), placement__programme__citizen__last_name="Later")
    coming = slots_in(workshop, 2, day=TUESDAY)
    ill_on(coming[0], user)
    slots_in(WorkshopFactory(), 1, day=TUESDAY, placement__programme__citizen__last_name="Foreign")
    text = signed_in(user).get(ARRIVALS).text
    assert "Tuesday 24 November 2026" in text
    assert "1 expected, 1 absent" in text
    assert "</svg>Ill</span>" in text
    assert [name for name in ("Migraine", " Today<", " Later<", " Foreign<", "t-empty-box") if name in text] == []
    assert Access.objects.filter(kind="list", what=f"arrivals {TUESDAY}").exists()


def test_arrivals_ask_the_database_alike_for_few_and_many(workshop, signed_in):
    client = signed_in(user_with_role("team_leader", workshop.unit.organisation))
    counts = []
    for people in (1, 20):
        slots_in(WorkshopFactory(unit__organisation=workshop.unit.organisation), people, day=TUESDAY)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(ARRIVALS).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_nobody_expected_says_so_and_a_stranger_gets_nothing(workshop, signed_in):
    """T1"""
    user = contact_person_of(workshop)
    assert "Nobody is expected in the coming weeks" in signed_in(user).get(ARRIVALS).text
    assert signed_in(user_with_role("referrer", workshop.unit.organisation)).get(ARRIVALS).status_code == 403
    foreign = contact_person_of(WorkshopFactory())
    assert signed_in(foreign).get(reverse("attendance:sheet", args=[workshop.pk, MONDAY])).status_code == 404
