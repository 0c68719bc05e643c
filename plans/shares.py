"""How many have taken a step forward (L3, F2): the one place where that share is defined and counted.

Counted are programmes. One has a step forward when the last step of any subgoal that was ever agreed lies above that
subgoal's baseline, both as they stood on the last day that is counted. A programme without a follow-up, or without a
plan, has none and stays in the denominator. A subgoal that was given up keeps the step that it had reached: what was
gained is not taken away, and what went badly does not vanish by being given up.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from programmes.models import Programme

# Each agreed subgoal once, in its newest wording of that day, beside the last step that was set until that day.
STEPS_FORWARD = """
    WITH agreed AS (
        SELECT DISTINCT ON (version.plan_id, subgoal.key) version.plan_id, subgoal.key, subgoal.baseline_step
        FROM plans_subgoal subgoal
        JOIN plans_goal goal ON goal.id = subgoal.goal_id
        JOIN plans_version version ON version.id = goal.version_id
        WHERE version.plan_id = ANY(%(plans)s) AND version.status = 'confirmed'
          AND version.citizen_agreed_on <= %(until)s
        ORDER BY version.plan_id, subgoal.key, version.number DESC
    ), reached AS (
        SELECT DISTINCT ON (talk.plan_id, subgoal.key) talk.plan_id, subgoal.key, record.step
        FROM plans_steprecord record
        JOIN plans_followup talk ON talk.id = record.follow_up_id
        JOIN plans_subgoal subgoal ON subgoal.id = record.subgoal_id
        WHERE talk.plan_id = ANY(%(plans)s) AND talk.held_on <= %(until)s
        ORDER BY talk.plan_id, subgoal.key, talk.held_on DESC, talk.id DESC
    )
    SELECT plan_id, bool_or(step > baseline_step) FROM agreed JOIN reached USING (plan_id, key) GROUP BY plan_id
"""


class Counted(NamedTuple):
    """One programme in the count."""

    programme: int
    type: str  # the type's key, the same in all its versions
    citizen: UUID
    gender: str
    has_follow_up: bool
    has_step: bool


@dataclass(frozen=True)
class Share:
    """`progressed` of `total` programmes; `not_followed_up` of the total had no follow-up."""

    progressed: int = 0
    total: int = 0
    not_followed_up: int = 0

    @property
    def share(self) -> float | None:
        """0 to 1; None when there is nobody."""
        return self.progressed / self.total if self.total else None


def count(programmes: QuerySet[Programme], *, until: date | None = None) -> list[Counted]:
    """Each of the programmes with whether it had a step forward on the day `until`, today unless said.

    Two queries however many programmes, versions, subgoals and follow-ups there are.
    """
    rows = list(programmes.order_by("pk").values_list("pk", "type__key", "citizen_id", "citizen__gender", "plan__pk"))
    found = steps_forward([plan for *_programme, plan in rows if plan], until or timezone.localdate())
    return [
        Counted(pk, key, citizen, gender, has_follow_up=plan in found, has_step=found.get(plan, False))
        for pk, key, citizen, gender, plan in rows
    ]


def steps_forward(plans: list[int], until: date) -> dict[int, bool]:
    """Of the plans that were followed up until that day, whether any subgoal lies above its baseline. One query."""
    with connection.cursor() as cursor:
        cursor.execute(STEPS_FORWARD, {"plans": plans, "until": until})
        return dict(cursor.fetchall())


def share_of(counted: Iterable[Counted]) -> Share:
    rows = list(counted)
    return Share(
        progressed=sum(row.has_step for row in rows),
        total=len(rows),
        not_followed_up=sum(not row.has_follow_up for row in rows),
    )


def definition(*, ended: bool) -> str:
    """What the share says, to stand beside every figure of it (L3, F3)."""
    counted = (
        _("Programmes that ended in the period.")
        if ended
        else _("Programmes that were under way in the period, as they stood at its end.")
    )
    how = _(
        "A programme has a step forward when the last step of at least one subgoal lies above the first. Without a "
        "follow-up it stays in the total. A subgoal that was given up counts with the step it had reached."
    )
    return f"{counted} {how}"
