"""Who refers to a centre, from which municipality, and whose place somebody takes (P10)."""

from collections import Counter

from accounts.models import Organisation
from demo.seeding.case import Case
from demo.seeding.world import World, content
from programmes.models import ProgrammeType


def referring(world: World) -> list[Organisation]:
    """Who refers to the centre."""
    keys = [entry["key"] for entry in content("people")["organisations"] if "share" in entry]
    return [world.organisations[key] for key in keys if key in world.place["organisations"]]


def choose_organisation(world: World) -> Organisation:
    shares = {entry["key"]: entry["share"] for entry in content("people")["organisations"] if "share" in entry}
    return world.organisations[
        world.weighted({key: share for key, share in shares.items() if key in world.place["organisations"]})
    ]


def municipality_of(world: World, organisation: Organisation) -> str:
    """The organisation's own, or one of those that the centre serves."""
    entry = next(e for e in content("people")["organisations"] if e["name"] == organisation.name)
    return entry.get("municipality") or world.weighted(world.place["municipalities"])


def share_places(world: World, cases: list[Case]) -> None:
    """Whose place each running one takes, so that the quotas are nearly full and one place is lent (P10)."""
    wanted, lent = Counter(world.place["municipalities"]), world.place["lent"]
    told = {id(case) for case in world.told}
    free = wanted - Counter(case.municipality for case in world.told if case.is_running)
    # The borrower's places fill first, so that it lacks one; in a small demo nobody lacks any. Who is one too many has
    # a place of those that are left.
    first = [lent["to"], lent["from"]]
    order = sorted(free.elements(), key=lambda name: first.index(name) if name in first else len(first))
    order += [name for name in wanted if name != lent["to"]]
    running = [case for case in cases if case.is_running and id(case) not in told]
    world.random.shuffle(running)
    if len(running) >= 0.75 * free.total():
        for case, municipality in zip(running, order, strict=False):
            move_to(world, case, municipality)
    theirs = [case for case in running if case.municipality == lent["to"]]
    if theirs and free[lent["to"]] == len(theirs):
        theirs[-1].lent_from = lent["from"]


def move_to(world: World, case: Case, municipality: str) -> None:
    """Let the citizen live there, and be referred from there where a municipality refers."""
    before, case.citizen.municipality = case.citizen.municipality, municipality
    case.municipality = municipality
    case.citizen.address = case.citizen.address.replace(f", {before}", f", {municipality}")
    homes = {
        entry["municipality"]: world.organisations[entry["key"]]
        for entry in content("people")["organisations"]
        if "municipality" in entry and entry["key"] in world.place["organisations"] and "share" in entry
    }
    if case.organisation in homes.values():
        case.organisation = homes[municipality]
        case.referrer = world.pick(world.referrers(case.organisation))
        case.parties = others_of(world, case.type, case.organisation)


def offer_id(organisation: Organisation, number: int) -> str:
    entry = next(e for e in content("people")["organisations"] if e["name"] == organisation.name)
    return entry.get("offer_id", "").format(n=number)


def others_of(world: World, type_: ProgrammeType, organisation: Organisation) -> list[Organisation]:
    """Who refers together with the first one, where the type needs two parties (R1)."""
    others = [one for one in referring(world) if one is not organisation]
    return world.random.sample(others, type_.settings.parties_needed - 1)
