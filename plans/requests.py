"""What the pages of a plan share: the plan that is asked for, the steps that the citizen tapped, and the page that asks
one question."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from accounts.requests import SignedIn
from audit.log import look
from core.exceptions import NotAllowed
from plans.models import Plan
from plans.permissions import may_edit
from plans.steps import STEPS

# How a page sends the citizen's own steps, alone or along to the follow-up: `own-<key>=<step>`.
KEPT = "own-"


def plan_or_404(request: SignedIn, reference: str) -> Plan:
    """The plan of a case that the user may see; the look is logged (T1, T5)."""
    related = ("citizen", "centre", "caseworker", "type")
    plan = get_object_or_404(
        Plan.objects.visible_to(request.user).select_related(*(f"programme__{name}" for name in related)),
        programme__reference=reference,
    )
    look(request, f"plan {reference}", citizen_id=plan.programme.citizen_id)
    return plan


def own_plan_or_404(request: SignedIn, reference: str) -> Plan:
    """The same for those who work on it; who only reads it gets 403."""
    plan = plan_or_404(request, reference)
    if not may_edit(request.user, plan.programme):
        raise NotAllowed
    return plan


def tapped(sent: QueryDict) -> dict[UUID, int]:
    """The citizen's own steps by the subgoal's key (L3, L5); whatever else stands there is no step."""
    found: dict[UUID, int] = {}
    for name in sent:
        step = number_in(sent.get(name, ""))
        if name.startswith(KEPT) and step and step in STEPS:
            with suppress(ValueError):
                found[UUID(name.removeprefix(KEPT))] = step
    return found


def number_in(text: str) -> int | None:
    """A number of a step or a subgoal as an address holds it; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def question(request: SignedIn, plan: Plan, form: forms.BaseForm, *, status: int = 200, **words: Any) -> HttpResponse:
    context = {"plan": plan, "programme": plan.programme, "form": form, **words}
    return render(request, "plans/question.html", context, status=status)
