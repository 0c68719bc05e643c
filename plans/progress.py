"""Where each subgoal stands now, and how it came there (L3).

Counted is every subgoal that was ever agreed, in its newest agreed wording; its steps add up over the versions by
`key`. A subgoal has progressed when its last step lies above its baseline, a citizen when any subgoal has. Without
follow-up it has not, and still counts in the denominator. One that was given up keeps the step that it had reached.
How many citizens that are is counted in `plans.shares`.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, F, OuterRef, QuerySet, SmallIntegerField, Subquery, Value

from core.life_areas import LifeArea
from plans import steps
from plans.models import LAST_STEP, Abandonment, OwnStep, Plan, StepRecord, Subgoal
from plans.permissions import Reading
from plans.statuses import Status

EVERYTHING = Reading(drafts=True, health=True, talk=True, comments=True, observations=True, health_notes=True)


@dataclass(frozen=True)
class Point:
    """One follow-up of one subgoal."""

    held_on: date
    step: int
    own_step: int | None
    comment: str
    by: str
    own_comment: str = ""
    measured: Decimal | None = None  # what attendance said: percent, or hours a week


@dataclass(frozen=True)
class Said:
    """The citizen's own step beside which staff set none: said on the own page, on the tablet or at a talk (L3, L5)."""

    held_on: date
    own_step: int
    own_comment: str
    by: str
    step: None = None
    comment: str = ""


@dataclass
class SubgoalProgress:
    """A subgoal in its newest agreed wording (`subgoal.goal` is loaded), with its follow-ups, oldest first.

    `voices` are the same with what the citizen said alone between them; no figure counts that.
    """

    subgoal: Subgoal
    is_current: bool  # stands in the plan that is in force: neither left out by a later version nor given up
    points: list[Point] = field(default_factory=list)
    voices: list[Point | Said] = field(default_factory=list)
    given_up_on: date | None = None

    @property
    def baseline_step(self) -> int:
        return self.subgoal.baseline_step

    @property
    def target_step(self) -> int:
        return LAST_STEP

    @property
    def step(self) -> int:
        return self.points[-1].step if self.points else self.baseline_step

    @property
    def has_follow_up(self) -> bool:
        return bool(self.points)

    @property
    def own_step(self) -> int | None:
        """Where the citizen stood by the own words, when last asked."""
        return next((voice.own_step for voice in reversed(self.voices) if voice.own_step), None)

    @property
    def moved(self) -> int:
        """Steps above (or below) the baseline."""
        return self.step - self.baseline_step

    @property
    def has_progressed(self) -> bool:
        return self.moved > 0

    @property
    def wordings(self) -> list[str]:
        return wordings_of(self.subgoal)


@dataclass
class PlanProgress:
    """All agreed subgoals of one plan, in the plan's order."""

    subgoals: list[SubgoalProgress] = field(default_factory=list)

    @property
    def progressed(self) -> int:
        return sum(subgoal.has_progressed for subgoal in self.subgoals)

    @property
    def total(self) -> int:
        return len(self.subgoals)

    @property
    def has_progressed(self) -> bool:
        return self.progressed > 0

    @property
    def has_follow_up(self) -> bool:
        return any(subgoal.has_follow_up for subgoal in self.subgoals)

    def by_key(self) -> dict[uuid.UUID, SubgoalProgress]:
        return {subgoal.subgoal.key: subgoal for subgoal in self.subgoals}


def wordings_of(subgoal: Subgoal) -> list[str]:
    """The five wordings of a subgoal, step 1 first (L3)."""
    return steps.wordings(
        indicator=subgoal.indicator, baseline=subgoal.baseline, target=subgoal.target, own=subgoal.steps
    )


def agreed_subgoals(plans: Collection[int] | QuerySet[Plan]) -> QuerySet[Subgoal]:
    """Each subgoal of the plans that was ever agreed, once, in its newest agreed wording."""
    return (
        Subgoal.objects.filter(goal__version__plan__in=plans, goal__version__status=Status.CONFIRMED)
        .order_by("goal__version__plan_id", "key", "-goal__version__number")
        .distinct("goal__version__plan_id", "key")
    )


def progress_of(plans: Iterable[Plan], reading: Reading = EVERYTHING) -> dict[int, PlanProgress]:
    """Progress by plan id, in two queries however many plans, subgoals and follow-ups; as far as the reader reads.

    What the citizen said alone is for those who read comments.
    """
    found = {plan.pk: PlanProgress() for plan in plans}
    given_up = Abandonment.objects.filter(
        plan=OuterRef("goal__version__plan"), key=OuterRef("key"), taken_up_on__isnull=True
    )
    subgoals = (
        agreed_subgoals(list(found))
        .select_related("goal__version")
        .annotate(given_up_on=Subquery(given_up.values("abandoned_on")[:1]))
    )
    newest: dict[int, int] = defaultdict(int)
    progress = {}
    for subgoal in sorted(subgoals, key=lambda s: (-s.goal.version.number, s.goal.position, s.position)):
        version = subgoal.goal.version
        newest[version.plan_id] = max(newest[version.plan_id], version.number)
        if not reading.sees(subgoal.goal):
            continue
        given_up_on = subgoal.given_up_on  # type: ignore[attr-defined]
        is_current = version.number == newest[version.plan_id] and given_up_on is None
        one = SubgoalProgress(subgoal, is_current, given_up_on=given_up_on)
        progress[version.plan_id, subgoal.key] = one
        found[version.plan_id].subgoals.append(one)
    for plan, key, *spoken in records_of(list(found), reading):
        known = progress.get((plan, key))
        held_on, step, own_step, comment, own_comment, by, measured = spoken[:7]
        if known is None:
            continue
        if step is not None:
            said = (comment, own_comment) if reading.comments else ("", "")
            known.points.append(Point(held_on, step, own_step, said[0], by, said[1], measured))
            known.voices.append(known.points[-1])
        elif reading.comments:
            known.voices.append(Said(held_on, own_step, own_comment, by))
    return found


def records_of(plans: list[int], reading: Reading) -> QuerySet[Any, tuple[Any, ...]]:
    """What was set and said of the plans' subgoals, oldest first; of one day the follow-ups first. One query."""
    together = StepRecord.objects.filter(follow_up__plan__in=plans)
    alone = OwnStep.objects.filter(plan__in=plans)
    if not reading.health:
        together = together.exclude(subgoal__goal__life_area=LifeArea.HEALTH)
        alone = alone.exclude(subgoal__goal__life_area=LifeArea.HEALTH)
    at_talks = together.annotate(day=F("follow_up__held_on"), place=Value(0), number=F("follow_up_id")).values_list(
        "follow_up__plan_id", "subgoal__key", "day", "step", "own_step", "comment", "own_comment",
        "follow_up__by__name", "measured", "place", "number",
    )  # fmt: skip
    by_themselves = alone.annotate(
        day=F("said_on"), place=Value(1), number=F("pk"), nothing=Value(None, SmallIntegerField()), said=Value(""),
        figure=Value(None, DecimalField()),
    ).values_list(
        "plan_id", "subgoal__key", "day", "nothing", "step", "said", "comment", "by__name", "figure", "place", "number"
    )  # fmt: skip
    return at_talks.order_by().union(by_themselves.order_by(), all=True).order_by("day", "place", "number")


def progress(plan: Plan, reading: Reading = EVERYTHING) -> PlanProgress:
    """Progress of one plan, in two queries."""
    return progress_of([plan], reading)[plan.pk]
