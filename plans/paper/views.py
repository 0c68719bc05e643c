"""The plan as a PDF: asking for it in a language, watching it, fetching it."""

import time

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed
from core.forms import Form
from core.http import UNPROCESSABLE
from plans.models import Plan, PlanDocument
from plans.paper import documents
from plans.permissions import Reading, reading
from plans.requests import plan_or_404
from plans.showing.gathered import version_for
from plans.writing.standards import language_of
from programmes.permissions import roles_in

# What is ready within this is handed over at once; what takes longer shows how far it is (experience 20).
AT_ONCE_SECONDS, LOOKED_EVERY = 2.0, 0.1
STATUS = PlanDocument.Status


class LanguageForm(Form):
    """In which language the plan is printed; the citizen's unless another is chosen."""

    language = forms.ChoiceField(label=_("Language of the document"), choices=settings.LANGUAGES)


@require_http_methods(["GET", "POST"])
def document(request: SignedIn, reference: str) -> HttpResponse:
    """Choose the language and ask for the document of what oneself may read."""
    plan = plan_or_404(request, reference)
    may_read = reading(roles_in(request.user, plan.programme))
    if version_for(plan, may_read) is None:
        return render(request, "plans/document.html", {"plan": plan, "programme": plan.programme})
    initial = {"language": language_of(plan.programme)}
    form = LanguageForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        row = documents.ask(plan=plan, language=form.cleaned_data["language"], reading=may_read, by=request.user)
        return redirect("plans:document_progress", reference, row.pk)
    context = {"plan": plan, "programme": plan.programme, "form": form}
    return render(request, "plans/document.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_GET
def progress(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """How far the document is; one that is ready within two seconds comes by itself."""
    plan, row = own_document_or_404(request, reference, pk)
    is_fragment = bool(request.headers.get("HX-Request"))
    if not is_fragment and wait_for(row) == STATUS.DONE:
        return redirect("plans:document_file", reference, pk)
    template = "plans/_document.html" if is_fragment else "plans/document_progress.html"
    return render(request, template, {"plan": plan, "programme": plan.programme, "document": row})


@require_GET
def file(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """The bytes as they were made for the one who asked; logged as an export (T5, T14)."""
    plan, row = own_document_or_404(request, reference, pk)
    if row.status != STATUS.DONE:
        return redirect("plans:document_progress", reference, pk)
    if documents.is_overtaken(row):
        return redirect("plans:document", reference)
    if not row.is_intact:
        raise Http404
    look(request, f"plan {reference} PDF", citizen_id=plan.programme.citizen_id, kind=Access.Kind.EXPORT)
    response = HttpResponse(bytes(row.pdf or b""), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{documents.file_name(row)}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def own_document_or_404(request: SignedIn, reference: str, pk: int) -> tuple[Plan, PlanDocument]:
    """A document that oneself asked for, and that one may still read (T1, T7)."""
    plan = plan_or_404(request, reference)
    row = get_object_or_404(PlanDocument.objects.filter(plan=plan, asked_by=request.user), pk=pk)
    row.plan = plan
    if not still_reads(reading(roles_in(request.user, plan.programme)), row):
        raise NotAllowed
    return plan, row


def still_reads(may_read: Reading, row: PlanDocument) -> bool:
    """Whether nothing stands in the document that the reader has lost the right to since."""
    return (may_read.health or not row.reads_health) and (may_read.drafts or not row.reads_drafts)


def wait_for(row: PlanDocument) -> str:
    """The state of the document, as soon as it is no longer under way, and after two seconds at the latest.

    404 when it was thrown away meanwhile: it was ready, and asked for anew in another window.
    """
    until = time.monotonic() + AT_ONCE_SECONDS
    while row.status in (STATUS.QUEUED, STATUS.RUNNING) and time.monotonic() < until:
        time.sleep(LOOKED_EVERY)
        try:
            row.refresh_from_db(fields=["status", "progress", "error"])
        except PlanDocument.DoesNotExist as error:
            raise Http404 from error
    return row.status
