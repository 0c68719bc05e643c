"""The referrals of `referrals.yaml`: who they are about, what they aim at, and the programme that one became."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Organisation, User
from core.calendar import last_day
from demo.seeding.case import Case, GoalText, PlanVersion, SubgoalText
from demo.seeding.people import People
from demo.seeding.world import World, content
from programmes.statuses import Status


def referral_text(key: str) -> dict[str, Any]:
    return next(one for one in content("referrals")["referrals"] if one["key"] == key)


def goals_of(world: World, text: dict[str, Any]) -> list[GoalText]:
    """The goals as the referral words them."""
    return [
        GoalText(
            goal["life_area"],
            goal["title"],
            goal.get("own_words") or "",
            [subgoal_of(world, one) for one in goal["subgoals"]],
        )
        for goal in text["goals"]
    ]


def subgoal_of(world: World, text: dict[str, Any]) -> SubgoalText:
    return SubgoalText(
        title=text["title"],
        indicator=text["indicator"]["kind"],
        baseline=text["baseline"],
        target=text["target"],
        who=text["who"],
        steps=[text["steps"][step] for step in range(5)],
        start=text["baseline_step"] + 1,
        due_week=text["due_week"],
        key=world.uuid(),
    )


def parties_of(world: World, text: dict[str, Any]) -> list[Organisation]:
    """Who refers together with the first one."""
    return [world.organisations[key] for key in text["referring_parties"][1:]]


def municipality_in(world: World, municipality: str) -> str:
    """Whose place it is, at a centre that shares its places out (P10)."""
    return municipality if "municipalities" in world.place else ""


def enrol(world: World, people: People, text: dict[str, Any]) -> Any:
    person = text["citizen"]
    return people.enrol(
        world,
        person["first_name"],
        person["last_name"],
        person["gender"],
        date.fromisoformat(person["born"]),
        person["municipality"],
        protected=person["protected_name_and_address"],
        interpreter=text["interpreter"]["language_and_when"] or "",
    )


def accepted(world: World, people: People, text: dict[str, Any], monday: date, caseworker: User) -> Case:
    """A referral of `referrals.yaml` that became a programme; its plan is still a draft."""
    starts_on = world.working_day(monday)
    weeks = text["duration_weeks"]
    submitted_on = world.working_day_before(monday - timedelta(weeks=text["wished_start_in_weeks"]))
    return Case(
        citizen=enrol(world, people, text),
        type=world.types[text["programme_type"]],
        organisation=world.organisations[text["referring_parties"][0]],
        referrer=world.users[text["referrer"]],
        caseworker=caseworker,
        context=text["context"],
        reason=text["reason"],
        offer_id=text["offer_id"] or "",
        submitted_on=submitted_on,
        decided_on=world.working_day(submitted_on + timedelta(days=4)),
        wished_start=monday,
        asked_weeks=weeks,
        weekly_hours=Decimal(text["weekly_hours"]["start"]),
        status=Status.PLANNED,
        starts_on=starts_on,
        ends_on=last_day(starts_on, weeks),
        stays=[],
        weeks=[],
        versions=[PlanVersion(goals_of(world, text), None)],
        accommodations="\n".join(text["accommodations"]),
        accommodations_why=text.get("health_note") or "",
        parties=parties_of(world, text),
        municipality=municipality_in(world, text["citizen"]["municipality"]),
    )
