"""The editor of a plan: writing the draft, a new version, throwing it away (L1, L2)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from audit.models import Event
from core.exceptions import Refused
from core.forms import ReasonForm
from core.http import CONFLICT, UNPROCESSABLE
from plans import actions
from plans.content import Content, of_version
from plans.form_parts import TITLE_LENGTH
from plans.models import Plan, Version
from plans.requests import own_plan_or_404
from plans.statuses import Status
from plans.writing import forms as editor_forms
from plans.writing import standards


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
