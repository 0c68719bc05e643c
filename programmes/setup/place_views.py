"""Organisations and their teams."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import places
from accounts.models import Organisation, Unit
from accounts.permissions import administers_a_centre, may_administer, organisations_kept_by
from accounts.requests import SignedIn
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from programmes.setup.access import organisation_of, unit_of
from programmes.setup.forms import OrganisationForm, TeamForm
from programmes.setup.people import People

OPEN_CENTRE = Q(kind=Organisation.Kind.PROVIDER, closed_on__isnull=True)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def organisations(request: SignedIn) -> HttpResponse:
    """What centres share: who refers, partners, steering groups; the closed ones last, own centres among them.

    A fixed number of queries.
    """
    if not administers_a_centre(request.user):
        raise NotAllowed
    found = list(organisations_kept_by(request.user).exclude(OPEN_CENTRE).order_by("name"))
    people = People(found)
    rows = [(one, places.listed(people.at(one))) for one in sorted(found, key=lambda one: one.closed_on is not None)]
    return render(request, "setup/organisations.html", {"rows": rows})


@form_page
def new_organisation(request: SignedIn) -> HttpResponse:
    """`?kind=referrer` chooses what it is."""
    if not administers_a_centre(request.user):
        raise NotAllowed
    initial = {"kind": request.GET.get("kind", ""), "country": Organisation.Country.DENMARK}
    form = OrganisationForm(request.POST or None, is_new=True, initial=initial)
    if request.method == "POST" and form.is_valid():
        del form.cleaned_data["seen"]
        try:
            opened = places.open_organisation(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("%(name)s is opened") % {"name": opened.name})
            return redirect("setup:home" if opened.is_centre else "setup:organisations")
    return answer(request, "setup/new_organisation.html", form)


@form_page
def organisation(request: SignedIn, pk: int) -> HttpResponse:
    """Name, country and letterhead, its teams, and the door to closing it."""
    found = organisation_of(request.user, pk)
    if not may_administer(request.user, found):
        raise NotAllowed
    state = places.state_of_organisation(found)
    now = {"name": found.name, "country": found.country, "letterhead": found.letterhead, "seen": state}
    form = OrganisationForm(request.POST or None, is_new=False, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            places.change_organisation(organisation=found, by=request.user, **form.cleaned_data)
        except places.Overtaken:
            form.show_both(now, state)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Saved"))
            return redirect("setup:organisation", pk)
    teams = found.units.filter(kind=Unit.Kind.TEAM).prefetch_related("leaders").order_by("name")
    return answer(request, "setup/organisation.html", form, organisation=found, teams=teams)


@form_page
def new_team(request: SignedIn, pk: int) -> HttpResponse:
    found = organisation_of(request.user, pk)
    if not may_administer(request.user, found):
        raise NotAllowed
    form = TeamForm(request.POST or None, candidates=places.possible_leaders(found))
    if request.method == "POST" and form.is_valid():
        try:
            places.open_team(organisation=found, name=form.cleaned_data["name"], leaders=form.chosen, by=request.user)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("%(name)s is opened") % {"name": form.cleaned_data["name"]})
            return redirect("setup:organisation", pk)
    return answer(request, "setup/team.html", form, organisation=found)


@form_page
def team(request: SignedIn, pk: int) -> HttpResponse:
    """Name and leaders of a team; a workshop has a page of its own."""
    unit = unit_of(request.user, pk)
    if hasattr(unit, "workshop"):
        return redirect("setup:workshop", unit.workshop.pk)
    if not may_administer(request.user, unit.organisation):
        raise NotAllowed
    now = {"name": unit.name, "leaders": [str(key) for key in unit.leaders.values_list("pk", flat=True)]}
    form = TeamForm(request.POST or None, candidates=places.possible_leaders(unit.organisation), initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            places.change_unit(unit=unit, name=form.cleaned_data["name"], leaders=form.chosen, by=request.user)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("Saved"))
            return redirect("setup:organisation", unit.organisation_id)
    return answer(request, "setup/team.html", form, organisation=unit.organisation, unit=unit)


@require_POST
def close_organisation(request: SignedIn, pk: int) -> HttpResponse:
    found = organisation_of(request.user, pk)
    return moved(request, partial(places.close, place=found), closed(found), page_after(found))


@require_POST
def reopen_organisation(request: SignedIn, pk: int) -> HttpResponse:
    found = organisation_of(request.user, pk)
    return moved(request, partial(places.reopen, place=found), opened(found), page_after(found))


@require_POST
def close_unit(request: SignedIn, pk: int) -> HttpResponse:
    unit = unit_of(request.user, pk)
    return moved(request, partial(places.close, place=unit), closed(unit), page_after(unit))


@require_POST
def reopen_unit(request: SignedIn, pk: int) -> HttpResponse:
    unit = unit_of(request.user, pk)
    return moved(request, partial(places.reopen, place=unit), opened(unit), page_after(unit))


def moved(request: SignedIn, action: Callable[..., None], said: str, back: tuple[str, int]) -> HttpResponse:
    """Do it and say so, or say why not; then back to the page of the place."""
    try:
        action(by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(*back)


def closed(place: Organisation | Unit) -> str:
    return _("%(name)s is closed. What was written there stays") % {"name": place.name}


def opened(place: Organisation | Unit) -> str:
    return _("%(name)s is open again") % {"name": place.name}


def page_after(place: Organisation | Unit) -> tuple[str, int]:
    if isinstance(place, Organisation):
        return "setup:organisation", place.pk
    if place.kind == Unit.Kind.WORKSHOP:
        return "setup:workshops", place.organisation_id
    return "setup:organisation", place.organisation_id


def answer(request: SignedIn, template: str, form: BaseForm, **context: object) -> HttpResponse:
    """The page with its form; 422 when the form is wrong (experience 17)."""
    return render(request, template, {"form": form, **context}, status=UNPROCESSABLE if form.errors else 200)
