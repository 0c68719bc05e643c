"""PDFs of approved notes: the newest are made at once, the others wait in the queue for the worker."""

import hashlib
from datetime import timedelta

from closing_notes.models import ClosingNote, Rendering
from closing_notes.rendering import document
from closing_notes.statuses import Status
from demo.seeding.world import World

AT_ONCE = 5


def write_documents(world: World, *, at_once: int = AT_ONCE) -> None:
    """Every approved note has a document or waits for one. The notes are in the database."""
    approved = [(note, note.approved_at) for note in world.book.of(ClosingNote) if note.approved_at]
    own = world.organisations["jc-aalborg"]
    # First what the demo's own people open first: notes to be delivered, then what their job centre received last.
    approved.sort(
        key=lambda pair: (
            pair[0].status != Status.APPROVED,
            pair[0].programme.referring_organisation_id != own.pk,
            -pair[1].timestamp(),
        )
    )
    for number, (note, approved_at) in enumerate(approved):
        rendering = Rendering(
            note=note, revision=note.revision, asked_by=note.approved_by or note.author, asked_at=approved_at
        )
        if number < at_once:
            pdf = document(note.pk)
            rendering.pdf, rendering.sha256 = pdf, hashlib.sha256(pdf).hexdigest()
            rendering.status, rendering.progress = Rendering.Status.DONE, 100
            rendering.finished_at = approved_at + timedelta(seconds=3)
        else:
            rendering.asked_at = world.now
        world.book.add(rendering)
