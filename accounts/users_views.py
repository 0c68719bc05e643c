"""The list of users, one user with the roles, and the switch between one's own (U2)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.deactivation import send_password_link
from accounts.keeping import Keeping, invitations_kept_by, keeping, memberships_of, users_kept_by
from accounts.leaving import workplaces
from accounts.memberships import give_role
from accounts.middleware import CHOSEN_POST
from accounts.models import User
from accounts.permissions import organisations_kept_by
from accounts.requests import SignedIn
from accounts.users_forms import RoleForm
from accounts.users_list import status_of, user_list
from audit.log import look
from audit.models import Access
from core.exceptions import Refused
from core.http import UNPROCESSABLE


def for_keepers(view: Callable) -> Callable:
    """Refuse whoever keeps no users at all; the view gets what the others may do as `keeps`."""

    @wraps(view)
    def guarded(request: SignedIn, *args: Any, **kwargs: Any) -> HttpResponse:
        keeps = keeping(request.user)
        if not keeps.is_any:
            if kwargs:
                raise Http404
            raise PermissionDenied
        return view(request, *args, keeps=keeps, **kwargs)

    return guarded


def kept_user(request: SignedIn, pk: int) -> User:
    """404 for everybody whom the signed-in user does not keep (T1)."""
    return get_object_or_404(users_kept_by(request.user), pk=pk)


@require_GET
@for_keepers
def users(request: SignedIn, keeps: Keeping) -> HttpResponse:
    """Everybody who works at the organisations that the user keeps, and who is invited."""
    look(request, "users", kind=Access.Kind.LIST)
    listed = user_list(request.user, request.GET)
    invited = invitations_kept_by(request.user).select_related("organisation", "unit", "invited_by").order_by("name")
    return render(
        request,
        "accounts/users.html",
        {
            "list": listed,
            "invitations": [(invitation, keeps.may_change(invitation)) for invitation in invited],
        },
        status=200 if listed.is_valid else UNPROCESSABLE,
    )


@require_GET
@for_keepers
def user(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    """One user: the roles, and what can be done about them and about the access."""
    person = kept_user(request, pk)
    look(request, f"user {person.pk}", kind=Access.Kind.VIEW)
    kept = set(organisations_kept_by(request.user).values_list("pk", flat=True))
    held = memberships_of(person)
    shown = [membership for membership in held if membership.organisation_id in kept]
    return render(
        request,
        "accounts/user.html",
        {
            "person": person,
            "tag": str(status_of(person)),
            "roles": [(membership, keeps.may_change(membership) and not membership.is_over) for membership in shown],
            "elsewhere": len(held) - len(shown),
            "may_give": any(keeps.roles_at(each.organisation) for each in shown),
            "may_send_link": person.is_active and any(map(keeps.may_change, held)),
            "may_deactivate": keeps.may_deactivate(held) and person.pk != request.user.pk,
            "places": [each for each in workplaces(person) if each.pk in keeps.administers | keeps.leads],
        },
    )


@require_http_methods(["GET", "POST"])
@for_keepers
def give(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    """One more role."""
    person = kept_user(request, pk)
    form = RoleForm(request.POST or None, keeping=keeps, kept=organisations_kept_by(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            membership = give_role(user=person, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                _("%(name)s is now %(role)s at %(organisation)s")
                % {
                    "name": person.name,
                    "role": membership.get_role_display().lower(),
                    "organisation": membership.organisation.name,
                },
            )
            return redirect("accounts:user", pk)
    return render(
        request,
        "accounts/give_role.html",
        {"person": person, "form": form},
        status=UNPROCESSABLE if form.errors else 200,
    )


@require_POST
@for_keepers
def send_link(request: SignedIn, pk: int, keeps: Keeping) -> HttpResponse:
    """A link for a new password, to the user's own mailbox."""
    person = kept_user(request, pk)
    try:
        send_password_link(user=person, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("A link for a new password is on its way to %(email)s") % {"email": person.email})
    return redirect("accounts:user", pk)


@require_POST
def switch(request: SignedIn) -> HttpResponse:
    """Work in another of the user's own roles from now on; what the user may do stays the sum of them (U2)."""
    wanted = request.POST.get("post", "")
    chosen = next((post for post in request.user.posts if post.key == wanted), None)
    if chosen is None:
        messages.error(request, _("You do not hold this role any more"))
    else:
        request.session[CHOSEN_POST] = chosen.key
    return redirect("desk:today")
