"""What one mark of the register may say, and when it cannot stand (A2, A3)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.expected.covering import covers
from attendance.models import ExpectedAttendance
from attendance.states import HERE, State
from core.templatetags.dates import clock

# Older than this, a device's clock is wrong rather than its network.
OLDEST = timedelta(days=60)


@dataclass(frozen=True)
class MarkInput:
    """One tap as it was made; `at` is the device's moment, `seen` the mark that stood when whoever tapped looked last,
    `is_rest` fills blanks only ("everyone else is here")."""

    uuid: UUID
    slot: int
    state: str
    at: datetime
    came_at: time | None = None
    left_at: time | None = None
    remark: str = ""
    is_rest: bool = False
    seen: UUID | None = None


def tidied(mark: MarkInput, now: datetime) -> MarkInput:
    """The mark with times only where its state has any, and never made later than it arrived."""
    keeps_times = mark.state in (State.LATE, State.LEFT_EARLY)
    return MarkInput(
        uuid=mark.uuid,
        slot=mark.slot,
        state=mark.state,
        at=min(mark.at, now),
        remark=mark.remark.strip(),
        came_at=mark.came_at if keeps_times else None,
        left_at=mark.left_at if keeps_times else None,
        is_rest=mark.is_rest,
        seen=mark.seen,
    )


def why_not(mark: MarkInput, slot: ExpectedAttendance, *, by: User, now: datetime) -> str:
    """Why this mark cannot stand in this slot, in the user's language; empty when it can."""
    local = timezone.localtime(now)
    has_begun = (slot.day, slot.starts) <= (local.date(), local.time())
    if mark.at < now - OLDEST:
        return _("The clock of this device is wrong. Set it and mark again.")
    if mark.is_rest and slot.state:
        return _("Somebody has marked this already.")
    if mark.is_rest and not has_begun:
        return _("This has not begun yet.")
    if mark.is_rest and covers(slot, local.date(), timezone.localtime(mark.at).time()):
        return _("The citizen has an appointment now.")
    if slot.day > local.date() and mark.state in (*HERE, State.NO_SHOW):
        return _("The day has not come yet. Only notices of absence can be entered in advance.")
    if mark.state == State.NO_SHOW and not has_begun:
        return _("This has not begun yet.")
    if objection := wrong_times(mark, slot):
        return objection
    is_slip = (
        slot.marked_by_id == by.pk and slot.marked_at and timezone.localtime(slot.marked_at).date() == local.date()
    )
    if slot.day < timezone.localtime(mark.at).date() and slot.state and not mark.remark and not is_slip:
        return _("Write why a past day is corrected.")
    return ""


def is_overtaken(mark: MarkInput, slot: ExpectedAttendance, *, by: User) -> bool:
    """Whether somebody else's mark stands that whoever tapped had not seen, and says something else (A3).

    By what was seen and not by the clock, because a device's clock may be wrong.
    """
    if mark.is_rest or slot.standing_mark in (None, mark.seen) or slot.marked_by_id == by.pk:
        return False
    return (mark.state, mark.came_at, mark.left_at) != (slot.state, slot.came_at, slot.left_at)


def wrong_times(mark: MarkInput, slot: ExpectedAttendance) -> str:
    """What is wrong with the times of a late or early mark: they lie inside the slot, the first before the second."""
    between = {"from": clock(slot.starts), "until": clock(slot.ends)}
    for moment in (mark.came_at, mark.left_at):
        if moment is not None and not slot.starts < moment < slot.ends:
            return _("The time must lie between %(from)s and %(until)s.") % between
    if mark.state == State.LATE and mark.came_at is None:
        return _("Choose when the citizen came, between %(from)s and %(until)s.") % between
    if mark.state == State.LEFT_EARLY and mark.left_at is None:
        return _("Choose when the citizen left, between %(from)s and %(until)s.") % between
    if mark.came_at and mark.left_at and mark.came_at >= mark.left_at:
        return _("The citizen cannot leave before coming.")
    return ""


def body_of(mark: MarkInput) -> tuple:
    """What makes two marks under one number the same; not the moment, which a device may send again corrected."""
    tidy = tidied(mark, mark.at)
    return (tidy.slot, tidy.state, tidy.came_at, tidy.left_at, tidy.remark)
