"""Putting off, handing over and giving back (J6)."""

import datetime

import pytest
import time_machine

from audit.acting import System, acting
from core.exceptions import NotAllowed, Refused
from tests.desk.cast import NINE, TODAY, AccessFactory, a_case
from tests.factories.accounts import user_with_role
from tests.factories.worklist import TaskFactory
from worklist import turns
from worklist.actions import clear_task, raise_task
from worklist.colleagues import can_have
from worklist.lines import line
from worklist.models import Task, Turn

pytestmark = pytest.mark.django_db
TUESDAY = TODAY + datetime.timedelta(days=6)


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def a_task(case, **fields) -> Task:
    return TaskFactory(**{"citizen": case.citizen, "for_user": case.caseworker, "due_on": TODAY, **fields})


def put_off(task: Task, by, **fields) -> Task:
    turns.snooze(
        **{"tasks": [task.pk], "until": TUESDAY, "why": "The doctor answers on Monday", "by": by, **fields}
    )  # fmt: skip
    return Task.objects.with_names().get(pk=task.pk)


def test_a_task_that_is_put_off_comes_back_by_itself_on_its_day(case):
    task = put_off(a_task(case), case.caseworker)
    mine = Task.objects.visible_to(case.caseworker)
    assert not mine.due().exists()
    assert mine.open().snoozed().get() == task
    with time_machine.travel("2026-12-07 23:00:00+01:00", tick=False):
        assert not mine.due().exists()
    with time_machine.travel("2026-12-08 07:00:00+01:00", tick=False):
        assert mine.due().get() == task
        assert not mine.snoozed().exists()


def test_the_first_deadline_stays_so_that_escalation_counts_from_there(case):
    task = put_off(a_task(case, due_on=TODAY - datetime.timedelta(days=2)), case.caseworker)
    assert task.due_on == TODAY - datetime.timedelta(days=2)
    assert line(task).is_overdue
    assert Task.objects.led_by(case.team_leader).open().filter(due_on__lt=TODAY).get() == task


def test_the_list_says_why_later_and_who_put_it_off(case):
    task = put_off(a_task(case), case.caseworker)
    assert line(task).notes == (
        f"Later, on Tuesday 8 December, because: The doctor answers on Monday ({case.caseworker.name})",
    )
    task = put_off(task, case.caseworker, why="And again")
    assert "Put off 2 times" in line(task).notes[0]
    assert [turn.word for turn in task.turns.order_by("pk")] == ["The doctor answers on Monday", "And again"]


@pytest.mark.parametrize("days", [-1, 0, 15, 3000])
def test_a_task_is_put_off_from_one_day_to_two_weeks(case, days):
    task = a_task(case)
    with pytest.raises(Refused):
        put_off(task, case.caseworker, until=TODAY + datetime.timedelta(days=days))
    assert not Turn.objects.exists()


def test_without_a_reason_nothing_is_put_off(case):
    with pytest.raises(Refused):
        put_off(a_task(case), case.caseworker, why="   ")


def test_whoever_did_not_come_cannot_wait(case):
    """A4: the same day."""
    task = a_task(case, kind="contact_absent_citizen")
    with pytest.raises(Refused, match="Torben Sejersen"):
        put_off(task, case.caseworker)


def test_what_was_put_off_is_brought_back_at_once(case):
    task = put_off(a_task(case), case.caseworker)
    assert turns.wake(tasks=[task.pk], by=case.caseworker) == 1
    assert Task.objects.visible_to(case.caseworker).due().get() == task
    assert [turn.kind for turn in task.turns.order_by("pk")] == ["snoozed", "woken"]


def test_the_real_action_clears_what_is_put_off_or_handed_over(case):
    task = put_off(a_task(case, kind="write_closing_note"), case.caseworker)
    with acting(System("test")):
        clear_task(kind=task.kind, source=task.source, by=case.caseworker)
    assert not Task.objects.open().exists()


def test_a_task_raised_again_stays_with_its_new_owner(case):
    task = a_task(case)
    turns.hand_over(tasks=[task.pk], to=case.team_leader, word="", by=case.caseworker)
    with acting(System("test")):
        raise_task(
            kind=task.kind,
            source=task.source,
            due_on=TODAY,
            url="/x/",
            citizen=case.citizen,
            for_user=case.caseworker,
        )
    assert Task.objects.get().for_user == case.team_leader


def test_the_new_owner_sees_from_whom_and_gives_it_back(case):
    task = a_task(case)
    turns.hand_over(tasks=[task.pk], to=case.team_leader, word="I am away on Friday", by=case.caseworker)
    assert not Task.objects.visible_to(case.caseworker).exists()
    theirs = Task.objects.visible_to(case.team_leader).with_names().get()
    assert line(theirs).notes == (f"From {case.caseworker.name}: I am away on Friday",)
    turns.give_back(tasks=[task.pk], word="You have the papers", by=case.team_leader)
    back = Task.objects.visible_to(case.caseworker).with_names().get()
    assert back.handed_by is None
    assert line(back).notes == ()
    assert [turn.kind for turn in back.turns.order_by("pk")] == ["handed", "given_back"]


def test_a_workshops_task_goes_back_to_the_workshop(case):
    unit = case.placement.workshop.unit
    task = a_task(case, kind="contact_absent_citizen", for_unit=unit)
    turns.hand_over(tasks=[task.pk], to=case.contact_person, word="", by=case.caseworker)
    task.refresh_from_db()
    assert (task.for_user, task.for_unit) == (case.contact_person, None)
    turns.give_back(tasks=[task.pk], by=case.contact_person)
    task.refresh_from_db()
    assert (task.for_user, task.for_unit) == (case.caseworker, unit)


def test_handed_on_twice_it_goes_back_one_step_at_a_time(case):
    second = user_with_role("team_leader", case.programme.centre, name="Second")
    task = a_task(case)
    turns.hand_over(tasks=[task.pk], to=case.team_leader, word="first", by=case.caseworker)
    turns.hand_over(tasks=[task.pk], to=second, word="then", by=case.team_leader)
    turns.give_back(tasks=[task.pk], by=second)
    task = Task.objects.with_names().get()
    assert (task.for_user, task.handed_by, task.handed_word) == (case.team_leader, case.caseworker, "first")
    turns.give_back(tasks=[task.pk], by=case.team_leader)
    task = Task.objects.get()
    assert (task.for_user, task.handed_by) == (case.caseworker, None)


def test_who_handed_it_over_takes_it_back_and_nobody_else_does(case):
    task = a_task(case)
    turns.hand_over(tasks=[task.pk], to=case.team_leader, word="", by=case.caseworker)
    second = user_with_role("team_leader", case.programme.centre)
    with pytest.raises(NotAllowed):
        turns.give_back(tasks=[task.pk], by=second)
    turns.give_back(tasks=[task.pk], by=case.caseworker)
    assert Task.objects.get().for_user == case.caseworker


def test_a_colleague_who_may_not_see_the_case_cannot_have_the_task(case):
    """T1: and hears nothing of it."""
    colleague = user_with_role("caseworker", case.programme.centre, name="Ida Holm")
    task = a_task(case)
    with pytest.raises(Refused, match="Ida Holm may not see the case of Torben Sejersen"):
        turns.hand_over(tasks=[task.pk], to=colleague, word="", by=case.caseworker)
    assert Task.objects.get().for_user == case.caseworker
    AccessFactory(citizen=case.citizen, centre=case.programme.centre, role="caseworker", user=colleague)
    turns.hand_over(tasks=[task.pk], to=colleague, word="", by=case.caseworker)


def test_a_colleague_whose_work_it_is_not_cannot_have_it(case):
    """A contact person reads the plan, but does not confirm it."""
    with pytest.raises(Refused, match="cannot do this"):
        turns.hand_over(tasks=[a_task(case).pk], to=case.contact_person, word="", by=case.caseworker)


@pytest.mark.parametrize("role", ["citizen", "referrer"])
def test_a_task_stays_in_the_house(case, role):
    with pytest.raises(Refused, match="colleagues"):
        turns.hand_over(tasks=[a_task(case).pk], to=case.user(role), word="", by=case.caseworker)


def test_a_stranger_cannot_touch_a_task(case):
    task, stranger = a_task(case), a_case("Anden", "Sag").caseworker
    for attempt in (
        lambda: put_off(task, stranger),
        lambda: turns.wake(tasks=[task.pk], by=stranger),
        lambda: turns.hand_over(tasks=[task.pk], to=stranger, word="", by=stranger),
        lambda: turns.give_back(tasks=[task.pk], by=stranger),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert not Turn.objects.exists()


def test_the_team_leader_moves_a_colleagues_task(case):
    task = a_task(case)
    turns.hand_over(tasks=[task.pk], to=case.team_leader, word="", by=case.team_leader)
    assert Task.objects.visible_to(case.team_leader).get() == task


def test_a_task_that_is_done_is_not_put_off(case):
    task = a_task(case)
    with acting(System("test")):
        clear_task(kind=task.kind, source=task.source, by=None)
    with pytest.raises(Refused, match="done already"):
        put_off(task, case.caseworker)


def test_many_change_by_one_statement_or_none_does(case, django_assert_max_num_queries):
    """Sets, not loops; and all or nothing."""
    chosen = [a_task(case).pk for _ in range(30)]
    for numbers in (chosen[:2], chosen):
        with django_assert_max_num_queries(11):
            turns.snooze(tasks=numbers, until=TUESDAY, why="x", by=case.caseworker)
        with django_assert_max_num_queries(13):
            turns.hand_over(tasks=numbers, to=case.team_leader, word="", by=case.caseworker)
        with django_assert_max_num_queries(11):
            turns.give_back(tasks=numbers, by=case.team_leader)
    chosen.append(a_task(case, kind="contact_absent_citizen").pk)
    before = Turn.objects.count()
    with pytest.raises(Refused):
        turns.snooze(tasks=chosen, until=TUESDAY, why="x", by=case.caseworker)
    assert Turn.objects.count() == before
    assert not Task.objects.snoozed().exists()


def test_who_is_offered_is_who_may_have_it(case):
    """The list of names follows the same rule as the handing over itself (T1)."""
    foreign = a_case("Anden", "Sag", centre=case.programme.centre)
    for kind in ("confirm_plan", "contact_absent_citizen", "approve_closing_note", "answer_question", "own"):
        for one in (case, foreign):
            task = a_task(one, kind=kind, for_user=one.caseworker)
            offered = set(can_have(one.team_leader, [task]))
            for user in (*everybody(case), *everybody(foreign)):
                able = user in offered
                if user == task.for_user:
                    continue
                problem = turns.why_not(user, [task])
                works_there = user.has_role("team_leader", "caseworker", "contact_person", "specialist")
                assert able == (not problem and works_there), (kind, user, problem)


def everybody(case):
    return [
        case.caseworker,
        case.team_leader,
        case.contact_person,
        case.specialist,
        case.referrer,
        case.citizen_user,
    ]


def test_history_of_turns_is_only_ever_added_to(case):
    """T4; the web role's rights are tested in tests/audit."""
    task = put_off(a_task(case), case.caseworker)
    turn = task.turns.get()
    assert (turn.by, turn.until, turn.word) == (case.caseworker, TUESDAY, "The doctor answers on Monday")
