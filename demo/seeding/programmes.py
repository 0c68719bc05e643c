"""Rows of programmes: the programme with its places, weeks, pauses and phases, and who sees the case."""

from datetime import date, time, timedelta
from itertools import pairwise

from accounts.models import User
from accounts.roles import Role
from citizens.models import CaseAccess
from core.models import ReferenceCounter
from demo.seeding.case import Case
from demo.seeding.timeline import Timeline
from demo.seeding.world import World
from journal.models import Audience
from programmes.access import DAYS_AFTER_PLACEMENT, source_of_member
from programmes.actions import kept_until
from programmes.models import EndChange, Pause, PhaseStart, Placement, Programme, ScheduleSlot, TeamMember
from programmes.people.team import role_of

# How many running programmes of a type that does not always have a specialist have each of them.
SHARES = {"physiotherapist": 0.14, "psychologist": 0.1, "job_coach": 0.2}


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


def write_programmes(world: World, cases: list[Case], references: References, timeline: Timeline) -> None:
    """Programmes, placements, schedules and pauses in the order in which they were decided."""
    for case in sorted(cases, key=lambda case: (case.decided_on, case.citizen.id)):
        case.programme = world.book.add(
            Programme(
                reference=references.next("F", case.decided_on),
                citizen=case.citizen,
                type=case.type,
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
                previous=case.previous.programme if case.previous else None,
                municipality=case.municipality,
                lent_from=case.lent_from,
                created_at=world.at(case.decided_on, time(10, 30)),
            )
        )
        for rest in case.pauses:
            world.book.add(
                Pause(
                    programme=case.programme,
                    starts_on=rest.starts_on,
                    ends_on=rest.ends_on,
                    reason=rest.reason,
                    agreed_by=case.caseworker,
                )
            )
        write_changes(world, case)
        tell_changes(world, case, timeline)
        write_stays(world, case)
        grant(world, case)


def write_changes(world: World, case: Case) -> None:
    """The phases after the first one, and each time the planned end was moved (P3, P4)."""
    for phase in case.phases:
        world.book.add(
            PhaseStart(
                programme=case.programme,
                phase=phase.key,
                starts_on=phase.starts_on,
                reason=phase.reason,
                begun_by=case.caseworker,
                begun_at=world.at(phase.starts_on, time(9, 20)),
            )
        )
    for moved in case.moved:
        world.book.add(
            EndChange(
                programme=case.programme,
                earlier_end=moved.earlier,
                new_end=moved.to,
                agreed_with=moved.agreed_with,
                agreed_on=moved.agreed_on,
                reason=moved.reason[:300],
                made_by=case.caseworker,
                made_at=world.at(moved.agreed_on, time(13, 10)),
            )
        )


def tell_changes(world: World, case: Case, timeline: Timeline) -> None:
    """What changed on the way, on the timeline of team and referrer."""
    for rest in case.pauses:
        kind, more = "programme_pause", {"day": rest.starts_on.isoformat()}
        if rest.ends_on:
            kind, more = "programme_pause_until", {**more, "until": rest.ends_on.isoformat()}
        at = world.at(world.working_day_before(rest.starts_on), time(13))
        timeline.tell(case, kind, at, case.caseworker, audience=Audience.REFERRER, body=rest.reason, **more)
    for moved in case.moved:
        kind = "programme_extended" if moved.to > moved.earlier else "programme_shortened"
        timeline.tell(
            case,
            kind,
            world.at(moved.agreed_on, time(13, 10)),
            case.caseworker,
            audience=Audience.REFERRER,
            body=moved.reason,
            before=moved.earlier.isoformat(),
            day=moved.to.isoformat(),
            agreed_with=moved.agreed_with,
        )
    names = {phase.key: phase.name.model_dump() for phase in case.type.settings.phases}
    for phase in case.phases:
        timeline.tell(
            case,
            "phase_begun",
            world.at(phase.starts_on, time(9, 20)),
            case.caseworker,
            audience=Audience.REFERRER,
            body=phase.reason,
            phase=names[phase.key],
            day=phase.starts_on.isoformat(),
        )
    for before, week in pairwise(case.weeks):
        if week.valid_from > case.ends_on:
            continue
        timeline.tell(
            case,
            "week_changed",
            world.at(world.working_day_before(min(week.valid_from, world.today)), time(11, 20)),
            case.caseworker,
            audience=Audience.REFERRER,
            url=f"/cases/{case.programme.reference}/week/",
            day=week.valid_from.isoformat(),
            week_minutes=int(week.hours * 60),
            week_before=int(before.hours * 60),
        )


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
                valid_from = max(week.valid_from, stay.starts_on)
                valid_until = min(week.valid_until or stay.ends_on, stay.ends_on)
                if slot.workshop == stay.workshop and valid_from <= valid_until:
                    world.book.add(
                        ScheduleSlot(
                            placement=placement,
                            programme=case.programme,
                            weekday=slot.weekday,
                            starts=slot.starts,
                            ends=slot.ends,
                            valid_from=valid_from,
                            valid_until=valid_until,
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
    case.team = case.team or specialists(world, case)
    for function, user in case.team:
        join(world, case, function, user, is_coordinator=False)
    coordinator = next((role for role in case.type.settings.team if role.is_coordinator), None)
    if coordinator:
        join(world, case, coordinator.key, case.caseworker, is_coordinator=True)


def specialists(world: World, case: Case) -> list[tuple[str, User]]:
    """The specialist that the type always has, or now and then one of those that it may have."""
    known = {role.key for role in case.type.settings.team}
    text, found = world.texts_of(case.type.key), world.place["specialists"]
    if text.get("always"):
        return [(text["specialist"], world.users[found[text["specialist"]]])]
    if not case.is_running:
        return []
    if case.told is not None:
        return [(key, world.users[user]) for key, user in found.items() if key in known][:1]
    choice = world.weighted({key: SHARES[key] for key in found if key in known and key in SHARES} | {"": 0.76})
    return [(choice, world.users[found[choice]])] if choice else []


def join(
    world: World,
    case: Case,
    function: str,
    user: User,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    is_coordinator: bool = False,
) -> None:
    """Put somebody on the team of the case, with the access that `programmes.people.team` gives; until its end."""
    until = ends_on
    if case.ended_on and ends_on is None:
        ends_on = max(case.ended_on, case.starts_on)
        until = ends_on + timedelta(days=DAYS_AFTER_PLACEMENT)
    member = world.book.add(
        TeamMember(
            programme=case.programme,
            user=user,
            function=function,
            is_coordinator=is_coordinator,
            starts_on=starts_on or case.starts_on,
            added_by=case.caseworker,
            added_at=world.at(case.decided_on, time(11)),
            ends_on=ends_on,
        )
    )
    source = source_of_member(member.pk)
    allow(world, case, role_of(function, case.type), source, user=user, starts_on=starts_on, ends_on=until)


def write_teams(world: World, cases: list[Case]) -> None:
    """The first storyline of a centre has a whole team; its caseworker has a deputy for a fortnight (P13)."""
    case = next((case for case in cases if case.is_running and case.told is not None), None)
    if case is None:
        return
    known = {role.key for role in case.type.settings.team}
    there = {function for function, _user in case.team}
    for function, key in world.place["specialists"].items():
        if function in known - there:
            join(world, case, function, world.users[key])
    colleagues = world.caseworkers[case.type.key]
    deputy = next((user for user in colleagues if user != case.caseworker), None)
    if deputy:
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
