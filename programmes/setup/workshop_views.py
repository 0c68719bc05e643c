"""Workshops of a centre and their opening hours."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import places
from accounts.keeping import keeping
from accounts.permissions import may_set_up
from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import clock
from programmes.models import Programme, Workshop
from programmes.places.opening_hours import HoursAgreed, Outside
from programmes.places.workshops import change_workshop, open_workshop, state_of_workshop
from programmes.setup.access import centre_of, workshop_of
from programmes.setup.forms import EMPTY_WEEK, WorkshopForm, day_name, week_of
from programmes.setup.overview import invitation
from programmes.setup.people import People
from programmes.setup.place_views import answer, form_page
from programmes.statuses import RUNNING


@require_GET
def workshops(request: SignedIn, pk: int) -> HttpResponse:
    """All workshops of the centre, the closed ones last; a fixed number of queries."""
    centre = centre_of(request.user, pk)
    today = timezone.localdate()
    taken = Q(
        placements__starts_on__lte=today,
        placements__ends_on__gte=today,
        placements__programme__status__in=RUNNING,
    )
    found = (
        Workshop.objects.filter(unit__organisation=centre)
        .select_related("unit")
        .prefetch_related("opening_hours")
        .annotate(taken=Count("placements__programme", distinct=True, filter=taken))
        .order_by("unit__name")
    )
    people = People([centre])
    rows = [
        {
            "workshop": one,
            "taken": one.taken,
            "hours": hours_in_words(one),
            "contacts": places.listed(people.by_unit.get(one.unit_id, [])),
        }
        for one in sorted(found, key=lambda one: one.unit.closed_on is not None)
    ]
    return render(request, "setup/workshops.html", {"centre": centre, "rows": rows})


@form_page
def new_workshop(request: SignedIn, pk: int) -> HttpResponse:
    """Begins with the hours of the centre's latest workshop, or the usual ones."""
    centre = centre_of(request.user, pk)
    latest = Workshop.objects.open().filter(unit__organisation=centre).order_by("-pk").first()
    form = WorkshopForm(request.POST or None, candidates=[], initial=week_of(latest))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            opened = open_workshop(
                centre=centre, name=data["name"], places=data["places"], week=data["week"], by=request.user
            )
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("%(name)s is opened") % {"name": opened.unit.name})
            return redirect("setup:workshop", opened.pk)
    return answer(request, "setup/workshop.html", form, centre=centre)


@form_page
def workshop(request: SignedIn, pk: int) -> HttpResponse:
    """Name, places, leaders and week of a workshop; whose agreed hours stand against new opening hours (P5)."""
    found = workshop_of(request.user, pk)
    unit = found.unit
    if not may_set_up(request.user, unit.organisation):
        raise NotAllowed
    candidates = places.possible_leaders(unit.organisation)
    now = {
        "name": unit.name,
        "places": found.places,
        "leaders": [str(user.pk) for user in unit.leaders.all()],
        **EMPTY_WEEK,
        **week_of(found),
        "seen": (state := state_of_workshop(found)),
    }
    form = WorkshopForm(request.POST or None, candidates=candidates, initial=now)
    against: list[dict[str, Any]] = []
    others = 0
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_workshop(
                workshop=found,
                name=data["name"],
                places=data["places"],
                week=data["week"],
                leaders=form.chosen if candidates else None,
                by=request.user,
                seen=data["seen"],
                answer=data["answer"],
            )
        except places.Overtaken:
            form.show_both(now, state)
        except HoursAgreed as refused:
            form.add_error("answer", str(refused))
            against, others = told(request, refused.slots)
        except Refused as refused:
            form.add_error("name", str(refused))
        else:
            messages.success(request, _("Saved"))
            return redirect("setup:workshop", pk)
    people = People([unit.organisation])
    return answer(
        request,
        "setup/workshop.html",
        form,
        centre=unit.organisation,
        workshop=found,
        against=against,
        others=others,
        is_asked=bool(against or others or form.data.get("answer")),
        contacts=people.by_unit.get(unit.pk, []),
        invite=invitation(keeping(request.user), unit.organisation, Role.CONTACT_PERSON, unit),
    )


def told(request: SignedIn, slots: list[Outside]) -> tuple[list[dict[str, Any]], int]:
    """Whose hours they are, as far as the reader may see the case, and how many citizens there are besides (T1, T5)."""
    touched = {slot.programme.pk for slot in slots}
    seen = set(Programme.objects.visible_to(request.user).filter(pk__in=touched).values_list("pk", flat=True))
    for programme in {slot.programme.pk: slot.programme for slot in slots}.values():
        if programme.pk in seen:
            look(request, f"agreed hours {programme.reference}", citizen_id=programme.citizen_id, kind=Access.Kind.LIST)
    rows = [
        {
            "citizen": slot.programme.citizen,
            "reference": slot.programme.reference,
            "day": day_name(slot.weekday),
            "hours": f"{clock(slot.starts)}–{clock(slot.ends)}",
        }
        for slot in slots
        if slot.programme.pk in seen
    ]
    return rows, len(touched - seen)


def hours_in_words(workshop: Workshop) -> str:
    """`Mon-Thu 7.30-14.30, Fri 7.30-14.00`: days in a row with the same hours together."""
    runs: list[list[Any]] = []
    for one in sorted(workshop.opening_hours.all(), key=lambda one: one.weekday):
        hours = f"{clock(one.opens)}–{clock(one.closes)}"
        if runs and runs[-1][2] == hours and runs[-1][1] == one.weekday - 1:
            runs[-1][1] = one.weekday
        else:
            runs.append([one.weekday, one.weekday, hours])
    return ", ".join(
        f"{day_name(first)}{f'–{day_name(last)}' if last != first else ''} {hours}" for first, last, hours in runs
    )
