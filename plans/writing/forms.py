"""The editor of a plan as forms: goals, their subgoals, and the rows as the page sent them (L1)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import Form, FormError, errors_of
from core.life_areas import Indicator, LifeArea
from plans.content import MOST_GOALS, MOST_SUBGOALS, Content, GoalContent, SubgoalContent
from plans.form_parts import STEP_FIELDS, PartForm, days, line, options, texts
from plans.models import FIRST_STEP
from plans.steps import STEPS


class SubgoalForm(PartForm):
    """One subgoal of the editor (L1)."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    title = line(_("Subgoal"))
    indicator = options(_("Measured by"), Indicator.choices, Indicator.STEPS)
    baseline = line(_("Where it stands today"))
    target = line(_("Target"))
    due_on = days(_("Due date"), required=False)
    responsible = line(_("Who does what"))
    baseline_step = forms.TypedChoiceField(
        label=_("Starts at step"),
        choices=[(number, number) for number in STEPS],
        coerce=int,
        initial=FIRST_STEP,
        required=False,
        empty_value=FIRST_STEP,  # type: ignore[arg-type]
        widget=forms.Select(attrs={"class": "form-select t-w-s"}),
    )
    step_1 = line(_("Step 1"))
    step_2 = line(_("Step 2"))
    step_3 = line(_("Step 3"))
    step_4 = line(_("Step 4"))
    step_5 = line(_("Step 5, the target"))

    def __init__(self, *args: Any, place: str, first_day: date, **kwargs: Any) -> None:
        """`place` is goal and subgoal counted from 0, as the buttons name it: `1:0`."""
        super().__init__(*args, **kwargs)
        self.place = place
        self.name = ".".join(str(int(number) + 1) for number in place.split(":"))
        self.first_day = first_day

    @property
    def step_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in STEP_FIELDS]

    @property
    def shows_steps(self) -> bool:
        """Whether the five wordings stand open: they are asked for, or something in them is wrong."""
        return any(self[name].errors for name in STEP_FIELDS) or (
            self["indicator"].value() == Indicator.STEPS and not all(self[name].value() for name in STEP_FIELDS)
        )

    @property
    def is_blank(self) -> bool:
        """Nothing was typed, and it is not a subgoal that the plan had."""
        told = [name for name in self.fields if name not in ("indicator", "baseline_step")]
        return not any(str(self[name].value() or "").strip() for name in told)

    def clean_due_on(self) -> date | None:
        due_on = self.cleaned_data["due_on"]
        if due_on and due_on < self.first_day:
            raise forms.ValidationError(
                gettext("The day lies before the programme begins on %(day)s") % {"day": date_format(self.first_day)}
            )
        return due_on

    def clean(self) -> None:
        if not self.cleaned_data.get("title") and "title" not in self.errors and not self.is_blank:
            self.add_error("title", gettext("Write the subgoal, or remove it"))

    def content(self) -> SubgoalContent:
        data = self.cleaned_data
        return SubgoalContent(
            title=data["title"],
            key=data["key"],
            indicator=data["indicator"],
            baseline=data["baseline"],
            target=data["target"],
            due_on=data["due_on"],
            responsible=data["responsible"],
            steps=[data[name] for name in STEP_FIELDS],
            baseline_step=data["baseline_step"],
        )


class GoalForm(PartForm):
    """One goal of the editor with its subgoals: the citizen's own words beside the professional ones (L1)."""

    life_area = options(_("Life area"), LifeArea.choices, LifeArea.WORK)
    title = line(_("Goal"))
    own_words = texts(_("In the citizen's own words"))

    def __init__(self, *args: Any, place: str, subgoals: list[SubgoalForm], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        self.name = int(place) + 1
        self.subgoals = subgoals

    @property
    def has_room(self) -> bool:
        return len(self.subgoals) < MOST_SUBGOALS

    @property
    def is_blank(self) -> bool:
        typed = any(str(self[name].value() or "").strip() for name in ("title", "own_words"))
        return not typed and all(subgoal.is_blank for subgoal in self.subgoals)

    def clean(self) -> None:
        if not self.cleaned_data.get("title") and "title" not in self.errors and not self.is_blank:
            self.add_error("title", gettext("Write the goal, or remove it"))

    def content(self) -> GoalContent:
        data = self.cleaned_data
        subgoals = [subgoal.content() for subgoal in self.subgoals if not subgoal.is_blank]
        return GoalContent(data["title"], data["life_area"], data["own_words"], subgoals)


class PlanForm(Form):
    """The whole plan: the version and revision that the writer opened, and the goals in order (T13)."""

    number = forms.IntegerField(min_value=1, max_value=32_000, widget=forms.HiddenInput)
    revision = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, goals: Sequence[Mapping[str, Any]], first_day: date, **kwargs: Any
    ) -> None:
        """`goals` are raw values, as typed or of the database; with `data` the same are read from there and judged."""
        super().__init__(data, **kwargs)

        self.goals: list[GoalForm] = []
        for place, goal in enumerate(goals[:MOST_GOALS]):
            prefix = f"goals-{place}"
            subgoals = [
                SubgoalForm(
                    data,
                    prefix=f"{prefix}-subgoals-{number}",
                    initial=subgoal,
                    place=f"{place}:{number}",
                    first_day=first_day,
                )
                for number, subgoal in enumerate(goal["subgoals"][:MOST_SUBGOALS])
            ]
            self.goals.append(GoalForm(data, prefix=prefix, initial=goal, place=str(place), subgoals=subgoals))

    @property
    def has_room(self) -> bool:
        return len(self.goals) < MOST_GOALS

    @property
    def parts(self) -> list[PartForm]:
        """Goals and subgoals in the order of the page."""
        return [part for goal in self.goals for part in (goal, *goal.subgoals)]

    def is_valid(self) -> bool:
        each = [super().is_valid(), *(part.is_valid() for part in self.parts)]
        for part in self.parts:
            part.mark_wrong()
        return all(each)

    @property
    def error_list(self) -> list[FormError]:
        return errors_of(self) + [error for part in self.parts for error in part.error_list]

    def content(self) -> Content:
        return [goal.content() for goal in self.goals if not goal.is_blank]

    def opened(self, number: int, revision: int) -> None:
        """Let the next save replace this version at this revision, while all that was typed stays."""
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["number"], self.data["revision"] = str(number), str(revision)  # type: ignore[index]


def raw_of(content: Content) -> list[dict[str, Any]]:
    """A version's content as the editor's raw values."""
    return [
        {**vars(goal), "subgoals": [vars(subgoal) | named_steps(subgoal.steps) for subgoal in goal.subgoals]}
        for goal in content
    ]


def named_steps(steps: Sequence[str]) -> dict[str, str]:
    return dict(zip(STEP_FIELDS, steps, strict=False))


def typed(data: QueryDict) -> list[dict[str, Any]]:
    """What was sent, unjudged, within the limits of the editor."""
    goals = []
    for place in range(count(data, "goals", MOST_GOALS)):
        prefix = f"goals-{place}"
        subgoals = [
            {name: data.get(f"{prefix}-subgoals-{number}-{name}", "") for name in SubgoalForm.base_fields}
            for number in range(count(data, f"{prefix}-subgoals", MOST_SUBGOALS))
        ]
        goals.append({name: data.get(f"{prefix}-{name}", "") for name in GoalForm.base_fields} | {"subgoals": subgoals})
    return goals


def count(data: QueryDict, name: str, most: int) -> int:
    value = data.get(name, "")
    return min(int(value), most) if value.isascii() and value.isdigit() and len(value) < 4 else 0


NEW_SUBGOAL: dict[str, Any] = {"indicator": Indicator.STEPS, "baseline_step": FIRST_STEP}


def rearranged(goals: list[dict[str, Any]], command: str) -> tuple[list[dict[str, Any]], str]:
    """The goals after one press of a button, and the prefix of the part to go to.

    Commands: `add-goal`, `add-subgoal:1`, `remove`, `up` or `down` with `:1` for a goal or `:1:0` for a subgoal, and
    what dragging says: `move:0:2`, the first goal to the third place, or `move:1:0:2` for a subgoal of the second.
    One that cannot be done changes nothing.
    """
    verb, *places = command.split(":")
    where = [int(place) for place in places if place.isascii() and place.isdigit() and len(place) < 3]
    if verb == "add-goal":
        if len(goals) < MOST_GOALS:
            goals.append({"life_area": LifeArea.WORK, "subgoals": [dict(NEW_SUBGOAL)]})
        return goals, f"goals-{len(goals) - 1}"
    if not where or where[0] >= len(goals):
        return goals, ""
    goal = goals[where[0]]
    prefix = f"goals-{where[0]}"
    if verb == "add-subgoal":
        if len(goal["subgoals"]) < MOST_SUBGOALS:
            goal["subgoals"].append(dict(NEW_SUBGOAL))
        return goals, f"{prefix}-subgoals-{len(goal['subgoals']) - 1}"
    if verb == "move":
        rows, head = (goals, "goals") if len(where) == 2 else (goal["subgoals"], f"{prefix}-subgoals")
        return goals, f"{head}-{carried(rows, *where[-2:])}" if 2 <= len(where) <= 3 else ""
    if len(where) == 1:
        return goals, f"goals-{moved(goals, where[0], verb)}"
    return goals, f"{prefix}-subgoals-{moved(goal['subgoals'], where[1], verb)}"


def carried(rows: list[dict[str, Any]], place: int, to: int) -> int:
    """Take the row out and put it in at the other place; returns where it is now."""
    if place >= len(rows):
        return max(len(rows) - 1, 0)
    to = min(to, len(rows) - 1)
    rows.insert(to, rows.pop(place))
    return to


def new_place(goals: list[dict[str, Any]], target: str) -> str:
    """Where a part stands after it was moved, to be read out: `Now number 2 of 3`; empty when it is gone."""
    places = [int(part) for part in target.split("-") if part.isdigit()]
    rows: list[dict[str, Any]] = goals
    if len(places) == 2 and places[0] < len(goals):
        rows = goals[places[0]]["subgoals"]
    if not places or places[-1] >= len(rows):
        return ""
    row = rows[places[-1]]
    said = {"name": row.get("title") or "", "number": places[-1] + 1, "total": len(rows)}
    return gettext("%(name)s: now number %(number)s of %(total)s") % said


def moved(rows: list[dict[str, Any]], place: int, verb: str) -> int:
    """Remove the row or swap it with its neighbour, in place; returns where to look next."""
    if place >= len(rows):
        return max(len(rows) - 1, 0)
    if verb == "remove":
        del rows[place]
        return max(place - 1, 0)
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if not 0 <= other < len(rows):
        return place
    rows[place], rows[other] = rows[other], rows[place]
    return other
