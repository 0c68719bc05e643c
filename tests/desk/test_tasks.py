import datetime
from uuid import uuid4

import pytest
import time_machine

from audit.acting import System, acting
from tests.desk.cast import NINE, TODAY, AccessFactory, a_case
from tests.factories.accounts import user_with_role
from tests.factories.programmes import ProgrammeFactory
from tests.factories.worklist import TaskFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


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


@pytest.mark.parametrize("role", ["caseworker", "team_leader"])
def test_the_page_costs_the_same_for_ten_and_for_three_hundred(signed_in, django_assert_max_num_queries, role):
    case = a_case()
    client = signed_in(case.user(role))
    address = "/tasks/?whose=centre" if role == "team_leader" else "/tasks/"
    many(case, 10)
    client.get(address)
    with django_assert_max_num_queries(10) as first:
        client.get(address)
    many(case, 290)
    with django_assert_max_num_queries(len(first.captured_queries)):
        html = client.get(address).content.decode()
    assert "page=2" in html


def many(case, count):
    with acting(System("test")):
        Task.objects.bulk_create(
            Task(
                citizen=case.citizen,
                for_user=case.caseworker,
                kind="confirm_plan",
                source=f"many:{uuid4()}",
                due_on=TODAY,
                url="/x/",
                handed_by=case.team_leader,
                snoozed_until=TODAY + datetime.timedelta(days=number % 3),
                snoozed_by=case.caseworker,
                snooze_reason="waits",
            )
            for number in range(count)
        )


def test_the_filters_live_in_the_address_and_survive_nonsense(signed_in):
    """Experience 11."""
    case = a_case()
    other = ProgrammeFactory(centre=case.programme.centre, caseworker=case.caseworker, citizen__first_name="Nadia")
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, kind="confirm_plan", url="/a/")
    TaskFactory(citizen=other.citizen, for_user=case.caseworker, kind="plan_follow_up", url="/b/")
    client = signed_in(case.caseworker)
    shown = {
        address: {url for url in ("/a/", "/b/") if f'href="{url}"' in client.get(f"/tasks/{address}").content.decode()}
        for address in (
            "?kind=plan_follow_up",
            f"?citizen={case.citizen.pk}",
            f"?citizen={case.citizen.pk}&kind=plan_follow_up",
            "?sort=citizen",
            "?sort=kind",
            "?kind=nonsense&citizen=nonsense&sort=nonsense&whose=nonsense&page=nonsense&colleague=nonsense",
            "?page=99999999999999999999&colleague=99999999999999999999999",
            "?whose=centre",
        )
    }
    assert list(shown.values()) == [
        {"/b/"}, {"/a/"}, set(), {"/a/", "/b/"}, {"/a/", "/b/"}, {"/a/", "/b/"}, {"/a/", "/b/"}, {"/a/", "/b/"}
    ]  # fmt: skip


def test_the_team_leader_sees_the_colleagues_overdue_ones_first(signed_in):
    """F1, J6."""
    case, foreign = a_case(), a_case("Hemmelig", "Fremmed")
    calm = user_with_role("caseworker", case.programme.centre, name="Calm Colleague")
    AccessFactory(citizen=case.citizen, centre=case.programme.centre, role="caseworker", user=calm)
    TaskFactory(citizen=case.citizen, for_user=calm, due_on=TODAY + DAY)
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY - DAY)
    TaskFactory(citizen=foreign.citizen, for_user=foreign.caseworker, due_on=TODAY - DAY)
    client = signed_in(case.team_leader)
    html = client.get("/tasks/?whose=centre").content.decode()
    table = html[html.index("<table") : html.index("</table>")]
    assert table.index(case.caseworker.name) < table.index("Calm Colleague")
    assert "1 overdue" in table
    assert "Fremmed" not in html
    assert foreign.caseworker.name not in table
    alone = client.get(f"/tasks/?whose=centre&colleague={calm.pk}").content.decode()
    assert alone.count('name="task"') == 1
    assert 'name="task"' not in signed_in(case.contact_person).get("/tasks/?whose=centre").content.decode()


def test_what_is_put_off_stands_below_with_its_reason(signed_in):
    case = a_case()
    task = TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=TODAY)
    client = signed_in(case.caseworker)
    sent = {"until": "8.12.26", "why": "The doctor answers on Monday"}
    html = client.post(f"/tasks/put-off/?task={task.pk}", sent, follow=True).content.decode()
    assert html.index("group-snoozed") < html.index("because: The doctor answers on Monday")
    assert f'action="/tasks/bring-back/?task={task.pk}&amp;back=' in html
    assert "Sejersen" not in client.get("/").content.decode()
    history = client.get(f"/tasks/{task.pk}/").content.decode()
    assert "Put off to Tuesday 8 December" in history


def test_several_are_handed_over_at_once_and_taken_back(signed_in):
    """Experience 19, 31."""
    case = a_case()
    tasks = [TaskFactory(citizen=case.citizen, for_user=case.caseworker) for _ in range(3)]
    numbers = "&".join(f"task={task.pk}" for task in tasks)
    client = signed_in(case.caseworker)
    page = client.get(f"/tasks/hand-over/?{numbers}").content.decode()
    assert case.team_leader.name in page
    assert case.contact_person.name not in page
    sent = {"to": case.team_leader.pk, "word": "I am away"}
    html = client.post(f"/tasks/hand-over/?{numbers}", sent, follow=True).content.decode()
    assert f"{case.team_leader.name} has the 3 tasks now." in html
    assert Task.objects.filter(for_user=case.team_leader).count() == 3
    assert "I am away" in signed_in(case.team_leader).get("/tasks/").content.decode()
    assert client.get("/tasks/?whose=handed").content.decode().count('name="task"') == 3
    client.post(f"/tasks/give-back/?{numbers}")
    assert Task.objects.filter(for_user=case.caseworker).count() == 3


def test_when_nobody_can_have_it_the_page_says_why(signed_in):
    """Experience 25."""
    case = a_case()
    with acting(System("test")):
        case.team_leader.memberships.update(ends_on=TODAY - DAY)
    task = TaskFactory(citizen=case.citizen, for_user=case.caseworker)
    page = signed_in(case.caseworker).get(f"/tasks/hand-over/?task={task.pk}").content.decode()
    assert "Nobody else can have it" in page


@pytest.mark.parametrize("page", ["put-off", "hand-over"])
def test_ticking_nothing_leads_back_with_a_word(signed_in, page):
    answer = signed_in(a_case().caseworker).get(f"/tasks/{page}/", follow=True)
    assert answer.redirect_chain == [("/tasks/", 302)]
    assert "Tick the tasks first" in answer.content.decode()


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 30, "x", "1.5"])
def test_a_task_that_is_none_is_404(signed_in, number):
    client = signed_in(a_case().caseworker)
    assert client.get("/tasks/put-off/", {"task": number}).status_code == 404
    assert client.get(f"/tasks/{number}/").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"until": "", "why": "x"},
        {"until": "9.12.26", "why": ""},
        {"until": "2.12.26", "why": "x"},
        {"until": "17.12.26", "why": "x"},
        {"until": "1.1.0001", "why": "x"},
        {"until": "31.12.9999", "why": "x"},
        {"until": "9.12.26", "why": "x" * 20_001},
        {"until": "9.12.26", "why": "nul\0byte"},
    ],
)
def test_a_wrong_day_or_reason_is_said_beside_the_field(signed_in, sent):
    """Experience 17."""
    case = a_case()
    task = TaskFactory(citizen=case.citizen, for_user=case.caseworker)
    answer = signed_in(case.caseworker).post(f"/tasks/put-off/?task={task.pk}", sent)
    assert answer.status_code == 422
    assert "Error:" in answer.content.decode()
    assert not Task.objects.snoozed().exists()


def test_the_way_back_never_leaves_the_house(signed_in):
    """T9."""
    case = a_case()
    task = TaskFactory(citizen=case.citizen, for_user=case.caseworker)
    for back in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = signed_in(case.caseworker).post(f"/tasks/bring-back/?task={task.pk}", {"back": back})
        assert answer["Location"] == "/tasks/"


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


@pytest.mark.parametrize("role", ["caseworker", "contact_person", "team_leader", "referrer", "specialist", "citizen"])
def test_a_foreign_task_does_not_exist_on_any_page(signed_in, role):
    """T1: not alone, not beside one's own, not by the side door of the filters."""
    case, foreign = a_case(), a_case("Hemmelig", "Fremmed")
    own = TaskFactory(citizen=case.citizen, for_user=case.user(role))
    theirs = TaskFactory(citizen=foreign.citizen, for_user=foreign.caseworker, handed_by=foreign.team_leader)
    client = signed_in(case.user(role))
    for numbers in (f"task={theirs.pk}", f"task={own.pk}&task={theirs.pk}"):
        for page in ("put-off", "hand-over"):
            assert client.get(f"/tasks/{page}/?{numbers}").status_code == 404
        for page in ("put-off", "hand-over", "bring-back", "give-back"):
            assert client.post(f"/tasks/{page}/?{numbers}", {"why": "x", "until": "4.12.26"}).status_code == 404
    for whose in ("mine", "unit", "centre", "handed", "done"):
        page = client.get(f"/tasks/?whose={whose}&citizen={foreign.citizen.pk}&colleague={foreign.caseworker.pk}")
        assert "Fremmed" not in page.content.decode()
        assert f'value="{theirs.pk}"' not in page.content.decode()
    theirs.refresh_from_db()
    assert theirs.for_user == foreign.caseworker
