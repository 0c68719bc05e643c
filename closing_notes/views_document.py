"""The document of a note: asking for it, watching it, looking at a draft's, fetching an approved one's."""

import logging

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from closing_notes import actions
from closing_notes.documents import file_name
from closing_notes.models import ClosingNote, Rendering
from closing_notes.rendering import ask_for_rendering, with_everything
from closing_notes.views import is_staff_of, note_or_404, reads_as_recipient
from core.exceptions import Refused

log = logging.getLogger(__name__)


@require_POST
def render_document(request: SignedIn, reference: str) -> HttpResponse:
    """Ask for the document: a draft's anew, an approved one's again after it failed."""
    note = staff_note_or_404(request, reference)
    ask_for_rendering(note=note, by=request.user)
    return redirect("closing_notes:progress", reference)


@require_GET
def progress(request: SignedIn, reference: str) -> HttpResponse:
    """How far the document is; the fragment asks again by itself, the page by reloading."""
    note = staff_note_or_404(request, reference)
    rendering = note.renderings.filter(revision=note.revision).defer("pdf").first()
    look(request, f"closing note {reference} v{note.number}", citizen_id=note.programme.citizen_id)
    template = "closing_notes/_progress.html" if request.headers.get("HX-Request") else "closing_notes/progress.html"
    return render(request, template, {"note": note, "rendering": rendering})


@require_GET
def preview(request: SignedIn, reference: str) -> HttpResponse:
    """The PDF itself in the browser; a draft is marked on every page (experience 15)."""
    note = staff_note_or_404(request, reference)
    rendering = note.renderings.filter(revision=note.revision, status=Rendering.Status.DONE).first()
    if rendering is None:
        return redirect("closing_notes:progress", reference)
    look(request, f"closing note {reference} v{note.number} PDF", citizen_id=note.programme.citizen_id)
    return pdf_response(note, rendering, disposition="inline")


@require_GET
def download(request: SignedIn, reference: str) -> HttpResponse:
    """The approved document; a recipient's first download is the receipt (C4). `?version=1` asks for an earlier one."""
    notes = ClosingNote.objects.visible_to(request.user).filter(
        programme__reference=reference, approved_at__isnull=False
    )
    version = request.GET.get("version", "")
    if version:
        notes = notes.filter(number=int(version) if version.isascii() and version.isdigit() and len(version) < 5 else 0)
    newest = notes.order_by("-number").values("pk")[:1]
    note = get_object_or_404(with_everything(), pk__in=newest)
    rendering = note.renderings.filter(revision=note.revision, status=Rendering.Status.DONE).first()
    if rendering is None:
        messages.info(request, _("The document is not ready yet"))
        is_staff = is_staff_of(request.user, note.programme)
        return redirect("closing_notes:progress" if is_staff else "closing_notes:review", reference)
    look(
        request,
        f"closing note {reference} v{note.number} PDF",
        citizen_id=note.programme.citizen_id,
        kind=Access.Kind.EXPORT,
    )
    if note.read_at is None and reads_as_recipient(request.user, note):
        actions.receipt(note=note, by=request.user)
    return pdf_response(note, rendering, disposition="attachment")


def staff_note_or_404(request: SignedIn, reference: str) -> ClosingNote:
    note = note_or_404(request, reference)
    if not is_staff_of(request.user, note.programme):
        raise Http404
    return note


def pdf_response(note: ClosingNote, rendering: Rendering, *, disposition: str) -> HttpResponse:
    """The bytes as they were made; were they changed since, nothing is sent (T14)."""
    if not rendering.is_intact:
        log.error("document_changed", extra={"rendering": rendering.pk})
        raise Refused(
            _("The stored document is not the one that was made, so it is not sent. Tell your administrator.")
        )
    response = HttpResponse(bytes(rendering.pdf or b""), content_type="application/pdf")
    response["Content-Disposition"] = f'{disposition}; filename="{file_name(note)}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
