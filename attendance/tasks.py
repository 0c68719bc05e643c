"""Celery's doors: each asks the database what is due, so running twice or days late changes nothing (A4, A12)."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import shared_task
from django.db import connection
from django.utils import timezone

from attendance.expected import write_ahead
from attendance.flagging import flag_missed
from audit.acting import System

FLAGGING, EXPECTING = 4_801_527, 4_801_528


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


@shared_task
def flag_missed_attendance() -> None:
    """Flag what was missed until now; catches up all days that nobody has judged (A4)."""
    with alone(FLAGGING) as is_alone:
        if is_alone:
            flag_missed(at=timezone.now())


@shared_task
def write_expected_attendance() -> None:
    """Write what is expected eight weeks ahead (A12)."""
    with alone(EXPECTING) as is_alone:
        if is_alone:
            write_ahead(by=System("expected attendance"))
