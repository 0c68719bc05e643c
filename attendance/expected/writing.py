"""Expected attendance: what was agreed, written as one row per citizen and slot, weeks ahead (A1, A12)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from audit.acting import Actor, acting
from programmes.models import Programme

WEEKS_AHEAD = 8

# What leaves a day out stands here and nowhere else: closing days, pauses, programmes that never started (A1). One that
# says it is paused without saying when rests until it says otherwise.
COMES = """
    p.status <> 'never_started'
      AND (%(programmes)s::bigint[] IS NULL OR p.id = ANY (%(programmes)s::bigint[]))
      AND (%(centre)s::bigint IS NULL OR p.centre_id = %(centre)s)
      AND (%(days)s::date[] IS NULL OR d.day::date = ANY (%(days)s::date[]))
      AND (p.status <> 'paused' OR EXISTS (SELECT FROM programmes_pause x WHERE x.programme_id = p.id))
      AND NOT EXISTS (SELECT FROM programmes_closingday c WHERE c.centre_id = p.centre_id AND c.day = d.day::date)
      AND NOT EXISTS (
          SELECT FROM programmes_pause x
          WHERE x.programme_id = p.id AND d.day::date >= x.starts_on AND (x.ends_on IS NULL OR d.day::date <= x.ends_on)
      )
"""

# Every agreed slot on every day of a range, inside placement, programme and the schedule's version; and on a joint day
# the whole workshop but those left out, and who has agreed hours then keeps those.
AGREED = f"""
    SELECT p.citizen_id, p.id AS programme_id, pl.id AS placement_id, pl.workshop_id, d.day::date AS day,
        s.starts, s.ends
    FROM programmes_scheduleslot s
    JOIN programmes_placement pl ON pl.id = s.placement_id
    JOIN programmes_programme p ON p.id = pl.programme_id
    CROSS JOIN LATERAL generate_series(
        greatest(%(since)s::date, s.valid_from, pl.starts_on, p.starts_on)::timestamp,
        least(%(until)s::date, s.valid_until, pl.ends_on, p.ends_on, p.ended_on)::timestamp,
        '1 day'
    ) AS d (day)
    WHERE extract(isodow FROM d.day) = s.weekday AND {COMES}
    UNION ALL
    SELECT p.citizen_id, p.id, pl.id, pl.workshop_id, d.day, d.starts, d.ends
    FROM attendance_jointday d
    JOIN programmes_placement pl ON pl.workshop_id = d.workshop_id AND d.day BETWEEN pl.starts_on AND pl.ends_on
    JOIN programmes_programme p ON p.id = pl.programme_id
    WHERE d.cancelled_at IS NULL AND d.day BETWEEN %(since)s::date AND %(until)s::date
      AND d.day BETWEEN p.starts_on AND least(p.ends_on, p.ended_on) AND {COMES}
      AND NOT EXISTS (SELECT FROM attendance_leftout o WHERE o.joint_day_id = d.id AND o.programme_id = p.id)
      AND NOT EXISTS (
          SELECT FROM programmes_scheduleslot s
          WHERE s.programme_id = p.id AND s.weekday = extract(isodow FROM d.day)
            AND d.day BETWEEN s.valid_from AND s.valid_until AND s.starts < d.ends AND d.starts < s.ends
      )
"""  # noqa: S608 (only our own constants)

# A register closes with the workshop, or later when somebody is expected longer. Where a slot was touched, its hours
# are what happened: a week that is agreed anew on the same day does not count them twice.
WRITE = f"""
    WITH agreed AS MATERIALIZED ({AGREED}),
    slots AS (
        INSERT INTO attendance_expectedattendance
            (citizen_id, programme_id, placement_id, workshop_id, day, starts, ends, state, remark)
        SELECT citizen_id, programme_id, placement_id, workshop_id, day, starts, ends, '', '' FROM agreed a
        WHERE NOT EXISTS (
            SELECT FROM attendance_expectedattendance e
            WHERE e.citizen_id = a.citizen_id AND e.day = a.day AND e.starts < a.ends AND a.starts < e.ends
        )
        ON CONFLICT (citizen_id, day, starts) DO NOTHING
        RETURNING 1
    ),
    registers AS (
        INSERT INTO attendance_registerday (workshop_id, day, closes, judged_at)
        SELECT a.workshop_id, a.day, greatest(max(o.closes), max(a.ends)),
            CASE WHEN %(judged)s AND a.day < %(today)s::date
                 THEN (a.day + greatest(max(o.closes), max(a.ends))) AT TIME ZONE %(zone)s END
        FROM agreed a
        LEFT JOIN programmes_openinghours o ON o.workshop_id = a.workshop_id AND o.weekday = extract(isodow FROM a.day)
        WHERE a.workshop_id IS NOT NULL -- what is reported has no register (A11)
        GROUP BY a.workshop_id, a.day
        ON CONFLICT (workshop_id, day) DO UPDATE SET closes = excluded.closes
            WHERE attendance_registerday.judged_at IS NULL AND attendance_registerday.closes < excluded.closes
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM slots), (SELECT count(*) FROM registers)
"""  # noqa: S608 (only our own constants)

COVER = "SELECT attendance_write_cover(%(programmes)s::bigint[], %(since)s::date, %(until)s::date)"

# A slot that nobody ever marked takes the mark of the notice that holds it whole, the first one given where there are
# several, as if whoever entered it had marked it then (A2). What a person cleared stays clear.
FILL_IN = """
    WITH given AS MATERIALIZED (
        SELECT DISTINCT ON (e.id) e.id AS slot_id, n.id AS notice_id, n.state, n.remark, n.given_by_id, n.given_at
        FROM attendance_notice n
        JOIN programmes_programme np ON np.id = n.programme_id
        JOIN programmes_programme p ON p.citizen_id = np.citizen_id AND p.centre_id = np.centre_id
        JOIN attendance_expectedattendance e
            ON e.programme_id = p.id
            AND e.day BETWEEN greatest(n.from_day, %(since)s::date) AND least(n.until_day, %(until)s::date)
        WHERE n.taken_back_at IS NULL AND n.until_day >= %(since)s::date
          AND (%(programmes)s::bigint[] IS NULL OR p.id = ANY (%(programmes)s::bigint[]))
          AND (e.day > n.from_day OR n.from_time IS NULL OR n.from_time <= e.starts)
          AND (e.day < n.until_day OR n.until_time IS NULL OR n.until_time >= e.ends)
          AND e.state = '' AND e.standing_mark IS NULL
          AND NOT EXISTS (SELECT FROM attendance_missedattendance f WHERE f.slot_id = e.id)
        ORDER BY e.id, n.given_at, n.id
    ),
    free AS MATERIALIZED (
        SELECT e.id FROM attendance_expectedattendance e
        WHERE e.id IN (SELECT slot_id FROM given) AND e.state = '' AND e.standing_mark IS NULL
        ORDER BY e.id FOR NO KEY UPDATE
    ),
    marks AS (
        INSERT INTO attendance_mark (id, slot_id, state, remark, marked_at, received_at, by_id)
        SELECT gen_random_uuid(), slot_id, state, remark, given_at, %(now)s, given_by_id
        FROM given JOIN free ON free.id = given.slot_id
        RETURNING id, slot_id
    )
    UPDATE attendance_expectedattendance e
    SET state = g.state, remark = g.remark, marked_at = g.given_at, marked_by_id = g.given_by_id,
        standing_mark = m.id, notice_id = g.notice_id
    FROM marks m JOIN given g ON g.slot_id = m.slot_id
    WHERE e.id = m.slot_id
"""

# Touched by nobody: no mark was ever made, nothing was flagged. Only these go when the agreement changes (A12).
UNTOUCHED = """
    e.state = ''
    AND NOT EXISTS (SELECT FROM attendance_mark m WHERE m.slot_id = e.id)
    AND NOT EXISTS (SELECT FROM attendance_missedattendance f WHERE f.slot_id = e.id)
"""

REMOVE = f"""
    WITH agreed AS MATERIALIZED ({AGREED})
    DELETE FROM attendance_expectedattendance e
    WHERE e.day >= %(since)s
      AND (%(programmes)s::bigint[] IS NULL OR e.programme_id = ANY (%(programmes)s::bigint[]))
      AND (%(centre)s::bigint IS NULL OR EXISTS (
          SELECT FROM programmes_programme p
          WHERE p.id = e.programme_id AND p.centre_id = %(centre)s AND e.day <= %(until)s
      ))
      AND (%(days)s::date[] IS NULL OR e.day = ANY (%(days)s::date[]))
      AND {UNTOUCHED}
      AND NOT EXISTS (
          SELECT FROM agreed a
          WHERE a.citizen_id = e.citizen_id AND a.day = e.day AND a.starts = e.starts AND a.ends = e.ends
            AND a.placement_id = e.placement_id
      )
    RETURNING e.workshop_id, e.day
"""  # noqa: S608 (only our own constants)

REMOVE_EMPTY_REGISTERS = """
    DELETE FROM attendance_registerday r
    USING unnest(%(workshops)s::bigint[], %(days)s::date[]) AS gone (workshop_id, day)
    WHERE r.workshop_id = gone.workshop_id AND r.day = gone.day AND r.judged_at IS NULL
      AND NOT EXISTS (
          SELECT FROM attendance_expectedattendance e WHERE e.workshop_id = r.workshop_id AND e.day = r.day
      )
"""

# The flags of a day on which nobody could have come: they count nowhere, and nobody needs to ring (A12).
TAKE_BACK = """
    WITH taken AS (
        UPDATE attendance_missedattendance f SET status = 'cancelled', cleared_at = %(now)s, cleared_by_id = %(by)s
        FROM attendance_expectedattendance e
        JOIN programmes_programme p ON p.id = e.programme_id
        WHERE e.id = f.slot_id AND e.state = '' AND f.status = 'raised' AND p.centre_id = %(centre)s
          AND EXISTS (
              SELECT FROM programmes_closingday c
              WHERE c.centre_id = p.centre_id AND c.day = e.day AND c.day = ANY (%(days)s::date[])
          )
        RETURNING f.id
    )
    UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
    FROM taken
    WHERE t.kind = 'contact_absent_citizen' AND t.source = 'attendance.missed:' || taken.id AND t.done_at IS NULL
"""


@dataclass(frozen=True)
class Written:
    """How many rows were added."""

    slots: int
    registers: int


def write_expected(
    *,
    since: date,
    until: date,
    by: Actor,
    programme: Programme | None = None,
    centre_id: int | None = None,
    judged: bool = False,
) -> Written:
    """Write the expected attendance and the registers of all days from `since` to `until`, both included (A12).

    One statement, safe to run again. A past range may be given, for demo data and imports; with `judged` the
    registers of past days count as closed, so that no flag is raised for them afterwards.
    """
    parameters = _parameters(since=since, until=until, programmes=only(programme), centre_id=centre_id)
    with acting(by, why="expected attendance"):
        return _write(parameters | {"judged": judged})


def write_ahead(*, by: Actor, today: date | None = None) -> Written:
    """Write what is expected from today and eight weeks on, of every programme (A12)."""
    today = today or timezone.localdate()
    return write_expected(since=today, until=today + timedelta(weeks=WEEKS_AHEAD), by=by)


def rewrite_expected(*, programme: Programme, from_day: date) -> Written:
    """The agreement changed: take back the untouched slots that no longer hold and add the new ones (A12).

    Inside the caller's `acting`. Days before today are never touched, whatever `from_day` says, nor is a slot with a
    mark, a notice or a flag.
    """
    return rewrite_of_all(programmes=[programme.pk], from_day=from_day)


def rewrite_of_all(*, programmes: Collection[int], from_day: date) -> Written:
    """`rewrite_expected` of many programmes (ids); the same number of statements however many."""
    today = timezone.localdate()
    parameters = _parameters(
        since=max(from_day, today), until=today + timedelta(weeks=WEEKS_AHEAD), programmes=programmes, centre_id=None
    )
    _remove(parameters)
    return _write(parameters)


def rewrite_closing_days(*, centre_id: int, days: Collection[date], by: Actor) -> None:
    """Closing days were entered or taken away: the centre expects nobody on those that are closed, everybody on the
    others, and the flags of closed days are taken back (A1, A12).

    Also for past days; what was marked stays as it was marked. Three statements, whatever the number of days.
    """
    last = timezone.localdate() + timedelta(weeks=WEEKS_AHEAD)
    near = sorted(day for day in days if day <= last)  # later ones are not written yet
    if not near:
        return
    parameters = _parameters(since=near[0], until=near[-1], programmes=None, centre_id=centre_id, days=near)
    with acting(by, why="closing days"), connection.cursor() as cursor:
        cursor.execute(TAKE_BACK, parameters | {"now": timezone.now(), "by": by.pk})
        _remove(parameters)
        _write(parameters)


def rewrite_day(*, centre_id: int, day: date) -> Written:
    """A joint day was arranged or called off: what is expected at the centre on that day alone (A1).

    Inside the caller's `acting`; three statements however many come. A day further ahead is written in its time.
    """
    if day > timezone.localdate() + timedelta(weeks=WEEKS_AHEAD):
        return Written(0, 0)
    parameters = _parameters(since=day, until=day, programmes=None, centre_id=centre_id, days=[day])
    _remove(parameters)
    return _write(parameters)


def forget_after(*, programme: Programme, day: date) -> None:
    """The programme's last day was `day`, which may lie back: take away the untouched slots after it (K4).

    Inside the caller's `acting`.
    """
    _remove(
        _parameters(
            since=day + timedelta(days=1),
            until=timezone.localdate() + timedelta(weeks=WEEKS_AHEAD),
            programmes=only(programme),
            centre_id=None,
        )
    )


def forget_days(*, programme: Programme, days: list[date]) -> None:
    """Nobody was to come on these past days after all: take away what is no longer agreed and untouched (A1).

    Inside the caller's `acting`; one statement for all days.
    """
    _remove(_parameters(since=min(days), until=max(days), programmes=only(programme), centre_id=None, days=days))


def _write(parameters: dict) -> Written:
    """New slots, what covers a part of them, and the marks of the notices that hold them whole (A2)."""
    with connection.cursor() as cursor:
        cursor.execute(WRITE, parameters)
        written = Written(*cursor.fetchone())
        if written.slots:
            cursor.execute(COVER, parameters)
            cursor.execute(FILL_IN, parameters)
    return written


def _remove(parameters: dict) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REMOVE, parameters)
        gone = set(cursor.fetchall())
        if gone:
            cursor.execute(
                REMOVE_EMPTY_REGISTERS,
                {"workshops": [workshop for workshop, _ in gone], "days": [day for _, day in gone]},
            )


def only(programme: Programme | None) -> list[int] | None:
    """The ids that a statement is kept to; None is all."""
    return [programme.pk] if programme else None


def _parameters(
    *,
    since: date,
    until: date,
    programmes: Collection[int] | None,
    centre_id: int | None,
    days: list[date] | None = None,
) -> dict:
    return {
        "since": since,
        "until": until,
        "programmes": None if programmes is None else list(programmes),
        "centre": centre_id,
        "days": days,
        "judged": False,
        "today": timezone.localdate(),
        "now": timezone.now(),
        "zone": timezone.get_default_timezone_name(),
    }
