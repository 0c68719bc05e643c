"""The single taps that are kept: the citizen's own step, and what a meeting was about (L3, L5, C5)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn
from accounts.roles import Role
from core.exceptions import Refused
from meetings.models import Meeting
from plans.evidence.own_steps import say
from plans.evidence.talked_about import name
from plans.requests import number_in, plan_or_404, tapped
from programmes.permissions import roles_in


@require_POST
def own_steps(request: SignedIn, reference: str) -> HttpResponse:
    """Keep what the citizen tapped, on the own page or on the tablet of the staff (L3, L5)."""
    plan = plan_or_404(request, reference)
    try:
        say(plan=plan, steps=tapped(request.POST), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is kept"))
    if Role.CITIZEN in roles_in(request.user, plan.programme):
        return redirect(f"{reverse('desk:own_plan')}?goal={number_in(request.POST.get('goal', '')) or 1}")
    return redirect("plans:steps", reference)


@require_POST
def talked_about(request: SignedIn, pk: int) -> HttpResponse:
    """One tap on the page of a meeting: it was about this subgoal, or it was not after all (C5)."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user).select_related("programme"), pk=pk)
    is_named = "name" in request.POST
    try:
        key = UUID(request.POST.get("name" if is_named else "drop", ""))
    except ValueError:
        key = UUID(int=0)  # no subgoal's
    try:
        name(meeting=meeting, subgoal=key, is_named=is_named, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("meetings:detail", args=[pk]) + "#subgoals")
