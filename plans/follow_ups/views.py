"""Talking about a plan: the steps that are set, putting the talk off, and what the referrer is told of it (L3)."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from core.exceptions import Refused
from core.fields import parse_date
from core.http import CONFLICT, UNPROCESSABLE
from core.templatetags.dates import day as in_words
from plans.evidence.measuring import measured_of
from plans.follow_ups import deferring, summaries
from plans.follow_ups.forms import FollowUpForm, PutOffForm, SummaryForm
from plans.follow_ups.recording import record_follow_up
from plans.models import FollowUp, Summary
from plans.progress import progress
from plans.requests import own_plan_or_404, question, tapped


def day_of(written: str) -> date:
    """The day of the talk as it was sent; today for what is no day, or not one that a talk can have been held on."""
    try:
        return min(parse_date(written) or timezone.localdate(), timezone.localdate())
    except ValueError:
        return timezone.localdate()


@require_http_methods(["GET", "POST"])
def follow_up(request: SignedIn, reference: str) -> HttpResponse:
    plan = own_plan_or_404(request, reference)
    subgoals = [one for one in progress(plan).subgoals if one.is_current]
    if not subgoals:
        messages.error(request, _("Confirm the plan first; then its steps can be followed"))
        return redirect("plans:detail", reference)
    newest = plan.follow_ups.select_related("by").order_by("pk").last()
    form = FollowUpForm(
        request.POST if request.method == "POST" else None,
        plan=plan,
        subgoals=subgoals,
        measured=measured_of(
            plan.programme, [one.subgoal for one in subgoals], until=day_of(request.POST.get("held_on", ""))
        ),
        tapped=tapped(request.GET),
        initial={"held_on": timezone.localdate(), "last_seen": newest.pk if newest else 0},
    )
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                record_follow_up(
                    plan=plan,
                    held_on=form.cleaned_data["held_on"],
                    steps=form.steps(),
                    comment=form.cleaned_data["comment"],
                    next_on=form.cleaned_data["next_on"],
                    last_seen=form.cleaned_data["last_seen"],
                    by=request.user,
                )
            except Refused as refusal:
                form.refuse(refusal, last_seen=newest.pk if newest else 0)
                status = CONFLICT
            else:
                messages.success(request, _("The follow-up is saved"))
                return redirect("plans:detail", reference)
    context = {"plan": plan, "programme": plan.programme, "form": form, "newest": newest}
    return render(request, "plans/follow_up.html", context, status=status)


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
