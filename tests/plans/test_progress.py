"""Who has progressed (L3), held against a slow and obvious computation."""

import datetime
import random

import pytest

from audit.acting import System, acting
from plans import content as contents
from plans.content import GoalContent
from plans.models import Plan, StepRecord, Version
from plans.permissions import Reading
from plans.progress import progress, progress_of
from plans.shares import count, share_of
from plans.statuses import Status
from programmes.models import Programme
from tests.factories.plans import confirmed_plan, draft_plan, followed_up, goals, nobody_acts, subgoal, subgoals_of
from tests.factories.programmes import MONDAY, ProgrammeFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def agreed_version(plan, content):
    """The next version, confirmed, with this content."""
    with acting(System("test")):
        number = plan.versions.count() + 1
        version = Version.objects.create(plan=plan, number=number)
        contents.write(version, content, known={s.key for goal in content for s in goal.subgoals if s.key})
        Version.objects.filter(pk=version.pk).update(
            status=Status.CONFIRMED, confirmed_at="2026-11-30T10:00Z", confirmed_by=plan.programme.caseworker,
            citizen_agreed_on=MONDAY,
        )  # fmt: skip
        nobody_acts()


def test_the_last_step_above_the_baseline_is_progress():
    plan = confirmed_plan(
        [GoalContent("A", subgoals=[subgoal("Up"), subgoal("Back", baseline_step=2), subgoal("None")])]
    )
    up, back, _none = subgoals_of(plan)
    followed_up(plan, {up: 2, back: 4}, on=MONDAY)
    followed_up(plan, {up: 3, back: 2}, on=MONDAY + DAY)
    one, two, three = progress(plan).subgoals
    assert (one.step, one.moved, one.has_progressed) == (3, 2, True)
    assert [(point.held_on, point.step) for point in one.points] == [(MONDAY, 2), (MONDAY + DAY, 3)]
    assert (two.step, two.has_progressed) == (2, False)
    assert (three.step, three.has_follow_up, three.has_progressed) == (1, False, False)
    assert (progress(plan).progressed, progress(plan).total, progress(plan).has_progressed) == (1, 3, True)


def test_who_had_no_follow_up_or_has_no_agreed_plan_stays_in_the_denominator():
    moved, _unseen, _draft = confirmed_plan(), confirmed_plan(), draft_plan()
    followed_up(moved, {subgoals_of(moved)[0]: 5})
    share = share_of(count(Programme.objects.all(), until=MONDAY + 60 * DAY))
    assert (share.progressed, share.total, share.not_followed_up) == (1, 3, 2)


def test_what_a_later_version_left_out_still_counts_and_is_not_current():
    plan = confirmed_plan(goals(1, 2))
    first, second = subgoals_of(plan)
    followed_up(plan, {second: 4})
    agreed_version(plan, [GoalContent("A", subgoals=[contents.of_subgoal(first)])])
    found = progress(plan).by_key()
    assert (found[first.key].is_current, found[second.key].is_current) == (True, False)
    assert found[second.key].has_progressed
    assert share_of(count(Programme.objects.all(), until=MONDAY + 60 * DAY)).progressed == 1


def test_a_reader_without_health_sees_neither_such_goals_nor_their_steps():
    plan = confirmed_plan(
        [GoalContent("Work", subgoals=[subgoal("W")]), GoalContent("Back", life_area="health", subgoals=[subgoal("H")])]
    )
    followed_up(plan, dict.fromkeys(subgoals_of(plan), 3))
    assert [one.subgoal.title for one in progress(plan, Reading()).subgoals] == ["W"]
    assert progress(plan, Reading()).total == 1


def test_what_was_said_while_a_subgoal_stood_under_health_stays_hidden_when_it_is_moved():
    plan = confirmed_plan([GoalContent("Back", life_area="health", subgoals=[subgoal("Lifts")])])
    part = subgoals_of(plan)[0]
    followed_up(plan, {part: 3})
    agreed_version(plan, [GoalContent("Work", subgoals=[contents.of_subgoal(part)])])
    one = progress(plan, Reading(comments=True)).subgoals[0]
    assert one.points == []
    agreed_version(plan, [GoalContent("Back", life_area="health", subgoals=[contents.of_subgoal(part)])])
    assert progress(plan, Reading(comments=True)).subgoals == []


def obvious(plan):
    """For each subgoal that was ever agreed: newest wording's baseline and the step of the latest talk."""
    result = {}
    for version in plan.versions.order_by("number"):
        if version.status == Status.CONFIRMED:
            for goal in version.goals.all():
                for part in goal.subgoals.all():
                    result[part.key] = [part.baseline_step, None]
    for record in sorted(
        StepRecord.objects.filter(follow_up__plan=plan), key=lambda r: (r.follow_up.held_on, r.follow_up_id)
    ):
        if record.subgoal.key in result:
            result[record.subgoal.key][1] = record.step
    return result


@pytest.mark.parametrize("seed", range(6))
def test_progress_equals_the_obvious_computation(seed):
    """A property: random plans with several versions, steps in any order of days, drafts among them."""
    chance = random.Random(seed)
    programme = ProgrammeFactory()
    shared = {
        name: getattr(programme, name)
        for name in ("citizen", "type", "centre", "referring_organisation", "caseworker", "referrer")
    }
    for _ in range(8):
        plan = draft_plan([], programme=ProgrammeFactory(**shared))
        with acting(System("test")):
            plan.versions.all().delete()
            nobody_acts()
        content = []
        for _ in range(chance.randint(0, 3)):
            content = [
                GoalContent("A", subgoals=[s for goal in content for s in goal.subgoals if chance.random() < 0.7][:6])
            ]
            content[0].subgoals += [subgoal(baseline_step=chance.randint(1, 5)) for _ in range(chance.randint(0, 3))]
            for part in content[0].subgoals:
                part.baseline_step = chance.choice([part.baseline_step, chance.randint(1, 5)])
            agreed_version(plan, content)
            rows = subgoals_of(plan)
            content = [GoalContent("A", subgoals=[contents.of_subgoal(row) for row in rows])]
            for _ in range(chance.randint(0, 3)):
                steps = {row: chance.randint(1, 5) for row in rows if chance.random() < 0.6}
                followed_up(plan, steps, on=MONDAY + chance.randint(0, 5) * DAY)
    plans = list(Plan.objects.all())
    found = progress_of(plans)
    progressed = 0
    for plan in plans:
        slow = obvious(plan)
        fast = {
            one.subgoal.key: [one.baseline_step, one.step if one.has_follow_up else None]
            for one in found[plan.pk].subgoals
        }
        assert fast == slow
        has_progressed = any(step is not None and step > baseline for baseline, step in slow.values())
        assert found[plan.pk].has_progressed == has_progressed
        progressed += has_progressed
    assert share_of(count(Programme.objects.all(), until=MONDAY + 60 * DAY)).progressed == progressed


def test_progress_takes_two_queries_however_much_there_is(django_assert_num_queries):
    for number in (1, 20):
        plan = confirmed_plan(goals(number, 3))
        followed_up(plan, dict.fromkeys(subgoals_of(plan), 2))
        with django_assert_num_queries(2):
            assert progress(plan).progressed == 3 * number
        with django_assert_num_queries(2):
            count(Programme.objects.all(), until=MONDAY + 60 * DAY)
