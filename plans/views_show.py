"""Showing a plan: its steps over time, everything on one page, all plans of a citizen, and the citizen's tablet.

And the single taps that are kept of it.
"""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pin_sessions import hand_to_citizen
from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from core.exceptions import Refused
from meetings.models import Meeting
from plans.curves import curves_of
from plans.gathered import whole_plan
from plans.own_steps import say
from plans.permissions import may_edit, may_observe, reading
from plans.tablet import tablet, tapped
from plans.tablet import whole as number
from plans.talked_about import name
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
    hand_to_citizen(request, reverse("plans:own_steps", args=[reference]))
    return render(request, "plans/tablet.html", {"programme": programme, "found": found, "may_rate": may_rate})


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
        return redirect(f"{reverse('desk:own_plan')}?goal={number(request.POST.get('goal', '')) or 1}")
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
