"""Registers that nobody has begun: the workshop is reminded, then the team leader, and no citizen is accused (A5).

What is blank at closing time is on the team leader's list as *not registered*; the flagging puts it there when it
judges the register. The mark that begins or completes a register takes its reminders off at once (`register/marks.py`);
the round does so where they are settled otherwise, by a closing day or a pause.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from attendance.states import EXCUSED
from audit.acting import Actor, System, acting

# After this nobody remembers who was there; it stays not registered in every figure.
REMEMBERED_DAYS = 14

# The open registers of today in which somebody is due and nobody who is due is marked: one look at each, which stops
# at the first mark. `leader_at` is when it goes to the team leader as well.
REMIND = """
    WITH types AS MATERIALIZED (
        SELECT id,
            make_interval(mins => coalesce((definition #>> '{absence_rules,grace_minutes}')::int, 15)) AS grace,
            make_interval(mins => coalesce((definition #>> '{absence_rules,leader_minutes}')::int, 30)) AS leader
        FROM programmes_programmetype
    ),
    missing AS MATERIALIZED (
        SELECT r.id, r.workshop_id, r.day, w.unit_id, u.organisation_id AS centre_id, u.name, d.leader_at
        FROM attendance_registerday r
        JOIN programmes_workshop w ON w.id = r.workshop_id
        JOIN accounts_unit u ON u.id = w.unit_id
        CROSS JOIN LATERAL (
            SELECT min(s.day + coalesce(s.covered_until, s.starts) + t.grace) AS due_at,
                min(s.day + coalesce(s.covered_until, s.starts) + t.grace + t.leader) AS leader_at
            FROM attendance_expectedattendance s
            JOIN programmes_programme p ON p.id = s.programme_id
            JOIN types t ON t.id = p.type_id
            WHERE s.workshop_id = r.workshop_id AND s.day = r.day AND s.state = ''
              AND NOT EXISTS (
                  SELECT FROM programmes_pause x
                  WHERE x.programme_id = p.id AND s.day >= x.starts_on AND (x.ends_on IS NULL OR s.day <= x.ends_on)
              )
        ) d
        WHERE r.judged_at IS NULL AND r.day = %(at)s::date AND %(at)s < r.day + r.closes AND d.due_at <= %(at)s
          AND NOT EXISTS (
              SELECT FROM programmes_closingday c WHERE c.centre_id = u.organisation_id AND c.day = r.day
          )
          AND NOT EXISTS (
              SELECT FROM attendance_expectedattendance s
              WHERE s.workshop_id = r.workshop_id AND s.day = r.day AND s.state <> '' AND s.notice_id IS NULL
                AND s.day + s.starts <= %(at)s
                AND (s.state <> ALL(%(excused)s) OR s.marked_at >= (s.day + s.starts) AT TIME ZONE %(zone)s)
          )
    ),
    asked AS (
        INSERT INTO worklist_task (kind, source, for_unit_id, due_on, url, params, created_at)
        SELECT 'missing_register', 'attendance.register:' || m.id, m.unit_id, m.day,
            '/attendance/' || m.workshop_id || '/' || m.day || '/', jsonb_build_object('workshop', m.name), %(moment)s
        FROM missing m
        ON CONFLICT DO NOTHING
        RETURNING 1
    ),
    told AS (
        INSERT INTO worklist_task (kind, source, for_leaders_of_id, due_on, url, params, created_at)
        SELECT 'missing_register_leader', 'attendance.register:' || m.id, m.centre_id, m.day,
            '/attendance/' || m.workshop_id || '/' || m.day || '/', jsonb_build_object('workshop', m.name), %(moment)s
        FROM missing m
        WHERE m.leader_at <= %(at)s
        ON CONFLICT DO NOTHING
        RETURNING 1
    ),
    begun AS (
        UPDATE worklist_task t SET done_at = %(moment)s
        WHERE t.kind = 'missing_register' AND t.done_at IS NULL
          AND t.source NOT IN (SELECT 'attendance.register:' || id FROM missing)
        RETURNING 1
    ),
    begun_after_all AS (
        UPDATE worklist_task t SET done_at = %(moment)s
        WHERE t.kind = 'missing_register_leader' AND t.done_at IS NULL
          AND t.source NOT IN (SELECT 'attendance.register:' || id FROM missing)
        RETURNING 1
    ),
    settled AS (
        UPDATE worklist_task t SET done_at = %(moment)s
        FROM attendance_registerday r
        WHERE t.kind = 'not_registered' AND t.done_at IS NULL
          AND r.id = split_part(t.source, ':', 2)::bigint
          AND (
              r.day < %(remembered)s
              OR NOT EXISTS (
                  SELECT FROM attendance_expectedattendance s
                  WHERE s.workshop_id = r.workshop_id AND s.day = r.day AND s.state = ''
              )
          )
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM asked) + (SELECT count(*) FROM told),
        (SELECT count(*) FROM begun) + (SELECT count(*) FROM begun_after_all) + (SELECT count(*) FROM settled)
"""


@dataclass(frozen=True)
class Reminded:
    """How many reminders were put on lists, and how many left them."""

    raised: int
    cleared: int


def remind_of_registers(*, at: datetime, by: Actor | None = None) -> Reminded:
    """Put every register that is missing at `at` on its workshop's list, after a further time on the team leader's, and
    take off the lists what is begun or filled in by now (A5).

    One statement for all workshops; safe to run twice, at once or late. A day that is over is nobody's reminder.
    """
    local = timezone.localtime(at).replace(tzinfo=None)
    with acting(by or System("flagging"), why="missing register"), connection.cursor() as cursor:
        cursor.execute(
            REMIND,
            {
                "at": local,
                "moment": at,
                "zone": timezone.get_default_timezone_name(),
                "excused": [str(state) for state in EXCUSED],
                "remembered": local.date() - timedelta(days=REMEMBERED_DAYS),
            },
        )
        return Reminded(*cursor.fetchone())
