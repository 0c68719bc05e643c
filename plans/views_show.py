"""Showing a plan: its steps over time, everything on one page, all plans of a citizen, and the citizen's tablet."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from plans.curves import curves_of
from plans.gathered import whole_plan
from plans.permissions import may_edit, may_observe, reading
from plans.tablet import tablet
from plans.together import together
from plans.views import plan_or_404
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
        raise PermissionDenied
    may_rate = may_edit(request.user, programme) and programme.status in RUNNING
    may_read = reading(roles_in(request.user, programme))
    found = tablet(plan, own=may_read, asked=request.GET, may_rate=may_rate)
    return render(request, "plans/tablet.html", {"programme": programme, "found": found, "may_rate": may_rate})
