"""Goals and subgoals of the form: as many as the citizen and the referrer agree on, at least one of each (R1, L1).

Field names are `goal-<i>-title` and `goal-<i>-sub-<j>-title`; what is typed stays under its name until somebody adds
or removes a row.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import LongTextField
from core.forms import Form
from core.life_areas import Indicator, LifeArea
from referrals.drafts import Typed

MOST_GOALS = 10
MOST_SUBGOALS = 10
NAME = re.compile(
    r"goal-(\d{1,2})-(?:(life_area|title|own_words)|sub-(\d{1,2})-(title|indicator|baseline|target))", re.ASCII
)


class GoalForm(Form):
    life_area = forms.ChoiceField(label=_("Life area"), choices=LifeArea.choices)
    title = forms.CharField(
        label=_("What should the citizen be able to do in the end?"),
        max_length=300,
        error_messages={"required": _("Write at least one goal")},
    )
    own_words = LongTextField(label=_("In the citizen's own words"), required=False, rows=2)


class SubgoalForm(Form):
    title = forms.CharField(
        label=_("Subgoal"),
        help_text=_("One that can be measured. For example: comes three days a week for four weeks."),
        max_length=300,
        error_messages={"required": _("Write at least one subgoal to the goal")},
    )
    indicator = forms.ChoiceField(label=_("Indicator"), choices=Indicator.choices, initial=Indicator.STEPS)
    baseline = forms.CharField(label=_("Baseline"), required=False, max_length=300)
    target = forms.CharField(label=_("Target"), required=False, max_length=300)


@dataclass
class GoalBlock:
    """One goal of the form with its subgoals; `number` counts from one."""

    number: int
    form: GoalForm
    subgoals: list[SubgoalForm] = field(default_factory=list)

    @property
    def forms(self) -> list[Form]:
        return [self.form, *self.subgoals]


def owns(name: str) -> bool:
    return NAME.fullmatch(name) is not None


def shape(typed: Typed) -> list[int]:
    """How many subgoal rows each goal has: at least one goal with one subgoal."""
    rows: dict[int, int] = {0: 1}
    for name in typed:
        if found := NAME.fullmatch(name):
            goal = min(int(found[1]), MOST_GOALS - 1)
            subgoal = min(int(found[3] or 0), MOST_SUBGOALS - 1)
            rows[goal] = max(rows.get(goal, 1), subgoal + 1)
    return [rows.get(goal, 1) for goal in range(max(rows) + 1)]


def blocks(typed: Typed, *, judged: bool) -> list[GoalBlock]:
    """The forms for what was typed. Judged, rows that were left empty beside filled ones ask for nothing."""
    built = []
    for number, subgoals in enumerate(shape(typed)):
        prefix = f"goal-{number}"
        block = GoalBlock(number + 1, made(GoalForm, typed, prefix, judged=judged))
        block.subgoals = [made(SubgoalForm, typed, f"{prefix}-sub-{row}", judged=judged) for row in range(subgoals)]
        built.append(block)
    if judged:
        relax(built, typed)
    return built


def made(form: type[Form], typed: Typed, prefix: str, *, judged: bool) -> Any:
    if judged:
        return form(with_choices(form, typed, prefix), prefix=prefix)
    known = {name: typed[f"{prefix}-{name}"] for name in form.base_fields if f"{prefix}-{name}" in typed}
    return form(prefix=prefix, initial=known)


def with_choices(form: type[Form], typed: Typed, prefix: str) -> Typed:
    """Lists have always something chosen; an added row that was not sent yet gets the first choice."""
    data = dict(typed)
    for name, choice in form.base_fields.items():
        if isinstance(choice, forms.ChoiceField) and f"{prefix}-{name}" not in data:
            data[f"{prefix}-{name}"] = str(choice.initial or next(iter(choice.choices))[0])  # type: ignore[arg-type]
    return data


def is_empty(form: Form, typed: Typed) -> bool:
    """Nothing written; what a list has chosen by itself does not count."""
    written = [name for name, one in form.fields.items() if not isinstance(one, forms.ChoiceField)]
    return not any(typed.get(f"{form.prefix}-{name}", "").strip() for name in written)


def relax(built: list[GoalBlock], typed: Typed) -> None:
    """Drop empty rows where a filled one stands, so that errors name only what is missing."""
    filled = [block for block in built if not all(is_empty(form, typed) for form in block.forms)]
    built[:] = filled or built[:1]
    for block in built:
        written = [form for form in block.subgoals if not is_empty(form, typed)]
        block.subgoals = written or block.subgoals[:1]


def with_added_goal(typed: Typed) -> Typed:
    """One empty goal more at the end; unchanged when there are as many as there may be."""
    goals = len(shape(typed))
    return typed if goals >= MOST_GOALS else {**typed, **started(typed), f"goal-{goals}-title": ""}


def with_added_subgoal(typed: Typed, goal: int) -> Typed:
    rows = shape(typed)
    if goal >= len(rows) or rows[goal] >= MOST_SUBGOALS:
        return typed
    return {**typed, f"goal-{goal}-sub-{rows[goal]}-title": ""}


def started(typed: Typed) -> Typed:
    """The first goal's name when nothing of it was sent yet, so that a second one is counted from it."""
    return {} if "goal-0-title" in typed else {"goal-0-title": ""}


def without(typed: Typed, goal: int, subgoal: int | None = None) -> Typed:
    """What was typed without one goal (or one of its subgoals); those behind it move up."""
    kept: Typed = {}
    for name, value in typed.items():
        found = NAME.fullmatch(name)
        if found is None:
            kept[name] = value
            continue
        at, row = int(found[1]), found[3]
        if subgoal is None:
            if at == goal:
                continue
            if at > goal:
                name = name.replace(f"goal-{found[1]}-", f"goal-{at - 1}-", 1)
        elif at == goal and row is not None:
            if int(row) == subgoal:
                continue
            if int(row) > subgoal:
                name = name.replace(f"-sub-{row}-", f"-sub-{int(row) - 1}-", 1)
        kept[name] = value
    return kept
