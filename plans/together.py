"""One plan of a citizen: the goals of all running programmes together, each with its owner (L4).

Nobody sees more here than on the programmes' own pages: each is asked for with `visible_to`, and read as its own
case is. A consent that names two centres opens neither to the other by itself: who may see a case is stored in
`CaseAccess`, and only what stands there is shown (U1).
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
from programmes.statuses import RUNNING


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


def together(user: User, programme: Programme) -> Together:
    """The one plan of the programme's citizen, as far as the reader may see and read each programme.

    Two queries for the programmes and the roles in them, and three for each way of reading that the reader has.
    """
    programmes = list(
        Programme.objects.visible_to(user)
        .filter(citizen=programme.citizen_id, status__in=RUNNING)
        .select_related("type", "caseworker", "centre", "plan")
        .order_by("starts_on", "pk")
    )
    found = Together(programmes=programmes)
    goals: dict[int, OwnedGoal] = {}
    by_reading: dict[Reading, list[Plan]] = defaultdict(list)
    of_plan: dict[int, Programme] = {}
    for one, roles in zip(programmes, roles_in_each(user, programmes), strict=True):
        plan: Plan | None = getattr(one, "plan", None)
        if plan is None:
            found.without_plan.append(one)
            continue
        of_plan[plan.pk] = one
        by_reading[reading(roles)].append(plan)
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
