"""What is seen at work from day to day, tied to a subgoal of the citizen (L3, C5)."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.life_areas import LifeArea
from journal.models import Audience
from plans.models import Goal, Observation, ObservationQuerySet, Plan, Subgoal
from plans.permissions import Reading, may_observe, reading
from programmes.permissions import roles_in
from programmes.statuses import RUNNING
from programmes.telling import tell_case

SHOWN = 20


@dataclass
class Observed:
    """A subgoal that the reader may write about, with what was seen lately, newest first."""

    subgoal: Subgoal
    observations: list[Observation] = field(default_factory=list)


def observe(*, plan: Plan, subgoal: UUID, text: str, by: User) -> Observation:
    """Keep what was seen today; the same words sent twice are one observation (T12).

    `subgoal` is the key of one that stands in the agreed plan and that the user reads: never one about health for a
    contact person. Refused when the programme has ended or nothing is agreed yet.
    """
    with acting(by):
        plan = Plan.objects.select_for_update(of=("self",)).select_related("programme__citizen").get(pk=plan.pk)
        programme = plan.programme
        if not may_observe(by, programme):
            raise NotAllowed
        if programme.status not in RUNNING:
            raise Refused(_("The programme has ended, so the plan stays as it is"))
        version = plan.in_force()
        rows = Subgoal.objects.filter(goal__version=version, key=subgoal).select_related("goal")
        row = next((row for row in rows if reading(roles_in(by, programme)).sees(row.goal)), None)
        if version is None or row is None:
            raise Refused(_("The plan has changed since you opened the page. Open it again"))
        observation, is_new = Observation.objects.get_or_create(
            plan=plan, subgoal=row, seen_on=timezone.localdate(), by=by, text=text
        )
        if is_new:
            record("observed", by=by, subject=plan, citizen_id=programme.citizen_id)
            tell_case(
                "observation",
                programme,
                by=by,
                audience=Audience.HEALTH if row.goal.life_area == LifeArea.HEALTH else Audience.TEAM,
                body=text,
                url=reverse("plans:observe", args=[programme.reference]),
                source=f"plans.observation:{observation.pk}",
                subgoal=row.title,
            )
    return observation


def observed(plan: Plan, may_read: Reading) -> list[Observed]:
    """The subgoals of the agreed plan in its order, each with what the reader may read of what was seen lately; three
    queries."""
    version = plan.in_force()
    if version is None:
        return []
    goals: list[Goal] = list(may_read.goals(version.goals.prefetch_related("subgoals")))
    found = {subgoal.key: Observed(subgoal) for goal in goals for subgoal in goal.subgoals.all()}
    for observation in lately(plan, may_read):
        if observation.subgoal.key in found:
            found[observation.subgoal.key].observations.append(observation)
    return list(found.values())


def lately(plan: Plan, may_read: Reading, *, since: date | None = None) -> list[Observation]:
    """The newest observations of the plan that still stand and that are for the reader; one query."""
    rows = readable(plan.observations.standing(), may_read).select_related("subgoal", "by")
    if since:
        rows = rows.filter(seen_on__gte=since)
    return list(rows[:SHOWN])


def readable(rows: ObservationQuerySet, may_read: Reading) -> ObservationQuerySet:
    """Without what is not for the reader. What was seen about a goal of health stays a health note, wherever the
    subgoal stands now (J2)."""
    if not may_read.observations:
        return rows.none()
    if not (may_read.health and may_read.health_notes):
        rows = rows.exclude(subgoal__goal__life_area=LifeArea.HEALTH)
    return rows


def holds_health_notes(plan: Plan) -> bool:
    """Whether anything was seen about a goal of health. One query."""
    return plan.observations.standing().filter(subgoal__goal__life_area=LifeArea.HEALTH).exists()
