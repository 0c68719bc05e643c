"""The citizen's own step, said alone: a tap on the own page, or on the tablet beside the staff (L3, L5)."""

import uuid
from collections.abc import Mapping
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.life_areas import LifeArea
from journal.models import Audience
from plans.models import FIRST_STEP, LAST_STEP, OwnStep, Plan, Subgoal
from plans.permissions import may_edit, reading
from programmes.models import Programme
from programmes.permissions import roles_in
from programmes.statuses import RUNNING
from programmes.telling import tell_case


def may_say(user: User, programme: Programme) -> bool:
    """The citizen, and whoever follows up the plan, in the citizen's presence."""
    return Role.CITIZEN in roles_in(user, programme) or may_edit(user, programme)


def pursued(plan: Plan) -> dict[uuid.UUID, Subgoal]:
    """The subgoals of the plan in force that are not given up, by key. Two queries."""
    version = plan.in_force()
    gone = plan.abandonments.filter(taken_up_on=None).values("key")
    rows = Subgoal.objects.filter(goal__version=version).exclude(key__in=gone).select_related("goal")
    return {subgoal.key: subgoal for subgoal in rows} if version else {}


def say(*, plan: Plan, steps: Mapping[uuid.UUID, int], by: User) -> list[OwnStep]:
    """Keep where the citizen says to stand today, by the subgoals' keys; the figures stay as they are (L3).

    Said again on the same day it is said anew. Refused without a step, for one outside 1 to 5, for a subgoal that is
    pursued no longer or that the user does not read, and when the programme has ended.
    """
    with acting(by):
        plan = Plan.objects.select_for_update(of=("self",)).select_related("programme__citizen").get(pk=plan.pk)
        programme = plan.programme
        if not may_say(by, programme):
            raise NotAllowed
        if programme.status not in RUNNING:
            raise Refused(_("The programme has ended, so the plan stays as it is"))
        if not steps:
            raise Refused(_("Tap a step first"))
        may_read = reading(roles_in(by, programme))
        known = {key: subgoal for key, subgoal in pursued(plan).items() if may_read.sees(subgoal.goal)}
        if not known.keys() >= steps.keys():
            raise Refused(_("The plan has changed since you opened the page. Open it again"))
        if not all(FIRST_STEP <= step <= LAST_STEP for step in steps.values()):
            raise Refused(_("A step is a number from %(first)s to %(last)s") % {"first": FIRST_STEP, "last": LAST_STEP})
        return [keep(plan, known[key], step, by=by) for key, step in steps.items()]


def keep(
    plan: Plan, subgoal: Subgoal, step: int, *, by: User, said_on: date | None = None, comment: str = ""
) -> OwnStep:
    """The row, and once a day its line in the timeline, which those read who read what is said of the goal (J1, J2)."""
    programme = plan.programme
    row, is_new = OwnStep.objects.update_or_create(
        subgoal=subgoal,
        said_on=said_on or timezone.localdate(),
        by=by,
        defaults={"plan": plan, "step": step, "comment": comment, "at": timezone.now()},
    )
    record("own_step_said", by=by, subject=plan, citizen_id=programme.citizen_id)
    if is_new:
        tell_case(
            "own_step",
            programme,
            by=by,
            audience=Audience.HEALTH if subgoal.goal.life_area == LifeArea.HEALTH else Audience.TEAM,
            url=reverse("plans:steps", args=[programme.reference]),
            subgoal=subgoal.title,
        )
    return row
