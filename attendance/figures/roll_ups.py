"""The sums of each day, counted ahead of the dashboards and again when something changed (A9, docs/adr/0023).

What a slot counts as is said in `sums.py` for one citizen, and once more here in the database's words; a property
test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.utils import timezone

from attendance.states import HERE, SICK, State

# One count at a time, whoever started it.
LOCK = 4_801_551
# Days of a workshop that one statement counts: some thirty thousand slots, well within the statement's time.
AT_ONCE = 1000

HERE_SQL = ", ".join(f"'{state.value}'" for state in HERE)
SICK_SQL = ", ".join(f"'{state.value}'" for state in SICK)

# `slots` has one row for each slot of the days to count: what it says, with a flag that stands told as no show.
# A day's sums that are the same again are not written again; those of a day without slots go.
COUNT = f"""
    WITH chosen AS MATERIALIZED (
        SELECT DISTINCT day, workshop_id FROM attendance_dirtyday WHERE day <= %(today)s
        ORDER BY day DESC, workshop_id LIMIT %(at_once)s
    ),
    taken AS (
        DELETE FROM attendance_dirtyday d USING chosen c
        WHERE d.day = c.day AND d.workshop_id IS NOT DISTINCT FROM c.workshop_id
    ),
    touched AS (
        SELECT e.* FROM chosen c
        JOIN attendance_expectedattendance e ON e.workshop_id = c.workshop_id AND e.day = c.day
        UNION ALL
        SELECT e.* FROM chosen c
        JOIN attendance_expectedattendance e ON e.workshop_id IS NULL AND e.day = c.day
        WHERE c.workshop_id IS NULL
    ),
    slots AS MATERIALIZED (
        SELECT e.day, p.centre_id, e.workshop_id, t.key AS type_key, e.agreed_minutes, e.attended_minutes,
            CASE WHEN e.state = '' AND f.id IS NOT NULL THEN '{State.NO_SHOW}' ELSE e.state END AS state
        FROM touched e
        JOIN programmes_programme p ON p.id = e.programme_id
        JOIN programmes_programmetype t ON t.id = p.type_id
        LEFT JOIN attendance_missedattendance f ON f.slot_id = e.id AND f.status = 'raised'
    ),
    absent AS (
        SELECT day, centre_id, workshop_id, type_key,
            jsonb_object_agg(state, jsonb_build_array(slots, minutes)) AS absence
        FROM (
            SELECT day, centre_id, workshop_id, type_key, state, count(*) AS slots, sum(agreed_minutes) AS minutes
            FROM slots WHERE state <> '' AND state NOT IN ({HERE_SQL})
            GROUP BY day, centre_id, workshop_id, type_key, state
        ) by_state
        GROUP BY day, centre_id, workshop_id, type_key
    ),
    counted AS MATERIALIZED (
        SELECT s.*, coalesce(a.absence, '{{}}') AS absence
        FROM (
            SELECT day, centre_id, workshop_id, type_key,
                count(*) FILTER (WHERE state <> '') AS slots,
                coalesce(sum(agreed_minutes) FILTER (WHERE state <> ''), 0) AS agreed,
                coalesce(sum(attended_minutes) FILTER (WHERE state <> ''), 0) AS attended,
                coalesce(sum(agreed_minutes) FILTER (WHERE state IN ({SICK_SQL})), 0) AS ill,
                count(*) FILTER (WHERE state = '{State.LATE}') AS late,
                count(*) FILTER (WHERE state = '{State.NO_SHOW}') AS missed,
                count(*) FILTER (WHERE state = '') AS blank
            FROM slots GROUP BY day, centre_id, workshop_id, type_key
        ) s
        LEFT JOIN absent a ON a.day = s.day AND a.centre_id = s.centre_id AND a.type_key = s.type_key
            AND a.workshop_id IS NOT DISTINCT FROM s.workshop_id
    ),
    gone AS (
        DELETE FROM attendance_dayfigure f USING chosen c
        WHERE f.day = c.day AND f.workshop_id IS NOT DISTINCT FROM c.workshop_id
          AND NOT EXISTS (
              SELECT FROM counted n WHERE n.day = f.day AND n.workshop_id IS NOT DISTINCT FROM f.workshop_id
                AND n.centre_id = f.centre_id AND n.type_key = f.type_key
          )
    ),
    written AS (
        INSERT INTO attendance_dayfigure AS f
            (day, centre_id, workshop_id, type_key, slots, agreed, attended, ill, late, missed, blank, absence)
        SELECT day, centre_id, workshop_id, type_key, slots, agreed, attended, ill, late, missed, blank, absence
        FROM counted
        ON CONFLICT (day, centre_id, workshop_id, type_key) DO UPDATE SET
            slots = excluded.slots, agreed = excluded.agreed, attended = excluded.attended, ill = excluded.ill,
            late = excluded.late, missed = excluded.missed, blank = excluded.blank, absence = excluded.absence
        WHERE (f.slots, f.agreed, f.attended, f.ill, f.late, f.missed, f.blank, f.absence) IS DISTINCT FROM
            (excluded.slots, excluded.agreed, excluded.attended, excluded.ill, excluded.late, excluded.missed,
             excluded.blank, excluded.absence)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM chosen), (SELECT count(*) FROM written)
"""  # noqa: S608 (only our own constants)


WAITING = "SELECT EXISTS (SELECT FROM attendance_dirtyday WHERE day BETWEEN %s AND %s AND workshop_id = ANY(%s))"


@dataclass(frozen=True)
class Counted:
    """How many days of a workshop were counted again, and how many sums that changed."""

    days: int
    sums: int


def count_dirty_days(*, today: date | None = None) -> Counted:
    """Count every day until `today` that was touched since it was last counted; days to come wait for their day.

    Safe to run twice, at once or after weeks: by a thousand days of a workshop at a time, the latest first, each in a
    transaction of its own. A second run finds nothing to do.
    """
    today = today or timezone.localdate()
    days = sums = 0
    while True:
        found = _count_some(today)
        days, sums = days + found.days, sums + found.sums
        if found.days < AT_ONCE:
            return Counted(days, sums)


def _count_some(today: date) -> Counted:
    with transaction.atomic(), connection.cursor() as cursor:
        # Of its own, so that the statement after it sees what the last count wrote.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(COUNT, {"today": today, "at_once": AT_ONCE})
        return Counted(*cursor.fetchone())


def is_waiting(first: date, last: date, workshops: Iterable[int]) -> bool:
    """Whether a day of these workshops was touched since it was last counted; one query."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [first, last, list(workshops)])
        return cursor.fetchone()[0]
