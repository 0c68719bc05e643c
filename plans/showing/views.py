"""Showing a plan: its steps over time, everything on one page, all plans of a citizen, and the citizen's tablet."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.pin_sessions import hand_to_citizen
from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed
from plans.agreement import confirming
from plans.follow_ups import deferring, summaries
from plans.models import Plan
from plans.permissions import may_edit, may_observe, reading
from plans.requests import plan_or_404
from plans.showing import cards
from plans.showing.curves import curves_of
from plans.showing.gathered import whole_plan
from plans.showing.tablet import tablet
from plans.showing.together import together
from plans.statuses import Party
from plans.writing import abandoning
from programmes.permissions import roles_in
from programmes.statuses import RUNNING


@require_GET
def steps(request: SignedIn, reference: str) -> HttpResponse:
    """Step progression: a curve of the citizen and one of each subgoal, with their tables (L3)."""
    plan = plan_or_404(request, reference)
    programme = plan.programme
    may_read = reading(roles_in(request.user, programme))
    curves = curves_of(plan, may_read, started_on=programme.starts_on)
    return render(request, "plans/steps.html", {"plan": plan, "programme": programme, "curves": curves})


@require_GET
def whole(request: SignedIn, reference: str) -> HttpResponse:
    """All goals with all that they rest on, to read and to print on A4; logged as a print (C5, T5, experience 24)."""
    plan = plan_or_404(request, reference)
    programme = plan.programme
    found = whole_plan(plan, user=request.user, reading=reading(roles_in(request.user, programme)))
    look(request, f"plan {reference} for printing", citizen_id=programme.citizen_id, kind=Access.Kind.PRINT)
    context = {"plan": plan, "programme": programme, "found": found, "now": timezone.now()}
    return render(request, "plans/whole.html", context)


@require_GET
def one_plan(request: SignedIn, reference: str) -> HttpResponse:
    """The goals of all the citizen's running programmes that the reader may see, together (L4)."""
    plan = plan_or_404(request, reference)
    found = together(request.user, plan.programme)
    for programme in found.programmes:
        if programme.pk != plan.programme_id:
            look(request, f"plan {programme.reference}", citizen_id=programme.citizen_id)
    return render(request, "plans/together.html", {"plan": plan, "programme": plan.programme, "found": found})


@require_GET
def show(request: SignedIn, reference: str) -> HttpResponse:
    """What the citizen is shown on the tablet of somebody who works with them: `?goal=2` is the second subgoal (L5)."""
    plan = plan_or_404(request, reference)
    programme = plan.programme
    if not may_observe(request.user, programme):
        raise NotAllowed
    may_rate = may_edit(request.user, programme) and programme.status in RUNNING
    may_read = reading(roles_in(request.user, programme))
    found = tablet(plan, own=may_read, asked=request.GET, may_rate=may_rate)
    hand_to_citizen(request, reverse("plans:own_steps", args=[reference]))
    return render(request, "plans/tablet.html", {"programme": programme, "found": found, "may_rate": may_rate})


@require_GET
def detail(request: SignedIn, reference: str) -> HttpResponse:
    plan = plan_or_404(request, reference)
    programme = plan.programme
    roles = roles_in(request.user, programme)
    page = cards.plan_page(plan, reading=reading(roles), chosen=request.GET.get("subgoal", ""))
    may = may_edit(request.user, programme)
    now = cards.what_now(page, may_edit=may, is_running=programme.status in RUNNING)
    context = {"page": page, "plan": plan, "programme": programme, "may_edit": may, "now": now}
    context["may_observe"] = page.is_confirmed and may_observe(request.user, programme)
    if page.is_confirmed:
        context |= around(plan, page, roles=roles, may_edit=may)
    if page.is_confirmed and may and programme.status in RUNNING:
        for subgoal in (one for card in page.goals for one in card["subgoals"]):
            subgoal["abandon"] = reverse("plans:abandon", args=[reference, subgoal["key"]])
    return render(request, "plans/detail.html", context)


def around(plan: Plan, page: cards.PlanPage, *, roles: set[str], may_edit: bool) -> dict[str, Any]:
    """What stands around an agreed plan: who confirmed it, what was given up, what the referrer was told (L1-L3)."""
    version = page.version
    if version is None:
        return {}
    may_see_proof = may_edit or Role.CITIZEN in roles
    lines = confirming.lines(version, plan.programme, with_proof=may_see_proof)
    missing = [line.party for line in lines if line.row is None]
    own = [party for party, role in confirming.OWN_ROLE.items() if role in roles and party in missing]
    return {
        "confirmations": lines,
        "may_agree": bool(own) and plan.programme.status in RUNNING,
        "may_sign": may_edit and Party.CITIZEN in missing and plan.programme.status in RUNNING,
        "may_see_proof": may_see_proof,
        "reads_reasons": reading(roles).comments,
        "given_up": abandoning.history(plan, reading(roles)),
        "standing": deferring.standing(plan) if may_edit else None,
        "summary": summaries.latest(plan) if may_edit or Role.REFERRER in roles else None,
    }
