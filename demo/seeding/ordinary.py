"""The ordinary cases: spread over the weeks, each with its own pace, most of them going well."""

import math
from collections import Counter
from datetime import date, time, timedelta

from accounts.models import Organisation
from citizens.models import Citizen
from core.calendar import last_day, monday_of
from demo.seeding.case import Agreed, Case, GoalText, PlanVersion, Remark, Rest, Stay, Step, SubgoalText, Talk, Week
from demo.seeding.closing import plan_note
from demo.seeding.people import People
from demo.seeding.texts import everyday, fill
from demo.seeding.world import World, content, plus
from journal.models import Audience
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
LENGTHS = {13: 0.82, 8: 0.05, 17: 0.08, 26: 0.05}
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
    """So many cases with starts from `world.weeks` weeks ago to three weeks ahead, in every state."""
    mondays = [world.this_monday + timedelta(weeks=week) for week in range(-world.weeks, 4)]
    starts = sorted(mondays[index * len(mondays) // number] for index in range(number))
    cases = [begin(world, people, places, monday) for monday in starts]
    decide_states(world, cases)
    turns: Counter[bool] = Counter()
    for case in cases:
        if case.status != Status.NEVER_STARTED:
            follow_the_plan(world, case)
        add_remarks(world, case)
        is_over = case.ends_on < world.today
        case.note = plan_note(world, case, turns[is_over])
        turns[is_over] += case.status == Status.CLOSING
    return cases


def begin(world: World, people: People, places: Places, monday: date) -> Case:
    """One accepted referral and what was agreed at its start."""
    organisation = choose_organisation(world)
    citizen = people.invent(municipality_of(organisation))
    reason = world.pick(everyday("reasons"))
    starts_on = world.working_day(monday)
    weeks = world.weighted(LENGTHS)
    workshop = places.choose(starts_on)
    pace = world.weighted({0: 1, 1: 3, 2: 4, 3: 2})
    ends_on = last_day(starts_on, weeks)
    stays = [Stay(workshop, starts_on, ends_on)]
    asked_weeks = 13
    decided_on = starts_on - timedelta(days=world.random.randint(5, 16))
    if decided_on > world.today:
        decided_on = world.today - timedelta(days=world.random.randint(0, 9))
    decided_on = world.working_day_before(decided_on)
    submitted_on = world.working_day_before(decided_on - timedelta(days=world.random.randint(2, 12)))
    text = world.workshop_texts[workshop]
    has_accommodations = world.chance(0.75)
    accommodations = world.random.sample(text["accommodations_as_tasks_da"], 2) if has_accommodations else []
    agreed = agreed_weeks(world, starts_on, ends_on, pace, workshop)
    goals = invent_goals(world, citizen, hours=int(agreed[0].hours), pace=pace)
    case = Case(
        citizen=citizen,
        organisation=organisation,
        referrer=world.pick(world.referrers(organisation)),
        caseworker=next(world.turns),
        context=reason["context"],
        reason=fill(reason["text"], citizen),
        offer_id=offer_id(organisation, world.random.randint(100, 999)),
        submitted_on=submitted_on,
        decided_on=decided_on,
        wished_start=monday,
        asked_weeks=asked_weeks,
        weekly_hours=agreed[0].hours,
        status=Status.PLANNED,
        starts_on=starts_on,
        ends_on=ends_on,
        stays=stays,
        weeks=agreed,
        versions=[PlanVersion(goals, None)],
        accommodations="\n".join(accommodations),
        accommodations_why=world.pick(everyday("accommodations_why")) if has_accommodations else "",
        steadiness=world.weighted(STEADINESS),
    )
    places.keep(case)
    return case


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


def choose_organisation(world: World) -> Organisation:
    shares = {entry["key"]: entry["share"] for entry in content("people")["organisations"] if "share" in entry}
    return world.organisations[world.weighted(shares)]


def municipality_of(organisation: Organisation) -> str:
    return next(e["municipality"] for e in content("people")["organisations"] if e["name"] == organisation.name)


def offer_id(organisation: Organisation, number: int) -> str:
    entry = next(e for e in content("people")["organisations"] if e["name"] == organisation.name)
    return entry["offer_id"].format(n=number)


def invent_goals(world: World, citizen: Citizen, *, hours: int, pace: int) -> list[GoalText]:
    """A goal about work first, then one or two from other parts of life (L1)."""
    texts = everyday("goals")
    work = [goal for goal in texts if goal["area"] == "work"]
    other = [goal for goal in texts if goal["area"] != "work" and (goal["area"] != "language" or citizen.interpreter)]
    chosen = [work[0], *world.random.sample([*work[1:], *other], world.weighted({1: 3, 2: 1}))]
    days, minutes = PACES[min(pace + 3, len(PACES) - 1)]
    more = days * minutes // 60
    own_words = world.random.sample(everyday("own_words"), len(chosen))
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
        case.pauses = [Rest(since, None, world.pick(everyday("pauses")))]
    for case in some(world, [c for c in active if c.status == Status.ACTIVE], 0.06):
        since = case.starts_on + timedelta(weeks=2, days=-case.starts_on.weekday())
        case.pauses = [Rest(since, since + timedelta(days=6), world.pick(everyday("pauses")))]


def some(world: World, cases: list[Case], share: float) -> list[Case]:
    """That share of the cases, but one at least where there is one."""
    return world.random.sample(cases, min(len(cases), max(1, math.ceil(share * len(cases)))))


def interrupt(world: World, case: Case) -> None:
    latest = min(case.ends_on, world.today) - timedelta(days=1)
    days = (latest - case.starts_on).days
    ended_on = world.working_day_before(case.starts_on + timedelta(days=world.random.randint(min(15, days), days)))
    case.status = Status.INTERRUPTED
    case.ended_on = max(ended_on, case.starts_on)
    case.ended_why = fill(world.pick(everyday("interruptions")), case.citizen)
    for stay in case.stays:
        stay.ends_on = min(stay.ends_on, case.ended_on)


def never_start(world: World, case: Case) -> None:
    case.status = Status.NEVER_STARTED
    case.ended_on = case.starts_on
    case.ended_why = fill(world.pick(everyday("never_started")), case.citizen)
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
    due = agreed_on + timedelta(weeks=FOLLOW_UP_WEEKS)
    while True:
        day = world.working_day(due + timedelta(days=world.random.randint(-2, 3)))
        last = min(case.last_day, world.today - timedelta(days=1))
        is_late = case.is_running and day > world.today - timedelta(days=5) and world.chance(0.35)
        if day > last or case.rests_on(day) or is_late:
            break
        case.talks.append(talk(world, case, day, now))
        due = day + timedelta(weeks=FOLLOW_UP_WEEKS)
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
            comment = fill(world.pick(everyday("step_comments", kind)), case.citizen) if world.chance(0.6) else ""
            steps.append(Step(subgoal.key, step, own if world.chance(0.8) else None, comment))
    return Talk(day, case.caseworker, fill(world.pick(everyday("follow_ups", direction)), case.citizen), steps)


def add_remarks(world: World, case: Case) -> None:
    """A few notes from workshop and caseworker along the way."""
    last = min(case.last_day, world.last_working_day)
    day = world.working_day(case.starts_on + timedelta(days=world.random.randint(2, 12)))
    workshop = case.stays[0].workshop
    while day <= last and case.status != Status.NEVER_STARTED:
        kind = world.weighted({"contact_person": 5, "caseworker": 3, "health": 0.6})
        by = world.contact_persons[workshop] if kind == "contact_person" else case.caseworker
        audience = Audience.HEALTH if kind == "health" else world.weighted({Audience.TEAM: 4, Audience.REFERRER: 1})
        task = world.pick(world.workshop_texts[workshop]["tasks_da"])
        text = fill(world.pick(everyday("notes", kind)), case.citizen, task=task)
        if kind == "contact_person":
            audience = Audience.TEAM  # what is shared the caseworker shares (J2)
        case.remarks.append(Remark(day, by, audience, text, kind))
        day = world.working_day(day + timedelta(days=world.random.randint(9, 28)))
