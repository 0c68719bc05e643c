"""One plan of a citizen: the goals of all running programmes together, each with its owner (L4).

Nobody sees more here than on the programmes' own pages: each is asked for with `visible_to`, and read as its own
case is. Only a consent that holds and names both centres brings in what runs at another one (U1): its goals and steps,
as far as the reader reads those of the own case, and nothing of what was said of them. It is asked for at every
reading, so that a withdrawal ends it at once (R9); the case itself stays closed.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from accounts.models import User
from accounts.roles import Role
from citizens.models import CaseAccess
from core.life_areas import LifeArea
from plans.models import Goal, Plan
from plans.permissions import Reading, reading
from plans.progress import SubgoalProgress, progress_of
from programmes.models import Programme
from programmes.permissions import roles_in
from programmes.rights.consents import sharing_centres
from programmes.statuses import RUNNING

# Who reads across centres under a consent: those who work with the whole plan.
SHARES_WHOLE_PLAN = {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST}


@dataclass
class OwnedGoal:
    """A goal with the subgoals that are pursued, the programme that it belongs to, and who answers for it."""

    goal: Goal
    programme: Programme
    subgoals: list[SubgoalProgress] = field(default_factory=list)


@dataclass
class Together:
    """All goals by life area, and the programmes they come from."""

    programmes: list[Programme] = field(default_factory=list)
    without_plan: list[Programme] = field(default_factory=list)
    areas: list[tuple[str, list[OwnedGoal]]] = field(default_factory=list)
    shared: set[int] = field(default_factory=set)  # programmes of other centres, which stay closed but for their goals


def together(user: User, programme: Programme) -> Together:
    """The one plan of the programme's citizen, as far as the reader may see and read each programme.

    Five queries at most for programmes, consents and roles, and three for each way of reading that there is.
    """
    programmes = list(
        Programme.objects.visible_to(user)
        .filter(citizen=programme.citizen_id, status__in=RUNNING)
        .select_related("type", "caseworker", "centre", "plan")
        .order_by("starts_on", "pk")
    )
    readings = [reading(roles) for roles in roles_in_each(user, programmes)]
    found = Together(programmes=programmes)
    for one, may_read in of_other_centres(user, programme, known={one.pk for one in programmes}):
        programmes.append(one)
        readings.append(may_read)
        found.shared.add(one.pk)
    goals: dict[int, OwnedGoal] = {}
    by_reading: dict[Reading, list[Plan]] = defaultdict(list)
    of_plan: dict[int, Programme] = {}
    for one, reads in zip(programmes, readings, strict=True):
        plan: Plan | None = getattr(one, "plan", None)
        if plan is None:
            found.without_plan.append(one)
            continue
        of_plan[plan.pk] = one
        by_reading[reads].append(plan)
    with_goals = set()
    for may_read, plans in by_reading.items():
        for pk, whole in progress_of(plans, may_read).items():
            for subgoal in whole.subgoals:
                if subgoal.is_current:
                    goal = subgoal.subgoal.goal
                    goals.setdefault(goal.pk, OwnedGoal(goal, of_plan[pk])).subgoals.append(subgoal)
                    with_goals.add(pk)
    found.without_plan += [one for pk, one in of_plan.items() if pk not in with_goals]
    for area in LifeArea:
        if in_area := [one for one in goals.values() if one.goal.life_area == area]:
            found.areas.append((str(area.label), in_area))
    return found


def of_other_centres(user: User, programme: Programme, *, known: set[int]) -> list[tuple[Programme, Reading]]:
    """What runs at the centres that a consent joins with this one, for those who work with the whole plan here."""
    roles = roles_in(user, programme)
    if not roles & SHARES_WHOLE_PLAN:
        return []
    own = reading(roles)
    limited = Reading(health=own.health)
    rows = (
        Programme.objects.running()
        .filter(citizen=programme.citizen_id, centre__in=sharing_centres(programme.citizen, programme.centre))
        .exclude(pk__in=known)
        .select_related("type", "caseworker", "centre", "plan")
        .order_by("starts_on", "pk")
    )
    return [(one, limited) for one in rows]


def roles_in_each(user: User, programmes: list[Programme]) -> list[set[str]]:
    """The roles that `programmes.permissions.roles_in` gives for each of one citizen's programmes. One query."""
    citizens = {one.citizen_id for one in programmes}
    held = CaseAccess.objects.held_by(user).filter(citizen__in=citizens)
    rows = list(held.values_list("citizen_id", "centre_id", "role", "organisation_id"))
    return [
        {
            role
            for citizen, centre, role, organisation in rows
            if (citizen, centre) == (one.citizen_id, one.centre_id)
            and (role != Role.REFERRER or organisation == one.referring_organisation_id)
        }
        for one in programmes
    ]
