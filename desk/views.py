"""Today and the list: what spans the apps. Nothing here changes anything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from core.http import UNPROCESSABLE
from desk.figures import steering_views
from desk.lists.portfolio import portfolio
from desk.search.cases import cleaned, looks_like_number
from desk.search.views import refuse_number
from desk.today import admin as today_admin
from desk.today import leader as today_leader
from desk.today import others as today_others
from desk.today import referrer as today_referrer
from desk.today import staff as today_staff
from desk.today.board import Builder
from desk.today.days import day_of

BUILDERS: dict[str, Builder] = {
    Role.TEAM_LEADER: today_leader.team_leader,
    Role.CASEWORKER: today_staff.caseworker,
    Role.CONTACT_PERSON: today_staff.contact_person,
    Role.SPECIALIST: today_staff.specialist,
    Role.REFERRER: today_referrer.referrer,
    Role.CITIZEN: today_others.citizen,
    Role.ADMINISTRATOR: today_admin.administrator,
}
TEMPLATES = [Role.TEAM_LEADER, Role.CASEWORKER, Role.REFERRER, Role.CITIZEN]


@require_GET
def today(request: SignedIn) -> HttpResponse:
    """The start page of the user's role (experience 9)."""
    user = request.user.in_post()
    role = user.role
    if role == Role.STEERING_GROUP:
        look(request, "figures", kind=Access.Kind.LIST)
        return steering_views.figures(request, user)
    day = day_of(user)
    built = BUILDERS.get(role, today_others.no_role)(user, day)
    look(request, "today", kind=Access.Kind.LIST)
    template = f"desk/today_{role}.html" if role in TEMPLATES else "desk/today.html"
    return render(request, template, {"today": built, "day": day})


@require_GET
def cases(request: SignedIn) -> HttpResponse:
    """The citizens whose cases the user sees (experience 11). An address that holds an identity number is left at
    once (T10)."""
    if looks_like_number(cleaned(request.GET.get("q", ""))):
        return refuse_number(request, "desk:cases")
    listed = portfolio(request.user, request.GET)
    look(request, "cases", kind=Access.Kind.LIST)
    return render(request, "desk/cases.html", {"list": listed}, status=200 if listed.is_valid else UNPROCESSABLE)
