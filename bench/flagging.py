"""The flagging of a hundred thousand expected slots beside the same rows written by one plain statement each."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock

from django.db import connection, transaction
from django.utils import timezone

from attendance.follow_up.flagging import Count, flag_missed
from audit.acting import System, acting

RUNS = 11  # three differ by a fifth
GOAL = 1.5
# What the flagging writes, from an answer that is known: the flag, the task and the line on the timeline. It finds the
# slots by the day's registers, as the flagging does, because it would read all of history otherwise.
PLAIN = """
    WITH missing AS MATERIALIZED (
        SELECT s.id, s.citizen_id, s.programme_id, s.workshop_id, s.day, s.starts
        FROM attendance_registerday r
        JOIN attendance_expectedattendance s ON s.workshop_id = r.workshop_id AND s.day = r.day
        WHERE r.day = %(day)s AND r.judged_at IS NULL AND s.state = ''
          AND NOT EXISTS (SELECT FROM attendance_missedattendance f WHERE f.slot_id = s.id)
    ),
    flags AS (
        INSERT INTO attendance_missedattendance (slot_id, programme_id, status, flagged_at, due_on)
        SELECT id, programme_id, 'raised', %(moment)s, day FROM missing
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


@dataclass(frozen=True)
class Flagging:
    """Milliseconds of the plain statement and of the flagging; what a first and a second run that stayed found."""

    plain: float
    ours: float
    first: Count
    second: Count

    def row(self) -> str:
        """Its line in the report."""
        ratio, due = self.ours / self.plain, self.first.expected
        return (
            f"| {due:,} | {self.first.flagged:,} | {self.ours:,.0f} ms | {self.ours / due * 1000:.1f} ms "
            f"| {self.plain:,.0f} ms | {ratio:.2f}x | {GOAL}x | {'reached' if ratio <= GOAL else 'missed'} "
            f"| {self.second.flagged} |"
        )


def measure_flagging(day: date) -> Flagging:
    """The two in turns, each rolled back, and then the flagging twice for good."""
    at = timezone.make_aware(datetime.combine(day, clock(13)))

    def plain() -> None:
        with acting(System("bench")), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('work_mem', '64MB', true)")
            cursor.execute(PLAIN, {"day": day, "moment": at})

    floor, ours = [], []
    for _run in range(RUNS):
        floor.append(taken_back(plain))
        ours.append(taken_back(lambda: flag_missed(at=at)))
    return Flagging(statistics.median(floor), statistics.median(ours), flag_missed(at=at), flag_missed(at=at))


def taken_back(work: Callable[[], object]) -> float:
    """Milliseconds of the work, which leaves nothing behind."""
    with transaction.atomic():
        begun = time.perf_counter()
        work()
        took = (time.perf_counter() - begun) * 1000
        transaction.set_rollback(True)
    return took
