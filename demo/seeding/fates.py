"""What became of the ordinary cases until today: how they stand, their follow-ups, what was noted along the way."""

import math
from datetime import date, timedelta

from core.calendar import monday_of
from demo.seeding.case import Case, Remark, Rest, Step, Talk
from demo.seeding.texts import everyday, fill
from demo.seeding.world import World
from journal.models import Audience
from programmes.statuses import Status

FOLLOW_UP_WEEKS = 4


def decide_states(world: World, cases: list[Case]) -> None:
    """Where each case stands today. Shares, not dice, so that every state occurs in a small demo, too."""
    today = world.today
    begun = [case for case in cases if case.starts_on <= today]
    past = [case for case in begun if case.ends_on < today]
    present = [case for case in begun if case.ends_on >= today]
    for case in past:
        # A few are over, but their note is not through yet.
        is_through = case.ends_on < today - timedelta(days=9) or world.chance(0.4)
        case.status = Status.COMPLETED if is_through else Status.CLOSING
        if is_through:
            case.ended_on = world.working_day_before(case.ends_on + timedelta(days=1))
    for case in present:
        case.status = Status.ACTIVE
        if case.ends_on <= today + timedelta(days=12) and world.chance(0.75):
            case.status = Status.CLOSING
    old = [case for case in begun if case.starts_on <= today - timedelta(weeks=4)]
    for case in some(world, [case for case in old if case.status != Status.CLOSING], 0.07):
        interrupt(world, case)
    young = [case for case in present if case.status == Status.ACTIVE and case.starts_on <= today - timedelta(weeks=1)]
    for case in some(world, young, 0.02):
        never_start(world, case)
    active = [c for c in old if c.status == Status.ACTIVE and c.ends_on >= today + timedelta(weeks=3)]
    for case in some(world, active, 0.06):
        case.status = Status.PAUSED
        since = monday_of(today) - timedelta(weeks=world.random.randint(0, 2))
        case.pauses = [Rest(since, None, world.pick(everyday(world, case.type, "pauses")))]
    for case in some(world, [c for c in active if c.status == Status.ACTIVE], 0.06):
        since = case.starts_on + timedelta(weeks=2, days=-case.starts_on.weekday())
        case.pauses = [Rest(since, since + timedelta(days=6), world.pick(everyday(world, case.type, "pauses")))]


def some(world: World, cases: list[Case], share: float) -> list[Case]:
    """That share of the cases, but one at least where there is one."""
    return world.random.sample(cases, min(len(cases), max(1, math.ceil(share * len(cases)))))


def interrupt(world: World, case: Case) -> None:
    latest = min(case.ends_on, world.today) - timedelta(days=1)
    days = (latest - case.starts_on).days
    ended_on = world.working_day_before(case.starts_on + timedelta(days=world.random.randint(min(15, days), days)))
    case.status = Status.INTERRUPTED
    case.ended_on = max(ended_on, case.starts_on)
    case.ended_why = fill(world.pick(everyday(world, case.type, "interruptions")), case.citizen)
    for stay in case.stays:
        stay.ends_on = min(stay.ends_on, case.ended_on)


def never_start(world: World, case: Case) -> None:
    case.status = Status.NEVER_STARTED
    case.ended_on = case.starts_on
    case.ended_why = fill(world.pick(everyday(world, case.type, "never_started")), case.citizen)
    case.steadiness = 0


def follow_the_plan(world: World, case: Case) -> None:
    """The plan is agreed in the first two weeks and followed up every fourth week; a few follow-ups are late."""
    if case.starts_on > world.today:
        return
    version = case.versions[0]
    agreed_on = world.working_day(case.starts_on + timedelta(days=world.random.randint(2, 11)))
    if agreed_on >= min(world.today, case.last_day):
        return
    if case.status == Status.ACTIVE and case.starts_on > world.today - timedelta(weeks=4) and world.chance(0.15):
        return
    version.agreed_on = agreed_on
    now = {subgoal.key: subgoal.start for goal in version.goals for subgoal in goal.subgoals}
    every = timedelta(weeks=case.type.settings.follow_up.every_weeks or FOLLOW_UP_WEEKS)
    due = agreed_on + every
    while True:
        day = world.working_day(due + timedelta(days=world.random.randint(-2, 3)))
        last = min(case.last_day, world.today - timedelta(days=1))
        is_late = case.is_running and day > world.today - timedelta(days=5) and world.chance(0.35)
        if day > last or case.rests_on(day) or is_late:
            break
        case.talks.append(talk(world, case, day, now))
        due = day + every
    if case.is_running and case.ends_on >= world.today:
        case.next_talk_on = min(world.working_day(due), world.working_day_before(case.ends_on + timedelta(days=1)))
    for earlier, later in zip(case.talks, case.talks[1:], strict=False):
        earlier.next_on = later.day
    if case.talks:
        case.talks[-1].next_on = case.next_talk_on


def talk(world: World, case: Case, day: date, now: dict) -> Talk:
    """One follow-up: mostly a step forward somewhere, now and then one back, by own and staff's view."""
    direction = world.weighted({"forward": 0.68, "same": 0.22, "back": 0.1})
    steps = []
    for goal in case.versions[0].goals:
        for subgoal in goal.subgoals:
            moved = 0
            if direction == "forward":
                moved = world.weighted({1: 0.7, 0: 0.22, 2: 0.08})
            elif direction == "back":
                moved = world.weighted({-1: 0.5, 0: 0.5})
            step = min(max(now[subgoal.key] + moved, 1), 5)
            moved, now[subgoal.key] = step - now[subgoal.key], step
            own = min(max(step + world.weighted({0: 0.7, -1: 0.15, 1: 0.15}), 1), 5)
            kind = "forward" if moved > 0 else "back" if moved < 0 else "same"
            comment = (
                fill(world.pick(everyday(world, case.type, "step_comments", kind)), case.citizen)
                if world.chance(0.6)
                else ""
            )
            steps.append(Step(subgoal.key, step, own if world.chance(0.8) else None, comment))
    return Talk(
        day, case.caseworker, fill(world.pick(everyday(world, case.type, "follow_ups", direction)), case.citizen), steps
    )


def add_remarks(world: World, case: Case) -> None:
    """A few notes from workshop and caseworker along the way."""
    last = min(case.last_day, world.last_working_day)
    day = world.working_day(case.starts_on + timedelta(days=world.random.randint(2, 12)))
    workshop = case.workshop
    while day <= last and case.status != Status.NEVER_STARTED:
        kind = world.weighted({"contact_person": 5 if workshop else 0, "caseworker": 3, "health": 0.6})
        by = world.contact_persons[workshop] if kind == "contact_person" else case.caseworker
        audience = Audience.HEALTH if kind == "health" else world.weighted({Audience.TEAM: 4, Audience.REFERRER: 1})
        task = world.pick(world.workshop_texts[workshop]["tasks_da"]) if workshop else ""
        text = fill(world.pick(everyday(world, case.type, "notes", kind)), case.citizen, task=task)
        if kind == "contact_person":
            audience = Audience.TEAM  # what is shared the caseworker shares (J2)
        case.remarks.append(Remark(day, by, audience, text, kind))
        pause = world.random.randint(9, 28) if workshop else world.random.randint(20, 55)
        day = world.working_day(day + timedelta(days=pause))
