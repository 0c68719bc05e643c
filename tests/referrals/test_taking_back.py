"""An acceptance is taken back until the start; access that rests on a referral ends (K4, T20)."""

import datetime

import pytest
import time_machine

from audit.acting import System, acting
from citizens.identity import parse_number, set_number
from citizens.models import CaseAccess
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from messaging.models import OutgoingMail
from programmes.actions import activate_due
from programmes.course.ending import interrupt
from programmes.models import Programme
from programmes.places.capacity import free_places
from referrals import actions
from referrals.drafts import sealed
from referrals.models import Referral
from referrals.statuses import Status
from tests.factories.accounts import user_with_role
from tests.factories.referrals import MONDAY, ReferralFactory
from tests.referrals.test_triage import decision, referral_of
from worklist.models import Task

pytestmark = pytest.mark.django_db
HALF_A_YEAR = datetime.date(2026, 11, 23) + datetime.timedelta(days=183)


def accepted(cast, *, waiting: bool = False) -> Referral:
    referral = referral_of(cast, submitted_at=datetime.datetime(2026, 11, 3, 8, tzinfo=datetime.UTC))
    if waiting:
        actions.put_on_waiting_list(referral=referral, why="Full", by=cast.leader)
    actions.accept(referral=referral, **decision(cast))
    OutgoingMail.objects.all().delete()
    return Referral.objects.get(pk=referral.pk)


def test_it_waits_again_as_long_as_it_has_waited_and_can_be_accepted_anew(cast):
    """K4"""
    referral = accepted(cast)
    programme = referral.programme
    assert programme.expected_attendance.exists()
    assert Task.objects.open().filter(kind="confirm_plan").exists()
    actions.take_back(referral=referral, why="The doctor said no", by=cast.leader)
    referral.refresh_from_db()
    programme.refresh_from_db()
    assert (referral.status, referral.programme, referral.decided_at) == (Status.SUBMITTED, None, None)
    assert referral.days_waiting == 20
    assert programme.status == "never_started"
    assert not programme.expected_attendance.exists()
    assert not Task.objects.open().exists()
    assert [places.taken for places in free_places(cast.centre, MONDAY)] == [0]
    mail = OutgoingMail.objects.get()
    assert mail.to == referral.referrer.email
    assert "doctor" not in mail.body
    told = Entry.objects.get(kind="acceptance_taken_back")
    assert (told.body, told.audience, told.case) == ("The doctor said no", "shared_referrer", programme.reference)
    assert not Entry.objects.filter(kind="programme_never_started").exists()
    # From tomorrow neither caseworker nor workshop sees it; the two sides of the referral still do.
    with time_machine.travel(datetime.datetime(2026, 11, 24, 9), tick=False):
        assert not Programme.objects.visible_to(programme.caseworker).exists()
        assert Referral.objects.visible_to(fresh(referral.referrer)).get() == referral
        assert Referral.objects.visible_to(fresh(cast.leader)).get() == referral
    again = actions.accept(referral=referral, **decision(cast))
    assert again.pk != programme.pk
    assert again.status == "planned"
    assert list(referral.moves.values_list("status", "programme")) == [
        ("submitted", None), ("accepted", programme.pk), ("submitted", programme.pk), ("accepted", again.pk),
    ]  # fmt: skip


def fresh(user):
    return type(user).objects.get(pk=user.pk)


def test_it_returns_to_the_waiting_list_from_which_it_was_taken(cast):
    referral = accepted(cast, waiting=True)
    actions.take_back(referral=referral, why="No", by=cast.leader)
    referral.refresh_from_db()
    assert referral.status == Status.WAITING_LIST


@pytest.mark.parametrize("at", ["2026-11-30T07:00:00+01:00", "2026-12-24T07:00:00+01:00"])
def test_from_the_first_day_on_it_is_too_late(cast, signed_in, at):
    """K4"""
    referral = accepted(cast)
    with time_machine.travel(at, tick=False):
        with pytest.raises(Refused, match="has begun"):
            actions.take_back(referral=referral, why="No", by=cast.leader)
        response = signed_in(cast.leader).get(f"/referrals/{referral.reference}/take-back/")
    assert response["Location"] == f"/referrals/{referral.reference}/"


def test_only_the_centre_takes_it_back_and_nothing_else_leads_back(cast):
    referral = accepted(cast)
    stranger = user_with_role("team_leader", ReferralFactory().centre)
    for user in (referral.referrer, referral.programme.caseworker, stranger):
        with pytest.raises(NotAllowed):
            actions.take_back(referral=referral, why="No", by=user)
    # The moves of the table that a referral has only by taking the acceptance back.
    with pytest.raises(Refused):
        actions.answer(referral=referral, answer="Open it again", by=referral.referrer)
    with pytest.raises(Refused):
        actions.put_on_waiting_list(referral=referral, why="Wait", by=cast.leader)
    waiting = referral_of(cast)
    with pytest.raises(Refused):
        actions.take_back(referral=waiting, why="No", by=cast.leader)


def test_the_page_asks_why_and_says_what_happened(cast, signed_in):
    referral = accepted(cast)
    client = signed_in(cast.leader)
    page = f"/referrals/{referral.reference}/take-back/"
    assert page in client.get(f"/referrals/{referral.reference}/").content.decode()
    wrong = client.post(page, {"words": " "})
    assert wrong.status_code == 422
    assert "Write why the acceptance is taken back" in wrong.content.decode()
    client.post(page, {"words": "The doctor said no"})
    shown = client.get(f"/referrals/{referral.reference}/").content.decode()
    assert "The acceptance is taken back" in shown
    assert "Answer from" not in shown
    theirs = signed_in(referral.referrer).get(f"/referrals/{referral.reference}/")
    assert "The doctor said no" in theirs.content.decode()


@pytest.mark.parametrize("no", ["reject", "withdraw"])
def test_what_was_said_no_to_is_read_for_half_a_year(cast, no):
    """T20"""
    referral = referral_of(cast)
    by = cast.leader if no == "reject" else referral.referrer
    getattr(actions, no)(referral=referral, why="No", by=by)
    ends = set(CaseAccess.objects.filter(citizen=referral.citizen).values_list("ends_on", flat=True))
    assert ends == {HALF_A_YEAR}
    with time_machine.travel(datetime.datetime.combine(HALF_A_YEAR, datetime.time(9)), tick=False):
        assert Referral.objects.visible_to(fresh(referral.referrer)).exists()
    with time_machine.travel(datetime.datetime.combine(HALF_A_YEAR, datetime.time(9)) + datetime.timedelta(days=1)):
        assert not Referral.objects.visible_to(fresh(referral.referrer)).exists()
        assert not Referral.objects.visible_to(fresh(cast.leader)).exists()


def test_the_referral_of_a_programme_that_has_ended_is_read_as_long_as_the_programme(cast):
    referral = accepted(cast)
    with time_machine.travel("2026-12-07T09:00:00+01:00", tick=False):
        activate_due(on=datetime.date(2026, 12, 7), by=System("test"))
        interrupt(programme=referral.programme, on=datetime.date(2026, 12, 4), why="Moved", by=cast.leader)
    access = CaseAccess.objects.filter(source=f"referrals.referral:{referral.pk}")
    assert set(access.values_list("ends_on", flat=True)) == {datetime.date(2031, 12, 4)}


def test_who_knows_a_number_does_not_learn_by_a_referral_whose_it_is(cast, signed_in):
    """T1, T10: the referrer reads what the own side wrote until the centre has accepted."""
    referral = referral_of(cast, citizen__first_name="Registered", citizen__last_name="Name")
    with acting(System("test")):
        set_number(referral.citizen, parse_number("140389-0001", "DK"))
        referral.citizen.save()
        typed = {"first_name": "Typed", "last_name": "Otherwise"}
        Referral.objects.filter(pk=referral.pk).update(draft=sealed(referral.pk, typed))
    actions.ask(referral=referral, question="Which days?", by=cast.leader)
    client = signed_in(referral.referrer)
    for page in [
        "/", "/tasks/", "/referrals/", f"/referrals/{referral.reference}/", f"/referrals/{referral.reference}/answer/",
        f"/referrals/{referral.reference}/withdraw/",
    ]:  # fmt: skip
        shown = client.get(page).content.decode()
        assert "Registered" not in shown, page
        assert "Typed Otherwise" in shown or page == "/tasks/", page
    for words in ["Registered", "Name", "Regisered"]:
        assert referral.reference not in client.get(f"/search/?q={words}").content.decode()
    found = client.get(f"/search/?q={referral.reference}", follow=True).content.decode()
    assert "Typed Otherwise" in found
    assert "Registered" not in found
    assert "Registered Name" in signed_in(cast.leader).get(f"/referrals/{referral.reference}/").content.decode()
    actions.answer(referral=referral, answer="Mondays", by=referral.referrer)
    actions.accept(referral=referral, **decision(cast))
    assert "Registered Name" in client.get(f"/referrals/{referral.reference}/").content.decode()
