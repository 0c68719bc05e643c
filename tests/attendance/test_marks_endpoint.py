import json
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from attendance.models import Mark
from audit.models import Access
from tests.conftest import FreshClient
from tests.factories.attendance import SlotFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, WorkshopFactory

pytestmark = pytest.mark.django_db
# The test client forgets who acted before each request, by one query of its own.
FRESH = 1
URL = "/attendance/marks/"


@pytest.fixture(autouse=True)
def ten_past_eight():
    with time_machine.travel("2026-11-23T08:10+01:00", tick=False):
        yield


@pytest.fixture
def workshop():
    return WorkshopFactory()


@pytest.fixture
def client(workshop, signed_in):
    return signed_in(contact_person_of(workshop))


def send(client, *marks, **headers):
    return client.post(URL, json.dumps({"marks": list(marks)}), content_type="application/json", headers=headers)


def a_mark(slot, state="present", **fields):
    return {"uuid": str(uuid.uuid4()), "slot": slot.pk, "state": state, "from": None, "until": None, **fields}


def test_a_batch_is_answered_mark_by_mark(client, workshop):
    """A3"""
    here, late = slots_in(workshop, 2)
    marks = [
        a_mark(here, at="2026-11-23T07:09:00.000Z"),
        a_mark(late, "late", **{"from": "08:05"}),
        a_mark(late, "late"),
    ]
    answer = send(client, *marks)
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["status"] for result in results] == ["applied", "applied", "refused"]
    assert results[1] == {
        "uuid": marks[1]["uuid"],
        "slot": late.pk,
        "status": "applied",
        "message": "",
        "state": "late",
        "from": "08:05",
        "until": "",
        "flagged": False,
        "standing": marks[1]["uuid"],
    }
    assert "8:00 and 12:00" in results[2]["message"]


def test_sending_the_same_batch_again_changes_nothing(client, workshop):
    """T12"""
    marks = [a_mark(slot) for slot in slots_in(workshop, 3)]
    send(client, *marks)
    assert [result["status"] for result in send(client, *marks).json()["results"]] == ["repeated"] * 3
    assert Mark.objects.count() == 3


def test_one_mark_costs_at_most_eight_queries_and_thirty_the_same(client, workshop, django_assert_max_num_queries):
    """speed: session, user and the transaction included"""
    found = slots_in(workshop, 30)
    with django_assert_max_num_queries(8 + FRESH):
        send(client, a_mark(found[0]))
    with django_assert_max_num_queries(8 + FRESH):
        send(client, *(a_mark(slot) for slot in found))


def test_a_foreign_slot_is_unknown_and_the_denial_is_logged(client):
    """T1, T5"""
    (result,) = send(client, a_mark(SlotFactory())).json()["results"]
    assert (result["status"], result["state"]) == ("unknown", "")
    assert Access.objects.get().kind == "denied"


SOME = str(uuid.uuid4())


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"marks"',
        b'{"marks": 3}',
        b'{"marks": []}',
        b'{"marks": [{}], "sent_at": "yesterday"}',
        b"[" * 100_000,
        json.dumps({"marks": [{"uuid": SOME, "slot": 1, "state": "present"}] * 501}).encode(),
    ],
)
def test_what_cannot_be_read_is_told_so_and_changes_nothing(client, body):
    """T21: 400 with a clear error, never a 500"""
    answer = client.post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not Mark.objects.exists()


UNREADABLE = [
    {"uuid": "one"},
    {"uuid": 3},
    {"uuid": None},
    {"slot": "one"},
    {"slot": None},
    {"slot": True},
    {"slot": -1},
    {"slot": 2**70},
    {"slot": 1.5},
    {"state": "asleep"},
    {"state": None},
    {"state": ["ill"]},
    {"from": "25:00"},
    {"from": "8 o'clock"},
    {"from": {"hour": 8}},
    {"until": "9" * 5000},
    {"at": "yesterday"},
    {"at": 8},
    {"at": "0001-01-01T00:00:00+14:00"},
    {"at": "9999-12-31T23:59:59-14:00"},
    {"seen": "one"},
    {"remark": "x" * 301},
    {"remark": "NUL\0"},
    {"remark": "\ud800"},
    {"remark": "half \udfff a sign"},
    {"remark": 5},
]


def test_a_mark_that_cannot_be_read_is_refused_and_does_not_stop_the_others(client, workshop):
    """T21, A3: a queue is never stuck behind one of its marks"""
    first, *others, last = slots_in(workshop, len(UNREADABLE) + 2)
    wrong = [a_mark(slot) | fields for slot, fields in zip(others, UNREADABLE, strict=True)]
    answer = send(client, a_mark(first), *wrong, 3, {}, None, a_mark(last))
    results = answer.json()["results"]
    refused = results[1:-1]
    assert [results[0]["status"], results[-1]["status"]] == ["applied", "applied"]
    assert {result["status"] for result in refused} == {"refused"}
    assert all(result["message"] for result in refused)
    assert [result["uuid"] for result in refused[3:-3]] == [mark["uuid"] for mark in wrong[3:]]
    assert Mark.objects.count() == 2


def test_a_clock_that_is_wrong_by_a_day_is_set_right(client, workshop):
    """A3: by what the device's clock shows when it sends"""
    (slot,) = slots_in(workshop, 1)
    sent = {"sent_at": "2026-11-22T08:10:00+01:00", "marks": [a_mark(slot, at="2026-11-22T08:02:00+01:00")]}
    client.post(URL, sent, content_type="application/json")
    assert timezone.localtime(Mark.objects.get().marked_at).isoformat() == "2026-11-23T08:02:00+01:00"


def test_reading_the_endpoint_is_not_allowed(client):
    assert client.get(URL).status_code == 405


def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(workshop):
    """T2"""
    assert send(FreshClient(), a_mark(slots_in(workshop, 1)[0])).status_code == 302


# ── The plain form: the same keys, without a script ──


def test_a_button_of_the_plain_form_marks_and_leads_back_to_its_row(client, workshop):
    """A2"""
    slot = slots_in(workshop, 1)[0]
    answer = client.post(URL, {"slot": slot.pk, "state": "ill"})
    assert answer.url == reverse("attendance:register", args=[workshop.pk, MONDAY]) + f"#s{slot.pk}"
    slot.refresh_from_db()
    assert slot.state == "ill"


def test_late_without_a_time_is_late_now_and_asks_for_another_time(client, workshop):
    """A2, experience 7"""
    slot = slots_in(workshop, 1)[0]
    answer = client.post(URL, {"slot": slot.pk, "state": "late"})
    assert "ask=late" in answer.url
    slot.refresh_from_db()
    assert f"{slot.came_at:%H:%M}" == "08:10"
    client.post(URL, {"slot": slot.pk, "state": "late", "from": "8.30"})
    slot.refresh_from_db()
    assert f"{slot.came_at:%H:%M}" == "08:30"


def test_other_opens_the_reasons_and_changes_nothing(client, workshop):
    slot = slots_in(workshop, 1)[0]
    assert "ask=more" in client.post(URL, {"slot": slot.pk, "state": "more"}).url
    assert not Mark.objects.exists()


def test_everyone_else_is_here_fills_begun_blanks_only(client, workshop):
    """A2, experience 1"""
    blank, ill = slots_in(workshop, 2)
    later = slots_in(workshop, 1, starts="09:30")[0]
    client.post(URL, {"slot": ill.pk, "state": "ill"})
    answer = client.post(URL, {"rest": "1", "workshop": workshop.pk, "day": "2026-11-23"})
    assert answer.url == reverse("attendance:register", args=[workshop.pk, MONDAY])
    states = []
    for slot in (blank, ill, later):
        slot.refresh_from_db()
        states.append(slot.state)
    assert states == ["present", "ill", ""]


@pytest.mark.parametrize(
    "sent",
    [
        {"state": "present"},
        {"slot": "x", "state": "present"},
        {"slot": "9" * 40, "state": "present"},
        {"slot": "²", "state": "present"},
        {"rest": "1"},
        {"rest": "1", "workshop": "x", "day": "2026-11-23"},
        {"rest": "1", "workshop": "9" * 40, "day": "2026-11-23"},
        {"rest": "1", "workshop": "1", "day": "tomorrow"},
    ],
)
def test_a_plain_form_about_nothing_is_not_found(client, sent):
    assert client.post(URL, sent).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"state": "asleep"}, {"state": "late", "from": "25.00"}, {"remark": "x" * 400}, {"uuid": "one"}, {"at": "x"}],
)
def test_a_plain_form_that_is_wrong_changes_nothing(client, workshop, wrong):
    slot = slots_in(workshop, 1)[0]
    answer = client.post(URL, {"slot": slot.pk, "state": "ill"} | wrong)
    assert answer.status_code == 302
    assert not Mark.objects.exists()


def test_a_foreign_slot_in_the_plain_form_is_not_found_and_logged(client):
    """T1"""
    assert client.post(URL, {"slot": SlotFactory().pk, "state": "ill"}).status_code == 404
    assert Access.objects.get().kind == "denied"


def test_everyone_else_is_here_in_a_strange_workshop_is_refused_and_kept(client):
    """T1, T5"""
    strange = WorkshopFactory()
    slots_in(strange, 1)
    answer = client.post(URL, {"rest": "1", "workshop": strange.pk, "day": "2026-11-23"})
    assert answer.status_code == 404
    assert Access.objects.get().kind == Access.Kind.DENIED
    assert not Mark.objects.exists()
