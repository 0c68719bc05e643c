"""What the shape of a file cannot say about itself: keys once only, and that what points at something finds it."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from journal.models import Category
from programmes.types.definition import INTERRUPTED, UNKNOWN, Definition

Path = tuple[str | int, ...]
Oddity = tuple[Path, str]
# The kinds of meeting of the app `meetings`, which lies above this one; a test holds the two lists together.
MEETING_KINDS = ("start", "development", "summary", "follow_up", "three_way", "cross_sector", "closing")
# Names that a closing note keeps for itself beside its sections.
RESERVED_SECTIONS = {"action", "csrfmiddlewaretoken", "evidence", "main", "outcome", "revision", "sources"}
STEPS = 5
LONGEST_CONSENT = 300  # it is kept as what the citizen allowed, word for word


def oddities(definition: Definition, written: dict[str, Any], known: set[str]) -> Iterator[Oddity]:
    """(path, what is wrong) of a definition whose shape is right. `known` are the keys of other types."""
    if "key" not in written:
        yield (), _("key is missing: a type needs a key of its own")
    yield from said_twice(definition, ())
    yield from intake(definition)
    yield from requirements(definition)
    yield from capacity(definition)
    yield from endings(definition)
    yield from goals(definition)
    yield from limits(definition)
    before = definition.pre_programme_of
    if before and before not in known - {definition.key}:
        yield ("pre_programme_of",), _("There is no other type with the key “%(key)s”") % {"key": before}
    if sum(role.is_coordinator for role in definition.team) > 1:
        yield ("team",), _("Only one function can be that of the coordinator")


def said_twice(part: BaseModel, path: Path) -> Iterator[Oddity]:
    """Keys that a list has twice, in every part of the file."""
    for name in part.model_fields_set:
        value = getattr(part, name)
        if isinstance(value, BaseModel):
            yield from said_twice(value, (*path, name))
        if not isinstance(value, list):
            continue
        counted: Counter[str] = Counter()
        for number, one in enumerate(value):
            own = getattr(one, "key", None) or getattr(one, "municipality", None)
            own = own or (None if isinstance(one, BaseModel) else str(one))
            if own and counted[own]:
                yield (*path, name, number), _("“%(key)s” stands in this list already") % {"key": own}
            if own:
                counted[own] += 1
            if isinstance(one, BaseModel):
                yield from said_twice(one, (*path, name, number))


def intake(definition: Definition) -> Iterator[Oddity]:
    if definition.intake == "dates" and not definition.intake_dates:
        yield ("intake",), _("intake_dates must name the days when intake is “dates”")
    if definition.intake != "dates" and definition.intake_dates:
        yield ("intake_dates",), _("Days are named only when intake is “dates”")


def requirements(definition: Definition) -> Iterator[Oddity]:
    named = {
        "activity": [activity.key for activity in definition.activities],
        "meeting": list(MEETING_KINDS),
        "meeting_agreed": list(MEETING_KINDS),
        "note": list(Category.values),
    }
    for number, requirement in enumerate(definition.required):
        path: Path = ("required", number, "met_by")
        kind, __, key = requirement.met_by.partition(":")
        if key and key not in named[kind]:
            yield (
                path,
                _("There is no “%(key)s”. There is: %(known)s")
                % {"key": key, "known": ", ".join(named[kind]) or _("nothing")},
            )
        if kind == "consent" and not definition.consents:
            yield path, _("The type names no consent under consents")
        if kind == "coordinator" and not any(role.is_coordinator for role in definition.team):
            yield path, _("No function under team is that of the coordinator")


def capacity(definition: Definition) -> Iterator[Oddity]:
    places, quotas = definition.capacity.places, definition.capacity.quotas
    total = sum(quota.places for quota in quotas)
    if quotas and places is None:
        yield ("capacity", "quotas"), _("Name the places altogether under places, too")
    elif quotas and total != places:
        yield (
            ("capacity", "quotas"),
            _("The quotas make %(total)s places, but there are %(places)s") % {"total": total, "places": places},
        )
    if definition.capacity.can_be_lent and not quotas:
        yield ("capacity", "can_be_lent"), _("Places can be lent only where there are quotas")


def endings(definition: Definition) -> Iterator[Oddity]:
    """Every programme ends somehow and is written about (C1, C6)."""
    outcomes = {outcome.key for outcome in definition.outcomes}
    for key in (INTERRUPTED, UNKNOWN):
        if key not in outcomes:
            yield ("outcomes",), _("The outcome “%(key)s” is missing: any programme can end like that") % {"key": key}
    if not definition.closing_note_sections:
        yield ("closing_note_sections",), _("The closing note needs at least one section")
    for number, section in enumerate(definition.closing_note_sections):
        if section.key in RESERVED_SECTIONS:
            yield (
                ("closing_note_sections", number, "key"),
                _("“%(key)s” is a word of the closing note itself. Choose another key") % {"key": section.key},
            )


def goals(definition: Definition) -> Iterator[Oddity]:
    for number, goal in enumerate(definition.standard_goals):
        for place, subgoal in enumerate(goal.subgoals):
            if subgoal.steps and len(subgoal.steps) != STEPS:
                yield (
                    ("standard_goals", number, "subgoals", place, "steps"),
                    _("A subgoal has five steps in words, or none; here are %(count)s") % {"count": len(subgoal.steps)},
                )


def limits(definition: Definition) -> Iterator[Oddity]:
    lowest, highest = definition.ages.lowest, definition.ages.highest
    if lowest is not None and highest is not None and lowest > highest:
        yield ("ages",), _("The lowest age is above the highest")
    rules = definition.absence_rules
    if (rules.share_below_percent is None) != (rules.share_weeks is None):
        yield ("absence_rules",), _("share_below_percent and share_weeks belong together")
    for number, consent in enumerate(definition.consents):
        for language, words in consent.name:
            if len(words) > LONGEST_CONSENT:
                yield (
                    ("consents", number, "name", language),
                    _("The text is too long: at most %(count)s characters") % {"count": LONGEST_CONSENT},
                )
    if not definition.plan_confirmed_by:
        yield ("plan_confirmed_by",), _("Somebody must confirm the plan")
