"""Reading a note with all its texts, its attachments, and striking out."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedIn
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.forms import ReasonForm
from core.http import UNPROCESSABLE
from journal import documents, striking
from journal.models import Audience, Document, Entry
from journal.notes import disclose, readable_documents, readable_versions
from journal.permissions import may_correct, may_strike, roles_in
from journal.timeline import struck_in_words, title_of
from journal.views.note_form import note_and_entry


@require_GET
def note(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """A note with every text it had, as far as the reader reads them (J2)."""
    return show(request, pk)


@require_POST
def health(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """A team leader says why; the note is open until midnight and the reason is in the log (J2)."""
    found, entry = note_and_entry(request.user, pk)
    form = reason_to_read(request.POST)
    if not form.is_valid():
        return show(request, pk, form=form, status=UNPROCESSABLE)
    disclose(note=found, why=form.cleaned_data["why"], by=request.user)
    look(request, found, citizen_id=entry.citizen_id, reason=form.cleaned_data["why"])
    return redirect("journal:note", pk)


def show(request: SignedIn, pk: uuid.UUID, *, form: ReasonForm | None = None, status: int = 200) -> HttpResponse:
    found, entry = note_and_entry(request.user, pk)
    roles = roles_in(request.user, entry)
    look(request, f"{found}, restricted" if entry.is_restricted else found, citizen_id=entry.citizen_id)
    context: dict[str, Any] = {"note": found, "entry": entry, "struck": struck_in_words(entry)}
    if entry.is_restricted:
        context |= {"title": _("Health note, restricted"), "form": form or reason_to_read()}
        return render(request, "journal/restricted.html", context, status=status)
    versions = readable_versions(found, request.user)
    context |= {
        "title": title_of(entry),
        "newest": versions[0],
        "versions": versions,
        "documents": readable_documents(found, request.user),
        "may_correct": may_correct(request.user, entry, roles) and not entry.struck_at,
        "may_strike": may_strike(request.user, entry),
        "icon_name": "lock" if entry.audience == Audience.HEALTH else "people",
    }
    return render(request, "journal/note.html", context, status=status)


def reason_to_read(data: Any = None) -> ReasonForm:
    return ReasonForm(
        data,
        label=_("Why do you need to read it?"),
        help_text=_("It is open to you until midnight. Your reason stands in the log."),
    )


@require_GET
def document(request: SignedIn, pk: uuid.UUID, document: uuid.UUID) -> HttpResponse:
    """An attachment of a note that the user reads, as a download (T1, T16)."""
    found, entry = note_and_entry(request.user, pk)
    if entry.is_restricted or document not in {file.pk for file in readable_documents(found, request.user)}:
        raise Http404
    file = get_object_or_404(Document.objects.select_related("content"), pk=document, carrier=found.source)
    return documents.deliver(request, file)


@require_http_methods(["GET", "POST"])
def strike(request: SignedIn, pk: int) -> HttpResponse:
    """Strike out a line of the timeline with a reason (K3); a struck one offers to be put back."""
    entry = line_or_404(request, pk)
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        label=_("Why is it struck out?"),
        help_text=_("For example that it is about somebody else. Do not name the other person."),
    )
    if request.method == "POST" and form.is_valid():
        try:
            striking.strike(entry=entry, why=form.cleaned_data["why"], by=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Struck out. The author and the team leaders still see it, crossed out"))
            return redirect("desk:case", entry.case)
    look(request, striking.name_of(entry), citizen_id=entry.citizen_id)
    context = {
        "entry": entry,
        "title": _("Health note, restricted") if entry.is_restricted else title_of(entry),
        "struck": struck_in_words(entry),
        "form": form,
    }
    return render(request, "journal/strike.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def unstrike(request: SignedIn, pk: int) -> HttpResponse:
    """Put a struck line back."""
    entry = line_or_404(request, pk)
    try:
        striking.unstrike(entry=entry, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, _("It stands again"))
    return redirect("desk:case", entry.case)


def line_or_404(request: SignedIn, pk: int) -> Any:
    """A line that the timeline lists for the user; NotAllowed when striking it is not theirs."""
    if pk > 2**63 - 1:
        raise Http404
    entry = get_object_or_404(
        Entry.objects.listed_for(request.user).select_related("citizen", "centre", "author", "struck_by"), pk=pk
    )
    if not may_strike(request.user, entry):
        raise NotAllowed
    return entry
