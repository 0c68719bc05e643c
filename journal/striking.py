"""Striking out what stands on the wrong citizen, and undoing it; nothing is ever deleted (K3)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.events import journal_written
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from journal.permissions import may_strike


def strike(*, entry: Entry, why: str, by: User) -> Entry:
    """Take the line out of figures and out of others' sight; author and team leaders go on reading it, crossed out.

    Refused without a reason or when it is struck out already; NotAllowed for who may not.
    """
    with acting(by, why=why):
        entry = locked(entry, by)
        if entry.struck_at:
            raise Refused(_("This is struck out already"))
        if not why.strip():
            raise Refused(_("Write why it is struck out"))
        entry.struck_at, entry.struck_by, entry.struck_why = timezone.now(), by, why
        entry.save(update_fields=["struck_at", "struck_by", "struck_why"])
        record("struck_out", by=by, subject=name_of(entry), citizen_id=entry.citizen_id, why=why)
        journal_written.send(Entry, case=entry.case, by=by)
    return entry


def unstrike(*, entry: Entry, by: User) -> Entry:
    """Put the line back; the history keeps that it was struck out. NotAllowed for who may not strike."""
    with acting(by):
        entry = locked(entry, by)
        if not entry.struck_at:
            raise Refused(_("This is not struck out"))
        entry.struck_at, entry.struck_by, entry.struck_why = None, None, ""
        entry.save(update_fields=["struck_at", "struck_by", "struck_why"])
        record("strike_undone", by=by, subject=name_of(entry), citizen_id=entry.citizen_id)
        journal_written.send(Entry, case=entry.case, by=by)
    return entry


def locked(entry: Entry, by: User) -> Entry:
    found = Entry.objects.listed_for(by).select_for_update(of=("self",)).filter(pk=entry.pk).first()
    if found is None or not may_strike(by, found):
        raise NotAllowed
    return found


def name_of(entry: Entry) -> str:
    return entry.source or f"journal.entry:{entry.pk}"
