"""The citizen's own pages: large, calm, read only, in the citizen's language (L5)."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from desk.own import pages as own
from plans.agreement import confirming
from plans.statuses import Party
from programmes.models import Programme


def own_or_404(request: SignedIn, what: str) -> list[Programme]:
    """The citizen's programmes; for everybody else the page does not exist (T1). Each look is logged (T5)."""
    if not request.user.has_role(Role.CITIZEN):
        raise Http404
    found = own.own_programmes(request.user)
    for programme in found:
        look(request, f"own {what} {programme}", citizen_id=programme.citizen_id)
    if not found:
        look(request, f"own {what}")
    return found


def page(request: SignedIn, template: str, programmes: list[Programme], **context: Any) -> HttpResponse:
    shared = {"programmes": programmes, "helpers": own.helpers_of(programmes)}
    return render(request, template, {**shared, **context})


@require_GET
def plan(request: SignedIn) -> HttpResponse:
    """One subgoal at a time; `?goal=2` is the second."""
    programmes = own_or_404(request, "plan")
    goals = own.own_goals(programmes)
    asked = request.GET.get("goal", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    chosen = goals[min(max(number, 1), len(goals)) - 1] if goals else None
    to_agree = confirming.waiting_for(Party.CITIZEN, programmes)
    return page(request, "desk/own_plan.html", programmes, goal=chosen, to_agree=to_agree)


@require_GET
def attendance(request: SignedIn) -> HttpResponse:
    programmes = own_or_404(request, "attendance")
    return page(request, "desk/own_attendance.html", programmes, attendance=own.own_attendance(programmes))


@require_GET
def meetings(request: SignedIn) -> HttpResponse:
    programmes = own_or_404(request, "meetings")
    return page(request, "desk/own_meetings.html", programmes, meetings=own.own_meetings(request.user, programmes))


@require_GET
def shared(request: SignedIn) -> HttpResponse:
    programmes = own_or_404(request, "timeline")
    return page(request, "desk/own_shared.html", programmes, entries=own.shared_with(request.user, programmes))
