"""The steps as curves with their tables, one of each subgoal and one of the citizen, in two voices (L3)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.charts import two_voices
from plans.models import FIRST_STEP, LAST_STEP, Plan
from plans.permissions import Reading
from plans.progress import PlanProgress, SubgoalProgress, progress
from plans.steps import STEPS


@dataclass(frozen=True)
class Row:
    """One line of a curve's table."""

    day: date
    step: str
    own_step: str
    by: str = ""
    comment: str = ""
    own_comment: str = ""


@dataclass
class Curve:
    """A subgoal, or the whole plan, as chart and table. `drawn` is None before anything was set or said."""

    title: str
    goal: str
    rows: list[Row]
    drawn: dict[str, Any] | None
    progress: SubgoalProgress | None = None


@dataclass
class Curves:
    """All curves of a plan for one reader."""

    progress: PlanProgress
    whole: Curve | None = None
    subgoals: list[Curve] = field(default_factory=list)
    earlier: list[Curve] = field(default_factory=list)  # left out of the plan or given up


def voices() -> tuple[str, str]:
    return _("set by staff"), _("the citizen's own step")


def curves_of(plan: Plan, reading: Reading, *, started_on: date) -> Curves:
    """The curves as far as the reader reads, in two queries. `started_on` is the day of the baselines."""
    found = Curves(progress(plan, reading))
    for one in found.progress.subgoals:
        (found.subgoals if one.is_current else found.earlier).append(curve_of(one, started_on))
    found.whole = whole_of(found.progress, started_on)
    return found


def curve_of(one: SubgoalProgress, started_on: date) -> Curve:
    """The steps of one subgoal, from its baseline on."""
    start = min([started_on, *(voice.held_on for voice in one.voices[:1])])
    rows = [Row(start, in_words(one.baseline_step, one), "", by=_("Start"))]
    rows += [
        Row(
            voice.held_on,
            in_words(voice.step, one) if voice.step else "",
            in_words(voice.own_step, one) if voice.own_step else "",
            voice.by,
            voice.comment,
            voice.own_comment,
        )
        for voice in one.voices
    ]
    drawn = None
    if one.voices:
        points = [
            (
                voice.held_on,
                float(voice.step) if voice.step else None,
                float(voice.own_step) if voice.own_step else None,
            )
            for voice in one.voices
        ]
        drawn = two_voices(
            [(start, float(one.baseline_step), None), *points],
            lowest=FIRST_STEP,
            highest=LAST_STEP,
            target=LAST_STEP,
            grid=list(STEPS),
            words=voices(),
            sentence=_("Steps of “%(subgoal)s”, the target is %(target)s")
            % {"subgoal": one.subgoal.title, "target": LAST_STEP},
        )
    return Curve(one.subgoal.title, one.subgoal.goal.title, rows, drawn, one)


def in_words(step: int, one: SubgoalProgress) -> str:
    return f"{step} · {one.wordings[step - FIRST_STEP]}"


def whole_of(found: PlanProgress, started_on: date) -> Curve | None:
    """How many subgoals lay above their baseline after each day of follow-up, by staff and by the citizen (L3)."""
    days = sorted({voice.held_on for one in found.subgoals for voice in one.voices})
    if not days:
        return None
    points: list[tuple[date, float | None, float | None]] = [(min(started_on, days[0]), 0.0, None)]
    points += [(day, float(above(found, day, own=False)), above_by_own_words(found, day)) for day in days]
    total = found.total
    return Curve(
        title=_("Subgoals with a step forward"),
        goal="",
        rows=[
            Row(
                day,
                of_all(ours, total),
                of_all(theirs, total) if theirs is not None else "",
                by=_("Start") if place == 0 else "",
            )
            for place, (day, ours, theirs) in enumerate(points)
        ],
        drawn=two_voices(
            points,
            lowest=0,
            highest=total,
            target=None,
            grid=[0, total] if total % 2 else [0, total // 2, total],
            words=voices(),
            sentence=_("Subgoals with a step forward, of %(total)s") % {"total": total},
        ),
    )


def above(found: PlanProgress, day: date, *, own: bool) -> int:
    """Of how many subgoals the last step until that day lay above the baseline."""
    number = 0
    for one in found.subgoals:
        steps = [voice.own_step if own else voice.step for voice in one.voices if voice.held_on <= day]
        said = [step for step in steps if step]
        number += bool(said) and said[-1] > one.baseline_step
    return number


def above_by_own_words(found: PlanProgress, day: date) -> float | None:
    """The same by the citizen's own steps; None while none was said."""
    said = any(voice.own_step for one in found.subgoals for voice in one.voices if voice.held_on <= day)
    return float(above(found, day, own=True)) if said else None


def of_all(number: float | None, total: int) -> str:
    return _("%(number)s of %(total)s") % {"number": f"{number or 0:g}", "total": total}
