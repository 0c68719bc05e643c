"""Automatic reminders rest for a while in a case in which somebody has just spoken with the citizen (A8)."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.models import MissedAttendance, Rest
from attendance.permissions import may_follow_up
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import day
from programmes.locking import locked
from programmes.models import Programme
from programmes.telling import tell_case
from worklist.models import REST_REASON

USUAL_DAYS, LONGEST_DAYS = 2, 14

# The open tasks that rules raised about the absences of one programme.
OURS = """
    t.done_at IS NULL AND (
        (t.kind IN ('contact_absent_citizen', 'overdue_follow_up') AND t.source IN (
            SELECT 'attendance.missed:' || f.id FROM attendance_missedattendance f
            JOIN attendance_expectedattendance s ON s.id = f.slot_id
            WHERE s.programme_id = %(programme)s AND f.status = 'raised' AND f.followed_up_at IS NULL
        ))
        OR (t.kind = 'absence_report' AND t.source IN (
            SELECT 'attendance.report:' || id FROM attendance_absencereport WHERE programme_id = %(programme)s
        ))
    )
"""
PUT_OFF = f"""
    UPDATE worklist_task t SET snoozed_until = %(until)s, snoozed_by_id = %(by)s, snooze_reason = %(rests)s
    WHERE {OURS}
"""  # noqa: S608 (only our own constants)
BRING_BACK = f"""
    UPDATE worklist_task t SET snoozed_until = NULL
    WHERE {OURS} AND t.snooze_reason = %(rests)s
"""  # noqa: S608 (only our own constants)


def rest_reminders(*, missed: MissedAttendance, until: date, by: User) -> Rest:
    """Let the automatic reminders of the flag's case rest until a day, on which they are back (A8).

    Refused for a day that is not within the next two weeks; an earlier rest gives way to the new one.
    """
    with acting(by):
        check(by, missed)
        today = timezone.localdate()
        if not today < until <= today + timedelta(days=LONGEST_DAYS):
            raise Refused(
                _("Choose a day after today and no later than %(day)s")
                % {"day": day(today + timedelta(days=LONGEST_DAYS))}
            )
        programme = locked(missed.slot.programme)  # two never let it rest at once
        lift(programme, by)
        rest = Rest.objects.create(programme=programme, until=until, by=by)
        set_tasks(PUT_OFF, programme, until=until, by=by)
        note("reminders_rest", programme, by=by, day=until.isoformat())
    return rest


def lift_rest(*, missed: MissedAttendance, by: User) -> None:
    """The reminders are wanted again at once; Refused where none rest."""
    with acting(by):
        check(by, missed)
        programme = locked(missed.slot.programme)  # two never let it rest at once
        if not lift(programme, by):
            raise Refused(_("The reminders do not rest any more."))
        set_tasks(BRING_BACK, programme, by=by)
        note("reminders_back", programme, by=by)


def rest_of(programme: Programme) -> Rest | None:
    """The rest that holds today. One query."""
    return Rest.objects.standing().filter(programme=programme).select_related("by").first()


def lift(programme: Programme, by: User) -> int:
    """How many rests were ended; those that ran out on their own count as none."""
    rests = Rest.objects.filter(programme=programme, lifted_at__isnull=True)
    stood = rests.filter(until__gt=timezone.localdate()).count()
    rests.update(lifted_at=timezone.now(), lifted_by=by)
    return stood


def check(by: User, missed: MissedAttendance) -> None:
    if not may_follow_up(by, missed):
        raise NotAllowed


def set_tasks(statement: str, programme: Programme, *, by: User, until: date | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"programme": programme.pk, "until": until, "by": by.pk, "rests": REST_REASON})


def note(kind: str, programme: Programme, *, by: User, **params: Any) -> None:
    """The timeline's line and the audit's event."""
    tell_case(
        kind,
        programme,
        by=by,
        **params,
    )
    record(kind, by=by, subject=programme, citizen_id=programme.citizen_id, **params)
