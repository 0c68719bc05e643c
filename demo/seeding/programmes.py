"""Rows of programmes: the programme with its places, weeks and pauses, and who sees the case."""

from datetime import date, time, timedelta

from accounts.models import User
from accounts.roles import Role
from citizens.models import CaseAccess
from core.models import ReferenceCounter
from demo.seeding.case import Case
from demo.seeding.world import World
from programmes.access import DAYS_AFTER_PLACEMENT, source_of_member
from programmes.actions import kept_until
from programmes.models import Pause, Placement, Programme, ScheduleSlot, TeamMember
from programmes.team import role_of

FUNCTIONS = {"sp-fys": TeamMember.Function.PHYSIOTHERAPIST, "sp-psy": TeamMember.Function.PSYCHOLOGIST}


class References:
    """Running numbers by letter and year, given out in the order in which things happened."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.counters: dict[tuple[str, int], ReferenceCounter] = {}

    def next(self, prefix: str, day: date) -> str:
        key = (prefix, day.year)
        if key not in self.counters:
            self.counters[key] = self.world.book.add(ReferenceCounter(prefix=prefix, year=day.year, last=0))
        self.counters[key].last += 1
        return str(self.counters[key])


def write_programmes(world: World, cases: list[Case], references: References) -> None:
    """Programmes, placements, schedules and pauses in the order in which they were decided."""
    for case in sorted(cases, key=lambda case: (case.decided_on, case.citizen.id)):
        case.programme = world.book.add(
            Programme(
                reference=references.next("F", case.decided_on),
                citizen=case.citizen,
                type=world.type,
                centre=world.centre,
                caseworker=case.caseworker,
                referring_organisation=case.organisation,
                referrer=case.referrer,
                status=case.status,
                starts_on=case.starts_on,
                ends_on=case.ends_on,
                ended_on=case.ended_on,
                accommodations=case.accommodations,
                accommodations_why=case.accommodations_why,
                created_at=world.at(case.decided_on, time(10, 30)),
            )
        )
        for rest in case.pauses:
            world.book.add(
                Pause(programme=case.programme, starts_on=rest.starts_on, ends_on=rest.ends_on, reason=rest.reason)
            )
        write_stays(world, case)
        grant(world, case)


def write_stays(world: World, case: Case) -> None:
    for stay in case.stays:
        placement = world.book.add(
            Placement(
                programme=case.programme,
                workshop=world.workshops[stay.workshop],
                starts_on=stay.starts_on,
                ends_on=stay.ends_on,
            )
        )
        for week in case.weeks:
            for slot in week.slots:
                if slot.workshop == stay.workshop:
                    world.book.add(
                        ScheduleSlot(
                            placement=placement,
                            weekday=slot.weekday,
                            starts=slot.starts,
                            ends=slot.ends,
                            valid_from=week.valid_from,
                            valid_until=week.valid_until,
                        )
                    )
        allow(
            world,
            case,
            Role.CONTACT_PERSON,
            f"programmes.placement:{placement.pk}",
            unit=world.workshops[stay.workshop].unit,
            ends_on=stay.ends_on + timedelta(days=DAYS_AFTER_PLACEMENT),
        )


def grant(world: World, case: Case) -> None:
    """Caseworker, team leaders and referring organisation, as `programmes.access` grants them; a team for a few."""
    source = f"programmes.programme:{case.programme.pk}"
    ends_on = kept_until(case.ended_on) if case.ended_on else None
    allow(world, case, Role.CASEWORKER, source, user=case.caseworker, ends_on=ends_on)
    allow(world, case, Role.TEAM_LEADER, source, organisation=world.centre, ends_on=ends_on)
    allow(world, case, Role.REFERRER, source, organisation=case.organisation, ends_on=ends_on)
    if case.is_running:
        specialist = world.weighted({"sp-fys": 0.14, "sp-psy": 0.1, "": 0.76})
        if case.told is not None:
            specialist = "sp-fys"
        if specialist:
            join(world, case, FUNCTIONS[specialist], world.users[specialist])


def join(
    world: World,
    case: Case,
    function: str,
    user: User,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> None:
    """Put somebody on the team of the case, with the access that `programmes.team` gives."""
    member = world.book.add(
        TeamMember(
            programme=case.programme,
            user=user,
            function=function,
            starts_on=starts_on or case.starts_on,
            added_by=case.caseworker,
            added_at=world.at(case.decided_on, time(11)),
            ends_on=ends_on,
        )
    )
    source = source_of_member(member.pk)
    allow(world, case, role_of(function), source, user=user, starts_on=starts_on, ends_on=ends_on)


def write_teams(world: World, cases: list[Case]) -> None:
    """The first storyline has a whole team; its caseworker has a deputy for a fortnight (P13)."""
    case = next(case for case in cases if case.is_running and case.told is not None)
    join(world, case, TeamMember.Function.PSYCHOLOGIST, world.users["sp-psy"])
    deputy = next(user for user in world.caseworkers if user != case.caseworker)
    fortnight = world.today + timedelta(days=13)
    join(world, case, TeamMember.Function.DEPUTY, deputy, starts_on=world.today, ends_on=fortnight)


def allow(
    world: World,
    case: Case,
    role: Role,
    source: str,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    **holder: object,
) -> None:
    world.book.add(
        CaseAccess(
            citizen=case.citizen,
            centre=world.centre,
            role=role,
            starts_on=starts_on or case.decided_on,
            ends_on=ends_on,
            source=source,
            **holder,
        )
    )
