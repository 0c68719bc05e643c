"""The plan's pages: reading, writing, following up."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Event
from core.exceptions import Refused
from core.fields import parse_date
from core.forms import ReasonForm
from plans import abandoning, actions, cards, confirming, deferring, editor_forms, forms, standards, summaries
from plans.content import Content, of_version
from plans.follow_ups import record_follow_up
from plans.form_parts import TITLE_LENGTH
from plans.measuring import measured_of
from plans.models import Plan, Version
from plans.permissions import may_edit, may_observe, reading
from plans.progress import progress
from plans.statuses import Party, Status
from plans.tablet import tapped
from programmes.permissions import roles_in
from programmes.statuses import RUNNING

CONFLICT = 409
UNPROCESSABLE = 422


def plan_or_404(request: SignedIn, reference: str) -> Plan:
    """The plan of a case that the user may see; the look is logged (T1, T5)."""
    related = ("citizen", "centre", "caseworker", "type")
    plan = get_object_or_404(
        Plan.objects.visible_to(request.user).select_related(*(f"programme__{name}" for name in related)),
        programme__reference=reference,
    )
    look(request, f"plan {reference}", citizen_id=plan.programme.citizen_id)
    return plan


def own_plan_or_404(request: SignedIn, reference: str) -> Plan:
    """The same for those who work on it; who only reads it gets 403."""
    plan = plan_or_404(request, reference)
    if not may_edit(request.user, plan.programme):
        raise PermissionDenied
    return plan


@require_GET
def detail(request: SignedIn, reference: str) -> HttpResponse:
    plan = plan_or_404(request, reference)
    programme = plan.programme
    roles = roles_in(request.user, programme)
    page = cards.plan_page(plan, reading=reading(roles), chosen=request.GET.get("subgoal", ""))
    may = may_edit(request.user, programme)
    now = cards.what_now(page, may_edit=may, is_running=programme.status in RUNNING)
    context = {"page": page, "plan": plan, "programme": programme, "may_edit": may, "now": now}
    context["may_observe"] = page.is_confirmed and may_observe(request.user, programme)
    if page.is_confirmed:
        context |= around(plan, page, roles=roles, may_edit=may)
    if page.is_confirmed and may and programme.status in RUNNING:
        for subgoal in (one for card in page.goals for one in card["subgoals"]):
            subgoal["abandon"] = reverse("plans:abandon", args=[reference, subgoal["key"]])
    return render(request, "plans/detail.html", context)


def around(plan: Plan, page: cards.PlanPage, *, roles: set[str], may_edit: bool) -> dict[str, Any]:
    """What stands around an agreed plan: who confirmed it, what was given up, what the referrer was told (L1-L3)."""
    version = page.version
    if version is None:
        return {}
    may_see_proof = may_edit or Role.CITIZEN in roles
    lines = confirming.lines(version, plan.programme, with_proof=may_see_proof)
    missing = [line.party for line in lines if line.row is None]
    own = [party for party, role in confirming.OWN_ROLE.items() if role in roles and party in missing]
    return {
        "confirmations": lines,
        "may_agree": bool(own) and plan.programme.status in RUNNING,
        "may_sign": may_edit and Party.CITIZEN in missing and plan.programme.status in RUNNING,
        "may_see_proof": may_see_proof,
        "reads_reasons": reading(roles).comments,
        "given_up": abandoning.history(plan, reading(roles)),
        "standing": deferring.standing(plan) if may_edit else None,
        "summary": summaries.latest(plan) if may_edit or Role.REFERRER in roles else None,
    }


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, reference: str) -> HttpResponse:
    """The editor of the draft. Its buttons `do` something: rearrange the page, save, or throw the draft away."""
    plan = own_plan_or_404(request, reference)
    version = plan.versions.latest("number")
    if request.method == "POST":
        try:
            return sent(request, plan, version)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:detail", reference)
    if version.status == Status.CONFIRMED:
        return ask_why(request, plan, why_changed())
    form = editor_forms.PlanForm(
        goals=editor_forms.raw_of(of_version(version)),
        first_day=plan.programme.starts_on,
        initial={"number": version.number, "revision": version.revision},
    )
    return editor(request, plan, version, form)


def sent(request: SignedIn, plan: Plan, version: Version) -> HttpResponse:
    """Answer one press of a button in the editor."""
    do = request.POST.get("do", "save")
    reference = plan.programme.reference
    if do == "new-version" and "goals" not in request.POST:
        why = why_changed(request.POST)
        if not why.is_valid():
            return ask_why(request, plan, why, status=UNPROCESSABLE)
        actions.new_version(plan=plan, by=request.user, why=why.cleaned_data["why"])
        return redirect("plans:edit", reference)
    if do == "discard":
        actions.discard_draft(plan=plan, by=request.user)
        messages.success(request, _("The new version was thrown away"))
        return redirect("plans:detail", reference)
    goals, first_day = editor_forms.typed(request.POST), plan.programme.starts_on
    if do not in ("save", "save-and-confirm", "new-version"):
        if do.startswith("standard:"):
            goals, target = standards.added(goals, do, standards.offered(plan.programme))
        else:
            goals, target = editor_forms.rearranged(goals, do)
        is_moved = do.startswith(("up:", "down:", "move:"))
        opened = {name: request.POST.get(name, "") for name in ("number", "revision")}
        return editor(
            request,
            plan,
            version,
            editor_forms.PlanForm(goals=goals, first_day=first_day, initial=opened),
            go_to=target,
            said=editor_forms.new_place(goals, target) if is_moved else "",
        )
    form = editor_forms.PlanForm(request.POST, goals=goals, first_day=first_day)
    if not form.is_valid():
        return editor(request, plan, version, form, status=UNPROCESSABLE)
    try:
        save(request, plan, form, as_new_version=do == "new-version")
    except actions.StalePlan as stale:
        form.opened(stale.version.number, stale.version.revision)
        return editor(request, plan, stale.version, form, standing=stale.content, status=CONFLICT)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return editor(request, plan, version, form, status=UNPROCESSABLE)
    messages.success(request, _("The plan is saved"))
    return redirect("plans:confirm" if do == "save-and-confirm" else "plans:detail", reference)


def save(request: SignedIn, plan: Plan, form: editor_forms.PlanForm, *, as_new_version: bool) -> None:
    """Save what was typed into the draft that was opened, or into a new version when that one is confirmed now."""
    number, revision = form.cleaned_data["number"], form.cleaned_data["revision"]
    with transaction.atomic():
        if as_new_version:
            version = actions.new_version(plan=plan, by=request.user, why=typed_reason(request))
            number, revision = version.number, version.revision
        actions.save_draft(plan=plan, content=form.content(), number=number, revision=revision, by=request.user)


def typed_reason(request: SignedIn) -> str:
    """What stands beside the button `new-version`; the box of the page holds no more."""
    return request.POST.get("why", "").replace("\x00", "")[:TITLE_LENGTH]


def editor(
    request: SignedIn,
    plan: Plan,
    version: Version,
    form: editor_forms.PlanForm,
    *,
    standing: Content | None = None,
    go_to: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    """The editor's page. `standing` is what somebody else saved meanwhile, shown beside what was typed (T13).

    `said` is read out: where a part that was moved stands now.
    """
    context: dict[str, Any] = {
        "plan": plan,
        "programme": plan.programme,
        "version": version,
        "form": form,
        "go_to": go_to,
        "said": said,
        "standards": standards.offered(plan.programme),
        "is_locked": version.status == Status.CONFIRMED,
        "may_discard": version.status == Status.DRAFT and version.number > 1,
    }
    if standing is not None:
        context["standing"] = standing
        context["saved_by"], context["saved_at"] = last_saved(plan)
    return render(request, "plans/edit.html", context, status=status)


def last_saved(plan: Plan) -> tuple[str, datetime | None]:
    """Who last saved or confirmed the plan, and when."""
    saved = Event.objects.filter(subject=str(plan), verb__in=["plan_saved", "plan_confirmed"]).order_by("-at").first()
    return (saved.actor_name, saved.at) if saved else ("", None)


def why_changed(data: QueryDict | None = None) -> ReasonForm:
    return ReasonForm(data, label=_("Why is the plan changed?"))


def ask_why(request: SignedIn, plan: Plan, form: ReasonForm, *, status: int = 200) -> HttpResponse:
    """A confirmed plan is locked: before it is changed, say why (L2)."""
    context = {"plan": plan, "programme": plan.programme, "form": form}
    return render(request, "plans/new_version.html", context, status=status)


def day_of(written: str) -> date:
    """The day of the talk as it was sent; today for what is no day, or not one that a talk can have been held on."""
    try:
        return min(parse_date(written) or timezone.localdate(), timezone.localdate())
    except ValueError:
        return timezone.localdate()


@require_http_methods(["GET", "POST"])
def follow_up(request: SignedIn, reference: str) -> HttpResponse:
    plan = own_plan_or_404(request, reference)
    subgoals = [one for one in progress(plan).subgoals if one.is_current]
    if not subgoals:
        messages.error(request, _("Confirm the plan first; then its steps can be followed"))
        return redirect("plans:detail", reference)
    newest = plan.follow_ups.select_related("by").order_by("pk").last()
    form = forms.FollowUpForm(
        request.POST if request.method == "POST" else None,
        plan=plan,
        subgoals=subgoals,
        measured=measured_of(
            plan.programme, [one.subgoal for one in subgoals], until=day_of(request.POST.get("held_on", ""))
        ),
        tapped=tapped(request.GET),
        initial={"held_on": timezone.localdate(), "last_seen": newest.pk if newest else 0},
    )
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                record_follow_up(
                    plan=plan,
                    held_on=form.cleaned_data["held_on"],
                    steps=form.steps(),
                    comment=form.cleaned_data["comment"],
                    next_on=form.cleaned_data["next_on"],
                    last_seen=form.cleaned_data["last_seen"],
                    by=request.user,
                )
            except Refused as refusal:
                form.refuse(refusal, last_seen=newest.pk if newest else 0)
                status = CONFLICT
            else:
                messages.success(request, _("The follow-up is saved"))
                return redirect("plans:detail", reference)
    context = {"plan": plan, "programme": plan.programme, "form": form, "newest": newest}
    return render(request, "plans/follow_up.html", context, status=status)
