"""A programme is completed with an approved closing note; an interrupted one gets a short one afterwards (C6)."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import Actor
from closing_notes.models import ClosingNote
from closing_notes.statuses import Status
from core.exceptions import Refused
from programmes.models import Programme
from programmes.statuses import Status as ProgrammeStatus
from worklist.actions import clear_task, raise_task

# A short note is written while everybody still remembers.
DAYS_TO_WRITE = 7


def refuse_without_approved_note(
    sender: object, *, programme: Programme, status: str = ProgrammeStatus.COMPLETED, **kwargs: Any
) -> None:
    """Receiver of `programme_ending`: completion is refused while no version is approved (C6)."""
    if status == ProgrammeStatus.COMPLETED and not has_approved_note(programme):
        raise Refused(_("The programme cannot be completed without an approved closing note"))


def follow_the_end(sender: object, *, programme: Programme, by: Actor, **kwargs: Any) -> None:
    """Receiver of `programme_ended`: an interrupted programme still needs a note, one that never started needs none."""
    source = f"closing_notes.programme:{programme.pk}"
    if programme.status == ProgrammeStatus.NEVER_STARTED:
        for kind in ("write_closing_note", "revise_closing_note"):
            clear_task(kind=kind, source=source, by=by if isinstance(by, User) else None)
    if programme.status == ProgrammeStatus.INTERRUPTED and not has_approved_note(programme):
        raise_task(
            kind="write_closing_note",
            source=source,
            due_on=timezone.localdate() + timedelta(days=DAYS_TO_WRITE),
            url=reverse("closing_notes:edit", args=[programme.reference]),
            citizen=programme.citizen,
            for_user=programme.caseworker,
        )


def has_approved_note(programme: Programme) -> bool:
    approved = ClosingNote.objects.filter(programme=programme, status__in=[Status.APPROVED, Status.DELIVERED])
    return approved.exists()
