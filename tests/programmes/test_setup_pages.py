"""The pages of set-up (U1, U4)."""

import pytest
from django.urls import reverse

from accounts.models import Unit
from accounts.roles import Role
from tests.factories.accounts import CentreFactory, JobCentreFactory, UnitFactory, user_with_role
from tests.factories.programmes import WorkshopFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False),
]
WEEK = {"opens_1": "7.30", "closes_1": "14.30", "opens_5": "0730", "closes_5": "14"}


@pytest.fixture
def centre():
    return CentreFactory(name="Skovbo", letterhead="")


@pytest.fixture
def administrator(centre):
    return user_with_role(Role.ADMINISTRATOR, centre)


@pytest.fixture
def leader(centre):
    return user_with_role(Role.TEAM_LEADER, centre)


def page(client, name, *args, **query):
    return client.get(reverse(f"setup:{name}", args=args), query)


def text(response) -> str:
    return response.content.decode()


# The first page


def test_a_new_centre_is_told_what_is_missing_one_calm_step_at_a_time(centre, administrator, signed_in):
    response = page(signed_in(administrator), "home")
    assert "Nobody leads Skovbo yet." in text(response)
    assert "Skovbo has no workshop yet." in text(response)
    assert "Letters from Skovbo have no letterhead yet." in text(response)
    assert "No organisation refers citizens yet." in text(response)


def test_nothing_is_asked_for_that_is_in_place(centre, administrator, leader, signed_in):
    workshop = WorkshopFactory(unit__organisation=centre)
    user_with_role(Role.CONTACT_PERSON, centre, unit=workshop.unit)
    user_with_role(Role.CASEWORKER, centre)
    user_with_role(Role.REFERRER, JobCentreFactory())
    centre.letterhead = "Skovvej 1"
    response = page(signed_in(leader), "home")
    assert "Next step" not in text(response)
    assert workshop.unit.name in text(response)


def test_a_team_leader_is_not_asked_for_what_only_an_administrator_does(centre, leader, signed_in):
    response = page(signed_in(leader), "home")
    assert "has no workshop yet" in text(response)
    assert "letterhead" not in text(response)
    assert "New organisation" not in text(response)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.CONTACT_PERSON, Role.REFERRER, Role.CITIZEN])
def test_set_up_is_nothing_for_other_roles(centre, role, signed_in):
    assert page(signed_in(user_with_role(role, centre)), "home").status_code == 403


def test_the_first_page_takes_the_same_queries_for_one_centre_and_for_many(
    administrator, signed_in, django_assert_num_queries
):
    client = signed_in(administrator)
    page(client, "home")
    with_one = count_queries(client)
    for _number in range(4):
        other = CentreFactory()
        for _each in range(3):
            WorkshopFactory(unit__organisation=other)
        UnitFactory(organisation=other, kind=Unit.Kind.TEAM)
        JobCentreFactory()
        from tests.factories.accounts import MembershipFactory

        MembershipFactory(user=administrator, organisation=other, role=Role.ADMINISTRATOR)
    assert count_queries(client) == with_one


def count_queries(client) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert page(client, "home").status_code == 200
    return len(queries)
