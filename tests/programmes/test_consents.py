"""A consent is given, and withdrawn: what rests on it ends at once and somebody is asked (R9, L4, U1)."""

import datetime

import pytest
from django.core import mail
from django.urls import reverse

from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Event
from citizens.models import CaseAccess, Consent
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from messaging.tasks import send_waiting_mail
from plans.showing.together import together
from programmes.access import grant_programme
from programmes.models import Programme
from programmes.rights.consents import deal_with, give, withdraw
from tests.desk.cast import a_case
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.activities import named, type_with
from tests.factories.meetings import MeetingFactory
from tests.factories.plans import confirmed_plan
from tests.factories.programmes import ProgrammeFactory
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 12, 14)
GIVEN = {"given_on": TODAY, "given_how": Consent.Given.WRITING}


def sharing_case():
    """A case of a type whose referrer sees it only under a consent."""
    asked = [named("parties", opens_to_referrer=True), named("photo", is_required=False)]
    return a_case(type=type_with("under_consent", consents=asked))


def open_tasks(programme):
    return Task.objects.open().filter(
        kind="consent_withdrawn", citizen=programme.citizen, for_user=programme.caseworker
    )


def test_withdrawn_the_case_is_closed_to_the_referrer_at_the_next_request(signed_in):
    """R9: the case, its meetings, its plan; and it opens again with a new consent."""
    case = sharing_case()
    programme, referrer = case.programme, case.programme.referrer
    worker = case.caseworker
    meeting = MeetingFactory(programme=programme, held=True, audience=Audience.REFERRER, users=(referrer,))
    give(programme=programme, key="parties", by=worker, **GIVEN)
    client = signed_in(referrer)
    addresses = [
        reverse("desk:case", args=[programme.reference]),
        reverse("meetings:detail", args=[meeting.pk]),
        reverse("attendance:citizen", args=[programme.reference]),
    ]
    assert [client.get(one).status_code for one in addresses] == [200] * 3
    staff = signed_in(worker)
    consent = Consent.objects.get(key="parties")
    page = reverse("desk:consent_withdraw", args=[programme.reference, consent.pk])
    assert programme.referring_organisation.name in staff.get(page).content.decode()
    assert staff.post(page, {"why": ""}).status_code == 422
    assert staff.post(page, {"why": "She does not want it"}).status_code == 302
    assert [client.get(one).status_code for one in addresses] == [404] * 3
    consent.refresh_from_db()
    assert (consent.withdrawn_on, consent.withdrawn_by, consent.withdrawn_why) == (
        TODAY,
        worker,
        "She does not want it",
    )
    assert open_tasks(programme).get().due_on == datetime.date(2026, 12, 16)
    assert Entry.objects.get(kind="consent_withdrawn").params == {"purpose": consent.purpose}
    assert Event.objects.filter(verb="consent_withdrawn", actor_id=worker.pk).count() == 1
    send_waiting_mail()
    (sent,) = [one for one in mail.outbox if referrer.email in one.to]
    assert programme.reference in sent.subject
    assert programme.citizen.last_name not in sent.body + sent.subject
    assert "does not want" not in sent.body
    with pytest.raises(Refused):
        withdraw(consent=consent, why="again", by=worker)
    answer = staff.post(reverse("desk:consents", args=[programme.reference]), {
        "what": "parties", "given_on": "14.12.2026", "given_how": "oral"
    })  # fmt: skip
    assert answer.status_code == 302
    assert client.get(addresses[0]).status_code == 200
    assert not open_tasks(programme).exists()


def test_a_consent_for_a_time_opens_the_case_to_the_referrer_for_that_time(time_machine):
    """R9: and with the consent's end it is closed by itself."""
    programme = sharing_case().programme
    give(programme=programme, key="parties", by=programme.caseworker, ends_on=TODAY, **GIVEN)
    seen = Programme.objects.filter(pk=programme.pk)
    assert seen.visible_to(programme.referrer).exists()
    time_machine.move_to("2026-12-15T09:00:00+01:00")
    assert not Programme.objects.visible_to(type(programme.referrer).objects.get(pk=programme.referrer_id)).exists()


def test_another_consent_leaves_the_referrer_where_they_were_and_the_task_goes_when_it_is_agreed():
    case = sharing_case()
    programme = case.programme
    held = CaseAccess.objects.current().filter(role=Role.REFERRER, citizen=programme.citizen)
    consent = give(programme=programme, key="photo", by=case.caseworker, **GIVEN)
    withdraw(consent=consent, why="No pictures", by=case.caseworker)
    assert held.exists()
    deal_with(programme=programme, by=case.caseworker)
    assert not open_tasks(programme).exists()
    withdraw(consent=give(programme=programme, key="photo", by=case.caseworker, **GIVEN), why="No", by=case.caseworker)
    assert Consent.objects.filter(key="photo", withdrawn_on=TODAY).count() == 2


def two_centres():
    """One citizen with an agreed plan at each of two centres."""
    here = confirmed_plan().programme
    elsewhere = ProgrammeFactory(citizen=here.citizen, centre=CentreFactory())
    confirmed_plan(programme=elsewhere)
    with acting(System("test")):
        for programme in (here, elsewhere):
            grant_programme(programme)
    return here, elsewhere


def test_one_plan_crosses_centres_only_while_a_consent_names_both():
    """U1, L4: both ways, for those who work with the whole plan; the case itself stays closed."""
    here, elsewhere = two_centres()
    assert together(here.caseworker, here).shared == set()
    consent = give(programme=here, centre=elsewhere.centre, by=here.caseworker, **GIVEN)
    assert together(here.caseworker, here).shared == {elsewhere.pk}
    assert together(elsewhere.caseworker, elsewhere).shared == {here.pk}
    assert together(here.referrer, here).shared == set()
    assert not Programme.objects.visible_to(here.caseworker).filter(pk=elsewhere.pk).exists()
    found = together(here.caseworker, here)
    (_area, goals) = found.areas[0]
    assert {one.programme.pk for one in goals} == {here.pk, elsewhere.pk}
    withdraw(consent=consent, why="Only here", by=elsewhere.caseworker)
    assert together(here.caseworker, here).shared == together(elsewhere.caseworker, elsewhere).shared == set()
    for programme in (here, elsewhere):
        assert open_tasks(programme).exists()


def test_a_consent_that_has_run_out_shares_nothing(time_machine):
    here, elsewhere = two_centres()
    give(programme=here, centre=elsewhere.centre, by=here.caseworker, ends_on=TODAY, **GIVEN)
    assert together(here.caseworker, here).shared == {elsewhere.pk}
    time_machine.move_to("2026-12-15T09:00:00+01:00")
    assert together(here.caseworker, here).shared == set()


def test_who_does_not_work_on_the_case_gives_and_withdraws_nothing(signed_in):
    case = sharing_case()
    programme = case.programme
    consent = give(programme=programme, key="parties", by=case.caseworker, **GIVEN)
    stranger = user_with_role(Role.CASEWORKER, at=CentreFactory())
    for user in (programme.referrer, case.contact_person, case.specialist, stranger):
        with pytest.raises(NotAllowed):
            withdraw(consent=consent, why="x", by=user)
        with pytest.raises(NotAllowed):
            give(programme=programme, key="photo", by=user, **GIVEN)
    for wrong in (
        {"key": "unknown", **GIVEN},
        {"key": "parties", **GIVEN},
        {"key": "photo", **GIVEN, "given_on": TODAY + datetime.timedelta(days=1)},
        {"key": "photo", **GIVEN, "ends_on": TODAY - datetime.timedelta(days=1)},
    ):
        with pytest.raises(Refused):
            give(programme=programme, by=case.caseworker, **wrong)
    client = signed_in(case.caseworker)
    address = reverse("desk:consents", args=[programme.reference])
    for day in ("", "1.1.0001", "31.12.9999", "x\x00"):
        answer = client.post(address, {"what": "photo", "given_on": day, "given_how": "oral"})
        assert answer.status_code == 422
    foreign = reverse("desk:consent_withdraw", args=[sharing_case().programme.reference, consent.pk])
    assert client.get(foreign).status_code == 404
