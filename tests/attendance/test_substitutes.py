"""Who marks in a contact person's place: named or stepping in, for a time and no longer (A13)."""

import datetime
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Substitution, User
from accounts.substituting import end_substitution, name_substitute, step_in
from attendance.models import ExpectedAttendance, MissedAttendance
from attendance.permissions import may_follow_up
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import record_marks
from audit.acting import System, acting
from audit.models import Change, Event
from citizens.models import Citizen
from core.exceptions import NotAllowed, Refused
from messaging.tasks import send_waiting_mail
from programmes.models import Programme, Workshop
from tests.factories.accounts import CentreFactory, MembershipFactory, user_with_role
from tests.factories.attendance import MissedFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, WorkshopFactory
from tests.factories.worklist import TaskFactory
from tests.referrals.test_at_once import at_once
from worklist.models import Task

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
FRESH = 1


@pytest.fixture(autouse=True)
def monday_morning():
    with time_machine.travel("2026-11-23T08:20+01:00", tick=False) as clock:
        yield clock


@pytest.fixture
def kitchen():
    return WorkshopFactory(unit__name="Køkken")


@pytest.fixture
def karen(kitchen):
    return contact_person_of(kitchen, name="Karen Lund")


@pytest.fixture
def garden(kitchen):
    return WorkshopFactory(unit__name="Gartneri", unit__organisation=kitchen.unit.organisation)


@pytest.fixture
def mette(garden):
    """Contact person of another workshop of the same centre."""
    return contact_person_of(garden, name="Mette Holm", email="mette@example.org")


@pytest.fixture
def leader(kitchen):
    return user_with_role("team_leader", kitchen.unit.organisation)


def again(user: User) -> User:
    """The user as the next request meets them: roles are read once a request."""
    return User.objects.get(pk=user.pk)


def stepped_in(mette, kitchen, karen, until=MONDAY) -> Substitution:
    return step_in(unit=kitchen.unit, in_place_of=karen, ends_on=until, why="Karen is ill", by=again(mette))


def seen_by(user: User) -> dict[str, int]:
    """How much of each kind the user sees."""
    user = again(user)
    return {
        "registers": Workshop.objects.visible_to(user).count(),
        "slots": ExpectedAttendance.objects.visible_to(user).count(),
        "missed": MissedAttendance.objects.visible_to(user).count(),
        "cases": Programme.objects.visible_to(user).count(),
        "citizens": Citizen.objects.visible_to(user).count(),
        "tasks": Task.objects.visible_to(user).count(),
    }


def test_a_substitute_sees_what_the_contact_person_sees_until_it_ends(kitchen, karen, mette, monday_morning):
    """A13, T1, T7: the register, its follow-ups and their tasks; gone the day after, or at once when ended."""
    slot, other = slots_in(kitchen, 2)
    missed = MissedFactory(slot=slot)
    TaskFactory(citizen=slot.citizen, for_user=None, for_unit=kitchen.unit, kind="contact_absent_citizen")
    before, wanted = seen_by(mette), seen_by(karen)
    assert before == {"registers": 1, "slots": 0, "missed": 0, "cases": 0, "citizens": 0, "tasks": 0}
    stepped_in(mette, kitchen, karen)
    assert seen_by(mette) == wanted | {"registers": 2}
    assert Substitution.objects.effective().count() == 1
    assert may_follow_up(again(mette), missed)
    mark = MarkInput(uuid=uuid4(), slot=other.pk, state="present", at=timezone.now())
    assert record_marks(marks=[mark], by=again(mette))[0].status == "applied"
    with time_machine.travel("2026-11-23T23:59+01:00", tick=False):
        assert seen_by(mette) == wanted | {"registers": 2}
    with time_machine.travel("2026-11-24T00:00+01:00", tick=False):
        assert seen_by(mette) == before
        assert not may_follow_up(again(mette), missed)
        late = MarkInput(uuid=uuid4(), slot=other.pk, state="ill", at=timezone.now())
        assert record_marks(marks=[late], by=again(mette))[0].status == "unknown"
        tomorrow = stepped_in(mette, kitchen, karen, until=MONDAY + DAY)
        assert seen_by(mette) == wanted | {"registers": 2}
        end_substitution(substitution=tomorrow, by=again(mette))
        assert seen_by(mette) == before


def test_who_loses_the_role_at_the_centre_is_no_substitute_either(kitchen, karen, mette):
    """T7: at the next request."""
    stepped_in(mette, kitchen, karen)
    with acting(System("test")):
        Membership.objects.filter(user=mette).update(ends_on=MONDAY - DAY)
    assert seen_by(mette)["registers"] == 0
    assert not Substitution.objects.effective().exists()


def test_a_caseworker_who_steps_in_finds_the_workshop_on_today(kitchen, karen, signed_in):
    """A13: its register and follow-ups reach the substitute without changing the role."""
    caseworker = user_with_role("caseworker", kitchen.unit.organisation)
    missed = MissedFactory(slot=slots_in(kitchen, 1)[0])
    call = reverse("attendance:contact", args=[missed.pk])
    assert call not in signed_in(caseworker).get("/").text
    step_in(unit=kitchen.unit, in_place_of=karen, ends_on=MONDAY, why="Karen is ill", by=again(caseworker))
    client = signed_in(caseworker)
    assert call in client.get("/").text
    assert client.get(call).status_code == 200


def test_the_register_and_its_history_say_who_marked_for_whom(kitchen, karen, mette, leader, signed_in):
    """A13: by the substitution that ran then, also after it ended; marks of one's own workshop are one's own."""
    slot = slots_in(kitchen, 1)[0]
    substitution = stepped_in(mette, kitchen, karen)
    record_marks(marks=[MarkInput(uuid=uuid4(), slot=slot.pk, state="present", at=timezone.now())], by=again(mette))
    with time_machine.travel("2026-11-23T10:00+01:00", tick=False):
        end_substitution(substitution=substitution, by=again(mette))
    with time_machine.travel("2026-11-24T10:00+01:00", tick=False):
        client = signed_in(leader)
        page = reverse("attendance:register", args=[kitchen.pk, MONDAY])
        assert "Last changed by Mette Holm for Karen Lund" in client.get(page).text
        assert "Mette Holm for Karen Lund" in client.get(f"{page}history/").text
        mark = MarkInput(uuid=uuid4(), slot=slot.pk, state="ill", at=timezone.now(), seen=None, remark="A slip")
        record_marks(marks=[mark], by=again(karen))
        assert "Karen Lund for" not in client.get(f"{page}history/").text


def test_stepping_in_by_the_page_is_told_to_the_leader_and_ended_from_the_overview(
    kitchen, karen, mette, leader, signed_in, django_assert_max_num_queries
):
    """A13, J6: with a reason; the line is gone from Today when it is over."""
    slots_in(kitchen, 1)
    client = signed_in(mette)
    page = reverse("attendance:step_in", args=[kitchen.pk])
    assert page in client.get(reverse("attendance:overview")).text
    answer = client.post(page, {"in_place_of": karen.pk, "why": " ", "ends_on": "23.11.26"})
    assert answer.status_code == 422
    assert not Substitution.objects.exists()
    answer = client.post(page, {"in_place_of": karen.pk, "why": "Karen is ill", "ends_on": "23.11.26"})
    assert answer["Location"] == reverse("attendance:register", args=[kitchen.pk, MONDAY])
    row = Substitution.objects.get()
    assert Event.objects.filter(verb="stepped_in", subject=str(row), actor_id=mette.pk).exists()
    assert Change.objects.filter(table="accounts_substitution", reason="Karen is ill").exists()
    today = signed_in(leader).get("/").text
    assert "Mette Holm for Karen Lund" in today
    assert "Karen is ill" in today
    with django_assert_max_num_queries(8 + FRESH):
        text = client.get(reverse("attendance:overview")).text
    assert "Mette Holm for Karen Lund" in text
    assert "I no longer step in" in text
    client.post(reverse("attendance:end_substitution", args=[row.pk]))
    assert "Karen is ill" not in signed_in(leader).get("/").text
    assert client.get(reverse("attendance:register", args=[kitchen.pk, MONDAY])).status_code == 404


def test_a_substitute_is_named_from_a_day_until_a_day_and_told(kitchen, karen, mette, leader, signed_in):
    """A13: by the team leader or the contact person; it begins and ends by itself."""
    page = reverse("attendance:substitutes", args=[kitchen.pk])
    sent = {"substitute": mette.pk, "in_place_of": karen.pk, "starts_on": "25.11.26", "ends_on": "27.11.26"}
    assert signed_in(karen).post(page, sent).status_code == 302
    answer = signed_in(leader).post(page, sent)
    assert answer.status_code == 422, "the same period twice"
    assert "already" in answer.text
    send_waiting_mail()
    assert [message.to for message in mail.outbox] == [["mette@example.org"]]
    assert "Køkken" in mail.outbox[0].subject
    assert seen_by(mette)["registers"] == 1
    for day, count in (("2026-11-25", 2), ("2026-11-27", 2), ("2026-11-28", 1)):
        with time_machine.travel(f"{day}T08:20+01:00", tick=False):
            assert seen_by(mette)["registers"] == count
    assert "Mette Holm" in signed_in(karen).get(page).text
    signed_in(leader).post(reverse("attendance:end_substitution", args=[Substitution.objects.get().pk]))
    assert "Mette Holm" not in signed_in(karen).get(page).text.split("<form")[0]


@pytest.mark.parametrize(
    ("first", "last"), [("22.11.26", "24.11.26"), ("27.11.26", "25.11.26"), ("23.11.26", "1.1.2099"), ("x", "")]
)
def test_a_period_that_cannot_be_is_refused_and_what_was_typed_stays(
    kitchen, karen, mette, leader, signed_in, first, last
):
    """experience 17, T21"""
    page = reverse("attendance:substitutes", args=[kitchen.pk])
    sent = {"substitute": mette.pk, "in_place_of": karen.pk, "starts_on": first, "ends_on": last, "why": "A\0course"}
    answer = signed_in(leader).post(page, sent)
    assert answer.status_code == 422
    assert not Substitution.objects.exists()
    if first != "x":
        assert first in answer.text


def test_nobody_else_names_steps_in_or_ends(kitchen, garden, karen, mette, leader):
    """T1: other centres, other units, other roles, and a substitute passes nothing on."""
    centre, unit = kitchen.unit.organisation, kitchen.unit
    elsewhere = CentreFactory()
    strangers = [
        user_with_role("team_leader", elsewhere),
        user_with_role("caseworker", elsewhere),
        contact_person_of(WorkshopFactory(unit__organisation=elsewhere)),
        *(user_with_role(role, centre) for role in ("specialist", "citizen", "steering_group", "administrator")),
        user_with_role("referrer", elsewhere),
    ]
    running = stepped_in(mette, kitchen, karen)
    others = [mette, user_with_role("caseworker", centre)]
    period = {"in_place_of": karen, "starts_on": MONDAY, "ends_on": MONDAY}
    for user in [*strangers, *others]:
        with pytest.raises(NotAllowed):
            name_substitute(unit=unit, substitute=others[1], by=again(user), **period)
    for user in [*strangers, leader, karen]:
        with pytest.raises(NotAllowed):
            step_in(unit=unit, in_place_of=karen, ends_on=MONDAY, why="Why not", by=again(user))
    for user in [*strangers, others[1]]:
        with pytest.raises(NotAllowed):
            end_substitution(substitution=running, by=again(user))
    for substitute in [*strangers, karen, leader]:
        with pytest.raises(Refused):
            name_substitute(unit=unit, substitute=substitute, by=again(leader), **period)
    for absent in (None, mette):
        with pytest.raises(Refused):
            name_substitute(unit=unit, substitute=others[1], by=again(leader), **period | {"in_place_of": absent})
    with pytest.raises(Refused):
        step_in(unit=unit, in_place_of=karen, ends_on=MONDAY + 7 * DAY, why="Ill", by=again(others[1]))
    assert Substitution.objects.count() == 1
    end_substitution(substitution=running, by=again(karen))
    end_substitution(substitution=running, by=again(leader))
    assert Event.objects.filter(verb="substitution_ended").count() == 1


def test_a_workshop_that_has_lost_its_contact_person_can_be_kept_going(kitchen, mette):
    """A13: nobody's name to put."""
    step_in(unit=kitchen.unit, in_place_of=None, ends_on=MONDAY, why="There is nobody", by=again(mette))
    assert seen_by(mette)["registers"] == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one_substitution(kitchen, karen, mette, leader):
    """T12, T13: a double tap, and the team leader who names the same colleague at that moment."""
    results = at_once(*(lambda: stepped_in(mette, kitchen, karen),) * 2)
    assert len({result.pk for result in results}) == 1
    other = user_with_role("caseworker", kitchen.unit.organisation)
    MembershipFactory(user=leader, organisation=kitchen.unit.organisation, role="caseworker")
    period = {"in_place_of": karen, "starts_on": MONDAY, "ends_on": MONDAY}
    results = at_once(
        lambda: step_in(unit=kitchen.unit, in_place_of=karen, ends_on=MONDAY + DAY, why="Ill", by=again(other)),
        lambda: name_substitute(unit=kitchen.unit, substitute=other, by=again(leader), **period),
    )
    assert sum(isinstance(result, Refused) for result in results) == 1, results
    assert Substitution.objects.count() == 2
