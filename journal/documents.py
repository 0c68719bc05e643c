"""Files that hang on notes, and on what else carries them: kept, and handed out so that no browser runs them (T16)."""

import hashlib
from urllib.parse import quote

from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import SignedIn
from audit.acting import acting
from audit.log import look, record
from audit.models import Access
from citizens.models import Citizen
from core.exceptions import Refused
from core.scanning import verdict_on
from core.uploads import Upload
from journal.models import Document, DocumentContent

MOST_DOCUMENTS = 10
# A file is data: nothing in it may run, load or send, even when a browser opens it all the same.
POLICY = "sandbox; default-src 'none'; form-action 'none'; frame-ancestors 'none'"


def on(carrier: str) -> list[Document]:
    """The documents of one row, oldest first, without their content. One query."""
    return list(Document.objects.filter(carrier=carrier).select_related("added_by").order_by("added_at", "pk"))


def attach(*, upload: Upload, carrier: str, citizen: Citizen | None, by: User, room: int = MOST_DOCUMENTS) -> Document:
    """Keep a checked file with its carrier; the same content again is the document that is there already (T12).

    The caller says who may. Refused when the carrier holds `room` documents already.
    """
    digest = hashlib.sha256(upload.data).hexdigest()
    with acting(by):
        there = on(carrier)
        for document in there:
            if (document.sha256, document.name) == (digest, upload.name):
                return document
        if len(there) >= room:
            raise Refused(_("There is room for %(most)s attachments") % {"most": MOST_DOCUMENTS})
        document = Document.objects.create(
            citizen=citizen,
            carrier=carrier,
            name=upload.name,
            content_type=upload.content_type,
            size=len(upload.data),
            sha256=digest,
            added_by=by,
        )
        DocumentContent.objects.create(document=document, data=upload.data)
        record("document_added", by=by, subject=document, citizen_id=citizen.pk if citizen else None, to=carrier)
    return document


def detach(*, documents: list[Document], by: User) -> None:
    """Delete files that were never saved with anything. The caller says which those are."""
    with acting(by):
        DocumentContent.objects.filter(document__in=documents).delete()
        for document in documents:
            record("document_removed", by=by, subject=document, citizen_id=document.citizen_id)
        Document.objects.filter(pk__in=[document.pk for document in documents]).delete()


def move(*, carrier: str, to: str) -> None:
    """Hang the documents of one row on another, as when a draft becomes a note; inside the caller's action."""
    Document.objects.filter(carrier=carrier).update(carrier=to)


def deliver(request: SignedIn, document: Document) -> HttpResponse:
    """The file as a download, logged (T5). The caller has asked who may read the carrier.

    Refused when the scanner finds something or does not answer: an unscanned file stays where it is.
    """
    data = bytes(document.content.data)
    verdict = verdict_on(data)
    if not verdict.may_be_delivered:
        look(request, f"{document} held back: {verdict.value}", citizen_id=document.citizen_id, kind=Access.Kind.DENIED)
        raise Refused(_("The virus scanner has not let the file through. Tell your administrator"))
    look(request, f"{document} of {document.carrier}", citizen_id=document.citizen_id, kind=Access.Kind.EXPORT)
    response = HttpResponse(data, content_type=document.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(document.name, safe='')}"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
