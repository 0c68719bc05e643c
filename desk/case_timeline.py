"""The timeline of one case: a stretch of it, filtered (J1, experience 13)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, Subquery

from accounts.models import User
from journal import timeline
from journal.models import Entry

ENTRIES_SHOWN = 30


@dataclass(frozen=True)
class Page:
    """One stretch of the timeline, newest first; `older` leads to what came before it."""

    lines: list[timeline.Line]
    older: int | None


def timeline_of(user: User, programme: Any, *, show: str = "", before: int | None = None) -> Page:
    """The citizen's timeline at this centre as far as the reader reads it (J1, J2). One query, however long it is."""
    entries = Entry.objects.listed_for(user).filter(citizen=programme.citizen_id, centre=programme.centre_id)
    if show in timeline.GROUPS:
        entries = entries.filter(kind__in=timeline.kinds_of(show))
    if before is not None:
        at = Entry.objects.filter(pk=before, citizen=programme.citizen_id).values("happened_at")
        entries = entries.filter(Q(happened_at__lt=Subquery(at)) | Q(happened_at=Subquery(at), pk__lt=before))
    found = list(entries.select_related("author", "struck_by").order_by("-happened_at", "-pk")[: ENTRIES_SHOWN + 1])
    shown = found[:ENTRIES_SHOWN]
    told = timeline.lines(shown, roles=set(programme.held_roles), case=programme.reference, user=user)
    return Page(told, shown[-1].pk if len(found) > ENTRIES_SHOWN else None)
