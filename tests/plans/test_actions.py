"""The plan before it is in force: started from the referral, written, confirmed and locked (L1, L2)."""

import datetime
import threading

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.roles import Role
from audit.acting import acting
from audit.models import Event
from core.events import referral_accepted
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from plans import actions
from plans.agreement import confirming
from plans.content import GoalContent, missing, of_version
from plans.models import Goal, Plan, Subgoal, Version
from plans.statuses import Means, Status
from referrals import models as referrals
from tests.factories.accounts import user_with_role
from tests.factories.plans import confirmed_plan, draft_plan, goals, subgoal, subgoals_of
from tests.factories.programmes import MONDAY, ProgrammeFactory
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-11-30T09:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 11, 30)
CONFIRM, FOLLOW = "confirm_plan", "plan_follow_up"


def open_tasks(plan):
    return {task.kind: task for task in Task.objects.open().filter(source=f"plans.plan:{plan.pk}")}


def content_of(plan):
    return of_version(plan.versions.order_by("number").last())


def save(plan, content, by=None, revision=1, number=1):
    by = by or plan.programme.caseworker
    return actions.save_draft(plan=plan, content=content, number=number, revision=revision, by=by)


def confirm(plan, by=None, on=TODAY, **more):
    version = plan.versions.order_by("number").last()
    return confirming.confirm(version=version, agreed_on=on, by=by or plan.programme.caseworker, **more)


def accepted_referral(programme, number=2):
    """A referral as its acceptance hands it over."""
    by = programme.referrer
    with acting(by):
        referral = referrals.Referral.objects.create(
            reference=f"H-{programme.reference}", type=programme.type, centre=programme.centre, referrer=by,
            referring_organisation=programme.referring_organisation,
        )  # fmt: skip
        for place in range(1, number + 1):
            goal = referrals.Goal.objects.create(
                referral=referral, position=place, life_area="health", title=f"Goal {place}", own_words="Min ryg"
            )
            for part in range(1, 3):
                referrals.Subgoal.objects.create(
                    goal=goal, position=part, title=f"Part {part}", indicator="hours", baseline="6 t", target="21 t"
                )
    return referral


def accept(programme, referral):
    with acting(programme.caseworker):
        referral_accepted.send(Plan, referral=referral, programme=programme, by=programme.caseworker)
    return Plan.objects.get(programme=programme)


def test_an_accepted_referral_starts_the_plan_with_its_goals_and_asks_the_caseworker_to_confirm():
    """L1, R5"""
    programme = ProgrammeFactory()
    plan = accept(programme, accepted_referral(programme))
    version = plan.versions.get()
    assert (version.number, version.status) == (1, Status.DRAFT)
    content = of_version(version)
    assert [(goal.title, goal.life_area, goal.own_words) for goal in content] == [
        ("Goal 1", "health", "Min ryg"),
        ("Goal 2", "health", "Min ryg"),
    ]
    assert [(s.title, s.indicator, s.baseline, s.target) for s in content[0].subgoals] == [
        ("Part 1", "hours", "6 t", "21 t"),
        ("Part 2", "hours", "6 t", "21 t"),
    ]
    task = open_tasks(plan)[CONFIRM]
    assert (task.for_user, task.due_on) == (programme.caseworker, MONDAY + datetime.timedelta(days=14))
    assert task.url == f"/plans/{programme.reference}/"


def test_starting_a_plan_takes_as_many_statements_for_ten_goals_as_for_one(django_assert_max_num_queries):
    for number in (1, 10):
        programme = ProgrammeFactory()
        referral = accepted_referral(programme, number)
        with django_assert_max_num_queries(22):
            accept(programme, referral)


def test_saving_replaces_the_draft_and_keeps_the_key_of_a_subgoal_that_stays():
    plan = draft_plan(goals(2, 2))
    content = content_of(plan)
    kept = content[1].subgoals[0]
    version = save(plan, [GoalContent("Work", subgoals=[kept, subgoal("New one")])])
    assert version.revision == 2
    after = content_of(plan)
    assert [goal.title for goal in after] == ["Work"]
    assert after[0].subgoals[0].key == kept.key
    assert after[0].subgoals[1].key not in {None, kept.key}


def test_a_key_of_another_plan_or_one_used_twice_is_given_anew():
    other = content_of(draft_plan())[0].subgoals[0].key
    plan = draft_plan()
    own = content_of(plan)[0].subgoals[0].key
    save(plan, [GoalContent("A", subgoals=[subgoal("1", key=own), subgoal("2", key=own), subgoal("3", key=other)])])
    keys = [s.key for s in content_of(plan)[0].subgoals]
    assert keys[0] == own
    assert len({*keys, other}) == 4


def test_the_wordings_of_a_step_scale_say_its_baseline_and_target_when_nothing_else_does():
    plan = draft_plan([])
    save(plan, [GoalContent("A", subgoals=[subgoal(baseline="", target="", baseline_step=2)])])
    saved = content_of(plan)[0].subgoals[0]
    assert (saved.baseline, saved.target, saved.baseline_step) == ("Once a week", "Every day", 2)


def test_an_indicator_by_fifths_begins_at_the_first_step():
    """L3"""
    plan = draft_plan([])
    hours = subgoal(indicator="hours", baseline="6", target="21", steps=["", "", "", "", ""], baseline_step=3)
    save(plan, [GoalContent("A", subgoals=[hours])])
    assert content_of(plan)[0].subgoals[0].baseline_step == 1


def test_a_stale_revision_is_refused_and_says_what_now_stands():
    """T13"""
    plan = draft_plan()
    save(plan, goals(2))
    with pytest.raises(actions.StalePlan) as stale:
        save(plan, goals(3))
    assert [goal.title for goal in stale.value.content] == ["Goal 1", "Goal 2"]
    assert stale.value.version.revision == 2
    assert len(content_of(plan)) == 2


def test_the_same_save_sent_twice_is_saved_once():
    """T12"""
    plan = draft_plan()
    save(plan, goals(2))
    assert save(plan, goals(2)).revision == 2


def test_a_save_after_somebody_confirmed_is_stale_too():
    plan = draft_plan()
    confirm(plan)
    with pytest.raises(actions.StalePlan):
        save(plan, goals(3))


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_never_overwrite_each_other():
    """T13: on real connections, one is saved and the other sees it."""
    plan = draft_plan()
    by = plan.programme.caseworker
    barrier = threading.Barrier(2, timeout=10)
    outcomes = []

    def write(title):
        try:
            barrier.wait()
            save(plan, [GoalContent(title, subgoals=[subgoal()])], by=by)
            outcomes.append(("saved", title))
        except actions.StalePlan as stale:
            outcomes.append(("stale", stale.content[0].title))
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(title,)) for title in ("Mine", "Theirs")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = content_of(plan)[0].title
    assert sorted(outcomes) == [("saved", won), ("stale", won)]


def test_too_many_goals_or_subgoals_are_refused():
    plan = draft_plan()
    for content in (goals(21), goals(1, 11)):
        with pytest.raises(Refused):
            save(plan, content)
    assert len(content_of(plan)) == 1
    save(plan, goals(20, 10))
    assert len(subgoals_of(plan)) == 200


def test_confirming_locks_the_plan_plans_the_follow_up_and_tells_the_referrer():
    """L2, L3, J1"""
    plan = draft_plan()
    actions.ask_to_confirm(plan, due_on=TODAY)
    version = confirm(plan, citizen=confirming.Given(Means.TYPED, "Torben"))
    plan.refresh_from_db()
    by = plan.programme.caseworker
    assert (version.status, version.confirmed_by, version.citizen_agreed_on) == (Status.CONFIRMED, by, TODAY)
    assert plan.follow_up_due_on == TODAY + datetime.timedelta(weeks=4)
    tasks = open_tasks(plan)
    assert list(tasks) == [FOLLOW]
    assert (tasks[FOLLOW].due_on, tasks[FOLLOW].for_user) == (plan.follow_up_due_on, by)
    entry = Entry.objects.get(kind="plan_confirmed")
    assert (entry.audience, entry.params) == (Audience.REFERRER, {"number": 1})
    assert Event.objects.filter(verb="plan_confirmed", citizen_id=plan.programme.citizen_id).count() == 1


def test_the_first_follow_up_is_never_after_the_programme():
    plan = draft_plan(programme__ends_on=TODAY + datetime.timedelta(days=10))
    confirm(plan)
    plan.refresh_from_db()
    assert plan.follow_up_due_on == plan.programme.ends_on


@pytest.mark.parametrize(
    "content",
    [
        [],
        [GoalContent("Without subgoal")],
        [GoalContent("A", subgoals=[subgoal(baseline="")])],
        [GoalContent("A", subgoals=[subgoal(target="")])],
        [GoalContent("A", subgoals=[subgoal(steps=["Only", "three", "steps"])])],
        [*goals(), GoalContent("Second without subgoal")],
    ],
)
def test_a_plan_that_lacks_something_is_not_confirmed(content):
    """L1"""
    plan = draft_plan(content)
    assert missing(content)
    with pytest.raises(Refused):
        confirm(plan)
    assert plan.versions.get().status == Status.DRAFT
    assert not Entry.objects.filter(kind="plan_confirmed").exists()


@pytest.mark.parametrize(
    "on", [datetime.date(1, 1, 1), TODAY + datetime.timedelta(days=1), datetime.date(9999, 12, 31)]
)
def test_a_plan_is_not_agreed_before_the_case_began_or_in_the_future(on):
    plan = draft_plan()
    with pytest.raises(Refused):
        confirm(plan, on=on)


def test_nobody_confirms_what_they_have_not_read():
    """T13"""
    plan = draft_plan()
    save(plan, goals(2))
    with pytest.raises(actions.StalePlan):
        confirm(plan, revision=1)
    confirm(plan, revision=2)


def test_a_change_of_a_confirmed_plan_is_a_new_version_with_the_same_keys():
    """L2"""
    plan = confirmed_plan(goals(2, 2))
    keys = [s.key for s in subgoals_of(plan)]
    version = actions.new_version(plan=plan, by=plan.programme.caseworker, why="More hours")
    assert (version.number, version.status, version.change_reason) == (2, Status.DRAFT, "More hours")
    assert [s.key for s in subgoals_of(plan)] == keys
    assert CONFIRM in open_tasks(plan)
    due_on = plan.follow_up_due_on
    confirm(plan)
    plan.refresh_from_db()
    assert plan.follow_up_due_on == due_on
    assert list(plan.versions.values_list("status", flat=True)) == [Status.CONFIRMED, Status.CONFIRMED]


def test_a_new_version_says_why_and_there_is_one_at_a_time():
    plan = confirmed_plan()
    by = plan.programme.caseworker
    with pytest.raises(Refused):
        actions.new_version(plan=plan, by=by, why="  ")
    actions.new_version(plan=plan, by=by, why="More hours")
    with pytest.raises(Refused):
        actions.new_version(plan=plan, by=by, why="Once more")
    assert plan.versions.count() == 2


def test_a_new_version_can_be_thrown_away_and_the_first_draft_cannot():
    plan = confirmed_plan()
    by = plan.programme.caseworker
    actions.new_version(plan=plan, by=by, why="By mistake")
    actions.discard_draft(plan=plan, by=by)
    assert plan.versions.get().number == 1
    assert CONFIRM not in open_tasks(plan)
    with pytest.raises(Refused):
        actions.discard_draft(plan=draft_plan(programme__caseworker=by, programme__centre=plan.programme.centre), by=by)


def test_neither_page_nor_sql_changes_a_confirmed_version():
    """L2: raw SQL as the web role, saying who acts."""
    plan = confirmed_plan()
    version, goal, part = plan.versions.get(), Goal.objects.get(), Subgoal.objects.get()
    attacks = [
        f"UPDATE plans_version SET status = 'draft' WHERE id = {version.pk}",
        f"UPDATE plans_version SET citizen_agreed_on = '2020-01-01' WHERE id = {version.pk}",
        f"DELETE FROM plans_version WHERE id = {version.pk}",
        f"UPDATE plans_goal SET title = 'x' WHERE id = {goal.pk}",
        f"DELETE FROM plans_goal WHERE id = {goal.pk}",
        f"INSERT INTO plans_goal (version_id, position, life_area, title, own_words) "
        f"VALUES ({version.pk}, 9, 'work', 'x', '')",
        f"UPDATE plans_subgoal SET baseline_step = 5 WHERE id = {part.pk}",
        f"DELETE FROM plans_subgoal WHERE id = {part.pk}",
    ]
    for attack in attacks:
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(),
            acting(plan.programme.caseworker),
            connection.cursor() as cursor,
        ):
            cursor.execute(attack)
    assert Version.objects.get().status == Status.CONFIRMED


@pytest.mark.parametrize("status", ["completed", "interrupted", "never_started"])
def test_the_plan_of_an_ended_programme_stays_as_it_is(status):
    plan = draft_plan(programme__status=status, programme__ended_on=TODAY)
    for change in (lambda: save(plan, goals(2)), lambda: confirm(plan)):
        with pytest.raises(Refused):
            change()


def test_only_the_caseworker_and_the_team_leader_change_the_plan():
    """L2, with the wrong person."""
    plan, confirmed = draft_plan(), confirmed_plan()
    programme = plan.programme
    wrong = [
        programme.referrer,
        user_with_role(Role.CASEWORKER, programme.centre),
        user_with_role(Role.SPECIALIST, programme.centre),
        user_with_role(Role.TEAM_LEADER, confirmed.programme.centre),
        user_with_role(Role.ADMINISTRATOR, programme.centre),
    ]
    for by in wrong:
        for change in (
            lambda by=by: save(plan, goals(2), by=by),
            lambda by=by: confirm(plan, by=by),
            lambda by=by: actions.discard_draft(plan=plan, by=by),
        ):
            with pytest.raises(NotAllowed):
                change()
    for by in (programme.referrer, user_with_role(Role.CASEWORKER, confirmed.programme.centre)):
        with pytest.raises(NotAllowed):
            actions.new_version(plan=confirmed, by=by, why="x")
    save(plan, goals(2), by=user_with_role(Role.TEAM_LEADER, programme.centre))
    assert len(content_of(plan)) == 2
