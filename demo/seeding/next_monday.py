"""Who starts next Monday: Samira, and whoever goes on after a pre-programme (P15)."""

from datetime import time, timedelta
from decimal import Decimal

from core.calendar import last_day
from demo.seeding.case import Agreed, Case, GoalText, PlanVersion, Stay, SubgoalText, Week
from demo.seeding.people import People
from demo.seeding.told import accepted, referral_text
from demo.seeding.world import World
from programmes.statuses import Status


def about_to_start(world: World, people: People) -> Case:
    """An accepted referral whose programme has not begun: Samira, next Monday."""
    text = referral_text("ref-04")
    case = accepted(world, people, text, world.this_monday + timedelta(weeks=1), world.first_caseworker)
    workshop = text["suggested_workshop"] if text["suggested_workshop"] in world.workshops else "koekken"
    case.stays = [Stay(workshop, case.starts_on, case.ends_on)]
    case.weeks = [Week(case.starts_on, [Agreed(weekday, time(9), time(11), workshop) for weekday in (1, 3, 4)])]
    case.submitted_on = world.working_day_before(world.today - timedelta(days=13))
    case.decided_on = world.working_day_before(world.today - timedelta(days=3))
    return case


def goes_on(world: World, before: Case) -> Case:
    """The programme that a pre-programme led to, from next Monday on (P15)."""
    type_ = world.types[world.texts_of(before.type.key)["leads_to"]]
    monday = world.this_monday + timedelta(weeks=1)
    starts_on = world.working_day(monday)
    ends_on = last_day(starts_on, type_.default_weeks)
    workshop = next(key for key in ("tekstil", "gartneri", "kontor") if key in world.workshops)
    slots = [Agreed(weekday, time(9), time(11), workshop) for weekday in (1, 2, 4)]
    return Case(
        citizen=before.citizen,
        type=type_,
        organisation=before.organisation,
        referrer=before.referrer,
        caseworker=before.caseworker,
        context=before.context,
        reason=before.reason,
        offer_id=f"{before.offer_id}-2" if before.offer_id else "",
        submitted_on=world.working_day_before(world.today - timedelta(days=9)),
        decided_on=world.working_day_before(world.today - timedelta(days=2)),
        wished_start=monday,
        asked_weeks=type_.default_weeks,
        weekly_hours=Decimal(6),
        status=Status.PLANNED,
        starts_on=starts_on,
        ends_on=ends_on,
        stays=[Stay(workshop, starts_on, ends_on)],
        weeks=[Week(starts_on, slots)],
        versions=[PlanVersion([again(world, goal) for goal in before.goals], None)],
        accommodations=before.accommodations,
        accommodations_why=before.accommodations_why,
        previous=before,
    )


def again(world: World, goal: GoalText) -> GoalText:
    """The goal taken over into another plan, with rows of its own."""
    subgoals = [SubgoalText(**{**vars(one), "key": world.uuid()}) for one in goal.subgoals]
    return GoalText(goal.area, goal.title, goal.own_words, subgoals)
