"""Flags that what covers a slot explains: a meeting or an activity that is entered afterwards, or called off (A2, A6).

The database keeps the covered parts of the slots (docs/adr/0025); here follows what they do to flags. What is entered
afterwards clears the flag, as late word does. When it covers no longer, the flag that it had cleared stands again, also
on a day that is judged; one that was never raised is left to the flagging. Who was told too late that it is off is
covered all the same until its end, so nobody is missed for having waited.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from attendance.follow_up.flagging import raise_flags
from attendance.models import ExpectedAttendance, MissedAttendance, MissedStatus
from attendance.register.marks import excuse
from attendance.states import State
from audit.acting import Actor
from programmes.models import ClosingDay, Pause, Programme


def follow_cover(
    sender: object, *, programmes: Collection[int], days: Collection[date], by: Actor, **kwargs: Any
) -> None:
    """Receiver of `cover_changed`: nothing is asked for days that have not come, which have no flags."""
    now = timezone.now()
    past = [day for day in days if day <= timezone.localdate(now)]
    if past:
        explain_flags(programmes=programmes, days=past, by=by, now=now)


def explain_flags(*, programmes: Collection[int], days: Collection[date], by: Actor, now: datetime) -> None:
    """Clear the flags of these days that are explained now, and raise again those that are explained no longer.

    Of all the citizens' programmes at the centre, one query where there are no flags; inside the caller's `acting`. A
    slot that somebody marked keeps what the mark says, and nobody is missed on a closing day or in a pause.
    """
    here = Programme.objects.filter(
        pk__in=programmes, citizen=OuterRef("slot__citizen"), centre=OuterRef("slot__programme__centre")
    )
    flags = MissedAttendance.objects.filter(
        Exists(here),
        slot__day__in=days,
        slot__state=State.NOT_MARKED,
        status__in=[MissedStatus.RAISED, MissedStatus.CLEARED],
    )
    found = list(flags.select_related("slot__programme__type").select_for_update(of=("self",)).order_by("pk"))
    raised = [one for one in found if one.status == MissedStatus.RAISED]
    excuse([one for one in raised if one.slot.covered_until and _comes_later(one.slot, now)], by=by, now=now)
    bare = [one.slot_id for one in found if one.status == MissedStatus.CLEARED and not _comes_later(one.slot, now)]
    if bare:
        raise_flags(_expected(bare), moment=now)


def _expected(slots: Collection[int]) -> list[int]:
    """Those of these slots on whose day the citizen was to come."""
    closed = ClosingDay.objects.filter(centre=OuterRef("programme__centre"), day=OuterRef("day"))
    resting = Pause.objects.filter(programme=OuterRef("programme"), starts_on__lte=OuterRef("day")).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("day"))
    )
    found = ExpectedAttendance.objects.filter(~Exists(closed), ~Exists(resting), pk__in=slots)
    return list(found.values_list("pk", flat=True))


def _comes_later(slot: ExpectedAttendance, now: datetime) -> bool:
    """Whether nobody needs to be there yet, or at all: what covers the slot's beginning has just ended at most (A4)."""
    grace = timedelta(minutes=slot.programme.type.settings.absence_rules.grace_minutes)
    due = datetime.combine(slot.day, slot.covered_until or slot.starts) + grace
    return due > timezone.localtime(now).replace(tzinfo=None) or due >= datetime.combine(slot.day, slot.ends)
