"""What changes a closing note: starting, saving, review, approval, delivery, a new version (C1, C2, C4)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import Actor, acting
from audit.log import record
from closing_notes.evidence import figures_of
from closing_notes.models import ClosingNote, Rendering
from closing_notes.permissions import may_approve, may_review, may_write
from closing_notes.prefill import first_sections
from closing_notes.rendering import ask_for_rendering
from closing_notes.sources import NUMBERS, sources_of
from closing_notes.statuses import MOVES, Status
from core.exceptions import NotAllowed, Refused
from journal.models import Audience
from messaging.actions import queue_mail
from programmes import locking
from programmes.actions import begin_closing, complete
from programmes.checklist.requirements import settle
from programmes.course.ending import interrupt
from programmes.models import Programme
from programmes.statuses import RUNNING
from programmes.statuses import Status as ProgrammeStatus
from programmes.telling import tell_case
from programmes.types.definition import INTERRUPTED
from worklist.actions import clear_task, raise_task


class Stale(Refused):
    """Somebody saved since the page was opened; `note` is what stands now, so that both can be shown (T13)."""

    def __init__(self, note: ClosingNote) -> None:
        super().__init__(_("Somebody else has saved the note since you opened it. Both texts are shown below."))
        self.note = note


def start_note(*, programme: Programme, by: User) -> ClosingNote:
    """The first draft, filled from the programme's own data (C1); one that is already being written is returned."""
    with acting(by):
        programme = locking.locked(programme)
        if not may_write(by, programme):
            raise NotAllowed
        newest = programme.closing_notes.order_by("-number").first()
        if newest and newest.status in (Status.DRAFT, Status.IN_REVIEW):
            return newest
        if newest:
            raise Refused(_("There is an approved closing note. Make a new version of it"))
        if programme.status in (ProgrammeStatus.PLANNED, ProgrammeStatus.NEVER_STARTED):
            raise Refused(_("The programme has not begun, so there is nothing to close yet"))
        sections = first_sections(programme, figures_of(programme))
        is_interrupted = programme.status == ProgrammeStatus.INTERRUPTED
        outcome = INTERRUPTED if is_interrupted else ""
        note = ClosingNote.objects.create(programme=programme, author=by, sections=sections, outcome=outcome)
        begin_closing(programme=programme, by=by)
        record("closing_note_started", by=by, subject=programme, citizen_id=programme.citizen_id, number=note.number)
    return note


def save_draft(*, note: ClosingNote, sections: Mapping[str, str], outcome: str, revision: int, by: User) -> ClosingNote:
    """Save the texts of a draft. Raises Stale when `revision` is not the one that stands (T13), changing nothing."""
    with acting(by):
        note = locked(note)
        if not may_write(by, note.programme):
            raise NotAllowed
        if note.status != Status.DRAFT:
            raise Refused(_("The note is no longer a draft, so it cannot be changed"))
        if note.revision != revision:
            raise Stale(note)
        known = list(note.sections.get(NUMBERS, []))
        numbered = sources_of(figures_of(note.programme), known)
        note.sections = {section.key: str(sections.get(section.key, "")) for section in note.parts}
        note.sections[NUMBERS] = known + [source.key for source in numbered if source.key not in known]
        note.outcome = outcome
        note.revision += 1
        note.saved_at = timezone.now()
        note.save(update_fields=["sections", "outcome", "revision", "saved_at"])
        record("closing_note_saved", by=by, subject=note.programme, citizen_id=note.programme.citizen_id)
    return note


def missing_parts(note: ClosingNote) -> dict[str, str]:
    """What still has to be written before review, by field (C1). An interrupted programme gets a short note (C6)."""
    missing = {}
    for section in note.parts:
        is_required = section.when_interrupted if note.outcome == INTERRUPTED else section.is_required
        if is_required and not str(note.sections.get(section.key, "")).strip():
            missing[section.key] = _("Write this section before the note is sent for approval")
    if not note.outcome:
        missing["outcome"] = _("Choose the outcome before the note is sent for approval")
    return missing


def submit_for_review(*, note: ClosingNote, by: User) -> ClosingNote:
    """Hand the draft to the centre's team leaders (C2)."""
    with acting(by):
        note = locked(note)
        if not may_write(by, note.programme):
            raise NotAllowed
        if missing_parts(note):
            raise Refused(_("The note is not complete yet"))
        move(note, Status.IN_REVIEW)
        note.save(update_fields=["status"])
        record("closing_note_submitted", by=by, subject=note.programme, citizen_id=note.programme.citizen_id)
        tell_timeline("closing_note_submitted", note, by=by)
        for kind in ("write_closing_note", "revise_closing_note"):
            clear_task(kind=kind, source=source_of(note), by=by)
        raise_task(
            kind="approve_closing_note",
            source=source_of(note),
            due_on=timezone.localdate(),
            url=reverse("closing_notes:review", args=[note.programme.reference]),
            citizen=note.programme.citizen,
            for_leaders_of=note.programme.centre,
        )
    return note


def send_back(*, note: ClosingNote, why: str, by: User) -> ClosingNote:
    """Give the note back to its author with remarks (C2)."""
    with acting(by, why=why):
        note = locked(note)
        if not may_review(by, note.programme):
            raise NotAllowed
        if not why.strip():
            raise Refused(_("Write what should be changed"))
        move(note, Status.DRAFT)
        note.save(update_fields=["status"])
        record("closing_note_sent_back", by=by, subject=note.programme, citizen_id=note.programme.citizen_id, why=why)
        tell_timeline("closing_note_sent_back", note, by=by)
        clear_task(kind="approve_closing_note", source=source_of(note), by=by)
        raise_task(
            kind="revise_closing_note",
            source=source_of(note),
            due_on=timezone.localdate(),
            url=reverse("closing_notes:edit", args=[note.programme.reference]),
            citizen=note.programme.citizen,
            for_user=note.author,
            why=why[:300],
        )
    return note


def approve(*, note: ClosingNote, by: User, revision: int | None = None) -> ClosingNote:
    """Approve what another person wrote; from now on it never changes (C2, T14).

    Figures and goals are frozen as they stand (C1) and the document is put in the queue. `revision` is the one that
    was read; another one is refused.
    """
    with acting(by):
        note = locked(note)
        if not may_review(by, note.programme):
            raise NotAllowed
        if not may_approve(by, note):
            raise NotAllowed(_("Somebody else than the author approves a closing note"))
        if revision is not None and revision != note.revision:
            raise Refused(_("The note was changed since you read it. Read it again before you approve it"))
        if missing_parts(note):
            raise Refused(_("The note is not complete yet"))
        move(note, Status.APPROVED)
        note.figures = figures_of(note.programme)
        note.approved_at, note.approved_by = timezone.now(), by
        note.revision += 1
        note.save(update_fields=["status", "figures", "approved_at", "approved_by", "revision"])
        programme = note.programme
        settle([programme.pk], by=by)
        record("closing_note_approved", by=by, subject=programme, citizen_id=programme.citizen_id, number=note.number)
        clear_task(kind="approve_closing_note", source=source_of(note), by=by)
        raise_task(
            kind="deliver_closing_note",
            source=source_of(note),
            due_on=timezone.localdate(),
            url=reverse("closing_notes:review", args=[programme.reference]),
            citizen=programme.citizen,
            for_user=note.author,
        )
        tell_timeline("closing_note_approved", note, by=by, number=note.number)
        ask_for_rendering(note=note, by=by)
    return note


def deliver(*, note: ClosingNote, by: User) -> ClosingNote:
    """Hand the approved document to the referring organisation (C4).

    It completes the programme too when its last day has come; before that the citizen still comes, and
    `complete_delivered` does it afterwards (C6). Somebody who has stopped coming is not waited for.
    """
    with acting(by):
        note = locked(note)
        programme = note.programme
        if not may_write(by, programme):
            raise NotAllowed
        if note.status == Status.APPROVED and not document_of(note):
            raise Refused(_("The document is not ready yet"))
        move(note, Status.DELIVERED)
        note.delivered_at = timezone.now()
        note.save(update_fields=["status", "delivered_at"])
        record("closing_note_delivered", by=by, subject=programme, citizen_id=programme.citizen_id, number=note.number)
        for kind in ("deliver_closing_note", "write_closing_note", "revise_closing_note"):
            clear_task(kind=kind, source=source_of(note), by=by)
        tell_timeline(
            "closing_note_delivered",
            note,
            by=by,
            audience=Audience.REFERRER,
            organisation=programme.referring_organisation.name,
        )
        queue_mail(
            "closing_notes/email/delivered.txt",
            to=[programme.referrer],
            url=settings.SITE_URL + reverse("closing_notes:list"),
        )
        is_over = programme.ends_on <= timezone.localdate() or note.outcome == INTERRUPTED
        if programme.status in RUNNING and is_over:
            complete_with(note, by=by)
    return note


def complete_with(note: ClosingNote, *, by: Actor) -> None:
    """The programme is over and its note is delivered: it is completed with the note's outcome, or interrupted (C6)."""
    programme = note.programme
    if note.outcome == INTERRUPTED:
        on = max(min(programme.ends_on, timezone.localdate()), programme.starts_on)
        interrupt(programme=programme, on=on, why="", by=by)
        return
    names = {one.key: one.name.model_dump() for one in programme.type.settings.outcomes}
    complete(programme=programme, on=programme.ends_on, outcome=names.get(note.outcome, {"da": note.outcome}), by=by)


def complete_delivered(*, on: date, by: Actor) -> int:
    """Complete the programmes that ended before `on` and whose note was delivered while they still ran; returns how
    many. Safe to run twice (C6)."""
    ended = ClosingNote.objects.filter(
        status=Status.DELIVERED, programme__status__in=RUNNING, programme__ends_on__lt=on
    ).select_related("programme__centre", "programme__type")
    newest = {note.programme_id: note for note in ended.order_by("number")}
    for note in newest.values():
        complete_with(note, by=by)
    return len(newest)


def new_version(*, note: ClosingNote, why: str, by: User) -> ClosingNote:
    """A draft that begins with the texts of an approved note and says why there is another (C2)."""
    with acting(by, why=why):
        note = locked(note)
        if not may_write(by, note.programme):
            raise NotAllowed
        why = why.strip()
        if not why:
            raise Refused(_("Write why the note is changed"))
        newest = note.programme.closing_notes.order_by("-number").first()
        if newest and newest.status in (Status.DRAFT, Status.IN_REVIEW):
            raise Refused(_("A new version is being written already"))
        if newest != note:
            raise Refused(_("There is a newer version already"))
        version = ClosingNote.objects.create(
            programme=note.programme,
            number=note.number + 1,
            author=by,
            sections=note.sections,
            outcome=note.outcome,
            change_reason=why[:300],
        )
        record(
            "closing_note_new_version",
            by=by,
            subject=note.programme,
            citizen_id=note.programme.citizen_id,
            number=version.number,
        )
        tell_timeline("closing_note_new_version", version, by=by, number=version.number, why=version.change_reason)
    return version


def receipt(*, note: ClosingNote, by: User) -> None:
    """The recipient has fetched the document for the first time; later ones change nothing (C4)."""
    with acting(by):
        read = ClosingNote.objects.filter(pk=note.pk, status=Status.DELIVERED, read_at__isnull=True)
        if read.update(read_at=timezone.now()):
            record("closing_note_read", by=by, subject=note.programme, citizen_id=note.programme.citizen_id)


def document_of(note: ClosingNote) -> Rendering | None:
    """The finished document of the note as it stands, without its bytes."""
    return note.renderings.filter(revision=note.revision, status=Rendering.Status.DONE).defer("pdf").first()


def locked(note: ClosingNote) -> ClosingNote:
    """The note as it stands, locked until the transaction ends, with what the actions ask of its programme."""
    return (
        ClosingNote.objects.select_for_update(of=("self",))
        .select_related(
            "author", "programme__citizen", "programme__centre", "programme__type", "programme__referrer",
            "programme__referring_organisation",
        )
        .get(pk=note.pk)
    )  # fmt: skip


def move(note: ClosingNote, status: Status) -> None:
    """One move of the table; the caller saves."""
    if status not in MOVES[note.status]:
        raise Refused(
            _("The note is %(status)s, so this cannot be done") % {"status": note.get_status_display().lower()}
        )
    note.status = status


def source_of(note: ClosingNote) -> str:
    """The name under which all tasks about a programme's closing note stand."""
    return f"closing_notes.programme:{note.programme_id}"


def tell_timeline(kind: str, note: ClosingNote, *, by: User, audience: str = Audience.TEAM, **params: Any) -> None:
    """One line on the case's timeline that leads to the note (J1)."""
    programme = note.programme
    tell_case(
        kind,
        programme,
        by=by,
        audience=audience,
        url=reverse("closing_notes:review", args=[programme.reference]),
        **params,
    )
