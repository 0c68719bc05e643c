"""Follow-ups record steps on the confirmed plan (L3)."""

import datetime

import pytest

from accounts.roles import Role
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from plans import actions
from plans.agreement import confirming
from plans.content import GoalContent
from plans.follow_ups.recording import AlreadyFollowedUp, Mark, record_follow_up
from plans.models import FollowUp, StepRecord
from tests.factories.accounts import user_with_role
from tests.factories.plans import confirmed_plan, draft_plan, followed_up, goals, subgoal, subgoals_of
from tests.factories.programmes import MONDAY, PlacementFactory
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 12, 14)
DAY = datetime.timedelta(days=1)


def follow_up(plan, steps=None, *, on=TODAY, by=None, **more):
    if steps is None:
        steps = {subgoals_of(plan)[0].key: Mark(2)}
    return record_follow_up(plan=plan, held_on=on, steps=steps, by=by or plan.programme.caseworker, **more)


def told(plan):
    entries = Entry.objects.filter(citizen=plan.programme.citizen).order_by("pk")
    return [(entry.kind, entry.audience, entry.params) for entry in entries]


def test_a_follow_up_keeps_both_steps_and_tells_which_moved():
    """L3, J1"""
    plan = confirmed_plan(
        [GoalContent("A", subgoals=[subgoal("Up"), subgoal("Down", baseline_step=3), subgoal("Same")])]
    )
    up, down, same = subgoals_of(plan)
    steps = {up.key: Mark(3, 2, "Good weeks"), down.key: Mark(2), same.key: Mark(1)}
    row = follow_up(plan, steps, comment="We spoke", next_on=TODAY + 7 * DAY)
    assert (row.held_on, row.comment, row.next_on, row.by) == (
        TODAY,
        "We spoke",
        TODAY + 7 * DAY,
        plan.programme.caseworker,
    )
    assert set(row.steps.values_list("subgoal", "step", "own_step", "comment")) == {
        (up.pk, 3, 2, "Good weeks"),
        (down.pk, 2, None, ""),
        (same.pk, 1, None, ""),
    }
    assert told(plan) == [
        ("plan_follow_up", Audience.TEAM, {}),
        ("step_forward", Audience.TEAM, {"before": 1, "after": 3, "subgoal": "Up"}),
        ("step_back", Audience.TEAM, {"before": 3, "after": 2, "subgoal": "Down"}),
    ]


def test_what_moves_under_a_health_goal_is_not_told_to_the_contact_person():
    """J2: never health to the workshop, on the timeline either."""
    plan = confirmed_plan([GoalContent("Back", life_area="health", subgoals=[subgoal("Lifts 5 kg")])])
    placement = PlacementFactory(programme=plan.programme)
    follow_up(plan)
    assert told(plan)[1][1] == Audience.HEALTH
    contact = user_with_role(Role.CONTACT_PERSON, plan.programme.centre, unit=placement.workshop.unit)
    assert list(Entry.objects.visible_to(contact).values_list("kind", flat=True)) == ["plan_follow_up"]
    assert Entry.objects.visible_to(plan.programme.caseworker).filter(kind="step_forward").exists()


def test_the_next_follow_up_takes_the_place_of_the_one_that_was_held():
    plan = confirmed_plan()
    follow_up(plan)
    plan.refresh_from_db()
    assert plan.follow_up_due_on == TODAY + 28 * DAY
    task = Task.objects.open().get(kind="plan_follow_up", source=f"plans.plan:{plan.pk}")
    assert (task.due_on, task.for_user) == (plan.follow_up_due_on, plan.programme.caseworker)
    assert task.url == f"/plans/{plan.programme.reference}/follow-up/"
    follow_up(plan, on=TODAY, next_on=TODAY + 3 * DAY)
    assert Task.objects.open().get(kind="plan_follow_up").due_on == TODAY + 3 * DAY
    assert Task.objects.filter(kind="plan_follow_up", done_by=plan.programme.caseworker).count() == 1


def test_a_follow_up_of_the_last_day_plans_no_other():
    plan = confirmed_plan(programme__ends_on=TODAY)
    follow_up(plan)
    plan.refresh_from_db()
    assert plan.follow_up_due_on is None
    assert not Task.objects.open().filter(kind="plan_follow_up").exists()


def test_a_follow_up_entered_late_compares_with_what_was_before_it_and_moves_no_appointment():
    plan = confirmed_plan()
    part = subgoals_of(plan)[0]
    followed_up(plan, {part: 4}, on=TODAY - DAY)
    due_on = plan.follow_up_due_on
    follow_up(plan, {part.key: Mark(2)}, on=TODAY - 7 * DAY)
    plan.refresh_from_db()
    assert told(plan)[1] == ("step_forward", Audience.TEAM, {"before": 1, "after": 2, "subgoal": part.title})
    assert plan.follow_up_due_on == due_on


def test_steps_go_on_by_key_in_a_new_version():
    """L2, L3"""
    plan = confirmed_plan()
    by = plan.programme.caseworker
    follow_up(plan, {subgoals_of(plan)[0].key: Mark(3)}, on=TODAY - DAY)
    version = actions.new_version(plan=plan, by=by, why="More")
    confirming.confirm(version=version, agreed_on=TODAY, by=by)
    follow_up(plan, {subgoals_of(plan)[0].key: Mark(2)})
    assert told(plan)[-1][0] == "step_back"
    assert StepRecord.objects.last().subgoal.goal.version == version


@pytest.mark.parametrize("on", [TODAY + DAY, MONDAY - DAY, datetime.date(1, 1, 1), datetime.date(9999, 12, 31)])
def test_a_follow_up_lies_neither_in_the_future_nor_before_the_programme(on):
    plan = confirmed_plan()
    with pytest.raises(Refused):
        follow_up(plan, on=on)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("next_on", [TODAY, TODAY - DAY, datetime.date(2027, 2, 22), datetime.date(9999, 1, 1)])
def test_the_next_follow_up_lies_after_this_one_and_inside_the_programme(next_on):
    with pytest.raises(Refused):
        follow_up(confirmed_plan(), next_on=next_on)


def test_only_a_confirmed_plan_is_followed_up():
    plan = draft_plan()
    with pytest.raises(Refused):
        follow_up(plan)


def test_a_follow_up_needs_a_step_of_its_own_plan_between_one_and_five():
    plan, other = confirmed_plan(), confirmed_plan()
    key = subgoals_of(plan)[0].key
    for steps in ({}, {subgoals_of(other)[0].key: Mark(2)}, {key: Mark(0)}, {key: Mark(6)}, {key: Mark(2, own_step=9)}):
        with pytest.raises(Refused):
            follow_up(plan, steps)
    assert not FollowUp.objects.exists()


def test_the_same_follow_up_sent_twice_is_one_and_another_meanwhile_is_shown():
    """T12, T13"""
    plan = confirmed_plan()
    first = follow_up(plan, last_seen=0, comment="Once")
    assert follow_up(plan, last_seen=0, comment="Once") == first
    with pytest.raises(AlreadyFollowedUp):
        follow_up(plan, last_seen=0, comment="Another")
    assert FollowUp.objects.count() == 1
    follow_up(plan, last_seen=first.pk, comment="Another")
    assert FollowUp.objects.count() == 2


def test_only_the_caseworker_and_the_team_leader_follow_up():
    """L3, with the wrong person."""
    plan = confirmed_plan()
    placement = PlacementFactory(programme=plan.programme)
    centre = plan.programme.centre
    for by in (
        plan.programme.referrer,
        user_with_role(Role.CONTACT_PERSON, centre, unit=placement.workshop.unit),
        user_with_role(Role.CASEWORKER, centre),
        user_with_role(Role.TEAM_LEADER, confirmed_plan().programme.centre),
    ):
        with pytest.raises(NotAllowed):
            follow_up(plan, by=by)
    follow_up(plan, by=user_with_role(Role.TEAM_LEADER, centre))


def test_sixty_moved_subgoals_take_as_many_statements_as_three(django_assert_max_num_queries):
    for number in (1, 20):
        plan = confirmed_plan(goals(number, 3))
        steps = {part.key: Mark(2) for part in subgoals_of(plan)}
        with django_assert_max_num_queries(22):
            follow_up(plan, steps)
        assert len(told(plan)) == 1 + 3 * number
