"""Naming a workshop's substitutes, stepping in, and ending it (A13)."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Substitution
from accounts.requests import SignedIn
from accounts.substituting import (
    centres_known_to,
    contact_persons_of,
    end_substitution,
    may_name,
    may_step_in,
    name_substitute,
    possible_substitutes,
    step_in,
)
from attendance.substitutes.forms import StepInForm, SubstituteForm
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from core.templatetags.dates import day as in_words
from programmes.models import Workshop


def known_workshop(request: SignedIn, pk: int) -> Workshop:
    """An open workshop of a centre where the user works; others do not exist (T1)."""
    known = Workshop.objects.open().filter(unit__organisation__in=centres_known_to(request.user))
    return get_object_or_404(known.select_related("unit"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def substitutes(request: SignedIn, workshop: int) -> HttpResponse:
    """Who marks for the workshop in somebody's place, now and later, and the form to name somebody."""
    found = known_workshop(request, workshop)
    if not may_name(request.user, found.unit):
        raise NotAllowed
    form = SubstituteForm(
        request.POST or None,
        colleagues=possible_substitutes(found.unit),
        absent=contact_persons_of(found.unit),
        initial={"starts_on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            named = name_substitute(unit=found.unit, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("%(name)s marks in %(workshop)s until %(day)s")
                % {"name": named.substitute.name, "workshop": found.unit.name, "day": in_words(named.ends_on)},
            )
            return redirect("attendance:substitutes", found.pk)
    standing = Substitution.objects.not_over().filter(unit=found.unit).select_related("substitute", "in_place_of")
    return render(
        request,
        "attendance/substitutes.html",
        {"workshop": found, "form": form, "standing": standing, "today": timezone.localdate()},
        status=UNPROCESSABLE if form.errors else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def stepping_in(request: SignedIn, workshop: int) -> HttpResponse:
    """Mark for a workshop from now on, with a reason."""
    found = known_workshop(request, workshop)
    if not may_step_in(request.user, found.unit):
        raise NotAllowed
    today: date = timezone.localdate()
    form = StepInForm(request.POST or None, absent=contact_persons_of(found.unit), initial={"ends_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            step_in(unit=found.unit, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("You mark in %(workshop)s now") % {"workshop": found.unit.name})
            return redirect("attendance:register", found.pk, today)
    return render(
        request,
        "attendance/step_in.html",
        {"workshop": found, "form": form},
        status=UNPROCESSABLE if form.errors else 200,
    )


@require_POST
def end(request: SignedIn, pk: int) -> HttpResponse:
    """End a substitution before its time."""
    centres = centres_known_to(request.user)
    found = (
        Substitution.objects.filter(unit__organisation__in=centres)
        .select_related("unit__workshop", "substitute")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    end_substitution(substitution=found, by=request.user)
    said = _("%(name)s no longer marks in %(workshop)s")
    messages.success(request, said % {"name": found.substitute.name, "workshop": found.unit.name})
    if may_name(request.user, found.unit):
        return redirect("attendance:substitutes", found.unit.workshop.pk)
    return redirect("attendance:overview")
