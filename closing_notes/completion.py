"""A programme is completed with an approved closing note; an interrupted one gets a short one afterwards (C6)."""

from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import Actor
from closing_notes.models import ClosingNote
from closing_notes.reminders import DAYS_BEFORE_END
from closing_notes.statuses import Status
from core.exceptions import Refused
from programmes.models import Programme
from programmes.statuses import Status as ProgrammeStatus
from worklist.actions import clear_task, raise_task
from worklist.models import Task

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
        ask_for_note(programme, timezone.localdate() + timedelta(days=DAYS_TO_WRITE))


def follow_new_end(sender: object, *, programme: Programme, earlier_end: date, by: Actor, **kwargs: Any) -> None:
    """Receiver of `period_changed`: the note is asked for two weeks before the new end (P3, F1).

    Refused while a note waits for approval or is approved: its figures are those of the period that was agreed.
    """
    if programme.closing_notes.exclude(status=Status.DRAFT).exists():
        raise Refused(_("The closing note waits for approval or is approved, so the end cannot be moved"))
    source = f"closing_notes.programme:{programme.pk}"
    if programme.ends_on - timedelta(days=DAYS_BEFORE_END) > timezone.localdate():
        clear_task(kind="write_closing_note", source=source, by=by if isinstance(by, User) else None)
        return
    due_on = programme.ends_on - timedelta(days=DAYS_TO_WRITE)
    Task.objects.open().filter(kind="write_closing_note", source=source).update(due_on=due_on)
    ask_for_note(programme, due_on)


def ask_for_note(programme: Programme, due_on: date) -> None:
    """Put the note on the caseworker's list; open already, it stays."""
    raise_task(
        kind="write_closing_note",
        source=f"closing_notes.programme:{programme.pk}",
        due_on=due_on,
        url=reverse("closing_notes:edit", args=[programme.reference]),
        citizen=programme.citizen,
        for_user=programme.caseworker,
    )


def has_approved_note(programme: Programme) -> bool:
    approved = ClosingNote.objects.filter(programme=programme, status__in=[Status.APPROVED, Status.DELIVERED])
    return approved.exists()
