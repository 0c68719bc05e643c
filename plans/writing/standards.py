"""The standard goals of a type as a starting point: picked, then written into the citizen's own plan (L1)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import override

from core.life_areas import Indicator, LifeArea
from plans.content import MOST_GOALS, MOST_SUBGOALS, GoalContent, SubgoalContent
from plans.models import FIRST_STEP
from plans.steps import has_own_wordings
from plans.writing.forms import raw_of
from programmes.models import Programme


@dataclass(frozen=True)
class Standard:
    """One standard goal in the words that it is offered in; `key` names it in the type's file."""

    key: str
    goal: GoalContent

    @property
    def area(self) -> str:
        return str(LifeArea(self.goal.life_area).label)


def language_of(programme: Programme) -> str:
    """The citizen's own language where the interface speaks it, otherwise the centre's (U1)."""
    known = dict(settings.LANGUAGES)
    return programme.citizen.language if programme.citizen.language in known else programme.centre.language


def offered(programme: Programme) -> list[Standard]:
    """The type's standard goals, worded in the language of the plan; no query."""
    with override(language_of(programme)):
        return [
            Standard(
                goal.key,
                GoalContent(
                    str(goal.name),
                    goal.life_area if goal.life_area in LifeArea.values else LifeArea.WORK,
                    subgoals=[
                        worded(str(subgoal.title), subgoal.indicator, [str(step) for step in subgoal.steps])
                        for subgoal in goal.subgoals
                    ],
                ),
            )
            for goal in programme.type.settings.standard_goals
        ]


def worded(title: str, indicator: str, steps: list[str]) -> SubgoalContent:
    """A subgoal to begin with: its first step says where one stands today, its last one the target."""
    own = steps if has_own_wordings(steps) else []
    return SubgoalContent(
        title,
        indicator=indicator if indicator in Indicator.values else Indicator.STEPS,
        baseline=own[0] if own else "",
        target=own[-1] if own else "",
        steps=own,
        baseline_step=FIRST_STEP,
    )


def added(goals: list[dict[str, Any]], command: str, standards: list[Standard]) -> tuple[list[dict[str, Any]], str]:
    """The editor's raw goals with a standard goal at the end, `standard:<key>`, or one subgoal, `standard:<key>:0`.

    A goal of the same words takes the subgoal in. Returns the prefix of the part to go to as well; a command that
    cannot be done changes nothing.
    """
    _verb, key, *rest = command.split(":")
    standard = next((one for one in standards if one.key == key), None)
    if standard is None or not all(place.isascii() and place.isdigit() and len(place) < 3 for place in rest):
        return goals, ""
    [raw] = raw_of([standard.goal])
    if rest:
        raw["subgoals"] = raw["subgoals"][int(rest[0]) :][:1]
    same = next((place for place, goal in enumerate(goals) if goal.get("title") == raw["title"]), None)
    if same is None:
        if len(goals) < MOST_GOALS:
            goals.append(raw)
        return goals, f"goals-{len(goals) - 1}"
    subgoals = goals[same]["subgoals"]
    there = {subgoal.get("title") for subgoal in subgoals}
    subgoals += [one for one in raw["subgoals"] if one["title"] not in there][: MOST_SUBGOALS - len(subgoals)]
    return goals, f"goals-{same}"
