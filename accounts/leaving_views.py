"""Ending a role, deactivating and reactivating, and who takes over what is open (U2)."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import deactivation, leaving, memberships
from accounts.keeping import Keeping, memberships_of
from accounts.leaving import Handover, handover_at, handovers_of, roles_left
from accounts.models import Membership, Organisation, User
from accounts.permissions import organisations_kept_by
from accounts.requests import SignedIn
from accounts.roles import Role
from accounts.users_forms import LastDayForm, TakersForm
from accounts.users_views import for_keepers, kept_user
from core.exceptions import Refused
from core.http import UNPROCESSABLE


@require_http_methods(["GET", "POST"])
@for_keepers
def deactivate(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    """What is open by kind, who takes over, and then nobody signs in as this user any more."""
    person = kept_user(request, pk)
    if not keeps.may_deactivate(memberships_of(person)):
        raise PermissionDenied
    if not person.is_active:
        messages.info(request, _("%(name)s is deactivated") % {"name": person.name})
        return redirect("accounts:user", pk)
    return leave(
        request,
        person,
        handovers_of(person),
        title=_("Deactivate %(name)s") % {"name": person.name},
        lead=_("Nobody can sign in as this user afterwards. What they have written keeps their name."),
        submit=_("Deactivate"),
        done=_("%(name)s is deactivated") % {"name": person.name},
        act=lambda takers: deactivation.deactivate(user=person, takers=takers, by=request.user),
    )


@require_POST
@for_keepers
def reactivate(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    person = kept_user(request, pk)
    deactivation.reactivate(user=person, by=request.user)
    messages.success(request, _("%(name)s can sign in again") % {"name": person.name})
    return redirect("accounts:user", pk)


@require_http_methods(["GET", "POST"])
@for_keepers
def hand_over(request: SignedIn, pk: int, organisation: int, keeps: Keeping) -> HttpResponse:
    """What is open at one organisation goes to a colleague although the user stays."""
    person = kept_user(request, pk)
    place = get_object_or_404(Organisation, pk=organisation, pk__in=keeps.administers | keeps.leads)
    handover = handover_at(person, place)
    if handover is None:
        messages.info(request, _("%(name)s has nothing open there") % {"name": person.name})
        return redirect("accounts:user", pk)
    return leave(
        request,
        person,
        [handover],
        title=_("Hand over the work of %(name)s") % {"name": person.name},
        lead=_("The roles stay as they are. Everything that is open goes to the one whom you choose."),
        submit=_("Hand over the work"),
        done=_("The work of %(name)s is handed over") % {"name": person.name},
        act=lambda takers: leaving.hand_over(user=person, organisation=place, taker=takers[place.pk], by=request.user),
    )


@require_http_methods(["GET", "POST"])
@for_keepers
def role(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    """The last day of one role. `now` takes it away at once; a day that has come asks who takes over."""
    held = get_object_or_404(
        Membership.objects.exclude(role=Role.CITIZEN)
        .filter(organisation__in=organisations_kept_by(request.user))
        .select_related("user", "organisation", "unit"),
        pk=pk,
    )
    if not keeps.may_change(held):
        raise PermissionDenied
    if held.is_over:
        raise Http404
    if "now" in request.GET:
        left = roles_left(held.user, held.organisation, without=held)
        handover = handover_at(held.user, held.organisation, left=left)
        return leave(
            request,
            held.user,
            [handover] if handover else [],
            title=_("Take the role away from %(name)s") % {"name": held.user.name},
            lead=_("%(role)s at %(organisation)s: gone at the next page that they open.")
            % {"role": held.get_role_display(), "organisation": held.organisation.name},
            submit=_("Take the role away"),
            done=_("The role is taken away"),
            act=lambda takers: memberships.take_away(membership=held, takers=takers, by=request.user),
        )
    form = LastDayForm(request.POST or None, initial={"ends_on": held.ends_on})
    if request.method == "POST" and form.is_valid():
        last_day = form.cleaned_data["ends_on"]
        if last_day == timezone.localdate() and handover_at(
            held.user, held.organisation, left=roles_left(held.user, held.organisation, without=held)
        ):
            messages.info(request, _("There is open work. Choose who takes over, and the role ends now."))
            return redirect(f"{request.path}?now")
        try:
            memberships.set_last_day(membership=held, ends_on=last_day, takers={}, by=request.user)
        except Refused as refused:
            form.add_error("ends_on", str(refused))
        else:
            messages.success(request, _("Saved"))
            return redirect("accounts:user", held.user_id)
    return render(
        request,
        "accounts/role.html",
        {"held": held, "person": held.user, "form": form, "today": timezone.localdate()},
        status=UNPROCESSABLE if form.errors else 200,
    )


def leave(
    request: SignedIn,
    person: User,
    handovers: Sequence[Handover],
    *,
    title: str,
    lead: str,
    submit: str,
    done: str,
    act: Callable[[dict[int, User]], None],
) -> HttpResponse:
    """One page for all that hands work over: what is open, who takes it, one button."""
    form = TakersForm(request.POST if request.method == "POST" else None, handovers=handovers)
    stuck = [handover for handover in handovers if not handover.takers]
    if request.method == "POST" and not stuck and form.is_valid():
        try:
            act(form.takers)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, done)
            return redirect("accounts:user", person.pk)
    return render(
        request,
        "accounts/leave.html",
        {
            "person": person,
            "form": form,
            "handovers": handovers,
            "stuck": stuck,
            "title": title,
            "lead": lead,
            "submit": submit,
        },
        status=UNPROCESSABLE if form.errors or (stuck and request.method == "POST") else 200,
    )
