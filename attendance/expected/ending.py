"""Attendance of a programme that has ended before its time: what is taken back, and what nobody needs to do (K4)."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.expected.writing import forget_after
from attendance.models import ExpectedAttendance
from attendance.states import HERE
from audit.acting import Actor
from core.exceptions import Refused
from core.templatetags.dates import day as in_words
from programmes.models import Programme
from programmes.statuses import Status

# Nobody was expected after the last day: flags of later days count nowhere.
TAKE_BACK_AFTER = """
    UPDATE attendance_missedattendance f SET status = 'cancelled', cleared_at = %(now)s, cleared_by_id = %(by)s
    FROM attendance_expectedattendance e
    WHERE e.id = f.slot_id AND e.programme_id = %(programme)s AND e.day > %(last)s AND e.state = ''
      AND f.status = 'raised'
"""

# That the programme ends is what follows from the other flags; nobody rings any more.
SETTLE = """
    WITH flags AS (
        SELECT f.id, f.status, f.followed_up_at
        FROM attendance_missedattendance f JOIN attendance_expectedattendance e ON e.id = f.slot_id
        WHERE e.programme_id = %(programme)s
    ),
    settled AS (
        UPDATE attendance_missedattendance f SET followed_up_at = %(now)s, followed_up_by_id = %(by)s
        FROM flags
        WHERE flags.id = f.id AND flags.status = 'raised' AND flags.followed_up_at IS NULL
    )
    UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
    FROM flags
    WHERE t.kind = 'contact_absent_citizen' AND t.source = 'attendance.missed:' || flags.id AND t.done_at IS NULL
"""


def refuse_for_one_who_came(sender: object, *, programme: Programme, status: str = "", **kwargs: Any) -> None:
    """Receiver of `programme_ending`: who has been here once has started (K4)."""
    if status != Status.NEVER_STARTED:
        return
    here = ExpectedAttendance.objects.filter(programme=programme, state__in=HERE).order_by("day").first()
    if here is not None:
        raise Refused(
            _("The citizen was here on %(day)s, so the programme has begun. It can be interrupted instead")
            % {"day": in_words(here.day)}
        )


def clear_up(sender: object, *, programme: Programme, by: Actor, **kwargs: Any) -> None:
    """Receiver of `programme_ended`: after the last day nobody was expected, and no absence waits for a call (K4).

    In a programme that never started nobody was expected at all; what was flagged stays on record. A completed one
    keeps what still waits: its last week is followed up as any other.
    """
    if programme.status == Status.COMPLETED or programme.ended_on is None:
        return
    last: date = programme.ended_on
    values: dict[str, Any] = {"programme": programme.pk, "last": last, "now": timezone.now(), "by": by.pk}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK_AFTER, values)
        cursor.execute(SETTLE, values)
    never = programme.status == Status.NEVER_STARTED
    forget_after(programme=programme, day=programme.starts_on - timedelta(days=1) if never else last)
