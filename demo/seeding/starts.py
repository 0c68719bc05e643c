"""How many cases each type has, and when they begin: spread over the weeks, most of them under way."""

from datetime import date, timedelta
from typing import Any

from demo.seeding.world import World
from programmes.models import ProgrammeType

# How long most programmes of a workshop last; what lasts longer began further back.
USUAL_WEEKS = 16
SHORT_WEEKS = 8
# From so many cases on a type with limited places fills them.
NEARLY_FULL = 0.7


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
