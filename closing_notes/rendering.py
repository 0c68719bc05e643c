"""From a version to its document. The row is the queue; Celery only hurries it (T11, architecture 8)."""

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

import core.rendering
from accounts.models import User
from closing_notes.documents import data_of, html_of, view_of
from closing_notes.evidence import figures_of
from closing_notes.models import ClosingNote, Rendering
from closing_notes.statuses import Status
from core.pdf import render_pdf
from core.rendering import AT_ONCE

STATUS = Rendering.Status

log = logging.getLogger(__name__)


def ask_for_rendering(*, note: ClosingNote, by: User) -> Rendering:
    """Put the note as it stands in the queue, once; a failed one is queued again, a draft's old one made anew."""
    with transaction.atomic():
        is_draft = note.status in (Status.DRAFT, Status.IN_REVIEW)
        if is_draft:
            # The figures of a draft are today's, so what was made earlier is out of date.
            note.renderings.filter(status__in=[STATUS.DONE, STATUS.FAILED]).delete()
            note.renderings.filter(status=STATUS.QUEUED).exclude(revision=note.revision).delete()
        rendering, _created = Rendering.objects.get_or_create(
            note=note, revision=note.revision, defaults={"asked_by": by}
        )
        Rendering.objects.filter(pk=rendering.pk, status=STATUS.FAILED).update(
            status=STATUS.QUEUED, attempts=0, progress=0, error="", asked_by=by, asked_at=timezone.now()
        )
        rendering.refresh_from_db(fields=["status", "progress", "error", "attempts"])
        if rendering.status == STATUS.QUEUED:
            pk = rendering.pk
            transaction.on_commit(lambda: hurry(pk))
    return rendering


def hurry(pk: int) -> None:
    """Tell a worker that the row waits. Without a broker the row waits for `requeue` (T17)."""
    from closing_notes.tasks import render

    try:
        render.delay(pk)
    except Exception:
        log.warning("rendering_not_hurried", extra={"rendering": pk})


def run(pk: int) -> bool:
    """Render one queued row; whether this call did it. Twice or at once it is done once (T11)."""
    return core.rendering.run(Rendering, pk, lambda row, progress: document(row.note_id, progress=progress))


def document(note_id: int, progress: Callable[[int], object] | None = None) -> bytes:
    """The PDF of a version as it stands now; drafts are marked on every page."""
    note = with_everything().get(pk=note_id)
    figures = note.figures or figures_of(note.programme)
    view = view_of(note, figures)
    return render_pdf(
        html_of(view),
        title=f"{view.title} {view.reference}",
        language=view.language,
        author=view.centre,
        made_at=view.made_at,
        attachment=data_of(note, figures),
        progress=progress,
    )


def with_everything() -> QuerySet[ClosingNote]:
    """Notes with all that their document asks for, in one query."""
    return ClosingNote.objects.select_related(
        "author", "approved_by", "programme__citizen", "programme__centre", "programme__type",
        "programme__referring_organisation", "programme__referrer", "programme__referral",
        "programme__plan",
    )  # fmt: skip


def ask_for_what_is_missing() -> None:
    """Queue approved notes that came in without a document, from an import or the demo, some at a time."""
    asked = Rendering.objects.filter(note=OuterRef("pk"), revision=OuterRef("revision"))
    notes = ClosingNote.objects.filter(approved_at__isnull=False).exclude(Exists(asked)).order_by("-approved_at", "pk")
    Rendering.objects.bulk_create(
        [
            Rendering(note_id=pk, revision=revision, asked_by_id=approver)
            for pk, revision, approver in notes.values_list("pk", "revision", "approved_by_id")[:AT_ONCE]
        ],
        ignore_conflicts=True,
    )


def requeue() -> list[int]:
    """Pick up what was left lying; the rows that a worker should be told of, the oldest first, some at a time."""
    ask_for_what_is_missing()
    return core.rendering.requeue(Rendering)
