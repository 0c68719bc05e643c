"""What happens on the way of an ordinary case: phases and a moved end."""

from datetime import timedelta

from core.calendar import last_day
from demo.seeding.case import Case, Moved, Phase
from demo.seeding.texts import everyday
from demo.seeding.world import World
from programmes.statuses import Status

# Where the phases of a type begin, as shares of the planned time, when nothing is told.
PHASES_AT = [0.0, 0.18, 0.5, 0.9]
EXTENDED = 0.12


def add_course(world: World, case: Case) -> None:
    """Phases of the type as far as they have come, and now and then an extension (P3, P4)."""
    if case.status == Status.NEVER_STARTED or case.starts_on > world.today:
        return
    begin_phases(world, case)
    maybe_extend(world, case)


def begin_phases(world: World, case: Case) -> None:
    last = min(case.last_day, world.last_working_day)
    reasons = everyday(world, case.type, "phases") if case.type.settings.phases else {}
    for phase, share in list(zip(case.type.settings.phases, PHASES_AT, strict=False))[1:]:
        days = int((case.ends_on - case.starts_on).days * share) + world.random.randint(-8, 8)
        day = world.working_day(case.starts_on + timedelta(days=days))
        if day > last or (case.phases and day <= case.phases[-1].starts_on):
            break
        case.phases.append(Phase(phase.key, day, world.pick(reasons[phase.key])))


def maybe_extend(world: World, case: Case) -> None:
    """Some running programmes were longer than planned at first; the end that holds was agreed with the referrer."""
    started = (world.today - case.starts_on).days // 7
    weeks = (case.ends_on - case.starts_on).days // 7 + 1
    earlier_weeks = weeks - (4 if weeks <= 30 else 13)
    if case.status not in (Status.ACTIVE, Status.CLOSING) or started < 4 or earlier_weeks < 4:
        return
    if not world.chance(EXTENDED):
        return
    earlier = last_day(case.starts_on, earlier_weeks)
    agreed_on = world.working_day_before(min(earlier - timedelta(days=6), world.today))
    reason = world.pick(everyday(world, case.type, "extensions"))
    case.moved.append(Moved(earlier, case.ends_on, case.referrer.name, max(agreed_on, case.starts_on), reason))
