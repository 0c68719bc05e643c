"""The citizen's own pages: own plan, attendance, meetings and what is shared, and nobody else's (L5, J2, T1)."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from audit.acting import System, acting
from audit.models import Access
from meetings.models import Meeting
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory
from tests.factories.base import Factory
from tests.factories.journal import EntryFactory, NoteFactory
from tests.factories.plans import confirmed_plan, draft_plan, goals

pytestmark = pytest.mark.django_db
PAGES = ["own_plan", "own_attendance", "own_meetings", "own_shared"]
DAY = datetime.timedelta(days=1)


class MeetingFactory(Factory):
    """Tomorrow at ten with the citizen."""

    class Meta:
        model = Meeting

    kind = "follow_up"
    starts_at = datetime.datetime(2026, 12, 3, 9, tzinfo=datetime.UTC)
    ends_at = datetime.datetime(2026, 12, 3, 10, tzinfo=datetime.UTC)
    place = "Room 4"


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def shown(signed_in, case, page: str, query: str = "") -> str:
    answer = signed_in(case.citizen_user).get(reverse(f"desk:{page}") + query)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "role", ["referrer", "caseworker", "contact_person", "specialist", "team_leader", "steering_group", "administrator"]
)
def test_for_everybody_else_the_pages_do_not_exist(signed_in, case, page, role):
    user = user_with_role(role, case.programme.centre)
    assert signed_in(user).get(reverse(f"desk:{page}")).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_each_look_is_logged(signed_in, case, page):
    """T5: also the citizen's own."""
    shown(signed_in, case, page)
    assert Access.objects.filter(user_id=case.citizen_user.pk, citizen_id=case.citizen.pk).exists()


@pytest.mark.parametrize("page", PAGES)
def test_the_caseworker_can_be_called_from_every_page(signed_in, case, page):
    with acting(System("test")):
        User.objects.filter(pk=case.caseworker.pk).update(name="Maja Lind", phone="28 77 88 99")
    html = shown(signed_in, case, page)
    assert "Maja Lind" in html
    assert 'href="tel:28778899"' in html


@pytest.mark.parametrize("page", PAGES)
def test_without_a_case_the_pages_say_so_calmly(signed_in, case, page):
    stranger = user_with_role("citizen", case.programme.centre)
    answer = signed_in(stranger).get(reverse(f"desk:{page}"))
    assert answer.status_code == 200
    assert case.caseworker.name not in answer.text


def test_the_plan_shows_one_goal_at_a_time_with_its_step(signed_in, case):
    confirmed_plan(goals(2, 1, own_words="I want to be on time"), programme=case.programme)
    confirmed_plan(goals(1, 1), programme=a_case().programme)
    first = shown(signed_in, case, "own_plan")
    assert "Subgoal 1.1" in first
    assert "Subgoal 2.1" not in first
    assert "Goal 1 of 2" in first
    assert "step 1" in first
    assert "I want to be on time" in first
    assert "Subgoal 2.1" in shown(signed_in, case, "own_plan", "?goal=2")


@pytest.mark.parametrize("asked", ["0", "99", "-1", "x", "²", "9" * 30, ""])
def test_a_goal_that_does_not_exist_is_the_nearest_one(signed_in, case, asked):
    confirmed_plan(goals(2, 1), programme=case.programme)
    assert "Subgoal" in shown(signed_in, case, "own_plan", f"?goal={asked}")


def test_a_plan_that_is_not_agreed_is_not_shown(signed_in, case):
    draft_plan(goals(1, 1), programme=case.programme)
    html = shown(signed_in, case, "own_plan")
    assert "Subgoal 1.1" not in html
    assert "not agreed yet" in html


def test_attendance_tells_hours_and_the_next_days(signed_in, case):
    SlotFactory(placement=case.placement, day=TODAY - DAY, state="present")
    SlotFactory(placement=case.placement, day=TODAY - 2 * DAY, state="ill")
    SlotFactory(placement=case.placement, day=TODAY + DAY)
    html = shown(signed_in, case, "own_attendance")
    assert "You were here <b>4</b> of 8 agreed hours." in html
    assert "Thursday 3 December" in html


def test_the_next_meetings_stand_in_order_and_others_do_not(signed_in, case):
    """J3: cancelled ones, those without the citizen and other people's are not shown."""
    mine = {"programme": case.programme, "organiser": case.caseworker}
    MeetingFactory(**mine)
    MeetingFactory(**mine, place="Not with me", with_citizen=False)
    MeetingFactory(**mine, place="Cancelled one", status="cancelled")
    other = a_case()
    MeetingFactory(programme=other.programme, organiser=other.caseworker, place="Foreign place")
    html = shown(signed_in, case, "own_meetings")
    assert "Thursday 3 December, 10:00" in html
    assert "Room 4" in html
    for hidden in ("Not with me", "Cancelled one", "Foreign place"):
        assert hidden not in html


def test_only_what_is_shared_with_the_citizen_is_shown(signed_in, case):
    """J2."""
    EntryFactory(programme=case.programme, audience="shared_citizen", body="Well done this week")
    for audience in ("team", "shared_referrer", "health"):
        EntryFactory(programme=case.programme, audience=audience, body=f"Hidden {audience}")
    EntryFactory(programme=a_case().programme, audience="shared_citizen", body="Somebody else's")
    html = shown(signed_in, case, "own_shared")
    assert "Well done this week" in html
    assert "shared with you" in html
    assert "shared with the citizen" not in html
    assert "Hidden" not in html
    assert "Somebody else" not in html


@pytest.mark.parametrize("page", PAGES)
def test_queries_stay_as_they_are_however_much_there_is(signed_in, case, page, django_assert_max_num_queries):
    confirmed_plan(goals(1, 1), programme=case.programme)
    client, url = signed_in(case.citizen_user), reverse(f"desk:{page}")
    client.get(url)
    with django_assert_max_num_queries(30) as few:
        client.get(url)
    for number in range(8):
        SlotFactory(placement=case.placement, day=TODAY + (number + 1) * DAY)
        EntryFactory(programme=case.programme, audience="shared_citizen")
        MeetingFactory(programme=case.programme, organiser=case.caseworker)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url)


def test_the_menu_leads_to_the_own_pages_and_there_is_nothing_to_search(signed_in, case):
    html = signed_in(case.citizen_user).get("/").text
    for page in PAGES:
        assert f'href="{reverse(f"desk:{page}")}"' in html
    assert 'role="search"' not in html


def test_a_protected_name_is_not_said_to_the_citizen_either(signed_in):
    """Experience 27: somebody may look over the shoulder."""
    case = a_case("Torben", "Sejersen", citizen__is_protected=True)
    for page in PAGES:
        assert "Sejersen" not in shown(signed_in, case, page)


def test_what_a_shared_line_leads_to_opens_for_the_citizen(signed_in, case):
    """J2: no link to a page of the staff's."""
    note = NoteFactory(programme=case.programme, audience="shared_citizen")
    html = shown(signed_in, case, "own_shared")
    client = signed_in(case.citizen_user)
    links = set(re.findall(r'href="(/(?:journal|cases|plans|closing-notes|meetings)/[^"]+)"', html))
    assert note.pk
    assert [client.get(link).status_code for link in links] == [200] * len(links)
