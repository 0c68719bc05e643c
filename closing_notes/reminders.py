"""Closing notes that are due: programmes that end soon and have none (F1, J6)."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from closing_notes.models import ClosingNote
from closing_notes.statuses import Status
from programmes.models import Programme
from programmes.statuses import Status as ProgrammeStatus
from worklist.actions import raise_task

DAYS_BEFORE_END = 14


def due(on: date, programmes: QuerySet[Programme]) -> QuerySet[Programme]:
    """Those under way that end within two weeks of `on` and whose note nobody has sent for approval."""
    sent = ClosingNote.objects.filter(programme=OuterRef("pk")).exclude(status=Status.DRAFT)
    return (
        programmes.filter(
            status__in=[ProgrammeStatus.ACTIVE, ProgrammeStatus.PAUSED, ProgrammeStatus.CLOSING],
            ends_on__lte=on + timedelta(days=DAYS_BEFORE_END),
        )
        .exclude(Exists(sent))
        .select_related("citizen", "caseworker")
        .order_by("ends_on", "pk")
    )


def remind(on: date | None = None) -> int:
    """Put each note that is due on its caseworker's list, due a week before the end; returns how many are due."""
    programmes = list(due(on or timezone.localdate(), Programme.objects.all()))
    for programme in programmes:
        raise_task(
            kind="write_closing_note",
            source=f"closing_notes.programme:{programme.pk}",
            due_on=programme.ends_on - timedelta(days=7),
            url=reverse("closing_notes:edit", args=[programme.reference]),
            citizen=programme.citizen,
            for_user=programme.caseworker,
        )
    return len(programmes)
