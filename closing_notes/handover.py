"""What an author who leaves hands on: closing notes in work. An approved note keeps its author (U2, C2)."""

from django.db.models import QuerySet
from django.utils.translation import ngettext

from accounts.leaving import OpenWork
from accounts.models import Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record_each
from closing_notes.models import ClosingNote
from closing_notes.statuses import Status

IN_WORK = [Status.DRAFT, Status.IN_REVIEW]


def written_by(user: User, centre: Organisation | None) -> QuerySet[ClosingNote]:
    """The user's notes in work, of one centre or of all."""
    found = ClosingNote.objects.filter(author=user, status__in=IN_WORK)
    return found.filter(programme__centre=centre) if centre else found


def open_notes(sender: object, *, user: User, organisation: Organisation | None, **kwargs: object) -> list[OpenWork]:
    """Answer `work_asked`. One query."""
    count = written_by(user, organisation).count()
    words = ngettext("%(count)s closing note in work", "%(count)s closing notes in work", count)
    return [OpenWork(words % {"count": count}, count, {Role.CASEWORKER, Role.TEAM_LEADER})]


def hand_over_notes(
    sender: object,
    *,
    user: User,
    taker: User | None,
    by: User,
    organisation: Organisation | None = None,
    **kwargs: object,
) -> None:
    """Follow `user_leaving`: the taker writes on, gets it back from review, and so cannot approve it (T14)."""
    if taker is None:
        return
    with acting(by, why="handed over"):
        moved = list(
            written_by(user, organisation).select_for_update(of=("self",)).select_related("programme").order_by("pk")
        )
        ClosingNote.objects.filter(pk__in=[note.pk for note in moved]).update(author=taker)
        of = [(note, note.programme.citizen_id) for note in moved]
        record_each("closing_note_handed_over", by=by, of=of, before=user.pk, after=taker.pk)
