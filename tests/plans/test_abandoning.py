"""Giving up what was agreed, with a reason, and taking it up again (L1)."""

import pytest

from accounts.roles import Role
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from plans import actions
from plans.agreement import confirming
from plans.content import GoalContent, of_version
from plans.progress import progress
from plans.statuses import Status
from plans.writing.abandoning import abandon, given_up, take_up
from tests.factories.accounts import user_with_role
from tests.factories.plans import confirmed_plan, draft_plan, followed_up, goals, subgoal, subgoals_of
from tests.plans.test_pages import TODAY, in_case, url

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]


def address(name, plan, subgoal):
    return f"/plans/{plan.programme.reference}/{name}/{subgoal.key}/"


def titles(version):
    return [one.title for goal in of_version(version) for one in goal.subgoals]


def test_a_subgoal_is_given_up_with_a_reason_leaves_the_present_plan_and_stays_in_the_history(signed_in):
    """L1: out of the plan, the follow-up and what is not reached; its steps and the reason stay."""
    plan = confirmed_plan(goals(1, 3))
    first, second, third = subgoals_of(plan)
    followed_up(plan, {first: 3, second: 1})
    client = signed_in(plan.programme.caseworker)
    assert address("abandon", plan, second) in client.get(url("detail", plan)).text
    page = address("abandon", plan, second)
    assert client.get(page).status_code == 200
    for wrong in ({"why": ""}, {"why": "x" * 301}, {"why": "a\x00"}, {"why": "Ok", "what": "all"}):
        assert client.post(page, {"what": "one"} | wrong).status_code == 422
    assert client.post(page, {"what": "one", "why": "The bus line was closed"}).url == url("detail", plan)
    shown = client.get(url("detail", plan))
    assert "The bus line was closed" in shown.text
    assert [one["text"] for card in shown.context["page"].goals for one in card["subgoals"]] == [
        first.title, third.title,
    ]  # fmt: skip
    follow_up = client.get(url("follow_up", plan)).context["form"]
    assert [part.name for part in follow_up.subgoals] == [first.title, third.title]
    assert second.key in progress(plan).by_key()
    assert not progress(plan).by_key()[second.key].is_current
    referrer = signed_in(plan.programme.referrer).get(url("detail", plan)).text
    assert second.title in referrer
    assert "The bus line was closed" not in referrer
    entry = Entry.objects.get(kind="subgoal_abandoned")
    assert (entry.body, entry.audience) == ("The bus line was closed", Audience.TEAM)


def test_a_whole_goal_is_given_up_and_the_last_of_the_plan_is_not(signed_in):
    plan = confirmed_plan([*goals(1, 2), GoalContent("Second", subgoals=[subgoal("Alone")])])
    first, second, alone = subgoals_of(plan)
    client = signed_in(plan.programme.caseworker)
    client.post(address("abandon", plan, first), {"what": "whole", "why": "Another direction"})
    assert given_up(plan) == {first.key, second.key}
    page = client.post(address("abandon", plan, alone), {"why": "This as well"})
    assert page.status_code == 422
    assert "Something has to be left" in page.text
    with pytest.raises(Refused):
        abandon(plan=plan, keys={draft_key()}, why="x", by=plan.programme.caseworker)


def draft_key():
    return subgoals_of(draft_plan())[0].key


def test_what_is_given_up_is_out_of_the_next_version_and_taken_up_again_it_is_back(signed_in):
    plan = confirmed_plan(goals(1, 2))
    first, second = subgoals_of(plan)
    by = plan.programme.caseworker
    abandon(plan=plan, keys={second.key}, why="Ill", by=by)
    # Still in the version in force: back at once.
    assert signed_in(by).post(address("take-up", plan, second)).url == url("detail", plan)
    assert not given_up(plan)
    assert plan.versions.count() == 1
    # Given up while a draft is open: the draft's revision grows, and whoever has it open sees both (T13).
    draft = actions.new_version(plan=plan, by=by, why="More")
    abandon(plan=plan, keys={second.key}, why="Ill again", by=by)
    assert titles(draft) == [first.title]
    with pytest.raises(actions.StalePlan):
        actions.save_draft(plan=plan, content=goals(2), number=2, revision=1, by=by)
    draft.refresh_from_db()
    confirming.confirm(version=draft, agreed_on=TODAY, by=by)
    # In no version in force: a draft holds it, with its key, under its goal.
    take_up(plan=plan, key=second.key, by=by)
    third = plan.versions.latest("number")
    assert (third.number, third.status) == (3, Status.DRAFT)
    assert titles(third) == [first.title, second.title]
    assert {one.key for one in subgoals_of(plan)} == {first.key, second.key}
    with pytest.raises(Refused):
        take_up(plan=plan, key=second.key, by=by)


def test_a_draft_that_is_thrown_away_gives_up_again_what_was_taken_up_in_it_alone():
    """L1: it is in the plan or in the history with its reason, never in neither."""
    plan = confirmed_plan(goals(1, 2))
    _first, second = subgoals_of(plan)
    by = plan.programme.caseworker
    abandon(plan=plan, keys={second.key}, why="Ill", by=by)
    confirming.confirm(version=actions.new_version(plan=plan, by=by, why="More"), agreed_on=TODAY, by=by)
    take_up(plan=plan, key=second.key, by=by)
    assert not given_up(plan)
    actions.discard_draft(plan=plan, by=by)
    assert given_up(plan) == {second.key}
    # What the version in force holds is pursued whatever becomes of a draft.
    take_up(plan=plan, key=second.key, by=by)
    confirming.confirm(version=plan.versions.latest("number"), agreed_on=TODAY, by=by)
    actions.new_version(plan=plan, by=by, why="Again")
    actions.discard_draft(plan=plan, by=by)
    assert not given_up(plan)


def test_what_is_given_up_about_health_is_not_told_to_the_workshop(signed_in):
    """J2"""
    plan = confirmed_plan([*goals(), GoalContent("Back", life_area="health", subgoals=[subgoal("Lifts 5 kg")])])
    _work, health = subgoals_of(plan)
    abandon(plan=plan, keys={health.key}, why="Operation", by=plan.programme.caseworker)
    assert Entry.objects.get(kind="subgoal_abandoned").audience == Audience.HEALTH
    page = signed_in(in_case(plan, Role.CONTACT_PERSON)).get(url("detail", plan)).text
    assert "Lifts 5 kg" not in page
    assert "Operation" not in page


def test_only_who_writes_the_plan_gives_up(signed_in):
    plan = confirmed_plan(goals(1, 2))
    first, _second = subgoals_of(plan)
    for role in (Role.REFERRER, Role.SPECIALIST, Role.CITIZEN, Role.CONTACT_PERSON):
        user = in_case(plan, role)
        assert signed_in(user).get(address("abandon", plan, first)).status_code == 403
        assert signed_in(user).post(address("take-up", plan, first)).status_code == 403
        with pytest.raises(NotAllowed):
            abandon(plan=plan, keys={first.key}, why="x", by=user)
    stranger = user_with_role(Role.CASEWORKER, plan.programme.centre)
    for change in (lambda: abandon(plan=plan, keys={first.key}, why="x", by=stranger),
                   lambda: take_up(plan=plan, key=first.key, by=stranger)):  # fmt: skip
        with pytest.raises(NotAllowed):
            change()
    assert not given_up(plan)
