"""The ordinary cases: each with its own pace and goals. When they begin says `starts`, what became of them `fates`."""

from collections import Counter
from datetime import date, time, timedelta
from decimal import Decimal

from citizens.models import Citizen
from core.calendar import last_day, monday_of
from demo.seeding.case import (
    Agreed,
    Case,
    GoalText,
    PlanVersion,
    Stay,
    SubgoalText,
    Week,
)
from demo.seeding.closing import plan_note
from demo.seeding.course import add_course
from demo.seeding.fates import add_remarks, decide_states, follow_the_plan
from demo.seeding.people import People
from demo.seeding.referring import choose_organisation, municipality_of, offer_id, others_of, share_places
from demo.seeding.starts import share_out, starts
from demo.seeding.texts import everyday, fill
from demo.seeding.told import accepted, referral_text
from demo.seeding.world import World, plus
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
# How steadily people come; nothing else in the data depends on it.
STEADINESS = {0.97: 3, 0.93: 4, 0.88: 4, 0.82: 2, 0.72: 1, 0.55: 0.5}
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
