"""The administrator's Today (U2, U4, experience 9)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.invitations import invite
from accounts.roles import Role
from audit.acting import System, acting
from messaging.models import OutgoingMail
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import CentreFactory, UserFactory, user_with_role

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


@pytest.fixture
def administrator(case):
    return user_with_role("administrator", case.programme.centre)


def start_page(signed_in, user) -> str:
    response = signed_in(user).get("/")
    assert response.status_code == 200
    return response.content.decode()


def invited(by, centre, **fields):
    return invite(
        **{
            "email": "new@example.test",
            "name": "Nyt Ansigt",
            "language": "da",
            "role": Role.CASEWORKER,
            "organisation": centre,
            "unit": None,
            "starts_on": TODAY,
            "ends_on": None,
            "by": by,
            **fields,
        }
    )


def test_open_invitations_have_a_new_link_one_click_away(signed_in, case, administrator):
    invitation = invited(administrator, case.programme.centre)
    html = start_page(signed_in, administrator)
    assert "Nyt Ansigt" in html
    assert f'action="{reverse("accounts:resend", args=[invitation.pk])}"' in html
    with time_machine.travel("2026-12-06 09:00:00+01:00", tick=False):
        assert "the link has run out" in start_page(signed_in, administrator)


def test_users_without_a_role_and_roles_that_end_soon_are_named(signed_in, case, administrator):
    with acting(System("test")):
        case.caseworker.memberships.update(ends_on=TODAY - DAY)
        case.contact_person.memberships.update(ends_on=TODAY + 10 * DAY)
        case.specialist.memberships.update(ends_on=TODAY + 20 * DAY)
    html = start_page(signed_in, administrator)
    assert reverse("accounts:give_role", args=[case.caseworker.pk]) in html
    assert reverse("accounts:role", args=[case.contact_person.memberships.get().pk]) in html
    assert reverse("accounts:role", args=[case.specialist.memberships.get().pk]) not in html


def test_mail_that_did_not_go_out_is_told_without_the_address(signed_in, administrator):
    with acting(System("test")):
        OutgoingMail.objects.create(to="torben@jobcenter.example", subject="A question", body="x", attempts=5)
        OutgoingMail.objects.create(to="a@b.example", subject="Only just tried", body="x", attempts=1)
    html = start_page(signed_in, administrator)
    assert "A question" in html
    assert "jobcenter.example" in html
    assert "torben" not in html
    assert "Only just tried" not in html


def test_what_set_up_lacks_comes_first(signed_in):
    """U4: and leads to the page on which it is done."""
    html = start_page(signed_in, user_with_role("administrator", CentreFactory()))
    assert "What is still missing" in html
    assert 'href="/setup/' in html


def test_nothing_of_another_centre_is_told(signed_in, case, administrator):
    """T1."""
    other = a_case("Anden", "Sag")
    keeper = user_with_role("administrator", other.programme.centre)
    invited(keeper, other.programme.centre)
    with acting(System("test")):
        other.caseworker.memberships.update(ends_on=TODAY + DAY)
    html = start_page(signed_in, administrator)
    assert "Nyt Ansigt" not in html
    assert other.caseworker.name not in html


def test_no_case_is_shown(signed_in, case, administrator):
    html = start_page(signed_in, administrator)
    assert "Sejersen" not in html
    assert case.programme.reference not in html


def test_the_page_costs_the_same_however_much_is_open(signed_in, case, administrator, django_assert_max_num_queries):
    client = signed_in(administrator)
    invited(administrator, case.programme.centre)
    client.get("/")
    with django_assert_max_num_queries(27) as first:
        client.get("/")
    for number in range(9):
        invited(administrator, case.programme.centre, email=f"new{number}@example.test")
        user_with_role("caseworker", case.programme.centre)
        UserFactory()
    with django_assert_max_num_queries(len(first.captured_queries)):
        client.get("/")
