"""Attendance of the days of a pause: nobody was expected, so nobody was missed (A1)."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from attendance.expected.writing import forget_days
from audit.acting import Actor
from programmes.models import Pause, Programme

# The flags of the pause's days, with the calls that they ask for; what somebody marked stays as it was marked.
TAKE_BACK = """
    WITH taken AS (
        UPDATE attendance_missedattendance f SET status = 'cancelled', cleared_at = %(now)s, cleared_by_id = %(by)s
        FROM attendance_expectedattendance e
        WHERE e.id = f.slot_id AND e.programme_id = %(programme)s AND e.state = '' AND f.status = 'raised'
          AND e.day >= %(first)s AND (%(last)s::date IS NULL OR e.day <= %(last)s)
        RETURNING f.id
    )
    UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
    FROM taken
    WHERE t.kind = 'contact_absent_citizen' AND t.source = 'attendance.missed:' || taken.id AND t.done_at IS NULL
"""


def clear_paused_days(sender: object, *, programme: Programme, pause: Pause, by: Actor, **kwargs: Any) -> None:
    """Receiver of `pause_changed`: the flags of the pause's days are taken back, and of the days that are past already
    goes what nobody touched; the days ahead follow with `schedule_changed` (A12)."""
    values: dict[str, Any] = {
        "programme": programme.pk,
        "first": pause.starts_on,
        "last": pause.ends_on,
        "now": timezone.now(),
        "by": by.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, values)
    yesterday = timezone.localdate() - timedelta(days=1)
    last = min(pause.ends_on or yesterday, yesterday)
    length = (last - pause.starts_on).days + 1
    if length > 0:
        forget_days(programme=programme, days=[pause.starts_on + timedelta(days=number) for number in range(length)])
