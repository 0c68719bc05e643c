"""Giving up an agreed subgoal, and taking it up again (L1)."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from core.exceptions import Refused
from core.forms import ReasonForm
from core.http import UNPROCESSABLE
from plans.models import Subgoal
from plans.requests import own_plan_or_404, question
from plans.writing import abandoning

ONE, WHOLE = "one", "whole"


class AbandonForm(ReasonForm):
    """Why, and whether the goal's other subgoals are given up with it (L1)."""

    what = forms.ChoiceField(label=gettext_lazy("What is given up?"), widget=forms.RadioSelect, initial=ONE)

    field_order = ["what", "why"]

    def __init__(self, *args: Any, subgoal: Subgoal, others: int, **kwargs: Any) -> None:
        super().__init__(*args, label=gettext_lazy("Why is it given up?"), **kwargs)
        if not others:
            del self.fields["what"]
            return
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (ONE, _("This subgoal: %(subgoal)s") % {"subgoal": subgoal.title}),
            (WHOLE, _("The whole goal: %(goal)s") % {"goal": subgoal.goal.title}),
        ]


@require_http_methods(["GET", "POST"])
def abandon(request: SignedIn, reference: str, subgoal: uuid.UUID) -> HttpResponse:
    """Ask why a subgoal, or its whole goal, is given up."""
    plan = own_plan_or_404(request, reference)
    gone = abandoning.given_up(plan)
    here = [one for one in abandoning.present(plan) if one.key not in gone]
    row = next((one for one in here if one.key == subgoal), None)
    if row is None:
        messages.info(request, _("It is not in the agreed plan. A draft is changed in the editor"))
        return redirect("plans:detail", reference)
    siblings = [one for one in here if one.goal_id == row.goal_id]
    form = AbandonForm(request.POST if request.method == "POST" else None, subgoal=row, others=len(siblings) - 1)
    if request.method == "POST" and form.is_valid():
        whole = form.cleaned_data.get("what") == WHOLE
        keys = {one.key for one in siblings} if whole else {row.key}
        try:
            abandoning.abandon(plan=plan, keys=keys, why=form.cleaned_data["why"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Given up. It stands in the history with its steps"))
            return redirect("plans:detail", reference)
    return question(
        request,
        plan,
        form,
        status=UNPROCESSABLE if request.method == "POST" else 200,
        title=_("Give up a subgoal"),
        lead=row.title,
        note=_("It leaves the present plan. Its steps and your reason stay readable, and it can be taken up again."),
        submit=_("Give it up"),
    )


@require_POST
def take_up(request: SignedIn, reference: str, subgoal: uuid.UUID) -> HttpResponse:
    plan = own_plan_or_404(request, reference)
    try:
        abandoning.take_up(plan=plan, key=subgoal, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken up again"))
    return redirect("plans:detail", reference)
