"""One citizen: what is known, corrected with its history, and the identity number (K2)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from citizens.merging import survivor_of
from citizens.models import Citizen
from citizens.permissions import may_correct, may_merge
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from desk.citizen import page as known
from desk.citizen.correcting import ChangedMeanwhile, NumberTaken, correct_facts, correct_number, fingerprint
from desk.citizen.forms import FactsForm, NumberForm
from desk.search.cases import NUMBER_LOOK_UP, looks_up_too_much


def visible(request: SignedIn, pk: UUID) -> Citizen:
    """The citizen, or the one whose part the record has become (K1); 404 where the user may not see the person."""
    citizen = survivor_of(get_object_or_404(Citizen, pk=pk))
    if not Citizen.objects.visible_to(request.user).filter(pk=citizen.pk).exists():
        raise Http404
    return citizen


def for_correcting(request: SignedIn, pk: UUID) -> Citizen:
    citizen = visible(request, pk)
    if not may_correct(request.user, citizen):
        raise NotAllowed
    return citizen


@require_GET
def citizen(request: SignedIn, pk: UUID) -> HttpResponse:
    """What is known of the citizen, the cases, and what was corrected; an old address leads to the survivor (K1)."""
    found = for_correcting(request, pk)
    if found.pk != pk:
        return redirect("desk:citizen", found.pk)
    look(request, "citizen", citizen_id=found.pk)
    leads = known.is_leader(request.user) and may_merge(request.user, found)
    context = {
        "citizen": found,
        "facts": known.facts_of(found),
        "cases": known.cases_of(request.user, found),
        "corrections": known.corrections_of(found),
        "merges": known.merges_of(found),
        "leads": leads,
    }
    return render(request, "desk/citizen.html", context)


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, pk: UUID) -> HttpResponse:
    """Correct name and contact facts; the earlier ones stay in the history."""
    found = for_correcting(request, pk)
    form = FactsForm(request.POST if request.method == "POST" else None, citizen=found)
    if request.method == "POST" and form.is_valid():
        try:
            correct_facts(citizen=found, facts=form.facts, seen=form.cleaned_data["seen"], by=request.user)
        except ChangedMeanwhile as changed:
            form.add_error(None, str(changed))
            form.data = {**request.POST.dict(), "seen": fingerprint(changed.citizen)}
            found = changed.citizen
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The details are saved"))
            return redirect("desk:citizen", found.pk)
    look(request, "citizen", citizen_id=found.pk)
    context = {"citizen": found, "form": form, "theirs": known.facts_of(found) if form.errors else []}
    return render(request, "desk/citizen_edit.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "POST"])
def number(request: SignedIn, pk: UUID) -> HttpResponse:
    """Correct the identity number, with a reason (K2). A number that somebody else has offers to compare the two."""
    found = for_correcting(request, pk)
    country = known.country_of(request.user, found)
    form = NumberForm(request.POST if request.method == "POST" else None, citizen=found, country=country)
    same: Citizen | None = None
    if request.method == "POST" and form.is_valid() and looks_up_too_much(request.user):
        # Asking for a correction again and again would tell which numbers are known here (T10).
        look(request, "too many searches by identity number", citizen_id=found.pk, kind=Access.Kind.DENIED)
        form.add_error(None, _("You have looked up many numbers in a short time. Wait a little."))
    elif request.method == "POST" and form.is_valid():
        try:
            correct_number(
                citizen=found,
                number=form.number,
                no_number_reason=form.cleaned_data["no_number_reason"],
                why=form.cleaned_data["why"],
                by=request.user,
            )
        except NumberTaken as taken:
            form.add_error("identity_number", str(taken))
            look(request, NUMBER_LOOK_UP, citizen_id=taken.other.pk, kind=Access.Kind.SEARCH)
            same = Citizen.objects.visible_to(request.user).filter(pk=taken.other.pk).first()
        except Refused as refused:
            form.add_error("identity_number", str(refused))
        else:
            messages.success(request, _("The number is corrected. Caseworker and referrer are told"))
            return redirect("desk:citizen", found.pk)
    look(request, "identity number", citizen_id=found.pk)
    context = {
        "citizen": found,
        "form": form,
        "number": known.masked_number(found),
        "same": same,
        "may_merge": same is not None and may_merge(request.user, found, same),
    }
    return render(request, "desk/citizen_number.html", context, status=UNPROCESSABLE if form.errors else 200)
