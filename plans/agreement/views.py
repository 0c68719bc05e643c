"""Confirming a plan: at the meeting, afterwards, and by citizen and referrer themselves (L2)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Role
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from core.templatetags.components import tag
from journal import documents
from journal.models import Document
from plans.agreement import confirming
from plans.agreement.forms import ConfirmForm, SignForm
from plans.content import missing
from plans.models import Confirmation, Plan, Version
from plans.permissions import may_edit, reading
from plans.progress import EVERYTHING
from plans.requests import own_plan_or_404, plan_or_404
from plans.showing import cards
from plans.statuses import Party, Status
from plans.writing import abandoning
from programmes.permissions import roles_in


@require_http_methods(["GET", "POST"])
def confirm(request: SignedIn, reference: str) -> HttpResponse:
    """Read the draft together and confirm it; the citizen signs here, on paper, or later."""
    plan = own_plan_or_404(request, reference)
    version = plan.versions.filter(status=Status.DRAFT).first()
    if version is None:
        messages.info(request, _("The plan is confirmed already"))
        return redirect("plans:detail", reference)
    status = 200
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    asks_citizen = Party.CITIZEN in confirming.asked(plan.programme)
    form = ConfirmForm(
        *sent,
        plan=plan,
        asks_citizen=asks_citizen,
        initial={"revision": version.revision, "agreed_on": timezone.localdate()},
    )
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            agreed_on, revision = form.cleaned_data["agreed_on"], form.cleaned_data["revision"]
            try:
                confirming.confirm(
                    version=version, agreed_on=agreed_on, revision=revision, citizen=form.given, by=request.user
                )
            except Refused as refusal:
                messages.error(request, str(refusal))
                return redirect("plans:confirm", reference)
            messages.success(request, _("The plan is confirmed"))
            return redirect("plans:detail", reference)
    goals = list(cards.goals_of(version, EVERYTHING))
    context = {"form": form, "missing": missing(cards.of_goals(goals)), **shown(plan, version, goals)}
    return render(request, "plans/confirm.html", context, status=status)


@require_http_methods(["GET", "POST"])
def sign(request: SignedIn, reference: str) -> HttpResponse:
    """The citizen's yes to the plan in force, written down by staff afterwards."""
    plan = own_plan_or_404(request, reference)
    version = plan.in_force()
    if version is None:
        return redirect("plans:confirm", reference)
    if not confirming.waits_for(Party.CITIZEN, version, plan.programme):
        messages.info(request, _("There is nothing to confirm here now"))
        return redirect("plans:detail", reference)
    status = 200
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = SignForm(*sent, standing=version, initial={"version": version.number, "given_on": timezone.localdate()})
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid() and form.given:
            try:
                confirming.record_citizen(
                    version=get_object_or_404(plan.versions, number=form.cleaned_data["version"]),
                    given=form.given,
                    given_on=form.cleaned_data["given_on"],
                    by=request.user,
                )
            except Refused as refusal:
                messages.error(request, str(refusal))
                return redirect("plans:sign", reference)
            messages.success(request, _("The citizen's confirmation is kept"))
            return redirect("plans:detail", reference)
    context = {"form": form, **shown(plan, version, list(cards.goals_of(version, EVERYTHING)))}
    return render(request, "plans/sign.html", context, status=status)


@require_http_methods(["GET", "POST"])
def agree(request: SignedIn, reference: str) -> HttpResponse:
    """Citizen and referrer read the plan in force and say yes themselves."""
    plan = plan_or_404(request, reference)
    roles = roles_in(request.user, plan.programme)
    party = next((one for one, role in confirming.OWN_ROLE.items() if role in roles), None)
    if party is None:
        raise NotAllowed
    back = "desk:own_plan" if party == Party.CITIZEN else "plans:detail"
    where = [] if party == Party.CITIZEN else [reference]
    version = plan.in_force()
    if version is None or not confirming.waits_for(party, version, plan.programme):
        messages.info(request, _("There is nothing to confirm here now"))
        return redirect(back, *where)
    if request.method == "POST":
        read = plan.versions.filter(number=number_of(request.POST.get("version", ""))).first()
        try:
            if read is None:
                raise Refused(_("The plan has changed since you opened the page. Open it again"))
            confirming.agree(version=read, party=party, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:agree", reference)
        messages.success(request, _("Thank you. You have confirmed the plan"))
        return redirect(back, *where)
    goals = list(cards.goals_of(version, reading(roles)))
    context = {"party": party, "back": back, "is_citizen": party == Party.CITIZEN, **shown(plan, version, goals)}
    return render(request, "plans/agree.html", context)


def number_of(text: str) -> int:
    """The number of a version as a page sent it; 0, which no version has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


@require_GET
def proof(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The signature or the scan, for those who write the plan and for the citizen; logged (T5)."""
    plan = plan_or_404(request, reference)
    if not may_edit(request.user, plan.programme) and Role.CITIZEN not in roles_in(request.user, plan.programme):
        raise NotAllowed
    row = get_object_or_404(Confirmation, pk=pk, version__plan=plan)
    document = Document.objects.select_related("content").filter(carrier=str(row)).first()
    if document is None:
        raise Http404
    try:
        return documents.deliver(request, document)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("plans:detail", reference)


def shown(plan: Plan, version: Version, goals: list) -> dict[str, Any]:
    """What every page on which somebody says yes shows of the version: all of it, and what of it was given up since."""
    page = cards.PlanPage(plan)
    drawn = [cards.goal_card(goal, {}, page) for goal in goals]
    gone = abandoning.given_up(plan)
    for subgoal in (one for card in drawn for one in card["subgoals"] if one["key"] in gone):
        subgoal["tag"] = tag("calm", "dash-circle", _("Given up"))
    return {"plan": plan, "programme": plan.programme, "version": version, "goals": drawn}
