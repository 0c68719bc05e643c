"""Ending a programme before its time: interrupted, or never started (K4)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.fields import DateField, ReasonField
from core.forms import Form
from core.http import UNPROCESSABLE
from programmes.course import ending
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.statuses import MOVES, Status


class EndForm(Form):
    """How it ends, when, and why."""

    how = forms.ChoiceField(
        label=gettext_lazy("What has happened?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what has happened")},
    )
    on = DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Only for an interrupted programme. Nobody is expected after it."),
        required=False,
    )
    why = ReasonField(label=gettext_lazy("Why?"), help_text=gettext_lazy("The referrer is told and reads this."))

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        words = {
            Status.INTERRUPTED: _("The citizen does not come any more: the programme is interrupted"),
            Status.NEVER_STARTED: _("The citizen has not come at all: the programme never began"),
        }
        choices = [(status.value, word) for status, word in words.items() if status in MOVES[programme.status]]
        super().__init__(*args, initial={"on": timezone.localdate(), "how": choices[0][0]}, **kwargs)
        self.fields["how"].choices = choices  # type: ignore[attr-defined]
        if Status.INTERRUPTED not in MOVES[programme.status]:
            del self.fields["on"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("how") == Status.INTERRUPTED and not data.get("on") and "on" not in self.errors:
            self.add_error("on", _("Write the last day"))
        return data


@require_http_methods(["GET", "POST"])
def end(request: SignedIn, reference: str) -> HttpResponse:
    """Interrupt the programme, or say that it never began (K4)."""
    visible = Programme.objects.visible_to(request.user).select_related("citizen", "centre", "type")
    programme = visible.filter(reference=reference).first()
    if programme is None:
        raise Http404
    if not may_work_on(request.user, programme):
        raise NotAllowed
    if Status.NEVER_STARTED not in MOVES[programme.status] and Status.INTERRUPTED not in MOVES[programme.status]:
        messages.info(request, _("The programme has ended already"))
        return redirect("desk:case", reference)
    form = EndForm(request.POST if request.method == "POST" else None, programme=programme)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            if data["how"] == Status.INTERRUPTED:
                ending.interrupt(programme=programme, on=data["on"], why=data["why"], by=request.user)
            else:
                ending.never_start(programme=programme, why=data["why"], by=request.user)
        except Refused as refused:
            form.add_error("on" if data["how"] == Status.INTERRUPTED else "how", str(refused))
        else:
            messages.success(request, _("The programme has ended. The referrer is told"))
            return redirect("desk:case", reference)
    look(request, f"case {programme.reference}", citizen_id=programme.citizen_id)
    context = {"programme": programme, "form": form}
    return render(request, "desk/end.html", context, status=UNPROCESSABLE if form.errors else 200)
