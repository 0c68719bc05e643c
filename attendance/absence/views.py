"""A report on absence: the caseworker's draft with what the referrer will see, and the referrer's page of it (A8)."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from attendance.absence import reports
from attendance.absence.facts import as_read, facts_of, fingerprint
from attendance.absence.forms import ReportForm
from attendance.models import AbsenceReport
from attendance.statuses import Status
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.forms import ReasonForm
from core.http import UNPROCESSABLE
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: SignedIn, pk: int) -> HttpResponse:
    """The report as the referrer reads it; to the caseworker a draft shows its form beside it."""
    found = report_of(request, pk)
    writes = found.status == Status.DRAFTED and reports.may_write(request.user, found)
    facts = found.facts or facts_of(found, at=timezone.now())
    if request.method == "POST":
        if not reports.may_write(request.user, found):
            raise NotAllowed
        return save(request, found, facts)
    return page(request, found, facts, form=form_of(found, facts) if writes else None)


def save(request: SignedIn, found: AbsenceReport, facts: dict) -> HttpResponse:
    form = form_of(found, facts, request.POST)
    if not form.is_valid():
        return page(request, found, facts, form=form, status=UNPROCESSABLE)
    try:
        reports.write_covering(
            report=found,
            covering_text=form.cleaned_data["covering_text"],
            left_out=form.left_out,
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
    except reports.Changed as changed:
        # Both texts are shown: what stands in the page, what was typed in the form, which now follows what stands.
        form.add_error("covering_text", str(changed))
        data = request.POST.copy()
        data["revision"] = str(changed.report.revision)
        form.data = data
        return page(
            request, changed.report, facts_of(changed.report, at=timezone.now()), form=form, status=UNPROCESSABLE
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("attendance:report", found.pk)
    messages.success(request, _("Saved, and not sent yet. Read what the referrer will see, then send it."))
    return redirect("attendance:report", found.pk)


@require_POST
def send(request: SignedIn, pk: int) -> HttpResponse:
    """Send what was seen; twice is once (T12). Words that were typed and not saved are saved and shown first."""
    found = report_of(request, pk)
    if found.status == Status.DRAFTED and reports.may_write(request.user, found):
        facts = facts_of(found, at=timezone.now())
        if "revision" in request.POST and form_of(found, facts, request.POST).has_changed():
            return save(request, found, facts)
    try:
        reports.send_report(report=found, seen=request.POST.get("seen", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Sent to %(organisation)s.") % {"organisation": found.programme.referring_organisation}
        )
    return redirect("attendance:report", found.pk)


@require_POST
def discard(request: SignedIn, pk: int) -> HttpResponse:
    """Send nothing, with a reason."""
    found = report_of(request, pk)
    if not reports.may_write(request.user, found):
        raise NotAllowed
    why = why_form(request.POST)
    if found.status == Status.DRAFTED and not why.is_valid():
        facts = facts_of(found, at=timezone.now())
        return page(request, found, facts, form=form_of(found, facts), why=why, status=UNPROCESSABLE)
    try:
        reports.discard_report(report=found, why=why.data.get("why", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Nothing is sent. The reason stands in the case."))
    return redirect("attendance:report", found.pk)


@require_POST
def receive(request: SignedIn, pk: int) -> HttpResponse:
    """The referrer has read it."""
    found = report_of(request, pk)
    reports.receive_report(report=found, by=request.user)
    messages.success(request, _("Thank you. The centre sees that you have received it."))
    return redirect("attendance:report", found.pk)


def report_of(request: SignedIn, pk: int) -> AbsenceReport:
    found = get_object_or_404(
        AbsenceReport.objects.visible_to(request.user)
        .select_related("programme__citizen", "programme__centre", "programme__type", "programme__caseworker")
        .select_related("programme__referring_organisation", "programme__referrer")
        .select_related("sent_by", "received_by", "discarded_by"),
        pk=pk,
    )
    look(request, f"report on absence {found.pk}", citizen_id=found.programme.citizen_id)
    return found


def form_of(found: AbsenceReport, facts: dict, data: object = None) -> ReportForm:
    """One choice for every conversation in which something was said."""
    conversations = [
        (one["id"], "{}: {}".format(when(one), " / ".join(filter(None, [one["reason"], one["agreed"]]))))
        for one in facts_of_all(found, facts)["contacts"]
        if one["reason"] or one["agreed"]
    ]
    told = [pk for pk, _words in conversations if pk not in found.left_out]
    return ReportForm(
        data,
        conversations=conversations,
        initial={"covering_text": found.covering_text, "told": told, "revision": found.revision},
    )


def facts_of_all(found: AbsenceReport, facts: dict) -> dict:
    """The facts with everything that was said, for choosing among it; asked for anew only where something is left
    out."""
    if not found.left_out:
        return facts
    whole = AbsenceReport(programme=found.programme, since=found.since, rules=found.rules)
    return facts_of(whole, at=timezone.now())


def when(contact: dict) -> str:
    """`mandag 23. november 9.20`"""
    at = timezone.localtime(datetime.fromisoformat(contact["at"]))
    return f"{in_words(at.date())} {clock(at.time())}"


def why_form(data: object = None) -> ReasonForm:
    return ReasonForm(data, label=_("Why is nothing sent?"), help_text=_("It stands in the case, for the team only."))


def page(
    request: SignedIn,
    found: AbsenceReport,
    facts: dict,
    *,
    form: ReportForm | None,
    why: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "attendance/report.html",
        {
            "report": found,
            "programme": found.programme,
            "citizen": found.programme.citizen,
            "facts": as_read(facts),
            "seen": fingerprint(found.covering_text, facts),
            "form": form,
            "why": (why or why_form()) if form else None,
            "receives": found.status == Status.SENT and reports.may_receive(request.user, found),
        },
        status=status,
    )
