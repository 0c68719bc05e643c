"""A plan's follow-up as forms (L3)."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.fields import DateField, LongTextField
from core.forms import Form, FormError, ReasonForm, errors_of
from plans.evidence.measuring import Measured
from plans.follow_ups import deferring
from plans.follow_ups.recording import Mark, held_on_problem, next_on_problem
from plans.form_parts import COMMENT_LENGTH, PartForm, days, line, texts
from plans.models import Plan
from plans.progress import SubgoalProgress
from plans.steps import STEPS


class MarkForm(PartForm):
    """The step of one subgoal, chosen beside its wording; none chosen means that it was not talked about."""

    step = forms.TypedChoiceField(
        label=_("Step"),
        choices=[(number, number) for number in STEPS],
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect,
    )
    own_step = forms.TypedChoiceField(
        label=_("The citizen's own step"),
        choices=[("", _("Not said")), *((number, number) for number in STEPS)],
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.Select(attrs={"class": "form-select t-w-m"}),
    )
    comment = line(_("Comment"), limit=COMMENT_LENGTH)

    own_comment = line(_("In the citizen's own words"), limit=COMMENT_LENGTH)

    def __init__(
        self,
        data: QueryDict | None,
        *,
        progress: SubgoalProgress,
        measured: Measured | None = None,
        own_step: int | None = None,
    ) -> None:
        super().__init__(data, prefix=f"s-{progress.subgoal.key}", initial={"own_step": own_step})
        self.progress = progress
        self.measured = measured
        self.name = progress.subgoal.title

    @property
    def is_filled_in(self) -> bool:
        """Whether attendance says the step, and nobody chooses it."""
        return self.measured is not None and self.measured.step is not None

    @property
    def key(self) -> uuid.UUID:
        return self.progress.subgoal.key

    @property
    def scale(self) -> list[tuple[int, str, bool]]:
        """Step, wording, chosen: for the radio buttons."""
        chosen = str(self["step"].value() or "")
        return [
            (number, words, str(number) == chosen) for number, words in zip(STEPS, self.progress.wordings, strict=True)
        ]

    @property
    def filled_in_words(self) -> str:
        """The wording of the step that attendance says."""
        return self.progress.wordings[self.measured.step - 1] if self.measured and self.measured.step else ""

    def clean(self) -> None:
        data = self.cleaned_data
        # The citizen's own step may stand alone; what staff says is said to a step (L3).
        said = data.get("comment") or (data.get("own_comment") and not data.get("own_step"))
        if data.get("step") is None and "step" not in self.errors and said and not self.is_filled_in:
            self.add_error("step", gettext("Choose the step of “%(subgoal)s”") % {"subgoal": self.progress.subgoal})

    def mark(self) -> Mark:
        data = self.cleaned_data
        step = self.measured.step if self.measured and self.measured.step else data["step"]
        return Mark(step, data["own_step"], data["comment"], data["own_comment"])

    @property
    def is_said(self) -> bool:
        """Whether there is a step to record: chosen, filled in, or the citizen's own."""
        return self.is_filled_in or any(self.cleaned_data[name] is not None for name in ("step", "own_step"))


class FollowUpForm(PartForm):
    """A follow-up of the plan: the day, one part per subgoal, what was said, and the next appointment (L3)."""

    held_on = days(_("Held on"))
    comment = texts(_("What we talked about"), rows=4)
    next_on = days(_("Next follow-up"), required=False)
    last_seen = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        plan: Plan,
        subgoals: list[SubgoalProgress],
        measured: Mapping[uuid.UUID, Measured] | None = None,
        tapped: Mapping[uuid.UUID, int] | None = None,
        **kwargs: Any,
    ) -> None:
        """`measured` is what attendance says of the subgoals that it answers, by key; `tapped` the citizen's own steps
        from the tablet (L5)."""
        super().__init__(data, **kwargs)
        self.programme = plan.programme
        figures = measured or {}
        self.subgoals = [
            MarkForm(
                data,
                progress=progress,
                measured=figures.get(progress.subgoal.key),
                own_step=(tapped or {}).get(progress.subgoal.key),
            )
            for progress in subgoals
        ]

    def is_valid(self) -> bool:
        each = [super().is_valid(), *(part.is_valid() for part in self.subgoals)]
        for part in (self, *self.subgoals):
            part.mark_wrong()
        return all(each)

    @property
    def error_list(self) -> list[FormError]:
        return errors_of(self) + [error for part in self.subgoals for error in part.error_list]

    def clean_held_on(self) -> date:
        if problem := held_on_problem(self.programme, self.cleaned_data["held_on"]):
            raise forms.ValidationError(problem)
        return self.cleaned_data["held_on"]

    def clean(self) -> None:
        held_on, next_on = self.cleaned_data.get("held_on"), self.cleaned_data.get("next_on")
        if held_on and (problem := next_on_problem(self.programme, next_on, held_on=held_on)):
            self.add_error("next_on", problem)
        told = (part.is_filled_in or part["step"].value() or part["comment"].value() for part in self.subgoals)
        if self.subgoals and not any(told):
            self.add_error(None, gettext("Choose the step of at least one subgoal"))

    def refuse(self, why: Exception, *, last_seen: int) -> None:
        """Say why it was not saved; sent again from here, it is (T13)."""
        self.add_error(None, str(why))
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["last_seen"] = str(last_seen)  # type: ignore[index]

    def steps(self) -> dict[uuid.UUID, Mark]:
        return {part.key: part.mark() for part in self.subgoals if part.is_said}


class PutOffForm(ReasonForm):
    """Until when nothing is due about the follow-up, and why (L3)."""

    until = DateField(label=_("Put off until"))

    field_order = ["until", "why"]

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, label=_("Why is it put off?"), **kwargs)
        self.fields["why"].help_text = _("Facts only, and nothing about health.")
        self.plan = plan

    def clean_until(self) -> date:
        until = self.cleaned_data["until"]
        if problem := deferring.until_problem(self.plan, until):
            raise forms.ValidationError(problem)
        return until


class SummaryForm(Form):
    """The text as it goes to the referrer (L3)."""

    text = LongTextField(
        label=_("What the referrer reads"),
        rows=14,
        help_text=_("The draft holds facts only. Read it through, and write no more than they need."),
    )
