"""Celery's doors: each asks the database what is due, so running twice or days late changes nothing (A4, A12)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from celery import shared_task
from django.db import connection
from django.utils import timezone

from attendance.absence.rules import draft_reports
from attendance.expected.writing import write_ahead
from attendance.figures.falls import look_for_falls
from attendance.figures.roll_ups import count_dirty_days
from attendance.follow_up.escalation import escalate
from attendance.follow_up.flagging import flag_missed
from attendance.follow_up.missing_registers import remind_of_registers
from attendance.reported.weeks import ask_for_reports
from audit.acting import System

FLAGGING, EXPECTING, JUDGING = 4_801_527, 4_801_528, 4_801_529

# Whether anybody is at work, or an outage left a day behind: a register that nobody has judged, and of today one in
# which somebody's time has begun. By the index of what is open, so it costs nothing at night.
IS_OPEN = """
    SELECT EXISTS (
        SELECT FROM attendance_registerday r
        WHERE r.judged_at IS NULL AND r.day <= %(today)s AND (
            r.day < %(today)s
            OR EXISTS (
                SELECT FROM attendance_expectedattendance s
                WHERE s.workshop_id = r.workshop_id AND s.day = r.day AND s.starts <= %(time)s
            )
            OR r.closes <= %(time)s
        )
    )
"""

REPORTING = 4_801_541
COUNTING = 4_801_553


@contextmanager
def alone(key: int) -> Iterator[bool]:
    """Whether no other worker is at the same job; held for the session, so a killed worker gives it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_alone = cursor.fetchone()[0]
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def is_open(at: datetime) -> bool:
    """Whether some register is to be looked at now: within opening hours, until the day is judged. One query."""
    local = timezone.localtime(at)
    with connection.cursor() as cursor:
        cursor.execute(IS_OPEN, {"today": local.date(), "time": local.time().isoformat()})
        return bool(cursor.fetchone()[0])


def go_round(at: datetime) -> None:
    """Flag what was missed, remind of registers that are missing, pass on the follow-ups that nobody made (A4-A7)."""
    flag_missed(at=at)
    remind_of_registers(at=at)
    escalate(at=at)


@shared_task
def flag_missed_attendance() -> None:
    """Go round within opening hours; catches up all days that nobody has judged (A4)."""
    at = timezone.now()
    with alone(FLAGGING) as is_alone:
        if is_alone and is_open(at):
            go_round(at)


@shared_task
def sweep_attendance() -> None:
    """Go round in the evening, whatever the registers say: nothing of the day is left behind (A4, A7)."""
    with alone(FLAGGING) as is_alone:
        if is_alone:
            go_round(timezone.now())


@shared_task
def draft_absence_reports() -> None:
    """Draft a report to the referrer where a rule of the type is broken (A8)."""
    with alone(JUDGING) as is_alone:
        if is_alone:
            draft_reports(at=timezone.now())


@shared_task
def write_expected_attendance() -> None:
    """Write what is expected eight weeks ahead (A12)."""
    with alone(EXPECTING) as is_alone:
        if is_alone:
            write_ahead(by=System("expected attendance"))


@shared_task
def ask_for_week_reports() -> None:
    """Put the weeks that are over and not reported before their caseworkers; catches up after an outage (A11)."""
    with alone(REPORTING) as is_alone:
        if is_alone:
            ask_for_reports(at=timezone.now())


@shared_task
def count_days() -> None:
    """Count the sums of the days that were touched; catches up whatever waits (A9)."""
    with alone(COUNTING) as is_alone:
        if is_alone:
            count_dirty_days()


@shared_task
def look_for_falls_today() -> None:
    """Look again at those who were expected today, so that a warning comes on the day itself (A10)."""
    look_for_falls(only_today=True)


@shared_task
def look_for_falls_everywhere() -> None:
    """Every night: all running programmes, and the warnings of those that run no more (A10)."""
    look_for_falls()
