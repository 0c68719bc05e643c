"""Finding two records of one person, comparing them, making them one, and undoing it (K1)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from citizens.models import Citizen, Merge
from citizens.permissions import may_merge
from core.exceptions import NotAllowed, Refused
from core.forms import ReasonForm
from core.http import UNPROCESSABLE
from desk.citizen import merging
from desk.citizen.comparing import PAIRS_SHOWN, MergeForm, likely_pairs, rows_of, side_of
from desk.citizen.forms import ReferenceForm
from desk.citizen.views import for_correcting, visible
from desk.search.cases import as_reference
from programmes.models import Programme
from programmes.statuses import RUNNING
from referrals.models import Referral


def leading(request: SignedIn, pk: UUID) -> Citizen:
    """The citizen, for a team leader of a centre that has the case; 404 or 403 otherwise."""
    citizen = for_correcting(request, pk)
    if not request.user.has_role(Role.TEAM_LEADER):
        raise NotAllowed
    return citizen


@require_GET
def duplicates(request: SignedIn) -> HttpResponse:
    """Pairs of records at the user's centres that may be one person."""
    if not request.user.has_role(Role.TEAM_LEADER):
        raise NotAllowed
    pairs = likely_pairs(request.user, timezone.localdate())
    look(request, "likely duplicates", kind=Access.Kind.LIST)
    return render(request, "desk/duplicates.html", {"pairs": pairs, "is_cut": len(pairs) == PAIRS_SHOWN})


@require_http_methods(["GET", "POST"])
def merge_with(request: SignedIn, pk: UUID) -> HttpResponse:
    """Name another case whose citizen is the same person."""
    citizen = leading(request, pk)
    form = ReferenceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        other = citizen_of(request, form.cleaned_data["reference"])
        if other is None:
            form.add_error("reference", _("You see no case with this reference"))
        elif other == citizen:
            form.add_error("reference", _("That case is this citizen's already"))
        else:
            return redirect("desk:merge", citizen.pk, other.pk)
    look(request, "citizen", citizen_id=citizen.pk)
    context = {"citizen": citizen, "form": form}
    return render(request, "desk/merge_with.html", context, status=UNPROCESSABLE if form.errors else 200)


def citizen_of(request: SignedIn, text: str) -> Citizen | None:
    """Whose case has this reference, of those that the user may see. At most two queries."""
    reference = as_reference(text.strip())
    if not reference:
        return None
    for rows in (Programme.objects.visible_to(request.user), Referral.objects.visible_to(request.user)):
        case = rows.filter(reference=reference).select_related("citizen").first()
        if case is not None:
            return case.citizen
    return None


@require_http_methods(["GET", "POST"])
def merge(request: SignedIn, pk: UUID, other: UUID) -> HttpResponse:
    """The two side by side: what is known of each, what stays, what is in the way; and the button (K1)."""
    one, another = leading(request, pk), visible(request, other)
    if one == another:
        return redirect("desk:citizen", one.pk)
    survivor, loser = merging.pair_of(one, another)
    leads_all = may_merge(request.user, survivor, loser)
    # What stands in the way names cases and hours of every centre; who does not lead them all learns no more (T1).
    obstacles = (
        merging.obstacles(survivor, loser)
        if leads_all
        else [_("One of the two also has a case at a centre that you do not lead. Somebody who leads both can do it.")]
    )
    form = MergeForm(request.POST if request.method == "POST" else None, survivor=survivor, loser=loser)
    if request.method == "POST" and obstacles:
        messages.error(request, obstacles[0])
        return redirect("desk:merge", pk, other)
    if request.method == "POST" and form.is_valid():
        choices = {name: form.cleaned_data[name] for name in form.differing}
        try:
            merging.merge(
                survivor=survivor, loser=loser, choices=choices, why=form.cleaned_data["why"], by=request.user
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("desk:merge", pk, other)
        messages.success(request, _("The two records are one now. All references lead here; it can be undone below"))
        return redirect("desk:citizen", survivor.pk)
    for citizen in (survivor, loser):
        look(request, "compared with another record", citizen_id=citizen.pk)
    sides = [side_of(request.user, citizen) for citizen in (survivor, loser)]
    context = {
        "sides": sides,
        "form": form,
        "rows": rows_of(form),
        "obstacles": obstacles,
        "has_two_numbers": bool(survivor.identity_number and loser.identity_number),
        "runs_twice": leads_all and runs_twice(survivor, loser),
        "back": one,
    }
    return render(request, "desk/merge.html", context, status=UNPROCESSABLE if form.errors else 200)


def runs_twice(survivor: Citizen, loser: Citizen) -> bool:
    """Whether both are in a running programme of one type: it may stay so, but somebody should know (P17)."""
    running = survivor.programmes.filter(status__in=RUNNING).values("type__key", "centre")
    kinds = {(row["type__key"], row["centre"]) for row in running}
    theirs = loser.programmes.filter(status__in=RUNNING).values_list("type__key", "centre")
    return bool(kinds.intersection(theirs))


@require_http_methods(["GET", "POST"])
def unmerge(request: SignedIn, pk: UUID, merge: int) -> HttpResponse:
    """Undo a merge, with a reason: everything is as before (K1)."""
    citizen = leading(request, pk)
    row = Merge.objects.filter(pk=merge, survivor=citizen).select_related("survivor", "loser", "by").first()
    if row is None:
        raise Http404
    if not may_merge(request.user, citizen, row.loser):
        raise NotAllowed
    if row.reversed_at:
        messages.info(request, _("The two records are two again already"))
        return redirect("desk:citizen", citizen.pk)
    form = ReasonForm(request.POST if request.method == "POST" else None, label=_("Why?"))
    if request.method == "POST" and form.is_valid():
        try:
            merging.unmerge(merge=row, why=form.cleaned_data["why"], by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The two records are two again, as they were"))
        return redirect("desk:citizen", citizen.pk)
    look(request, "citizen", citizen_id=citizen.pk)
    context = {"citizen": citizen, "merge": row, "form": form}
    return render(request, "desk/unmerge.html", context, status=UNPROCESSABLE if form.errors else 200)
