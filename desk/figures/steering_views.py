"""The steering group's start page: the figures of one centre and one quarter, both in the address."""

from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.requests import SignedIn
from accounts.roles import Role
from desk.figures.steering import figures_for


def figures(request: SignedIn, in_post: User) -> HttpResponse:
    """`?quarter=2026-4&centre=3`; without a centre that of the chosen post. The caller writes the access log."""
    own = min(in_post.reach.organisations_as(Role.STEERING_GROUP), default=None)
    found = figures_for(
        request.user, centre=request.GET.get("centre", "") or str(own), quarter=request.GET.get("quarter", "")
    )
    return render(request, "desk/figures.html", {"figures": found})
