"""The navigation of each role (experience 9)."""

import datetime

import pytest
import time_machine

from accounts.models import User
from audit.acting import System, acting
from desk.navigation import COUNTS, PAGES, items
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import MembershipFactory, user_with_role
from tests.factories.attendance import MissedFactory, SlotFactory, contact_person_of
from tests.factories.programmes import WorkshopFactory
from tests.factories.worklist import TaskFactory
from tests.matrix import ROLES

MOST = 7


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def test_no_role_has_more_links_than_can_be_taken_in():
    assert {role: len(pages) for role, pages in PAGES.items() if len(pages) > MOST} == {}


def test_what_is_counted_has_a_link():
    for role, counted in COUNTS.items():
        assert set(counted) <= {name for name, _icon, _label in PAGES[role]}, role


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_a_role_opens(signed_in, role):
    case = a_case()
    user = (
        user_with_role(role, case.programme.centre) if role in ("steering_group", "administrator") else case.user(role)
    )
    client = signed_in(user)
    answered = {item.url: client.get(item.url).status_code for item in items(user, "/")}
    assert set(answered.values()) == {200}, answered


@pytest.mark.django_db
def test_what_is_due_is_counted_once_and_what_is_put_off_is_not(django_assert_num_queries):
    case = a_case()
    MissedFactory(slot=SlotFactory(placement=case.placement, day=TODAY))
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY, kind="contact_absent_citizen")
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY)
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY + datetime.timedelta(days=1))
    TaskFactory(
        citizen=case.citizen,
        for_user=case.caseworker,
        due_on=TODAY,
        snoozed_until=TODAY + datetime.timedelta(days=3),
        snoozed_by=case.caseworker,
        snooze_reason="waits",
    )
    assert case.caseworker.reach.roles
    with django_assert_num_queries(1):
        found = {item.url: item.count for item in items(case.caseworker, "/")}
    assert (found["/attendance/missed/"], found["/tasks/"]) == (1, 1)


@pytest.mark.django_db
def test_what_is_counted_follows_the_day_and_the_roles_of_now():
    """T7: what is put together once for a user is never yesterday's, and never that of a role they have no more."""
    case = a_case()
    contact = contact_person_of(workshop := WorkshopFactory(unit__organisation=case.programme.centre))
    TaskFactory(citizen=None, for_user=None, for_unit=workshop.unit, due_on=TODAY + datetime.timedelta(days=1))

    def counted() -> int:
        return {item.url: item.count for item in items(User.objects.get(pk=contact.pk), "/")}["/tasks/"]

    assert counted() == 0
    with time_machine.travel(datetime.datetime.fromisoformat(NINE) + datetime.timedelta(days=1), tick=False):
        assert counted() == 1
        other = WorkshopFactory(unit__organisation=case.programme.centre)
        MembershipFactory(user=contact, organisation=case.programme.centre, role="contact_person", unit=other.unit)
        with acting(System("test")):
            contact.memberships.filter(unit=workshop.unit).update(ends_on=TODAY)
        assert counted() == 0


@pytest.mark.django_db
def test_a_page_without_a_link_of_its_own_marks_the_one_that_leads_to_it():
    leader = a_case().team_leader
    for path, url in (
        ("/users/", "/setup/"),
        ("/journal/phrases/", "/setup/"),
        ("/journal/notes/7/", "/cases/"),
        ("/closing-notes/", "/cases/"),
        ("/attendance/missed/", "/attendance/"),
    ):
        assert [item.url for item in items(leader, path) if item.is_current] == [url]
