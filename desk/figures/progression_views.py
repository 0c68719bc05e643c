"""The page of steps forward: what is counted stands in the address (experience 11)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from desk.figures.progression import progression


@require_GET
def steps(request: SignedIn) -> HttpResponse:
    """`?period=2026-4&type=<key>&counted=running`; for team leaders, of their own centres (F2)."""
    if not request.user.has_role(Role.TEAM_LEADER):
        raise PermissionDenied
    found = progression(request.user, request.GET)
    look(request, f"steps forward {found.period.key} {found.type}".strip(), kind=Access.Kind.LIST)
    return render(request, "desk/progression.html", {"found": found})
