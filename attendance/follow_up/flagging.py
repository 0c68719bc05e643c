"""Missed attendance: flagged by one statement for all workshops, once a slot, caught up after an outage (A4-A6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils import timezone

from attendance.states import EXCUSED, State
from audit.acting import Actor, System, acting
from worklist.models import REST_REASON

# One flagging at a time, whoever started it.
LOCK = 4_801_526

# From a `missing` list of slots: the flag, the task for caseworker and workshop (A4), and the timeline's line.
# A slot has one flag; one that was taken back is raised again, without a second line. Where the reminders of a case
# rest, the task is there and comes to the lists when they are over (A8).
RAISE = """
    flags AS (
        INSERT INTO attendance_missedattendance AS f (slot_id, programme_id, status, flagged_at, due_on)
        SELECT id, programme_id, 'raised', %(moment)s, day FROM missing
        ON CONFLICT (slot_id) DO UPDATE
            SET status = 'raised', flagged_at = excluded.flagged_at, cleared_at = NULL, cleared_by_id = NULL,
                next_try_on = NULL, escalation = 0, escalated_at = NULL
            WHERE f.status <> 'raised'
        RETURNING id, slot_id, followed_up_at, (xmax = 0) AS is_new
    ),
    raised AS MATERIALIZED (
        SELECT f.id, f.followed_up_at, f.is_new, m.day, m.starts, m.citizen_id, m.workshop_id, m.programme_id,
            p.caseworker_id, p.centre_id, p.referring_organisation_id, p.reference
        FROM flags f
        JOIN missing m ON m.id = f.slot_id
        JOIN programmes_programme p ON p.id = m.programme_id
    ),
    tasks AS (
        INSERT INTO worklist_task
            (kind, source, citizen_id, for_user_id, for_unit_id, due_on, url, params, created_at,
             snoozed_until, snoozed_by_id, snooze_reason)
        SELECT 'contact_absent_citizen', 'attendance.missed:' || r.id, r.citizen_id, r.caseworker_id, w.unit_id, r.day,
            '/attendance/missed/' || r.id || '/', '{}', %(moment)s,
            x.until, x.by_id, CASE WHEN x.id IS NULL THEN '' ELSE %(rests)s END
        FROM raised r
        JOIN programmes_workshop w ON w.id = r.workshop_id
        LEFT JOIN attendance_rest x ON x.programme_id = r.programme_id AND x.lifted_at IS NULL
            AND x.until > (%(moment)s AT TIME ZONE %(zone)s)::date
        WHERE r.followed_up_at IS NULL
        ON CONFLICT DO NOTHING
    ),
    told AS (
        INSERT INTO journal_entry
            (citizen_id, centre_id, referring_organisation_id, "case", kind, audience, happened_at, params, body, url)
        SELECT r.citizen_id, r.centre_id, r.referring_organisation_id, r.reference, 'missed', 'team',
            (r.day + r.starts) AT TIME ZONE %(zone)s, '{}', '', '/attendance/missed/' || r.id || '/'
        FROM raised r
        WHERE r.is_new
    )
"""

# Local wall time throughout: a slot at 8.00 is due at 8.15 also on the days when the clock is moved.
# A register has begun when one of its begun slots is marked; an excuse entered before its slot is a notice and no mark,
# and what is marked after closing time no longer accuses anybody (A5). The slots to flag are locked by key, so that the
# work is flat in history, and their state is read again: somebody may be marking them.
# Where a meeting, an activity or a notice covers the beginning of a slot, the grace time counts from its end, and what
# is covered to its end, or nearly, is not judged (A2).
FLAG = f"""
    WITH registers AS MATERIALIZED (
        SELECT id, workshop_id, day, day + closes AS closes, judged_at IS NOT NULL AS is_judged
        FROM attendance_registerday
        WHERE (day <= %(at)s::date AND judged_at IS NULL) OR day = %(at)s::date
    ),
    types AS MATERIALIZED (
        SELECT id, make_interval(mins => coalesce((definition #>> '{{absence_rules,grace_minutes}}')::int, 15)) AS grace
        FROM programmes_programmetype
    ),
    slots AS MATERIALIZED (
        SELECT s.id, s.state, r.id AS register_id, r.is_judged,
            s.day + coalesce(s.covered_until, s.starts) + t.grace <= %(at)s AS is_due,
            s.state <> '' AND s.notice_id IS NULL AND s.day + s.starts <= %(at)s
                AND (s.state <> ALL(%(excused)s) OR s.marked_at >= (s.day + s.starts) AT TIME ZONE %(zone)s)
                AND (%(at)s < r.closes OR s.marked_at <= r.closes AT TIME ZONE %(zone)s) AS is_taken,
            -- Looked up for those that can have one alone: all flags there ever were are not read for one day.
            s.state IN ('', '{State.NO_SHOW}') AND coalesce((
                SELECT f.status = 'raised' FROM attendance_missedattendance f WHERE f.slot_id = s.id
            ), false) AS is_flagged
        FROM registers r
        JOIN attendance_expectedattendance s ON s.workshop_id = r.workshop_id AND s.day = r.day
        JOIN programmes_programme p ON p.id = s.programme_id
        JOIN types t ON t.id = p.type_id
        WHERE NOT EXISTS (SELECT FROM programmes_closingday c WHERE c.centre_id = p.centre_id AND c.day = s.day)
          AND NOT EXISTS (
              SELECT FROM programmes_pause x
              WHERE x.programme_id = p.id AND s.day >= x.starts_on AND (x.ends_on IS NULL OR s.day <= x.ends_on)
          )
          AND (p.status <> 'paused' OR EXISTS (SELECT FROM programmes_pause x WHERE x.programme_id = p.id))
          AND (
              s.covered_until IS NULL OR s.state = '{State.NO_SHOW}'
              OR s.day + s.covered_until + t.grace < s.day + s.ends
          )
    ),
    taken AS MATERIALIZED (SELECT register_id FROM slots GROUP BY register_id HAVING bool_or(is_taken)),
    missing AS MATERIALIZED (
        SELECT locked.* FROM (
            SELECT s.id, s.state FROM slots s
            WHERE NOT s.is_flagged
              AND (
                  (s.state = '' AND s.is_due AND NOT s.is_judged AND s.register_id IN (SELECT register_id FROM taken))
                  OR s.state = '{State.NO_SHOW}'
              )
            ORDER BY s.id
        ) found
        CROSS JOIN LATERAL (
            SELECT e.id, e.citizen_id, e.programme_id, e.workshop_id, e.day, e.starts
            FROM attendance_expectedattendance e
            WHERE e.id = found.id AND e.state = found.state
            LIMIT 1
            FOR NO KEY UPDATE
        ) locked
    ),
    {RAISE},
    judged AS (
        UPDATE attendance_registerday r SET judged_at = %(moment)s
        FROM registers o
        WHERE o.id = r.id AND NOT o.is_judged AND o.closes <= %(at)s
          AND NOT EXISTS (SELECT FROM slots s WHERE s.register_id = r.id AND NOT s.is_due)
        RETURNING r.id, r.workshop_id, r.day
    ),
    unregistered AS (
        INSERT INTO worklist_task (kind, source, for_leaders_of_id, due_on, url, params, created_at)
        SELECT 'not_registered', 'attendance.register:' || j.id, u.organisation_id, %(at)s::date,
            '/attendance/' || j.workshop_id || '/' || j.day || '/',
            jsonb_build_object('workshop', u.name, 'day', j.day, 'count', b.count), %(moment)s
        FROM judged j
        JOIN programmes_workshop w ON w.id = j.workshop_id
        JOIN accounts_unit u ON u.id = w.unit_id
        JOIN (
            SELECT register_id, count(*) FROM slots
            WHERE state = '' AND NOT is_flagged AND NOT is_judged
              AND register_id NOT IN (SELECT register_id FROM taken)
            GROUP BY register_id
        ) b ON b.register_id = j.id
        ON CONFLICT DO NOTHING
    )
    SELECT (SELECT count(*) FROM slots WHERE is_due OR state = '{State.NO_SHOW}'),
           (SELECT count(*) FROM flags),
           (SELECT count(*) FROM slots WHERE is_flagged)
"""  # noqa: S608 (only our own constants)

RAISE_THESE = f"""
    WITH missing AS MATERIALIZED (
        SELECT id, citizen_id, programme_id, workshop_id, day, starts
        FROM attendance_expectedattendance WHERE id = ANY(%(slots)s) AND workshop_id IS NOT NULL -- never one reported
    ),
    {RAISE}
    SELECT count(*) FROM flags
"""  # noqa: S608 (only our own constants)


@dataclass(frozen=True)
class Count:
    """What one run of the flagging found: due slots, new flags, and those that stood already."""

    expected: int
    flagged: int
    already_flagged: int

    def __str__(self) -> str:
        return f"expected={self.expected} flagged={self.flagged} already_flagged={self.already_flagged}"


def flag_missed(*, at: datetime, by: Actor | None = None) -> Count:
    """Flag every slot that was missed until `at` and has not been judged yet, in all workshops, by one statement.

    Safe to run twice, at once or days late (A4). Registers whose closing time has passed are judged: what is blank
    and unflagged in them then is *not registered* and never accuses the citizen (A5).
    """
    local = timezone.localtime(at).replace(tzinfo=None)
    parameters = _moment(at) | {"at": local, "excused": [str(state) for state in EXCUSED]}
    with acting(by or System("flagging"), why="missed attendance"), connection.cursor() as cursor:
        # A day's slots fit in memory; on disk the statement takes twice as long.
        cursor.execute("SELECT pg_advisory_xact_lock(%s), set_config('work_mem', '64MB', true)", [LOCK])
        cursor.execute(FLAG, parameters)
        return Count(*cursor.fetchone())


def raise_flags(slots: Iterable[int], *, moment: datetime) -> None:
    """Flag these slots at once, because somebody marked them as no show (A4); inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE_THESE, _moment(moment) | {"slots": list(slots)})


def _moment(moment: datetime) -> dict:
    return {"moment": moment, "zone": timezone.get_default_timezone_name(), "rests": REST_REASON}
