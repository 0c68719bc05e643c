"""The ordinary cases: spread over the weeks, each with its own pace, most of them going well."""

import math
from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from citizens.models import Citizen
from core.calendar import last_day, monday_of
from demo.seeding.case import (
    Agreed,
    Case,
    GoalText,
    PlanVersion,
    Remark,
    Rest,
    Stay,
    Step,
    SubgoalText,
    Talk,
    Week,
)
from demo.seeding.closing import plan_note
from demo.seeding.course import add_course
from demo.seeding.people import People
from demo.seeding.referring import choose_organisation, municipality_of, offer_id, others_of, share_places
from demo.seeding.texts import everyday, fill
from demo.seeding.told import accepted, referral_text
from demo.seeding.world import World, plus
from journal.models import Audience
from programmes.models import ProgrammeType
from programmes.statuses import Status

# Days a week and minutes a day, one step after the other (P12).
PACES = [(2, 120), (3, 120), (3, 180), (4, 180), (5, 180), (5, 240), (5, 300)]
DAYS = {
    2: [[1, 3], [2, 4], [1, 4]],
    3: [[1, 3, 5], [1, 2, 4], [2, 3, 4]],
    4: [[1, 2, 3, 4], [1, 2, 4, 5]],
    5: [[1, 2, 3, 4, 5]],
}
ARRIVALS = {time(7, 30): 3, time(8): 5, time(8, 30): 2, time(9): 4, time(10): 1, time(11): 2, time(12): 2}
LEAVES_AT = time(14)
# A demo of this size tells every referral of `referrals.yaml`; a smaller one those of the storylines.
WHOLE = 100
# How long most programmes of a workshop last; what lasts longer began further back.
USUAL_WEEKS = 16
SHORT_WEEKS = 8
# From so many cases on a type with limited places fills them.
NEARLY_FULL = 0.7
# How steadily people come; nothing else in the data depends on it.
STEADINESS = {0.97: 3, 0.93: 4, 0.88: 4, 0.82: 2, 0.72: 1, 0.55: 0.5}
FOLLOW_UP_WEEKS = 4
WANTED = ["traevaerksted", "koekken"]


class Places:
    """Who is where, so that no workshop holds more people than it has places."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stays: dict[str, list[Stay]] = {key: [] for key in world.workshops}

    def taken(self, workshop: str, day: date) -> int:
        return sum(stay.starts_on <= day <= stay.ends_on for stay in self.stays[workshop])

    def keep(self, case: Case) -> None:
        for stay in case.stays:
            self.stays[stay.workshop].append(stay)

    def choose(self, day: date) -> str:
        """One of the workshops with the largest share of free places; the two best known ones fill first."""
        free = {}
        for key, workshop in self.world.workshops.items():
            share = 1 - self.taken(key, day) / workshop.places
            wanted = 0.3 if share > 0 and key in WANTED else 0
            free[key] = share + wanted + self.world.random.random() * 0.15
        return max(free, key=lambda key: free[key])


def ordinary_cases(world: World, people: People, places: Places, number: int) -> list[Case]:
    """So many cases of the centre's types, from its longest one back to three weeks ahead, in every state."""
    cases = []
    for type_key, share in share_out(world.place, number).items():
        own = [begin(world, people, places, world.types[type_key], day) for day in starts(world, type_key, share)]
        if world.citizens >= WHOLE:
            own += told_referrals(world, people, type_key)
        cases += own
    decide_states(world, cases)
    if "municipalities" in world.place:
        share_places(world, cases)
    turns: Counter[bool] = Counter()
    for case in cases:
        if case.status != Status.NEVER_STARTED:
            follow_the_plan(world, case)
        add_course(world, case)
        add_remarks(world, case)
        is_over = case.ends_on < world.today
        case.note = plan_note(world, case, turns[is_over])
        turns[is_over] += case.status == Status.CLOSING
    return cases


def share_out(place: dict[str, Any], number: int) -> dict[str, int]:
    """How many of the centre's ordinary cases each type has; the first one has what is left over."""
    first, *others = place["types"]
    found = {key: int(number * place["types"][key]["share"]) for key in others}
    return {first: number - sum(found.values()), **found}


def starts(world: World, type_key: str, number: int) -> list[date]:
    """Mondays from `world.weeks` weeks ago to three weeks ahead; further back where the type lasts longer, and nearer
    where it is short, so that some of few are there.

    Where only so many can be there at a time, the others began before that and are over.
    """
    text, type_ = world.texts_of(type_key), world.types[type_key]
    usual = max(text["lengths"], key=text["lengths"].get)
    back = max(world.weeks, round(1.3 * usual)) if usual > USUAL_WEEKS else world.weeks
    if usual <= SHORT_WEEKS:
        back = min(back, max(12, 2 * usual))
    if type_.settings.intake_dates:
        return spread(cohorts(world, type_), number)
    limit = text.get("limit", number)
    if limit == number or number < NEARLY_FULL * limit:
        return spread([world.this_monday + timedelta(weeks=week) for week in range(-back, 4)], number)
    young = [world.this_monday + timedelta(weeks=week) for week in range(2 - usual, 4)]
    older = [world.this_monday - timedelta(weeks=week) for week in range(usual + 70, usual + 2, -1)]
    present = min(limit, number - 2)
    return spread(older, number - present) + spread(young, present)


def spread(days: list[date], number: int) -> list[date]:
    return sorted(days[index * len(days) // number] for index in range(number))


def cohorts(world: World, type_: ProgrammeType) -> list[date]:
    """The starts of the last three cohorts, and of the next one if it is near."""
    dates = sorted(type_.settings.intake_dates)
    latest = max([day for day in dates if day <= world.today], default=world.this_monday - timedelta(weeks=7))
    near = [day for day in dates if world.today < day <= world.today + timedelta(weeks=4)]
    return [latest - timedelta(weeks=26), latest - timedelta(weeks=13), latest, *near[:1]]


def intake(type_: ProgrammeType, day: date) -> date:
    """The day, or the type's first intake day from then on, where it names its days (R5)."""
    dates = [one for one in sorted(type_.settings.intake_dates) if one >= day]
    return dates[0] if dates else day


def begin(world: World, people: People, places: Places, type_: ProgrammeType, monday: date) -> Case:
    """One accepted referral and what was agreed at its start."""
    text = world.texts_of(type_.key)
    organisation = choose_organisation(world)
    municipality = municipality_of(world, organisation)
    citizen = people.invent(world, municipality, text.get("backgrounds"))
    reason = world.pick(everyday(world, type_, "reasons"))
    starts_on = world.working_day(monday)
    weeks = world.weighted(text["lengths"])
    ends_on = last_day(starts_on, weeks)
    workshop = places.choose(starts_on) if type_.settings.uses_workshops else ""
    pace = world.weighted({0: 1, 1: 3, 2: 4, 3: 2})
    decided_on = starts_on - timedelta(days=world.random.randint(5, 16))
    if decided_on > world.today:
        decided_on = world.today - timedelta(days=world.random.randint(0, 9))
    decided_on = world.working_day_before(decided_on)
    submitted_on = world.working_day_before(decided_on - timedelta(days=world.random.randint(2, 12)))
    accommodations, accommodations_why = agree_accommodations(world, type_, workshop)
    agreed = agreed_weeks(world, starts_on, ends_on, pace, workshop) if workshop else []
    days, minutes = PACES[pace]
    hours = agreed[0].hours if agreed else Decimal(days * minutes) / 60
    case = Case(
        citizen=citizen,
        type=type_,
        organisation=organisation,
        referrer=world.pick(world.referrers(organisation)),
        caseworker=next(world.turns[type_.key]),
        context=reason["context"],
        reason=fill(reason["text"], citizen),
        offer_id=offer_id(organisation, world.random.randint(100, 999)),
        submitted_on=submitted_on,
        decided_on=decided_on,
        wished_start=monday,
        asked_weeks=type_.default_weeks,
        weekly_hours=hours,
        status=Status.PLANNED,
        starts_on=starts_on,
        ends_on=ends_on,
        stays=[Stay(workshop, starts_on, ends_on)] if workshop else [],
        weeks=agreed,
        versions=[PlanVersion(invent_goals(world, type_, citizen, hours=int(hours), pace=pace), None)],
        accommodations=accommodations,
        accommodations_why=accommodations_why,
        steadiness=world.weighted(STEADINESS),
        parties=others_of(world, type_, organisation),
        municipality=municipality if "municipalities" in world.place else "",
    )
    places.keep(case)
    return case


def told_referrals(world: World, people: People, type_key: str) -> list[Case]:
    """Referrals of `referrals.yaml` that were accepted some weeks ago; their course is as ordinary as any."""
    cases = []
    for key, weeks in world.texts_of(type_key).get("referrals", {}).items():
        monday = world.this_monday - timedelta(weeks=weeks)
        cases.append(accepted(world, people, referral_text(key), monday, next(world.turns[type_key])))
        cases[-1].steadiness = 0.93
    world.told += cases
    return cases


def agree_accommodations(world: World, type_: ProgrammeType, workshop: str) -> tuple[str, str]:
    """What the work must take account of, and why; nothing in one of four cases (P16)."""
    if not world.chance(0.75):
        return "", ""
    if workshop:
        texts = world.workshop_texts[workshop]["accommodations_as_tasks_da"]
    else:
        texts = everyday(world, type_, "accommodations")
    return "\n".join(world.random.sample(texts, 2)), world.pick(everyday(world, type_, "accommodations_why"))


def agreed_weeks(world: World, starts_on: date, ends_on: date, pace: int, workshop: str) -> list[Week]:
    """The first week and what it grew to: a step up about every fourth week, as far as that holds (P12)."""
    arrival = world.weighted(ARRIVALS)
    weeks: list[Week] = []
    valid_from = starts_on
    while plus(arrival, PACES[pace][1]) > LEAVES_AT:
        pace -= 1
    while valid_from <= ends_on:
        days, minutes = PACES[pace]
        slots = [Agreed(day, arrival, plus(arrival, minutes), workshop) for day in world.pick(DAYS[days])]
        # What lies ahead has not been agreed yet.
        if weeks and valid_from > world.today:
            break
        if weeks:
            weeks[-1].valid_until = valid_from - timedelta(days=1)
        weeks.append(Week(valid_from, slots))
        valid_from = monday_of(valid_from) + timedelta(weeks=world.random.randint(3, 5))
        is_last = pace + 1 == len(PACES) or plus(arrival, PACES[pace + 1][1]) > LEAVES_AT
        if is_last or world.chance(0.2):
            break
        pace += 1
    return weeks


def invent_goals(world: World, type_: ProgrammeType, citizen: Citizen, *, hours: int, pace: int) -> list[GoalText]:
    """A goal about work first, then one or two from other parts of life (L1)."""
    texts = everyday(world, type_, "goals")
    first, *others = texts
    others = [goal for goal in others if goal["area"] != "language" or citizen.interpreter]
    chosen = [first, *world.random.sample(others, min(len(others), world.weighted({1: 3, 2: 1})))]
    days, minutes = PACES[min(pace + 3, len(PACES) - 1)]
    more = days * minutes // 60
    own_words = world.random.sample(everyday(world, type_, "own_words"), len(chosen))
    return [
        GoalText(
            area=goal["area"],
            title=fill(goal["title"], citizen),
            own_words=said,
            subgoals=[
                SubgoalText(
                    title=fill(text["title"], citizen),
                    indicator=text["indicator"],
                    baseline=fill(text["baseline"], citizen, hours=hours, more=more),
                    target=fill(text["target"], citizen, hours=hours, more=more),
                    who=fill(text["who"], citizen),
                    steps=[fill(step, citizen, hours=hours, more=more) for step in text["steps"]],
                    start=text["start"] + 1,
                    due_week=world.random.randint(8, 12),
                    key=world.uuid(),
                )
                for text in goal["subgoals"]
            ],
        )
        for goal, said in zip(chosen, own_words, strict=True)
    ]


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
