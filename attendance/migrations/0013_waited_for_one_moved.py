"""A meeting that is moved after it had begun was waited for too: its first time is judged like one called off (A4)."""

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


class Migration(migrations.Migration):
    dependencies = [("attendance", "0012_flags_of_cases"), ("meetings", "0002_history")]
    operations = [migrations.RunSQL(COVERING, migrations.RunSQL.noop)]
