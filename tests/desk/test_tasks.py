import datetime

import pytest
import time_machine

from audit.acting import System, acting
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.worklist import TaskFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def test_tasks_stand_under_overdue_today_and_later(signed_in):
    """J6."""
    case = a_case()
    for day, url in ((-2, "/a/"), (0, "/b/"), (9, "/c/")):
        TaskFactory(
            citizen=case.citizen, for_user=case.caseworker, due_on=TODAY + datetime.timedelta(days=day), url=url
        )
    html = signed_in(case.caseworker).get("/tasks/").content.decode()
    marks = ["group-overdue", 'href="/a/"', "group-due", 'href="/b/"', "group-later", 'href="/c/"']
    assert [html.index(mark) for mark in marks] == sorted(html.index(mark) for mark in marks)


def test_a_workshops_task_is_its_contact_persons_and_a_centres_its_leaders(signed_in):
    case = a_case()
    TaskFactory(citizen=case.citizen, for_unit=case.placement.workshop.unit, url="/workshop/")
    TaskFactory(citizen=case.citizen, for_leaders_of=case.programme.centre, url="/leaders/")
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, url="/mine/")
    seen = {}
    for role in ("contact_person", "team_leader", "caseworker", "referrer"):
        html = signed_in(case.user(role)).get("/tasks/").content.decode()
        seen[role] = {url for url in ("/workshop/", "/leaders/", "/mine/") if url in html}
    assert seen == {
        "contact_person": {"/workshop/"},
        "team_leader": {"/leaders/"},
        "caseworker": {"/mine/"},
        "referrer": set(),
    }


def test_no_tasks_say_why(signed_in):
    """Experience 25."""
    assert "New tasks come here" in signed_in(a_case().referrer).get("/tasks/").content.decode()


def test_the_page_costs_the_same_for_one_and_for_fifty(signed_in, django_assert_max_num_queries):
    case = a_case()
    client = signed_in(case.caseworker)
    for number in (1, 49):
        for _ in range(number):
            TaskFactory(citizen=case.citizen, for_user=case.caseworker)
        with django_assert_max_num_queries(7):
            client.get("/tasks/")


def test_a_task_about_a_citizen_goes_with_the_right_to_see_the_case(signed_in):
    """T7: whoever holds the role no longer reads neither the task nor the name."""
    case = a_case()
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, url="/mine/")
    TaskFactory(for_user=case.caseworker, url="/about-nobody/")
    with acting(System("test")):
        case.caseworker.memberships.update(ends_on=TODAY - datetime.timedelta(days=1))
    for page in ("/tasks/", "/"):
        html = signed_in(case.caseworker).get(page).content.decode()
        assert "/mine/" not in html
        assert "Torben" not in html
    assert "/about-nobody/" in signed_in(case.caseworker).get("/tasks/").content.decode()
