"""Writing a note and correcting it: every text stays, the timeline shows the newest (J2)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.events import journal_written
from core.exceptions import NotAllowed, Refused
from journal import documents
from journal.actions import tell
from journal.models import READERS, Audience, Category, Disclosure, Document, Draft, Entry, Note, Version
from journal.permissions import Place, audiences_for, leads, may_correct, may_write, roles_in

# The kind of line that a note of each category is; its icon and word stand in journal/wording.py.
KINDS = {
    Category.PHONE: "note_phone",
    Category.MEETING: "note_meeting",
    Category.OBSERVATION: "note_observation",
    Category.CONTACT: "note_contact",
    Category.HEALTH: "note_health",
    Category.OTHER: "note",
}


@dataclass(frozen=True)
class Text:
    """What a note says, for whom, and when it happened."""

    category: str
    audience: str
    happened_at: datetime
    body: str


class CorrectedMeanwhile(Refused):
    """Somebody corrected the note after this one was opened (T13); nothing was saved. `version` is what they wrote."""

    def __init__(self, version: Version) -> None:
        super().__init__(_("Somebody corrected the note after you opened it. Both texts are shown below"))
        self.version = version


def source_of(note_id: uuid.UUID) -> str:
    return f"journal.note:{note_id}"


def write(*, id: uuid.UUID, place: Place, text: Text, by: User) -> Note:
    """Save a new note under the id of its draft, with the files that hang on it; the draft is gone afterwards.

    Sent twice it is one note (T12). NotAllowed for who does not write in the case or for the audience.
    """
    try:
        with acting(by):
            check_audience(roles_in(by, place), text)
            draft = Draft.objects.select_for_update(of=("self",)).filter(pk=id, owner=by).first()
            if Note.objects.filter(pk=id).exists():
                raise IntegrityError
            note = Note(id=id, category=text.category)
            note.entry = tell(
                KINDS[Category(text.category)],
                citizen=place.citizen,
                centre=place.centre,
                case=place.case,
                referring_organisation=place.referring_organisation,
                by=by,
                audience=text.audience,
                happened_at=text.happened_at,
                body=text.body,
                url=reverse("journal:note", args=[id]),
                source=source_of(id),
            )
            note.save(force_insert=True)
            add_version(note, text, by=by)
            take_documents(note, draft)
            record("note_written", by=by, subject=note, citizen_id=note.entry.citizen_id, audience=text.audience)
            journal_written.send(Note, case=place.case, by=by)
    except IntegrityError:
        there = Note.objects.select_related("entry").filter(pk=id).first()
        if there is None:
            raise
        if there.entry.author_id != by.pk or there.entry.case != place.case:
            raise NotAllowed from None
        return there
    return note


def correct(*, note: Note, based_on: int, text: Text, why: str, by: User, draft: Draft | None = None) -> Note:
    """Add a version; the earlier ones stay as they are. `based_on` is the version that the writer has seen.

    CorrectedMeanwhile when there is a newer one; Refused without a reason, without a change, and for what is struck
    out; NotAllowed for who may not. The same correction sent twice is one (T12).
    """
    with acting(by, why=why):
        note = Note.objects.select_for_update(of=("self",)).get(pk=note.pk)
        lines = Entry.objects.listed_for(by).select_for_update(of=("self",))
        entry: Any = lines.filter(pk=note.entry_id).first()
        if entry is None or entry.is_restricted:
            raise NotAllowed
        roles = roles_in(by, entry)
        if not may_correct(by, entry, roles):
            raise NotAllowed
        check_audience(roles, text)
        newest = note.versions.get(number=note.number)
        files = documents.on(draft.source) if draft else []
        if note.number == based_on + 1 and newest.by_id == by.pk and newest.why == why and says(newest) == text:
            return note
        if note.number != based_on:
            raise CorrectedMeanwhile(newest)
        if entry.struck_at:
            raise Refused(_("The note is struck out. What is struck out is not corrected"))
        if not why.strip():
            raise Refused(_("Write why the note is corrected"))
        if says(newest) == text and not files:
            raise Refused(_("Nothing has been changed"))
        note.number += 1
        note.category = text.category
        note.save(update_fields=["number", "category"])
        add_version(note, text, by=by, why=why)
        note.entry = entry
        entry.kind = KINDS[Category(text.category)]
        entry.audience = text.audience
        entry.happened_at = text.happened_at
        entry.body = text.body
        entry.params = {**entry.params, "corrected": note.number - 1}
        entry.save(update_fields=["kind", "audience", "happened_at", "body", "params"])
        take_documents(note, Draft.objects.filter(pk=draft.pk, owner=by).first() if draft else None)
        record(
            "note_corrected", by=by, subject=note, citizen_id=entry.citizen_id, number=note.number,
            audience=text.audience,
        )  # fmt: skip
        journal_written.send(Note, case=entry.case, by=by)
    return note


def disclose(*, note: Note, why: str, by: User) -> Disclosure:
    """A team leader says why a health note must be read; until midnight it may be (J2). NotAllowed for others."""
    with acting(by, why=why):
        entry = Entry.objects.listed_for(by).filter(pk=note.entry_id).first()
        if entry is None or not leads(by, entry) or not note.versions.filter(audience=Audience.HEALTH).exists():
            raise NotAllowed
        opened = Disclosure.objects.create(note=note, user=by, day=timezone.localdate(), why=why)
        record("health_note_opened", by=by, subject=note, citizen_id=entry.citizen_id, why=why)
    return opened


def check_audience(roles: set[str], text: Text) -> None:
    """NotAllowed for who may not write for these readers; a note about health is a health note."""
    if not may_write(roles) or text.audience not in audiences_for(roles):
        raise NotAllowed
    if text.category == Category.HEALTH and text.audience != Audience.HEALTH:
        raise Refused(_("What is about health is for those who may read health notes"))


def says(version: Version) -> Text:
    return Text(version.category, version.audience, version.happened_at, version.body)


def add_version(note: Note, text: Text, *, by: User, why: str = "") -> None:
    Version.objects.create(
        note=note,
        number=note.number,
        category=text.category,
        audience=text.audience,
        happened_at=text.happened_at,
        body=text.body,
        why=why,
        by=by,
    )


def take_documents(note: Note, draft: Draft | None) -> None:
    """The draft has become the note: its files hang on the note, the timeline says how many, the draft is gone."""
    if draft is None:
        return
    documents.move(carrier=draft.source, to=note.source)
    entry = note.entry
    if files := len(documents.on(note.source)):
        entry.params = {**entry.params, "files": files}
        entry.save(update_fields=["params"])
    draft.delete()


def readable_versions(note: Note, user: User) -> list[Version]:
    """The versions that the reader of the note may read, newest first: each by its own audience too, so that sharing a
    note shares what it says now and nothing that it said before (J2). The caller has asked who reads the note."""
    allowed = audiences_read(note, user)
    return list(note.versions.filter(audience__in=allowed).select_related("by").order_by("-number"))


def readable_documents(note: Note, user: User) -> list[Document]:
    """The files that came with a version that the reader may read: a letter that hung on a health note is not handed
    out because the note was shared later (J2). Two queries beside those for the roles."""
    allowed = audiences_read(note, user)
    versions = list(note.versions.order_by("number").values_list("at", "audience"))

    def came_for(document: Document) -> str:
        """Whom the version was for with which the file was saved: it was attached before that was."""
        return next((audience for at, audience in versions if at >= document.added_at), versions[-1][1])

    return [document for document in documents.on(note.source) if came_for(document) in allowed]


def audiences_read(note: Note, user: User) -> set[str]:
    """The audiences of this note's texts that the user reads; health for a team leader with today's reason too."""
    allowed: set[str] = {audience for role in roles_in(user, note.entry) for audience in READERS.get(role, [])}
    if is_disclosed(note, user):
        allowed.add(Audience.HEALTH)
    return allowed


def is_disclosed(note: Note, user: User) -> bool:
    """Whether the team leader has given a reason today."""
    return leads(user, note.entry) and note.disclosures.filter(user=user, day=timezone.localdate()).exists()
