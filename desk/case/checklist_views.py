"""The page of one line of the checklist: what is said about it, by whom, and how it is taken back (P9)."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.fields import DateField
from core.forms import Form
from core.http import UNPROCESSABLE
from desk.activities.pages import READ_REMARKS
from desk.case.checklist import item
from programmes.checklist import statements
from programmes.checklist.requirements import standing
from programmes.models import Programme, Statement
from programmes.permissions import may_work_on, roles_in
from programmes.statuses import RUNNING


class SayForm(Form):
    """Done on a day, or not relevant because."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How does it stand?"), widget=forms.RadioSelect, choices=Statement.Outcome.choices
    )
    on = DateField(label=gettext_lazy("Day"), required=False)
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Needed when it is not relevant: write why."),
    )

    def only_waive(self) -> None:
        """It is done elsewhere; here it can only be said that it does not concern the citizen."""
        self.fields["outcome"].widget = forms.HiddenInput()
        self.initial["outcome"] = Statement.Outcome.NOT_RELEVANT
        self.fields["remark"].label, self.fields["remark"].help_text = _("Or why it is not relevant"), ""
        del self.fields["on"]

    def clean(self) -> dict:
        data = super().clean() or {}
        if data.get("outcome") == Statement.Outcome.DONE and not data.get("on") and "on" not in self.errors:
            self.add_error("on", _("Write on which day it was done"))
        if data.get("outcome") == Statement.Outcome.NOT_RELEVANT and not (data.get("remark") or "").strip():
            self.add_error("remark", _("Write why it is not relevant"))
        return data


@require_http_methods(["GET", "HEAD", "POST"])
def requirement(request: SignedIn, reference: str, key: str) -> HttpResponse:
    """One line of a case's checklist. POST says that it is done or not relevant; `take_back` is a statement's id.

    What is done elsewhere is only linked from here: the real action is what counts.
    """
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "centre", "type", "caseworker"),
        reference=reference,
    )
    line = statements.requirement_of(programme, key)
    if line is None:
        raise Http404
    if roles_in(request.user, programme).isdisjoint(READ_REMARKS):
        raise NotAllowed
    look(request, f"checklist of {programme}", citizen_id=programme.citizen_id)
    may_say = may_work_on(request.user, programme) and programme.status in RUNNING
    form = SayForm(
        request.POST if "outcome" in request.POST else None, initial={"outcome": "done", "on": timezone.localdate()}
    )
    if not statements.can_be_said(line):
        form.only_waive()
    if request.method == "POST":
        if not may_say:
            raise NotAllowed
        if answer := act(request, programme, key, form):
            return answer
    [one] = [one for one in standing(programme) if one.key == key]
    shown = item(programme, one, str(line), timezone.localdate())
    context = {
        "programme": programme,
        "item": shown,
        "elsewhere": "" if statements.can_be_said(line) else shown["deed"],
        "form": form if may_say and shown["is_open"] and statements.can_be_waived(line) else None,
        "said": list(Statement.objects.filter(programme=programme, key=key).select_related("said_by", "taken_back_by")),
        "may_say": may_say,
    }
    return render(request, "desk/requirement.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


def act(request: SignedIn, programme: Programme, key: str, form: SayForm) -> HttpResponse | None:
    """Do what was sent; None when the page must show what is wrong."""
    try:
        if "take_back" in request.POST:
            found = Statement.objects.filter(programme=programme, key=key)
            pk = request.POST["take_back"]
            statement = get_object_or_404(found, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0)
            statements.take_back(statement=statement, by=request.user)
            messages.success(request, _("Taken back"))
            return redirect("desk:requirement", programme.reference, key)
        if not form.is_valid():
            return None
        data = form.cleaned_data
        if data["outcome"] == Statement.Outcome.DONE:
            statements.say_done(programme=programme, key=key, on=data["on"], remark=data["remark"], by=request.user)
        else:
            statements.say_not_relevant(programme=programme, key=key, why=data["remark"], by=request.user)
    except Refused as refused:
        form.add_error(None, str(refused)) if form.is_bound else messages.error(request, str(refused))
        return None
    messages.success(request, _("Saved"))
    return redirect("desk:case", programme.reference)
