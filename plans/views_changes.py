"""Giving up and taking up again, putting a follow-up off, and what the referrer is told of one (L1, L3)."""

import uuid
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from core.exceptions import Refused
from core.fields import DateField, LongTextField
from core.forms import Form, ReasonForm
from core.templatetags.dates import day as in_words
from plans import abandoning, deferring, summaries
from plans.models import FollowUp, Plan, Subgoal, Summary
from plans.views import CONFLICT, UNPROCESSABLE, own_plan_or_404

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


class PutOffForm(ReasonForm):
    """Until when nothing is due about the follow-up, and why (L3)."""

    until = DateField(label=gettext_lazy("Put off until"))

    field_order = ["until", "why"]

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, label=gettext_lazy("Why is it put off?"), **kwargs)
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
        label=gettext_lazy("What the referrer reads"),
        rows=14,
        help_text=gettext_lazy("The draft holds facts only. Read it through, and write no more than they need."),
    )


def question(request: SignedIn, plan: Plan, form: forms.BaseForm, *, status: int = 200, **words: Any) -> HttpResponse:
    context = {"plan": plan, "programme": plan.programme, "form": form, **words}
    return render(request, "plans/question.html", context, status=status)


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


@require_http_methods(["GET", "POST"])
def put_off(request: SignedIn, reference: str) -> HttpResponse:
    plan = own_plan_or_404(request, reference)
    if plan.follow_up_due_on is None:
        messages.info(request, _("No further follow-up is planned"))
        return redirect("plans:detail", reference)
    form = PutOffForm(request.POST if request.method == "POST" else None, plan=plan)
    if request.method == "POST" and form.is_valid():
        try:
            deferring.put_off(
                plan=plan, until=form.cleaned_data["until"], why=form.cleaned_data["why"], by=request.user
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The follow-up is put off"))
            return redirect("plans:detail", reference)
    return question(
        request,
        plan,
        form,
        status=UNPROCESSABLE if request.method == "POST" else 200,
        title=_("Put the follow-up off"),
        lead=_("Due on %(day)s") % {"day": in_words(plan.follow_up_due_on)},
        note=_("Until then it is not overdue. The day and your reason stand in the timeline."),
        submit=_("Put it off"),
    )


@require_http_methods(["GET", "POST"])
def summary(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Read the draft through, change it, and send it to the referrer."""
    plan = own_plan_or_404(request, reference)
    follow_up = get_object_or_404(
        FollowUp.objects.select_related("plan__programme__citizen", "plan__programme__centre"), pk=pk, plan=plan
    )
    status = 200
    if request.method == "POST":
        form, status = SummaryForm(request.POST), UNPROCESSABLE
        if form.is_valid():
            try:
                summaries.send(follow_up=follow_up, text=form.cleaned_data["text"], by=request.user)
            except Refused as refusal:
                form.add_error(None, str(refusal))
                status = CONFLICT
            else:
                messages.success(request, _("The summary is sent to the referrer"))
                return redirect("plans:detail", reference)
    elif Summary.objects.filter(follow_up=follow_up).exists():
        messages.info(request, _("A summary of this follow-up has been sent already"))
        return redirect("plans:detail", reference)
    else:
        form = SummaryForm(initial={"text": summaries.draft(follow_up)})
    return question(
        request,
        plan,
        form,
        status=status,
        title=_("Summary for the referrer"),
        lead=str(plan.programme.referring_organisation.name),
        note=_("It can be read on the case as soon as you send it. What was said at the talk is not in it."),
        submit=_("Send to the referrer"),
    )
