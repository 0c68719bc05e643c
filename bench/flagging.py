"""The flagging of a hundred thousand expected slots beside the same rows written by one plain statement each."""

import statistics
import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock

from django.db import connection, transaction
from django.utils import timezone

from attendance.flagging import Count, flag_missed
from audit.acting import System, acting

RUNS = 3
# What the flagging writes, from an answer that is known: the flag, the task and the line on the timeline.
PLAIN = """
    WITH missing AS MATERIALIZED (
        SELECT id, citizen_id, programme_id, workshop_id, day, starts
        FROM attendance_expectedattendance WHERE day = %(day)s AND state = '' AND workshop_id IS NOT NULL
    ),
    flags AS (
        INSERT INTO attendance_missedattendance (slot_id, status, flagged_at, due_on)
        SELECT id, 'raised', %(moment)s, day FROM missing
        RETURNING id, slot_id
    ),
    tasks AS (
        INSERT INTO worklist_task
            (kind, source, citizen_id, for_user_id, for_unit_id, due_on, url, params, created_at)
        SELECT 'contact_absent_citizen', 'attendance.missed:' || f.id, m.citizen_id, p.caseworker_id, w.unit_id, m.day,
            '/attendance/missed/' || f.id || '/', '{}', %(moment)s
        FROM flags f
        JOIN missing m ON m.id = f.slot_id
        JOIN programmes_programme p ON p.id = m.programme_id
        JOIN programmes_workshop w ON w.id = m.workshop_id
    )
    INSERT INTO journal_entry
        (citizen_id, centre_id, referring_organisation_id, "case", kind, audience, happened_at, params, body, url)
    SELECT m.citizen_id, p.centre_id, p.referring_organisation_id, p.reference, 'missed', 'team', %(moment)s, '{}', '',
        '/attendance/missed/' || f.id || '/'
    FROM flags f
    JOIN missing m ON m.id = f.slot_id
    JOIN programmes_programme p ON p.id = m.programme_id
"""


def measure_flagging(day: date) -> tuple[float, float, Count, Count]:
    """Milliseconds of the plain statement and of the flagging, in turns, each rolled back; then what a first and a
    second run that stay found."""
    at = timezone.make_aware(datetime.combine(day, clock(13)))

    def plain() -> None:
        with acting(System("bench")), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', '64MB', true)")
            cursor.execute(PLAIN, {"day": day, "moment": at})

    floor, ours = [], []
    for _run in range(RUNS):
        floor.append(taken_back(plain))
        ours.append(taken_back(lambda: flag_missed(at=at)))
    return statistics.median(floor), statistics.median(ours), flag_missed(at=at), flag_missed(at=at)


def taken_back(work: Callable[[], object]) -> float:
    """Milliseconds of the work, which leaves nothing behind."""
    with transaction.atomic():
        begun = time.perf_counter()
        work()
        took = (time.perf_counter() - begun) * 1000
        transaction.set_rollback(True)
    return took
