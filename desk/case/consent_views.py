"""What the citizen of a case allows: the consents, one more, and one that is withdrawn (R9)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from audit.log import look
from citizens.models import Consent
from core.exceptions import Refused
from core.fields import DateField
from core.forms import Form, ReasonForm
from core.http import UNPROCESSABLE
from core.templatetags.dates import short_day
from desk.case.people_views import case_or_404
from desk.rows import Link, Row, Tag, link_to
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.rights import consents as actions
from programmes.statuses import RUNNING
from worklist.models import Task

CENTRE = "centre:"


class ConsentForm(Form):
    """What the citizen allows, since when, given how and until when."""

    what = forms.ChoiceField(label=gettext_lazy("What the citizen allows"))
    given_on = DateField(label=gettext_lazy("Given on"))
    given_how = forms.ChoiceField(label=gettext_lazy("How"), choices=Consent.Given.choices)
    ends_on = DateField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty means until it is withdrawn.")
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.centres = {f"{CENTRE}{one.pk}": one for one in actions.centres_to_share_with(programme)}
        own = [(one.key, str(one)) for one in programme.type.settings.consents]
        words = _("One plan together with %(centre)s")
        others = [(key, words % {"centre": centre.name}) for key, centre in self.centres.items()]
        self.fields["what"].choices = [("", _("Choose")), *own, *others]  # type: ignore[attr-defined]
        self.fields["given_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given_on, ends_on = data.get("given_on"), data.get("ends_on")
        if given_on and ends_on and ends_on < given_on:
            self.add_error("ends_on", _("The end must not lie before the start"))
        return data


@require_http_methods(["GET", "POST"])
def consents(request: SignedIn, reference: str) -> HttpResponse:
    """The consents of the case, and a form for one that was given later."""
    programme = case_or_404(request, reference, to_change=request.method == "POST")
    may_change = may_work_on(request.user, programme)
    form = None
    if may_change and programme.status in RUNNING:
        form = ConsentForm(request.POST if request.method == "POST" else None, programme=programme)
    if form is not None and form.is_valid():
        data = form.cleaned_data
        what = data.pop("what")
        try:
            actions.give(
                programme=programme, key=what, centre=form.centres.get(what), by=request.user,
                given_on=data["given_on"], given_how=data["given_how"], ends_on=data["ends_on"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The consent is written down"))
            return redirect("desk:consents", reference)
    look(request, f"consents of {programme}", citizen_id=programme.citizen_id)
    found = list(actions.consents_of(programme))
    context = {
        "programme": programme,
        "standing": [row_of(one, programme, may_change) for one in found if one.withdrawn_on is None],
        "withdrawn": [row_of(one, programme, may_change) for one in found if one.withdrawn_on],
        "form": form,
        "asks": may_change
        and Task.objects.open().filter(kind="consent_withdrawn", source=actions.source_of(programme)).exists(),
    }
    wrong = form is not None and form.errors
    return render(request, "desk/consents.html", context, status=UNPROCESSABLE if wrong else 200)


def row_of(consent: Consent, programme: Programme, may_change: bool) -> Row:
    """One consent: between whom, given when and how, until when, and what ends with it."""
    today = timezone.localdate()
    told = [consent.parties, f"{consent.get_given_how_display()}, {short_day(consent.given_on)}"]
    tag = None
    if consent.withdrawn_on:
        by = consent.withdrawn_by.name if consent.withdrawn_by else ""
        words = _("Withdrawn %(day)s, written down by %(name)s") % {"day": short_day(consent.withdrawn_on), "name": by}
        told += [words, consent.withdrawn_why]
        tag = Tag("calm", "dash-circle", _("withdrawn"))
    elif consent.ends_on and consent.ends_on < today:
        tag = Tag("due", "clock", _("ran out %(day)s") % {"day": short_day(consent.ends_on)})
    elif consent.ends_on:
        tag = Tag("ok", "check-circle", _("until %(day)s") % {"day": short_day(consent.ends_on)})
    else:
        tag = Tag("ok", "check-circle", _("holds"))
    if not consent.withdrawn_on and actions.rests_on(programme, consent):
        told.append(_("What the referrer sees of the case rests on it"))
    end = Link(link_to("desk:consent_withdraw", programme.reference, consent.pk), _("Withdraw"), hint=consent.purpose)
    return Row(
        title=consent.purpose,
        text=" · ".join(word for word in told if word),
        tag=tag,
        actions=[end] if may_change and consent.withdrawn_on is None else [],
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The citizen withdraws a consent: what ends with it is said before, and ends at once."""
    programme = case_or_404(request, reference)
    consent = get_object_or_404(Consent.objects.of_case(programme.citizen_id, programme.centre_id), pk=pk)
    label = _("What did the citizen say?")
    form = ReasonForm(request.POST if request.method == "POST" else None, label=label)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(consent=consent, why=form.cleaned_data["why"], by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The consent is withdrawn, and what rested on it has ended"))
        return redirect("desk:consents", reference)
    look(request, f"consents of {programme}", citizen_id=programme.citizen_id)
    context = {
        "programme": programme,
        "consent": consent,
        "form": form,
        "closes": actions.rests_on(programme, consent),
    }
    return render(request, "desk/consent_withdraw.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def dealt_with(request: SignedIn, reference: str) -> HttpResponse:
    """It is agreed how the case goes on without the consent."""
    programme = case_or_404(request, reference)
    actions.deal_with(programme=programme, by=request.user)
    messages.success(request, _("Saved"))
    return redirect("desk:consents", reference)
