"""Two versions side by side (L2)."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.roles import Role
from core.life_areas import LifeArea
from plans import actions
from plans.agreement import confirming
from plans.content import GoalContent, of_version
from plans.models import Plan, Version
from plans.permissions import Reading
from plans.writing.comparing import compare, readable_versions
from tests.factories.plans import confirmed_plan, goals, subgoal
from tests.plans.test_pages import in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
EVERYTHING = Reading(drafts=True, health=True, talk=True, comments=True)
WORK = GoalContent("Works three days", own_words="I like the wood", subgoals=[subgoal("Comes on time")])
HEALTH = GoalContent("Knows the back", life_area=LifeArea.HEALTH, subgoals=[subgoal("Lifts little")])


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def plan() -> Plan:
    return confirmed_plan([WORK, HEALTH])


def changed(plan: Plan, change) -> Version:
    """A new version in which `change` was done to the content."""
    caseworker = plan.programme.caseworker
    version = actions.new_version(plan=plan, by=caseworker, why="A new wish")
    content = of_version(version)
    change(content)
    return actions.save_draft(
        plan=plan, content=content, number=version.number, revision=version.revision, by=caseworker
    )


def compared(plan: Plan, reading: Reading = EVERYTHING):
    before, after = readable_versions(plan, reading)
    return compare(before, after, reading)


def test_a_copy_reads_the_same(plan):
    changed(plan, lambda content: None)
    assert compared(plan).is_same


def test_a_changed_field_shows_both_texts_and_nothing_else(plan):
    def change(content):
        content[0].subgoals[0].target = "Every day at eight"

    changed(plan, change)
    work, health = compared(plan).goals
    assert "Changed" in work.tag
    assert health.is_same
    assert work.rows == []
    [row] = work.subgoals[0].rows
    assert (row.before, row.after) == ("Every day", "Every day at eight")


def test_a_goal_with_another_title_is_the_same_goal_by_its_subgoals(plan):
    def change(content):
        content[0].title = "Works four days"

    changed(plan, change)
    work = compared(plan).goals[0]
    assert [(row.before, row.after) for row in work.rows] == [("Works three days", "Works four days")]
    assert work.subgoals[0].is_same


def test_new_and_gone_are_named(plan):
    def change(content):
        del content[1]
        content.append(GoalContent("Rides the bus", subgoals=[subgoal("Takes line 5")]))

    changed(plan, change)
    work, bus, health = compared(plan).goals
    assert work.is_same
    assert (bus.title, "New" in bus.tag, "New" in bus.subgoals[0].tag) == ("Rides the bus", True, True)
    assert (health.title, "No longer" in health.tag) == ("Knows the back", True)


def test_a_subgoal_that_moved_to_another_goal_is_neither_new_nor_gone(plan):
    def change(content):
        content[0].subgoals.append(content[1].subgoals.pop())
        content[1].subgoals.append(subgoal("Rests at noon"))

    changed(plan, change)
    work, health = compared(plan).goals
    assert [part.is_same for part in work.subgoals] == [True, True]
    assert [part.title for part in health.subgoals] == ["Rests at noon"]


@pytest.mark.parametrize("count", [2, 20])
def test_the_number_of_queries_is_fixed(django_assert_num_queries, count):
    plan = confirmed_plan(goals(count, 3))
    changed(plan, lambda content: content.reverse())
    before, after = readable_versions(plan, EVERYTHING)
    with django_assert_num_queries(4):
        assert compare(before, after, EVERYTHING).is_same


def page(signed_in, plan, user, query=""):
    return signed_in(user).get(reverse("plans:versions", args=[plan.programme.reference]) + query)


def test_the_page_shows_why_and_what(signed_in, plan):
    def change(content):
        content[0].own_words = "I like the wood and the noise"

    changed(plan, change)
    answer = page(signed_in, plan, plan.programme.caseworker)
    assert answer.status_code == 200
    assert "A new wish" in answer.text
    assert "I like the wood and the noise" in answer.text


def test_a_referrer_compares_confirmed_versions_only(signed_in, plan):
    def change(content):
        content[0].own_words = "Not agreed yet"

    changed(plan, change)
    answer = page(signed_in, plan, plan.programme.referrer)
    assert answer.status_code == 200
    assert "Not agreed yet" not in answer.text
    assert page(signed_in, plan, plan.programme.referrer, "?before=1&after=2").status_code == 404


def test_a_contact_person_reads_no_health_goal_in_either_version(signed_in, plan):
    version = changed(plan, lambda content: content[1].subgoals[0].steps.reverse())
    confirming.confirm(version=version, agreed_on=plan.versions.first().citizen_agreed_on, by=plan.programme.caseworker)
    answer = page(signed_in, plan, in_case(plan, Role.CONTACT_PERSON))
    assert answer.status_code == 200
    assert "Works three days" in answer.text
    assert "Knows the back" not in answer.text
    assert "Lifts little" not in answer.text


@pytest.mark.parametrize("number", ["3", "0", "x", "²", "1" * 30, "40f9c209-882e-44e7-ae6e-14dfaa49ca4f"])
def test_a_version_that_is_not_there_is_404(signed_in, plan, number):
    assert page(signed_in, plan, plan.programme.caseworker, f"?before=1&after={number}").status_code == 404
