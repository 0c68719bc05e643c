"""The first page of set-up."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from core.exceptions import NotAllowed
from programmes.setup.overview import overview_of


@require_GET
def home(request: SignedIn) -> HttpResponse:
    """Centres with their parts and what is missing; administrators and team leaders only (U4)."""
    if not request.user.has_role(Role.ADMINISTRATOR, Role.TEAM_LEADER):
        raise NotAllowed
    return render(request, "setup/home.html", {"overview": overview_of(request.user)})
