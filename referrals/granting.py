"""What an acceptance makes: the programme and a granted pre-programme before it, each on a free place (R5, P10).

The caller holds the referral's row and acts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from core.calendar import last_day
from core.exceptions import Refused
from programmes.actions import start_programme
from programmes.activities import Details, plan, series
from programmes.models import Programme, ProgrammeType, Workshop
from programmes.placements.placeable import check_free
from programmes.placements.schedules import WeekSlot
from programmes.places.capacity import caseloads, free_places
from programmes.places.quotas import problem, type_places
from programmes.types.catalogue import latest_type
from programmes.types.definition import Activity
from referrals.models import Referral
from referrals.starts import closed_at, wrong_start
from referrals.submission import running_programme, told


@dataclass(frozen=True)
class First:
    """The pre-programme as it is granted: from when, for how many weeks, where its type uses workshops, and which
    activities (keys) are planned from the start."""

    starts_on: date
    weeks: int
    workshop: Workshop | None = None
    week: Sequence[WeekSlot] = ()
    activities: Sequence[str] = ()


@dataclass(frozen=True)
class Grant:
    """What the team leader decided; without workshop and week where the type uses none."""

    starts_on: date
    weeks: int
    caseworker: User
    workshop: Workshop | None = None
    week: Sequence[WeekSlot] = ()
    coordinator: User | None = None
    lent_from: str = ""
    first: First | None = None


def municipality_of(referral: Referral) -> str:
    """Whose place the programme takes: as the referral says, else where the citizen lives (P10)."""
    assert referral.citizen is not None  # noqa: S101  (the database holds it for what is submitted)
    return referral.municipality or referral.citizen.municipality


def grant(referral: Referral, decided: Grant, *, by: User) -> tuple[Programme, Programme | None]:
    """The programme and, where it was granted, the one before it. Refused where anything does not fit."""
    # One acceptance at a time in a centre, so that two never get the last place of anything (T13).
    Organisation.objects.select_for_update(no_key=True).get(pk=referral.centre_id)
    check_people(referral, decided)
    first = None
    if decided.first is not None:
        first = grant_first(referral, decided.first, decided.caseworker, by=by)
    check(referral, referral.type, decided.starts_on, decided.weeks, decided.lent_from, by=by, after=first)
    if decided.workshop is not None:
        check_workshop(referral, decided.workshop, decided.starts_on, last_day(decided.starts_on, decided.weeks))
    programme = start_programme(
        **parties(referral),
        type=referral.type,
        caseworker=decided.caseworker,
        starts_on=decided.starts_on,
        ends_on=last_day(decided.starts_on, decided.weeks),
        workshop=decided.workshop,
        week=decided.week,
        lent_from=decided.lent_from,
        previous=first,
        coordinator=decided.coordinator,
        by=by,
    )
    check_hours(programme, decided.week)
    return programme, first


def check_hours(programme: Programme, week: Sequence[WeekSlot]) -> None:
    """Nothing is agreed at these hours in another programme of the citizen at the centre (P5)."""
    if placement := programme.placements.first():
        check_free(programme, week, programme.starts_on, programme.ends_on, besides=placement)


def grant_first(referral: Referral, first: First, caseworker: User, *, by: User) -> Programme:
    """The wished pre-programme, with the same caseworker, a workshop where its type uses them, and what is planned from
    its start: once a week, as often as is usual (P8)."""
    type = wished_first(referral)
    if type is None:
        raise Refused(_("No pre-programme is wished for"))
    check(referral, type, first.starts_on, first.weeks, "", by=by)
    ends_on = last_day(first.starts_on, first.weeks)
    check_use_of(type, first.workshop, referral.centre)
    if first.workshop is not None:
        check_workshop(referral, first.workshop, first.starts_on, ends_on)
    programme = start_programme(
        **parties(referral),
        type=type,
        caseworker=caseworker,
        starts_on=first.starts_on,
        ends_on=ends_on,
        workshop=first.workshop,
        week=first.week,
        by=by,
    )
    check_hours(programme, first.week)
    offered = {one.key: one for one in planned_from_the_start(type)}
    for key in first.activities:
        if key not in offered:
            raise Refused(_("The pre-programme does not offer this"))
        days = series(first.starts_on, times=offered[key].times or 1)
        within = [day for day in days if day <= ends_on]
        plan(programmes=[programme], details=Details(key), days=within, batch=uuid4(), by=by)
    return programme


def planned_from_the_start(type: ProgrammeType) -> list[Activity]:
    """The activities of the type that are done a usual number of times, each citizen by themselves (P8)."""
    return [one for one in type.settings.activities if one.times and not one.is_group]


def wished_first(referral: Referral) -> ProgrammeType | None:
    """The type of the wished pre-programme in its newest version; None without a wish, or where it is none any more.

    One query where something is wished for.
    """
    type = latest_type(referral.wished_pre_programme) if referral.wished_pre_programme else None
    return type if type and type.settings.pre_programme_of == referral.type.key else None


def parties(referral: Referral) -> dict:
    return {
        "citizen": referral.citizen,
        "centre": referral.centre,
        "referring_organisation": referral.referring_organisation,
        "referrer": referral.referrer,
        "accommodations": referral.accommodations,
        "accommodations_why": referral.accommodations_why,
        "municipality": municipality_of(referral),
    }


def check(
    referral: Referral,
    type: ProgrammeType,
    starts_on: date,
    weeks: int,
    lent_from: str,
    *,
    by: User,
    after: Programme | None = None,
) -> None:
    """A start of the type, a length it allows, a free place on every day, and no second programme of it (R4, P3)."""
    assert referral.citizen is not None  # noqa: S101
    closed = closed_at(referral.centre, starts_on)
    if wrong := wrong_start(type, closed, starts_on, after=after.ends_on if after else None):
        raise Refused(wrong)
    if wrong := wrong_weeks(type, weeks):
        raise Refused(wrong)
    (places,) = type_places(referral.centre, [type], starts_on, last_day(starts_on, weeks))
    if wrong := problem(places, municipality_of(referral), lent_from, starts_on):
        raise Refused(wrong)
    there = running_programme(referral.citizen, type, referral.centre)
    if there is not None:
        raise Refused(told(there, by))


def wrong_weeks(type: ProgrammeType, weeks: int) -> str:
    """That the type allows no such length; empty when it does (P3)."""
    duration = type.settings.duration
    lowest, highest = duration.minimum_weeks or 1, duration.maximum_weeks
    if weeks < lowest:
        return _("%(type)s lasts at least %(weeks)s weeks") % {"type": type.name, "weeks": lowest}
    if highest is not None and weeks > highest:
        return _("%(type)s lasts at most %(weeks)s weeks") % {"type": type.name, "weeks": highest}
    return ""


def check_people(referral: Referral, decided: Grant) -> None:
    """Caseworker and workshop are the centre's own; a workshop only where the type uses them."""
    check_use_of(referral.type, decided.workshop, referral.centre)
    if all(load.caseworker != decided.caseworker for load in caseloads(referral.centre)):
        raise Refused(_("Choose a caseworker of the centre"))


def check_use_of(type: ProgrammeType, workshop: Workshop | None, centre: Organisation) -> None:
    """A workshop of the centre where the type uses them, and none where it does not."""
    uses_workshops = type.settings.uses_workshops
    if uses_workshops != (workshop is not None):
        raise Refused(_("Choose a workshop of the centre") if uses_workshops else _("This type uses no workshops"))
    if workshop is not None and workshop.unit.organisation_id != centre.pk:
        raise Refused(_("Choose a workshop of the centre"))


def check_workshop(referral: Referral, workshop: Workshop, starts_on: date, ends_on: date) -> None:
    """A free place on every day; the workshop's row is locked, so that two never get the last one (R5, T13)."""
    Workshop.objects.select_for_update().get(pk=workshop.pk)
    places = {one.workshop.pk: one for one in free_places(referral.centre, starts_on, ends_on)}
    if workshop.pk not in places or places[workshop.pk].free < 1:
        raise Refused(_("No free places in %(workshop)s on that date") % {"workshop": workshop})
