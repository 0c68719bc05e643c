from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from attendance.follow_up.contacts import record_contact
from attendance.follow_up.flagging import flag_missed
from attendance.models import ContactAttempt, MissedAttendance
from attendance.register.marks import MarkInput, record_marks
from audit.acting import System, acting
from audit.models import Access, Event
from citizens.access import grant
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, WorkshopFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
# The test client forgets who acted before each request, by one query of its own.
FRESH = 1


@pytest.fixture(autouse=True)
def on_monday():
    with time_machine.travel("2026-11-23T08:20+01:00", tick=False):
        yield


@pytest.fixture
def workshop():
    return WorkshopFactory()


@pytest.fixture
def by(workshop):
    return contact_person_of(workshop)


@pytest.fixture
def missed(workshop, by):
    """Two are expected, one is marked, the other is flagged at 8.20."""
    here, away = slots_in(workshop, 2)
    record_marks(marks=[MarkInput(uuid4(), here.pk, "present", timezone.now())], by=by)
    flag_missed(at=timezone.now())
    return MissedAttendance.objects.get(slot=away)


def page(missed) -> str:
    return reverse("attendance:contact", args=[missed.pk])


REACHED = {"means": "phone", "was_reached": "yes", "reason": "Overslept", "agreed": "Comes at 10"}


def test_the_page_shows_whom_to_call_and_what_was_agreed(missed, by, signed_in):
    """A7, experience 8"""
    text = signed_in(by).get(page(missed)).content.decode()
    assert missed.slot.citizen.name in text
    assert 'href="tel:00123456"' in text
    assert "8:00–12:00" in text
    assert Access.objects.get(citizen_id=missed.slot.citizen_id).what == f"missed {missed.pk}"


def test_a_contact_that_reached_the_citizen_closes_the_follow_up(missed, by, signed_in):
    """A7"""
    answer = signed_in(by).post(page(missed), REACHED)
    assert answer.url == "/"
    missed.refresh_from_db()
    assert missed.followed_up_by == by
    assert not Task.objects.open().exists()
    entry = Entry.objects.get(kind="contact_reached")
    assert (entry.body, entry.params, entry.audience) == ("Overslept\nComes at 10", {"day": "2026-11-23"}, "team")
    assert Event.objects.get(verb="contact recorded").citizen_id == missed.slot.citizen_id


def test_an_attempt_that_did_not_reach_anybody_keeps_it_open(missed, by, signed_in):
    """A7"""
    signed_in(by).post(page(missed), {"means": "message", "was_reached": "no"})
    missed.refresh_from_db()
    assert missed.followed_up_at is None
    assert Task.objects.open().count() == 1
    assert ContactAttempt.objects.get().means == "message"
    assert Entry.objects.filter(kind="contact_tried").exists()
    assert "not reached" in signed_in(by).get(page(missed)).content.decode()


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({}, "means"),
        ({"means": "pigeon", "was_reached": "yes", "reason": "x"}, "means"),
        ({"means": "phone", "was_reached": "perhaps", "reason": "x"}, "was_reached"),
        ({"means": "phone", "was_reached": "yes"}, "reason"),
        (REACHED | {"reason": "x" * 20_001}, "reason"),
        (REACHED | {"agreed": "NUL\0"}, "agreed"),
    ],
)
def test_a_wrong_form_says_where_and_keeps_what_was_typed(missed, by, signed_in, sent, wrong):
    """experience 17"""
    answer = signed_in(by).post(page(missed), {"agreed": "Comes at 10"} | sent)
    assert answer.status_code == 422
    assert wrong in answer.context["form"].errors
    assert "<title>Error:" in answer.content.decode()
    if wrong != "agreed":
        assert "Comes at 10" in answer.content.decode()
    assert not ContactAttempt.objects.exists()


@pytest.mark.parametrize("who", ["caseworker", "team_leader"])
def test_caseworker_and_team_leader_may_follow_up(missed, signed_in, who):
    """A7"""
    programme = missed.slot.programme
    user = programme.caseworker if who == "caseworker" else user_with_role("team_leader", programme.centre)
    assert signed_in(user).post(page(missed), REACHED).status_code == 302
    assert ContactAttempt.objects.get().by == user


def test_the_referrer_may_not_and_strangers_do_not_find_it(missed, signed_in):
    """T1"""
    assert signed_in(missed.slot.programme.referrer).post(page(missed), REACHED).status_code == 403
    for stranger in [
        contact_person_of(WorkshopFactory(unit__organisation=missed.slot.programme.centre)),
        user_with_role("team_leader", WorkshopFactory().unit.organisation),
        user_with_role("caseworker", missed.slot.programme.centre),
        user_with_role("administrator", missed.slot.programme.centre),
    ]:
        assert signed_in(stranger).get(page(missed)).status_code == 404
        assert signed_in(stranger).post(page(missed), REACHED).status_code == 404
        with pytest.raises(NotAllowed):
            record_contact(missed=missed, means="phone", was_reached=True, reason="x", agreed="", by=stranger)
    assert not ContactAttempt.objects.exists()


def test_the_contact_person_of_another_workshop_of_the_case_may_not(missed, signed_in):
    """A7: somebody with access to the case through another placement"""
    other = WorkshopFactory(unit__organisation=missed.slot.programme.centre)
    with acting(System("test")):
        case = {"citizen": missed.slot.citizen, "centre": missed.slot.programme.centre}
        grant(**case, role="contact_person", unit=other.unit, source="test")
    assert signed_in(contact_person_of(other)).get(page(missed)).status_code == 403


def test_a_follow_up_that_is_closed_is_not_closed_again(missed, by, signed_in):
    """A7"""
    signed_in(by).post(page(missed), REACHED)
    answer = signed_in(by).post(page(missed), REACHED)
    assert answer.url == page(missed)
    assert ContactAttempt.objects.count() == 1
    with pytest.raises(Refused):
        record_contact(missed=missed, means="phone", was_reached=True, reason="x", agreed="", by=by)


def test_somebody_who_came_needs_no_contact(missed, by):
    """A6"""
    record_marks(marks=[MarkInput(uuid4(), missed.slot_id, "present", timezone.now())], by=by)
    with pytest.raises(Refused):
        record_contact(missed=missed, means="phone", was_reached=False, reason="", agreed="", by=by)


def test_the_list_shows_the_open_ones_of_the_own_cases(missed, by, signed_in, django_assert_max_num_queries):
    """A7"""
    client = signed_in(by)
    with django_assert_max_num_queries(8 + FRESH):
        assert missed.slot.citizen.name in client.get("/attendance/missed/").content.decode()
    stranger = contact_person_of(WorkshopFactory())
    assert missed.slot.citizen.name not in signed_in(stranger).get("/attendance/missed/").content.decode()
    client.post(page(missed), REACHED)
    assert "Everybody has been reached" in client.get("/attendance/missed/").content.decode()


def test_the_list_is_not_for_referrers(missed, signed_in):
    assert signed_in(missed.slot.programme.referrer).get("/attendance/missed/").status_code == 403


@pytest.mark.parametrize("path", ["missed/99999999999999999999/", "missed/0/", "case/F-0000-000000/"])
def test_what_does_not_exist_is_not_found(by, signed_in, path):
    assert signed_in(by).get(f"/attendance/{path}").status_code == 404


def test_staff_read_the_days_and_the_referrer_the_summary(by, workshop, signed_in):
    """A9"""
    slot = SlotFactory(
        placement__programme__centre=workshop.unit.organisation,
        placement__workshop=workshop,
        state="ill",
        remark="Called at seven",
    )
    path = reverse("attendance:citizen", args=[slot.programme.reference])
    for user in (by, slot.programme.caseworker, user_with_role("team_leader", workshop.unit.organisation)):
        assert "Called at seven" in signed_in(user).get(path).content.decode()
    text = signed_in(slot.programme.referrer).get(path).content.decode()
    assert "Called at seven" not in text
    assert "Absence by reason" in text
    for stranger in (contact_person_of(WorkshopFactory()), user_with_role("administrator", workshop.unit.organisation)):
        assert signed_in(stranger).get(path).status_code == 404
    assert Access.objects.filter(kind="view", citizen_id=slot.citizen_id).count() == 4
    assert slot.day == MONDAY
