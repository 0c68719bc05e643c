"""What covers a slot is found by hash: one statement may plan thousands of meetings (A2)."""

from django.db import migrations

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
            e.met IS NOT NULL OR e.away IS NOT NULL OR e.let_off IS NOT NULL
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
    dependencies = [("attendance", "0007_days_counted_ahead")]
    operations = [migrations.RunSQL(WRITE, migrations.RunSQL.noop)]
