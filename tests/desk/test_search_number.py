"""An identity number is looked up by POST alone, stays nowhere, and tells nobody more than they may know (T10)."""

import datetime

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.urls import reverse

from audit.acting import System, acting
from audit.models import Access
from citizens.identity import parse_number, set_number
from desk.search.cases import LOOK_UPS, NUMBER_LOOK_UP
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.programmes import ProgrammeFactory
from tests.factories.referrals import ReferralFactory

pytestmark = pytest.mark.django_db

# A replacement number, and a number with serial 000: nobody has them.
DANISH, SWEDISH, NOBODYS = "740389-0001", "19900602-0003", "750389-0002"
ROLES = ["caseworker", "team_leader", "contact_person", "referrer", "specialist", "citizen"]


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def give_number(citizen, number: str, country: str = "DK") -> None:
    with acting(System("test")):
        set_number(citizen, parse_number(number, country))
        citizen.save(update_fields=["identity_number", "identity_index"])


def look_up(signed_in, user, number: str):
    return signed_in(user).post(reverse("desk:search"), {"q": number})


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("typed", [DANISH, "7403890001", "740389 0001", "cpr: 740389/0001", "Torben 740389-0001"])
def test_a_number_leads_to_the_case_of_those_who_may_see_it(signed_in, role, typed):
    case = a_case()
    give_number(case.citizen, DANISH)
    response = look_up(signed_in, case.user(role), typed)
    assert response.url == reverse("desk:case", args=[case.programme.reference])


def test_a_swedish_number_is_found_with_and_without_its_century(signed_in):
    case = a_case()
    give_number(case.citizen, SWEDISH, "SE")
    for typed in (SWEDISH, "900602-0003", "199006020003"):
        assert look_up(signed_in, case.caseworker, typed).url == reverse("desk:case", args=[case.programme.reference])


def test_a_protected_citizen_is_found_by_number_and_stays_masked(signed_in):
    """Experience 27."""
    case = a_case(citizen__is_protected=True)
    give_number(case.citizen, DANISH)
    client = signed_in(case.caseworker)
    response = client.post(reverse("desk:search"), {"q": DANISH}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("desk:case", args=[case.programme.reference])
    assert "Sejersen" not in response.content.decode()


@pytest.mark.parametrize("role", [*ROLES, "administrator"])
def test_a_foreign_number_and_one_that_nobody_has_are_answered_alike(signed_in, django_assert_max_num_queries, role):
    """T1: the same words, address, length and number of queries."""
    own, foreign = a_case(), a_case("Ea", "Fremmed")
    give_number(foreign.citizen, DANISH)
    user = user_with_role(role, own.programme.centre) if role == "administrator" else own.user(role)
    client = signed_in(user)
    client.get(reverse("desk:search"))
    answers = []
    for number in (DANISH, NOBODYS):
        with django_assert_max_num_queries(12) as counted:
            response = client.post(reverse("desk:search"), {"q": number})
        page = client.get(response.url).content.decode()
        answers.append((response.status_code, response.url, said(response), len(counted), "Fremmed" in page))
        assert number not in page
    assert answers[0] == answers[1]
    assert "None of the cases that you may see" in answers[0][2][0]


def test_the_log_keeps_whose_number_it_was_and_never_the_number(signed_in):
    """T5, T10: a look-up of somebody else's is in that citizen's log too."""
    own, foreign = a_case(), a_case("Ea", "Fremmed")
    give_number(foreign.citizen, DANISH)
    look_up(signed_in, own.caseworker, DANISH)
    access = Access.objects.get(user_id=own.caseworker.pk)
    assert (access.kind, access.citizen_id) == (Access.Kind.SEARCH, foreign.citizen.pk)
    assert access.what == NUMBER_LOOK_UP
    look_up(signed_in, own.caseworker, NOBODYS)
    assert Access.objects.filter(user_id=own.caseworker.pk, citizen_id=None).count() == 1


def test_the_running_case_is_opened_and_a_referral_where_there_is_no_case(signed_in):
    case = a_case(status="completed", ended_on=datetime.date(2026, 11, 27))
    give_number(case.citizen, DANISH)
    running = ProgrammeFactory(
        citizen=case.citizen, centre=case.programme.centre, caseworker=case.caseworker, reference="F-2019-000001"
    )
    assert look_up(signed_in, case.caseworker, DANISH).url == reverse("desk:case", args=[running.reference])
    referral = ReferralFactory(centre=case.programme.centre)
    give_number(referral.citizen, NOBODYS)
    assert look_up(signed_in, case.team_leader, NOBODYS).url == reverse("referrals:detail", args=[referral.reference])


@pytest.mark.parametrize("typed", ["7403890", "740389-000", "999999-9999", "1234567890123456", "٧٤٠٣٨٩٠٠٠١"])
def test_what_is_no_whole_number_is_not_looked_up(signed_in, typed):
    case = a_case()
    response = look_up(signed_in, case.caseworker, typed)
    assert response.status_code == 302
    assert not Access.objects.filter(what=NUMBER_LOOK_UP).exists()


def test_numbers_are_not_tried_out_one_after_the_other(signed_in):
    """T10: the right number finds nothing either once there were too many, until time has passed."""
    case = a_case()
    give_number(case.citizen, DANISH)
    period, limit = next(iter(LOOK_UPS.items()))
    for number in range(limit):
        look_up(signed_in, case.caseworker, f"750389-{number:04}")
    response = look_up(signed_in, case.caseworker, DANISH)
    assert response.url == reverse("desk:search")
    assert "many numbers in a short time" in said(response)[0]
    assert look_up(signed_in, case.team_leader, DANISH).url != reverse("desk:search")
    with time_machine.travel(datetime.datetime.fromisoformat(NINE) + period, tick=False):
        assert look_up(signed_in, case.caseworker, DANISH).url != reverse("desk:search")


def test_a_number_typed_on_the_case_page_leaves_the_address_at_once(signed_in):
    case = a_case()
    client = signed_in(case.caseworker)
    for page in ("case", "print"):
        url = reverse(f"desk:{page}", args=[case.programme.reference])
        for field in ("q", "since", "until", "author"):
            assert client.get(url, {field: DANISH}).url == url
