"""The page of people around a case, and what is done from it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.forms import ReasonForm
from core.http import UNPROCESSABLE
from desk.case.people import READERS, people_of, uncover
from desk.case.people_forms import LastDayForm, TeamForm
from programmes.models import Programme, TeamMember
from programmes.people import team
from programmes.permissions import may_work_on, roles_in
from programmes.rights import citizen_access, protection
from programmes.statuses import RUNNING


def case_or_404(request: SignedIn, reference: str, *, to_change: bool = True) -> Programme:
    """The programme of a case that the user may see (404), and work on, or at least read the people of (403)."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "centre", "type", "caseworker"),
        reference=reference,
    )
    may = may_work_on(request.user, programme) if to_change else roles_in(request.user, programme) & READERS
    if not may:
        raise NotAllowed
    return programme


@require_GET
def people(request: SignedIn, reference: str) -> HttpResponse:
    """Who is on the team, whether the citizen signs in, and a protected name for those who must have it."""
    return show(request, case_or_404(request, reference, to_change=False))


def show(
    request: SignedIn,
    programme: Programme,
    *,
    team_form: TeamForm | None = None,
    uncover_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = people_of(request, programme)
    if found.person:
        look(request, f"protected name of {programme}", citizen_id=programme.citizen_id, kind=Access.Kind.REVEAL)
    look(request, f"people of {programme}", citizen_id=programme.citizen_id)
    context: dict[str, Any] = {"programme": programme, "people": found, "form": team_form or uncover_form}
    if found.may_change and programme.status in RUNNING:
        context["team_form"] = team_form or TeamForm(programme=programme)
    if found.may_uncover and not found.person:
        context["uncover_form"] = uncover_form or reason_to_uncover()
    return render(request, "desk/people.html", context, status=status)


def reason_to_uncover(data: Any = None) -> ReasonForm:
    return ReasonForm(data, label=_("Why do you need the name and address?"), auto_id="id_uncover_%s")


@require_POST
def team_add(request: SignedIn, reference: str) -> HttpResponse:
    programme = case_or_404(request, reference)
    form = TeamForm(request.POST, programme=programme)
    if form.is_valid():
        data = form.cleaned_data
        user = form.people[data.pop("person")]
        try:
            team.add_to_team(programme=programme, user=user, by=request.user, **data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("%(name)s is on the team") % {"name": user.name})
            return redirect("desk:people", reference)
    return show(request, programme, team_form=form, status=UNPROCESSABLE)


@require_http_methods(["GET", "POST"])
def team_end(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    programme = case_or_404(request, reference)
    member = get_object_or_404(TeamMember.objects.select_related("user"), pk=pk, programme=programme)
    form = LastDayForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            team.end_on_team(member=member, on=form.cleaned_data["on"], by=request.user)
        except Refused as refused:
            form.add_error("on", str(refused))
        else:
            messages.success(request, _("Saved"))
            return redirect("desk:people", reference)
    look(request, f"people of {programme}", citizen_id=programme.citizen_id)
    context = {"programme": programme, "member": member, "form": form}
    return render(request, "desk/team_end.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def give_uncovered(request: SignedIn, reference: str) -> HttpResponse:
    """Show what is protected to who must have it and says why; logged before it is shown (experience 27)."""
    programme = case_or_404(request, reference)
    if not programme.citizen.is_protected:
        messages.error(request, _("The name is not protected any more"))
        return redirect("desk:people", reference)
    form = reason_to_uncover(request.POST)
    if not form.is_valid():
        return show(request, programme, uncover_form=form, status=UNPROCESSABLE)
    why = form.cleaned_data["why"]
    protection.note_uncovering(programme=programme, why=why, by=request.user)
    look(
        request, f"protected name of {programme}", citizen_id=programme.citizen_id, kind=Access.Kind.REVEAL, reason=why
    )
    uncover(request, programme.citizen)
    return redirect("desk:people", reference)


@require_POST
def own_access(request: SignedIn, reference: str) -> HttpResponse:
    """Give the citizen access to the own case, or with `do=end` take it back."""
    programme = case_or_404(request, reference)
    try:
        if request.POST.get("do") == "end":
            citizen_access.end_access(programme=programme, by=request.user)
            messages.success(request, _("The citizen can no longer sign in here"))
        else:
            citizen_access.give_access(programme=programme, by=request.user)
            messages.success(request, _("The citizen can sign in now and has been told how"))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("desk:people", reference)


@require_http_methods(["GET", "POST"])
def protect(request: SignedIn, reference: str) -> HttpResponse:
    """Protect the citizen's name and address, or lift the protection; either asks for a reason."""
    programme = case_or_404(request, reference)
    to_protect = not programme.citizen.is_protected
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why must the name and address be protected?") if to_protect else _("Why is it lifted?"),
        help_text=_("Kept in the log of the case."),
    )
    if request.method == "POST" and form.is_valid():
        try:
            protection.set_protection(
                programme=programme, is_protected=to_protect, why=form.cleaned_data["why"], by=request.user
            )
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(
                request, _("The name and address are protected") if to_protect else _("The protection is lifted")
            )
        return redirect("desk:people", reference)
    look(request, f"protection of {programme}", citizen_id=programme.citizen_id)
    context = {"programme": programme, "to_protect": to_protect, "form": form}
    return render(request, "desk/protect.html", context, status=UNPROCESSABLE if form.errors else 200)
