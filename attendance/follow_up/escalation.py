"""Follow-ups that nobody makes: from the workshop to the caseworker, then to the team leader (A7)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from attendance.models import Escalation, MissedAttendance, RegisterDay, Rest
from audit.acting import Actor, System, acting
from core.calendar import next_working_day

OVERDUE_TASK = "overdue_follow_up"
# The deadline's day is the slot's own; later where it was flagged days later, where somebody tried and tries again, and
# where the reminders rested until then.
# Without a try by closing time it is the caseworker's, on the next working day the team leader's too. Cases whose
# reminders rest are left in peace (A8). Where the flag no longer waits, or somebody has tried since, the team leader's
# task goes.
ESCALATE = f"""
    WITH waiting AS MATERIALIZED (
        SELECT f.id, f.escalation, s.citizen_id, p.centre_id, p.reference, p.referring_organisation_id, d.day,
            CASE
                WHEN EXISTS (
                    SELECT FROM generate_series(d.day + 1, %(at)s::date, interval '1 day') AS n (day)
                    WHERE extract(isodow FROM n.day) < 6 AND NOT EXISTS (
                        SELECT FROM programmes_closingday c WHERE c.centre_id = p.centre_id AND c.day = n.day::date
                    )
                ) THEN 2
                WHEN d.day + coalesce(r.closes, s.ends) <= %(at)s THEN 1
                ELSE 0
            END AS level
        FROM attendance_missedattendance f
        JOIN attendance_expectedattendance s ON s.id = f.slot_id
        JOIN programmes_programme p ON p.id = s.programme_id
        LEFT JOIN attendance_registerday r ON r.workshop_id = s.workshop_id AND r.day = s.day
        LEFT JOIN attendance_rest x ON x.programme_id = p.id AND x.lifted_at IS NULL
        CROSS JOIN LATERAL (
            SELECT greatest(f.due_on, (f.flagged_at AT TIME ZONE %(zone)s)::date, f.next_try_on, x.until)
        ) AS d (day)
        WHERE f.status = 'raised' AND f.followed_up_at IS NULL AND f.escalation < 2
          AND (x.id IS NULL OR x.until <= %(at)s::date)
    ),
    risen AS (
        UPDATE attendance_missedattendance f SET escalation = w.level, escalated_at = %(moment)s
        FROM waiting w WHERE w.id = f.id AND w.level > f.escalation
        RETURNING f.id, f.escalation
    ),
    tasks AS (
        INSERT INTO worklist_task (kind, source, citizen_id, for_leaders_of_id, due_on, url, params, created_at)
        SELECT 'overdue_follow_up', 'attendance.missed:' || w.id, w.citizen_id, w.centre_id, w.day,
            '/attendance/missed/' || w.id || '/', '{{}}', %(moment)s
        FROM risen JOIN waiting w ON w.id = risen.id
        WHERE risen.escalation = {Escalation.TEAM_LEADER.value}
        ON CONFLICT DO NOTHING
    ),
    told AS (
        INSERT INTO journal_entry
            (citizen_id, centre_id, referring_organisation_id, "case", kind, audience, happened_at, params, body, url)
        SELECT w.citizen_id, w.centre_id, w.referring_organisation_id, w.reference, 'follow_up_escalated', 'team',
            %(moment)s, jsonb_build_object('day', w.day), '', '/attendance/missed/' || w.id || '/'
        FROM risen JOIN waiting w ON w.id = risen.id
        WHERE risen.escalation = {Escalation.TEAM_LEADER.value}
    ),
    settled AS (
        UPDATE worklist_task t SET done_at = %(moment)s
        FROM attendance_missedattendance f
        WHERE t.kind = 'overdue_follow_up' AND t.done_at IS NULL AND f.id = split_part(t.source, ':', 2)::bigint
          AND (f.status <> 'raised' OR f.followed_up_at IS NOT NULL OR f.escalation < 2)
    )
    SELECT count(*) FILTER (WHERE escalation = 1), count(*) FILTER (WHERE escalation = 2) FROM risen
"""  # noqa: S608 (only our own constants)


@dataclass(frozen=True)
class Risen:
    """How many follow-ups went on to the caseworker, and how many to the team leader."""

    to_caseworker: int
    to_leader: int


def escalate(*, at: datetime, by: Actor | None = None) -> Risen:
    """Let every follow-up go on whose deadline has passed without a try (A7); one statement for all of them.

    Safe to run twice, at once or days late.
    """
    local = timezone.localtime(at).replace(tzinfo=None)
    with acting(by or System("flagging"), why="follow-up not made"), connection.cursor() as cursor:
        cursor.execute(ESCALATE, {"at": local, "moment": at, "zone": timezone.get_default_timezone_name()})
        return Risen(*cursor.fetchone())


@dataclass(frozen=True)
class Clock:
    """Until when a follow-up is to be made: a local day and wall time; `is_over` when it was not."""

    day: date
    closes: time
    is_over: bool
    is_today: bool


def clock_of(missed: MissedAttendance, *, rest: Rest | None, at: datetime) -> Clock:
    """The deadline of a follow-up whose slot is loaded, as `escalate` reckons it. One query."""
    local = timezone.localtime(at).replace(tzinfo=None)
    slot = missed.slot
    days = [missed.due_on, timezone.localtime(missed.flagged_at).date(), missed.next_try_on]
    days.append(rest.until if rest else None)
    day = max(day for day in days if day)
    register = RegisterDay.objects.filter(workshop=slot.workshop_id, day=slot.day).only("closes").first()
    closes = register.closes if register else slot.ends
    return Clock(day, closes, datetime.combine(day, closes) <= local, day == local.date())


def next_try(closed: set[date], *, after: date) -> date:
    """The working day on which to try again, unless somebody says another."""
    return next_working_day(after + timedelta(days=1), closed)
