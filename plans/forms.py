"""A plan's confirmation and its follow-up as forms (L2, L3)."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.fields import DateField
from core.forms import Form, FormError, errors_of
from plans.actions import agreed_on_problem
from plans.follow_ups import Mark, held_on_problem, next_on_problem
from plans.form_parts import COMMENT_LENGTH, PartForm, days, line, texts
from plans.models import Plan
from plans.progress import SubgoalProgress
from plans.steps import STEPS


class ConfirmForm(Form):
    """The day on which the plan was agreed with the citizen (L2)."""

    agreed_on = DateField(label=_("Agreed with the citizen on"), initial=timezone.localdate)
    revision = forms.IntegerField(min_value=1, max_value=2_000_000_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan

    def clean_agreed_on(self) -> date:
        agreed_on = self.cleaned_data["agreed_on"]
        if problem := agreed_on_problem(self.plan, agreed_on):
            raise forms.ValidationError(problem)
        return agreed_on


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

    def __init__(self, data: QueryDict | None, *, progress: SubgoalProgress) -> None:
        super().__init__(data, prefix=f"s-{progress.subgoal.key}")
        self.progress = progress
        self.name = progress.subgoal.title

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

    def clean(self) -> None:
        data = self.cleaned_data
        if data.get("step") is None and "step" not in self.errors and (data.get("own_step") or data.get("comment")):
            self.add_error("step", gettext("Choose the step of “%(subgoal)s”") % {"subgoal": self.progress.subgoal})

    def mark(self) -> Mark:
        return Mark(self.cleaned_data["step"], self.cleaned_data["own_step"], self.cleaned_data["comment"])


class FollowUpForm(PartForm):
    """A follow-up of the plan: the day, one part per subgoal, what was said, and the next appointment (L3)."""

    held_on = days(_("Held on"))
    comment = texts(_("What we talked about"), rows=4)
    next_on = days(_("Next follow-up"), required=False)
    last_seen = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None = None, *, plan: Plan, subgoals: list[SubgoalProgress], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.programme = plan.programme
        self.subgoals = [MarkForm(data, progress=progress) for progress in subgoals]

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
        if self.subgoals and not any(part["step"].value() or part["comment"].value() for part in self.subgoals):
            self.add_error(None, gettext("Choose the step of at least one subgoal"))

    def refuse(self, why: Exception, *, last_seen: int) -> None:
        """Say why it was not saved; sent again from here, it is (T13)."""
        self.add_error(None, str(why))
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["last_seen"] = str(last_seen)  # type: ignore[index]

    def steps(self) -> dict[uuid.UUID, Mark]:
        return {part.key: part.mark() for part in self.subgoals if part.cleaned_data["step"] is not None}
