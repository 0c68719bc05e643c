"""The steering group's start page: the figures of one centre and one quarter, both in the address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from desk.steering import figures_for


def figures(request: HttpRequest, user: User) -> HttpResponse:
    """`?quarter=2026-4&centre=3`; the access log is written by the caller."""
    found = figures_for(user, centre=request.GET.get("centre", ""), quarter=request.GET.get("quarter", ""))
    return render(request, "desk/figures.html", {"figures": found})
