"""Organisations, staff, workshops and opening hours."""

import re
import unicodedata
from datetime import date, time, timedelta
from itertools import cycle
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.invitations import post_link
from accounts.models import Invitation, Membership, Organisation, Substitution, Unit, User
from accounts.roles import Role
from core.calendar import WEEKDAYS
from demo.seeding.people import invented_name, phone
from demo.seeding.world import World, content
from demo.users import PASSWORD, address
from programmes.models import OpeningHours, Workshop

LONG_AGO = date(2019, 8, 1)
# Workshops that storylines happen in, and the two of every demo, come first.
FIRST = ["traevaerksted", "koekken", "kontor", "metal", "cykel", "gartneri", "tekstil"]
# What has no plain letter to fall back on.
LETTERS: dict[int, str] = {ord("æ"): "ae", ord("ø"): "oe", ord("å"): "aa", ord("ł"): "l", ord("ı"): "i"}
SIDES = ["", " Nord", " Syd", " Øst", " Vest"]
CASES_PER_CASEWORKER = 20


def found_organisations(world: World) -> None:
    for entry in content("people")["organisations"]:
        world.organisations[entry["key"]] = world.book.add(
            Organisation(
                name=entry["name"],
                kind=entry["kind"],
                country=entry["country"],
                letterhead="\n".join(entry.get("letterhead", [])),
            )
        )


def hire(world: World, *, running: dict[str, int]) -> None:
    """Everybody who works at the centre with about so many programmes of each type at a time, and where they do."""
    password = make_password(PASSWORD)
    if world.place.get("with_workshops"):
        there = sum(number for key, number in running.items() if world.types[key].settings.uses_workshops)
        open_workshops(world, places_needed=round(0.9 * there))
    for entry in content("people")["staff"]:
        if entry["organisation"] in world.place["organisations"]:
            hire_one(world, entry, password)
    for key, workshop in world.workshops.items():
        if key not in world.contact_persons:
            first, last, _gender = invented_name(world)
            world.contact_persons[key] = engage(
                world,
                name=f"{first} {last}",
                role=Role.CONTACT_PERSON,
                title="værkstedsfaglig kontaktperson",
                organisation=world.centre,
                unit=workshop.unit,
                password=password,
            )
    for type_key, number in running.items():
        give_caseworkers(world, type_key, number, password)
    for entry in content("people")["standing_in"]:
        stand_in(world, entry)


def stand_in(world: World, entry: dict[str, Any]) -> None:
    """Somebody whom the team leader named to mark in a colleague's place, unless they work elsewhere (A13)."""
    if entry["workshop"] not in world.workshops:
        return
    world.book.add(
        Substitution(
            unit=world.workshops[entry["workshop"]].unit,
            substitute=world.users[entry["substitute"]],
            in_place_of=world.users[entry["in_place_of"]],
            starts_on=world.today - timedelta(days=entry["since"]),
            ends_on=world.today + timedelta(days=entry["days"]),
            why=entry["why"],
            named_by=world.leader,
            named_at=world.now - timedelta(days=entry["since"]),
        )
    )


def hire_one(world: World, entry: dict[str, str], password: str) -> None:
    """Somebody of `people.yaml`, unless the workshop is not open in a demo of this size."""
    if entry.get("workshop", FIRST[0]) not in world.workshops and "workshop" in entry:
        return
    organisation = world.organisations[entry["organisation"]]
    user = engage(
        world,
        name=entry["name"],
        role=entry["role"],
        title=entry["title"],
        organisation=organisation,
        unit=world.workshops[entry["workshop"]].unit if "workshop" in entry else None,
        email=address(entry["demo"]) if "demo" in entry else "",
        password=password,
    )
    world.users[entry["key"]] = user
    if "also" in entry:
        world.book.add(Membership(user=user, organisation=organisation, role=entry["also"], starts_on=LONG_AGO))
    if "workshop" in entry:
        world.contact_persons[entry["workshop"]] = user


def give_caseworkers(world: World, type_key: str, number: int, password: str) -> None:
    """The caseworkers of the type, with as many invented ones as so many programmes need."""
    named = world.texts_of(type_key).get("caseworkers")
    staff = content("people")["staff"]
    if named is None:
        named = [
            entry["key"]
            for entry in staff
            if entry["role"] == Role.CASEWORKER and entry["organisation"] == world.place["key"]
        ]
    users = [world.users[key] for key in named]
    titles = {world.users[entry["key"]].pk: entry["title"] for entry in staff if entry["key"] in named}
    while len(users) * CASES_PER_CASEWORKER < number:
        first, last, _gender = invented_name(world)
        users.append(
            engage(
                world,
                name=f"{first} {last}",
                role=Role.CASEWORKER,
                title=titles[users[0].pk],
                organisation=world.centre,
                password=password,
            )
        )
    world.caseworkers[type_key] = users
    world.turns[type_key] = cycle(users)


def engage(
    world: World,
    *,
    name: str,
    role: str,
    title: str,
    organisation: Organisation,
    password: str,
    unit: Unit | None = None,
    email: str = "",
) -> User:
    """A user with one role that has long been theirs."""
    number = len(world.book.of(User))
    user = world.book.add(
        User(
            name=name,
            email=email or f"{plain(name)}.{number}@{world.place['key']}.example",
            title=title,
            phone=phone(world),
            language=world.language,
            password=password,
            created_at=world.at(LONG_AGO, time(9)),
        )
    )
    world.book.add(Membership(user=user, organisation=organisation, unit=unit, role=role, starts_on=LONG_AGO))
    return user


def open_workshops(world: World, *, places_needed: int) -> None:
    """Enough workshops for so many people; every name of the list first, then its second house."""
    texts = {entry["key"]: entry for entry in content("people")["workshops"]}
    order = FIRST + [key for key in texts if key not in FIRST]
    places = 0
    for side in SIDES:
        for key in order:
            if places >= places_needed and (side or key not in FIRST):
                return
            text = texts[key]
            unit = world.book.add(
                Unit(organisation=world.centre, name=text["name"]["da"] + side, kind=Unit.Kind.WORKSHOP)
            )
            workshop = world.book.add(Workshop(unit=unit, places=text["places"]))
            places += workshop.places
            world.workshops[key + side] = workshop
            world.workshop_texts[key + side] = text
            for name, (opens, closes) in content("people")["opening_hours"].items():
                world.book.add(
                    OpeningHours(
                        workshop=workshop,
                        weekday=WEEKDAYS.index(name) + 1,
                        opens=time.fromisoformat(opens),
                        closes=time.fromisoformat(closes),
                    )
                )


def invite_somebody(world: World) -> None:
    """An invitation that is open; its mail lands on the demo's page of mail (U2, U5)."""
    invited = content("people")["invited"]
    post_link(
        Invitation(
            name=invited["name"],
            email=invited["email"],
            role=invited["role"],
            organisation=world.centre,
            unit=world.workshops[invited["workshop"]].unit,
            language=invited["language"],
            starts_on=world.today,
            invited_by=world.leader,
        )
    )


def plain(name: str) -> str:
    """The name as part of an address: small ASCII letters and dots."""
    replaced = name.lower().translate(LETTERS)
    ascii_only = unicodedata.normalize("NFKD", replaced).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z]+", ".", ascii_only).strip(".")
