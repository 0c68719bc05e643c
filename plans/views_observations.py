"""Writing down what was seen, in two taps from the register or the case (L3)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from core.exceptions import Refused
from core.forms import Form
from plans.observations import observe, observed
from plans.permissions import may_observe, reading
from plans.views import UNPROCESSABLE, plan_or_404
from programmes.permissions import roles_in
from programmes.statuses import RUNNING

LONGEST = 500
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
        raise PermissionDenied
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
    context = {
        "plan": plan,
        "programme": programme,
        "form": form,
        "rows": observed(plan, reading(roles_in(request.user, programme))),
        "quick": QUICK,
        "next": back,
        "is_running": programme.status in RUNNING,
    }
    return render(request, "plans/observations.html", context, status=UNPROCESSABLE if form.errors else 200)
