"""A version's goals and subgoals as plain values: what the editor holds, what is copied, and what is still missing."""

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.exceptions import Refused
from core.life_areas import Indicator, LifeArea
from plans.models import FIRST_STEP, Goal, Subgoal, Version
from plans.steps import has_own_wordings

if TYPE_CHECKING:
    from referrals.models import Referral

MOST_GOALS, MOST_SUBGOALS = 20, 10  # a plan, and a goal


@dataclass
class SubgoalContent:
    """A subgoal without its row. `key` is None for a new one."""

    title: str
    key: uuid.UUID | None = None
    indicator: str = Indicator.STEPS
    baseline: str = ""
    target: str = ""
    due_on: date | None = None
    responsible: str = ""
    steps: list[str] = field(default_factory=list)
    baseline_step: int = FIRST_STEP

    def settled(self) -> "SubgoalContent":
        """The same with what follows by itself: own wordings say baseline and target, fifths start at step 1 (L3)."""
        steps = self.steps if any(self.steps) else []
        own = has_own_wordings(steps)
        return SubgoalContent(
            title=self.title,
            key=self.key,
            indicator=self.indicator,
            baseline=self.baseline or (steps[self.baseline_step - 1] if own else ""),
            target=self.target or (steps[-1] if own else ""),
            due_on=self.due_on,
            responsible=self.responsible,
            steps=list(steps),
            baseline_step=self.baseline_step if own or self.indicator == Indicator.STEPS else FIRST_STEP,
        )

    def missing(self) -> list[str]:
        """What must be written before the plan can be confirmed (L1)."""
        problems = []
        if not self.baseline:
            problems.append(_("Write where “%(subgoal)s” stands today") % {"subgoal": self.title})
        if not self.target:
            problems.append(_("Write the target of “%(subgoal)s”") % {"subgoal": self.title})
        if self.indicator == Indicator.STEPS and not has_own_wordings(self.steps):
            problems.append(_("Put the five steps of “%(subgoal)s” into words") % {"subgoal": self.title})
        return problems


@dataclass
class GoalContent:
    title: str
    life_area: str = LifeArea.WORK
    own_words: str = ""
    subgoals: list[SubgoalContent] = field(default_factory=list)


Content = list[GoalContent]


def settle(content: Sequence[GoalContent]) -> Content:
    return [
        GoalContent(goal.title, goal.life_area, goal.own_words, [subgoal.settled() for subgoal in goal.subgoals])
        for goal in content
    ]


def missing(content: Sequence[GoalContent]) -> list[str]:
    """Sentences that say what still stands in the way of confirming; empty when nothing does (L1, L2)."""
    if not content:
        return [_("Write at least one goal")]
    problems = []
    for goal in content:
        if not goal.subgoals:
            problems.append(_("Give the goal “%(goal)s” a subgoal") % {"goal": goal.title})
        for subgoal in goal.subgoals:
            problems += subgoal.missing()
    return problems


def of_version(version: Version) -> Content:
    """The version's content in two queries, in order."""
    return of_goals(version.goals.prefetch_related("subgoals"))


def fingerprint(version: Version, content: Sequence[GoalContent]) -> str:
    """SHA-256, in hexadecimal, of everything that a version says: what a confirmation is given to (L2).

    The same words in the same order give the same; one sign more gives another.
    """
    said = {"plan": str(version.plan), "version": version.number, "goals": [asdict(goal) for goal in content]}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def without(content: Sequence[GoalContent], keys: Collection[uuid.UUID]) -> Content:
    """The same content without these subgoals, and without goals that had no others."""
    kept = []
    for goal in content:
        subgoals = [subgoal for subgoal in goal.subgoals if subgoal.key not in keys]
        if subgoals or not goal.subgoals:
            kept.append(GoalContent(goal.title, goal.life_area, goal.own_words, subgoals))
    return kept


def of_goals(goals: Iterable[Goal]) -> Content:
    return [
        GoalContent(
            goal.title, goal.life_area, goal.own_words, [of_subgoal(subgoal) for subgoal in goal.subgoals.all()]
        )
        for goal in goals
    ]


def of_subgoal(subgoal: Subgoal) -> SubgoalContent:
    return SubgoalContent(
        title=subgoal.title,
        key=subgoal.key,
        indicator=subgoal.indicator,
        baseline=subgoal.baseline,
        target=subgoal.target,
        due_on=subgoal.due_on,
        responsible=subgoal.responsible,
        steps=list(subgoal.steps),
        baseline_step=subgoal.baseline_step,
    )


def of_referral(referral: "Referral") -> Content:
    """The referral's goals as the first draft of the plan (L1)."""
    return [
        GoalContent(
            goal.title,
            goal.life_area,
            goal.own_words,
            [
                SubgoalContent(
                    title=subgoal.title,
                    indicator=subgoal.indicator,
                    baseline=subgoal.baseline,
                    target=subgoal.target,
                )
                for subgoal in goal.subgoals.all()
            ],
        )
        for goal in referral.goals.prefetch_related("subgoals")
    ]


def write(version: Version, content: Sequence[GoalContent], *, known: set[uuid.UUID]) -> None:
    """Write the content into a version without goals, in two statements; Refused over 20 goals or 10 subgoals of one.

    A subgoal's key is kept when it is one of `known`, the plan's own keys, and used once; otherwise it gets a new one.
    """
    if len(content) > MOST_GOALS:
        raise Refused(_("A plan has at most %(number)s goals") % {"number": MOST_GOALS})
    if any(len(goal.subgoals) > MOST_SUBGOALS for goal in content):
        raise Refused(_("A goal has at most %(number)s subgoals") % {"number": MOST_SUBGOALS})
    goals = Goal.objects.bulk_create(
        Goal(version=version, position=position, life_area=goal.life_area, title=goal.title, own_words=goal.own_words)
        for position, goal in enumerate(content, start=1)
    )
    unused = set(known)
    rows = []
    for row, goal in zip(goals, content, strict=True):
        for position, subgoal in enumerate(goal.subgoals, start=1):
            key = subgoal.key if subgoal.key in unused else None
            unused.discard(key or uuid.UUID(int=0))
            rows.append(
                Subgoal(
                    goal=row,
                    key=key or uuid.uuid4(),
                    position=position,
                    title=subgoal.title,
                    indicator=subgoal.indicator,
                    baseline=subgoal.baseline,
                    target=subgoal.target,
                    due_on=subgoal.due_on,
                    responsible=subgoal.responsible,
                    steps=subgoal.steps,
                    baseline_step=subgoal.baseline_step,
                )
            )
    Subgoal.objects.bulk_create(rows)
