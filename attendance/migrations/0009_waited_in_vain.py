"""Who was told too late that a meeting or an activity is off is not missed meanwhile (A2, A4).

One that was agreed ahead and called off or moved after it had begun, or not held by another side than the citizen's,
keeps the beginning of the slot until its end; it is no hours of anybody.
"""

from django.db import migrations

COVERING = """
CREATE OR REPLACE FUNCTION attendance_covering(of_programmes bigint[], since date, until date)
RETURNS TABLE (citizen_id uuid, centre_id bigint, day date, minutes int4range, kind text, what text, source bigint,
    type_id bigint)
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    WITH around AS MATERIALIZED (
        SELECT p.id, p.citizen_id, p.centre_id, p.type_id FROM programmes_programme p
        WHERE of_programmes IS NULL OR (p.citizen_id, p.centre_id) IN (
            SELECT q.citizen_id, q.centre_id FROM programmes_programme q WHERE q.id = ANY (of_programmes)
        )
    )
    SELECT a.citizen_id, a.centre_id, c.* , a.type_id FROM around a CROSS JOIN LATERAL (
        SELECT t.starts::date, int4range(
                (extract(epoch FROM t.starts::time) / 60)::int,
                greatest((extract(epoch FROM t.starts::time) / 60)::int,
                    CASE WHEN t.ends::date > t.starts::date THEN 1440
                         ELSE (extract(epoch FROM t.ends::time) / 60)::int END)
            ), CASE WHEN m.status IN ('planned', 'held') THEN 'meeting' ELSE 'waited' END, m.kind::text, m.id
        FROM meetings_meeting m CROSS JOIN LATERAL (SELECT
            m.starts_at AT TIME ZONE 'Europe/Copenhagen', m.ends_at AT TIME ZONE 'Europe/Copenhagen'
        ) AS t (starts, ends)
        WHERE m.programme_id = a.id AND m.with_citizen
          AND (m.status IN ('planned', 'held') OR (m.created_at <= m.starts_at AND (
            (m.status = 'not_held' AND m.not_held_by <> 'citizen')
            OR (m.status = 'cancelled' AND m.changed_at > m.starts_at)
          )))
          AND m.starts_at >= since::timestamp AT TIME ZONE 'Europe/Copenhagen'
          AND m.starts_at < (until + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
        UNION ALL
        SELECT t.starts::date, int4range(
                (extract(epoch FROM t.starts::time) / 60)::int,
                greatest((extract(epoch FROM t.starts::time) / 60)::int,
                    CASE WHEN t.ends::date > t.starts::date THEN 1440
                         ELSE (extract(epoch FROM t.ends::time) / 60)::int END)
            ), 'waited', m.kind::text, m.id
        FROM meetings_meeting m JOIN meetings_earliertime b ON b.meeting_id = m.id CROSS JOIN LATERAL (SELECT
            b.starts_at AT TIME ZONE 'Europe/Copenhagen', b.ends_at AT TIME ZONE 'Europe/Copenhagen'
        ) AS t (starts, ends)
        WHERE m.programme_id = a.id AND m.with_citizen AND b.starts_at BETWEEN m.created_at AND b.moved_at
          AND b.starts_at >= since::timestamp AT TIME ZONE 'Europe/Copenhagen'
          AND b.starts_at < (until + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
        UNION ALL
        SELECT y.day, int4range(
                (extract(epoch FROM y.starts) / 60)::int, (extract(epoch FROM y.ends) / 60)::int
            ), CASE WHEN y.status = 'cancelled' THEN 'waited' ELSE 'activity' END, y.kind::text, y.id
        FROM programmes_activity y
        WHERE y.programme_id = a.id AND y.ends IS NOT NULL
          AND (y.status IN ('planned', 'attended') OR (y.status = 'cancelled'
            AND (y.day + y.starts) AT TIME ZONE 'Europe/Copenhagen' BETWEEN y.planned_at AND y.recorded_at))
          AND y.day BETWEEN since AND until
        UNION ALL
        SELECT d.day::date, int4range(
                CASE WHEN d.day = n.from_day THEN coalesce((extract(epoch FROM n.from_time) / 60)::int, 0) ELSE 0 END,
                CASE WHEN d.day = n.until_day THEN coalesce((extract(epoch FROM n.until_time) / 60)::int, 1440)
                     ELSE 1440 END
            ), CASE WHEN n.state = 'leave' THEN 'leave' ELSE 'notice' END, n.state::text, n.id
        FROM attendance_notice n CROSS JOIN LATERAL generate_series(
            greatest(n.from_day, since)::timestamp, least(n.until_day, until)::timestamp, '1 day'
        ) AS d (day)
        WHERE n.programme_id = a.id AND n.taken_back_at IS NULL AND n.from_day <= until AND n.until_day >= since
    ) AS c (day, minutes, kind, what, source)
    WHERE NOT isempty(c.minutes)
$$;
"""
WRITE = """
CREATE OR REPLACE FUNCTION attendance_write_cover(of_programmes bigint[], since date, until date) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    WITH covering AS MATERIALIZED (SELECT * FROM attendance_covering(of_programmes, since, until)),
    slots AS MATERIALIZED (
        SELECT e.id, e.citizen_id, p.centre_id, e.day, int4range(
            (extract(epoch FROM e.starts) / 60)::int, (extract(epoch FROM e.ends) / 60)::int
        ) AS span
        FROM attendance_expectedattendance e JOIN programmes_programme p ON p.id = e.programme_id
        WHERE e.day BETWEEN since AND until AND (of_programmes IS NULL OR (p.citizen_id, p.centre_id) IN (
            SELECT q.citizen_id, q.centre_id FROM programmes_programme q WHERE q.id = ANY (of_programmes)
        )) AND (
            e.met IS NOT NULL OR e.away IS NOT NULL OR e.let_off IS NOT NULL OR e.covered_until IS NOT NULL
            OR (e.citizen_id, e.day) IN (SELECT c.citizen_id, c.day FROM covering c)
        )
    ),
    covered AS (
        SELECT s.id, lower(s.span) AS starts,
            range_agg(c.minutes * s.span) FILTER (WHERE c.kind IN ('meeting', 'activity')) AS met,
            range_agg(c.minutes * s.span) FILTER (WHERE c.kind = 'notice') AS away,
            range_agg(c.minutes * s.span) FILTER (WHERE c.kind = 'leave') AS let_off,
            range_agg(c.minutes * s.span) FILTER (WHERE c.minutes IS NOT NULL) AS parts
        FROM slots s
        LEFT JOIN covering c ON c.citizen_id = s.citizen_id AND c.centre_id = s.centre_id AND c.day = s.day
            AND c.minutes && s.span AND NOT (c.kind IN ('notice', 'leave') AND c.minutes @> s.span)
        GROUP BY s.id, s.span
    ),
    told AS (
        SELECT c.*, (
            SELECT time '00:00' + make_interval(mins => upper(part)) FROM unnest(c.parts) AS part
            WHERE lower(part) = c.starts
        ) AS covered_until
        FROM covered c
    )
    UPDATE attendance_expectedattendance e
    SET met = t.met, away = t.away, let_off = t.let_off, covered_until = t.covered_until
    FROM told t
    WHERE t.id = e.id AND (e.met, e.away, e.let_off, e.covered_until)
        IS DISTINCT FROM (t.met, t.away, t.let_off, t.covered_until)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0008_cover_at_scale"),
        ("meetings", "0002_history"),
        ("programmes", "0012_placements_of_kinds"),
    ]
    operations = [
        migrations.RunSQL(COVERING, migrations.RunSQL.noop),
        migrations.RunSQL(WRITE, migrations.RunSQL.noop),
    ]
