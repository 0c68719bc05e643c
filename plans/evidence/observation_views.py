"""Writing down what was seen, in two taps from the register or the case (L3)."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.forms import Form, ReasonForm
from core.http import UNPROCESSABLE
from plans.evidence.observations import holds_health_notes, observe, observed
from plans.models import Plan
from plans.permissions import may_ask_for_health_notes, may_observe, reading
from plans.requests import plan_or_404
from programmes.permissions import roles_in
from programmes.statuses import RUNNING

LONGEST = 500
WHY_READ = gettext_lazy("Why do you need to read it?")
MOVED = gettext_lazy("The plan has changed since you opened the page. Open it again")
# One tap is an observation; whoever has more to say writes it.
QUICK = [
    gettext_lazy("Went well today"),
    gettext_lazy("Managed it without help"),
    gettext_lazy("Needed some help"),
    gettext_lazy("Was hard today"),
]


class ObservationForm(Form):
    """Words of one's own, one of ours, or both; what was typed is never lost to a tap."""

    subgoal = forms.UUIDField(error_messages={"required": MOVED, "invalid": MOVED})
    text = forms.CharField(label=gettext_lazy("What did you see?"), max_length=LONGEST, required=False)
    quick = forms.CharField(max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        said = ". ".join(filter(None, [data.get("quick"), data.get("text")]))
        if not said and "text" not in self.errors:
            self.add_error("text", _("Write a word or more"))
        return {**data, "text": said[:LONGEST]}


@require_http_methods(["GET", "POST"])
def observations(request: SignedIn, reference: str) -> HttpResponse:
    """What was seen by subgoal, and a line to add; `next` leads back to the register."""
    plan = plan_or_404(request, reference)
    programme = plan.programme
    if not may_observe(request.user, programme):
        raise NotAllowed
    form = ObservationForm(request.POST if request.method == "POST" else None)
    back = request.POST.get("next") or request.GET.get("next", "")
    if not (back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)):
        back = ""
    if form.is_valid():
        try:
            observe(plan=plan, subgoal=form.cleaned_data["subgoal"], text=form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            messages.success(request, _("Kept on the subgoal"))
            return redirect(back or reverse("plans:observe", args=[reference]))
    return page(request, plan, form, back=back)


@require_POST
def health(request: SignedIn, reference: str) -> HttpResponse:
    """A team leader says why what was seen about health must be read; this once it is shown, and it is logged (J2)."""
    plan = plan_or_404(request, reference)
    if not may_ask_for_health_notes(roles_in(request.user, plan.programme)):
        raise NotAllowed
    why = ReasonForm(request.POST, label=WHY_READ)
    if not why.is_valid():
        return page(request, plan, ObservationForm(), why=why)
    look(
        request,
        f"health notes of plan {reference}",
        citizen_id=plan.programme.citizen_id,
        reason=why.cleaned_data["why"],
    )
    return page(request, plan, ObservationForm(), reads_health=True)


def page(
    request: SignedIn,
    plan: Plan,
    form: ObservationForm,
    *,
    back: str = "",
    why: ReasonForm | None = None,
    reads_health: bool = False,
) -> HttpResponse:
    """What was seen, as far as the reader reads; a team leader is asked for a reason where that is not all (J2)."""
    programme = plan.programme
    roles = roles_in(request.user, programme)
    may_read = reading(roles)
    asks = not reads_health and may_ask_for_health_notes(roles) and holds_health_notes(plan)
    context = {
        "plan": plan,
        "programme": programme,
        "form": form,
        "formset": why,
        "rows": observed(plan, replace(may_read, health_notes=True) if reads_health else may_read),
        "quick": QUICK,
        "next": back,
        "is_running": programme.status in RUNNING,
        "why": (why or ReasonForm(label=WHY_READ)) if asks else None,
    }
    is_wrong = form.errors or (why and why.errors)
    return render(request, "plans/observations.html", context, status=UNPROCESSABLE if is_wrong else 200)
