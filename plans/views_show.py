"""Showing a plan: its steps over time, everything on one page, and all plans of a citizen together (L3, L4, C5)."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from plans.curves import curves_of
from plans.permissions import reading
from plans.views import plan_or_404
from programmes.permissions import roles_in


@require_GET
def steps(request: SignedIn, reference: str) -> HttpResponse:
    """Step progression: a curve of the citizen and one of each subgoal, with their tables (L3)."""
    plan = plan_or_404(request, reference)
    programme = plan.programme
    may_read = reading(roles_in(request.user, programme))
    context = {
        "plan": plan,
        "programme": programme,
        "curves": curves_of(plan, may_read, started_on=programme.starts_on),
    }
    return render(request, "plans/steps.html", context)
