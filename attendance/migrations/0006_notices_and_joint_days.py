"""Notices of absence over several days, joint days, and the parts of a slot that something else covers (A2).

Meetings, activities and notices are read by `attendance_covering`, which knows no more of other apps' tables than its
text. Two triggers keep the covered parts of the slots right, whoever plans, moves or cancels; notices are followed by
the actions (docs/adr/0025).
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import attendance.models
from audit.history import track

MINUTES = """
CREATE FUNCTION minutes_in(ranges int4multirange) RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(sum(upper(one) - lower(one)), 0)::int FROM unnest(ranges) AS one
$$;
"""
COVER = """
CREATE FUNCTION attendance_covering(of_programmes bigint[], since date, until date)
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
            ), 'meeting', m.kind::text, m.id
        FROM meetings_meeting m CROSS JOIN LATERAL (SELECT
            m.starts_at AT TIME ZONE 'Europe/Copenhagen', m.ends_at AT TIME ZONE 'Europe/Copenhagen'
        ) AS t (starts, ends)
        WHERE m.programme_id = a.id AND m.with_citizen AND m.status IN ('planned', 'held')
          AND m.starts_at >= since::timestamp AT TIME ZONE 'Europe/Copenhagen'
          AND m.starts_at < (until + 1)::timestamp AT TIME ZONE 'Europe/Copenhagen'
        UNION ALL
        SELECT y.day, int4range(
                (extract(epoch FROM y.starts) / 60)::int, (extract(epoch FROM y.ends) / 60)::int
            ), 'activity', y.kind::text, y.id
        FROM programmes_activity y
        WHERE y.programme_id = a.id AND y.status IN ('planned', 'attended') AND y.ends IS NOT NULL
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

-- A notice that holds a slot whole is a mark and covers no part of it.
CREATE FUNCTION attendance_write_cover(of_programmes bigint[], since date, until date) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    WITH covering AS MATERIALIZED (SELECT * FROM attendance_covering(of_programmes, since, until)),
    slots AS MATERIALIZED (
        SELECT e.id, e.citizen_id, p.centre_id, e.day, int4range(
            (extract(epoch FROM e.starts) / 60)::int, (extract(epoch FROM e.ends) / 60)::int
        ) AS span
        FROM attendance_expectedattendance e JOIN programmes_programme p ON p.id = e.programme_id
        WHERE e.day BETWEEN since AND until AND (of_programmes IS NULL OR (p.citizen_id, p.centre_id) IN (
            SELECT q.citizen_id, q.centre_id FROM programmes_programme q WHERE q.id = ANY (of_programmes)
        )) AND (e.met IS NOT NULL OR e.away IS NOT NULL OR e.let_off IS NOT NULL OR EXISTS (
            SELECT FROM covering c WHERE c.citizen_id = e.citizen_id AND c.day = e.day
        ))
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

CREATE FUNCTION attendance_follow_cover() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    of_programmes bigint[];
    since date;
    until date;
    touched jsonb;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT jsonb_agg(to_jsonb(n)) INTO touched FROM new_rows n;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT jsonb_agg(to_jsonb(o)) INTO touched FROM old_rows o;
    ELSE
        SELECT jsonb_agg(r.row) INTO touched
        FROM (SELECT to_jsonb(n) FROM new_rows n UNION ALL SELECT to_jsonb(o) FROM old_rows o) AS r (row);
    END IF;
    SELECT array_agg(DISTINCT (r.row->>'programme_id')::bigint), min(d.day), max(d.day)
        INTO of_programmes, since, until
        FROM jsonb_array_elements(touched) AS r (row)
        CROSS JOIN LATERAL (SELECT coalesce(
            (r.row->>'day')::date, ((r.row->>'starts_at')::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date
        )) AS d (day);
    IF of_programmes IS NOT NULL THEN
        PERFORM attendance_write_cover(of_programmes, since, until);
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION attendance_follow_cover() FROM PUBLIC;
"""
UNCOVER = """
DROP FUNCTION attendance_follow_cover();
DROP FUNCTION attendance_write_cover(bigint[], date, date);
DROP FUNCTION attendance_covering(bigint[], date, date);
"""
WHEN = {
    "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "update": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
}
FOLLOWED = ["meetings_meeting", "programmes_activity"]
FOLLOW = "\n".join(
    f"CREATE TRIGGER attendance_cover_{name} {when.format(table=table)} FOR EACH STATEMENT "
    "EXECUTE FUNCTION attendance_follow_cover();"
    for table in FOLLOWED
    for name, when in WHEN.items()
)
UNFOLLOW = "\n".join(f"DROP TRIGGER attendance_cover_{name} ON {table};" for table in FOLLOWED for name in WHEN)


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0005_reports_and_escalation"),
        ("citizens", "0005_consents"),
        ("meetings", "0002_history"),
        ("programmes", "0012_placements_of_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(MINUTES, "DROP FUNCTION minutes_in(int4multirange)"),
        migrations.AddField(
            model_name="expectedattendance",
            name="away",
            field=attendance.models.MinuteRanges(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="expectedattendance",
            name="covered_until",
            field=models.TimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="expectedattendance",
            name="let_off",
            field=attendance.models.MinuteRanges(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="expectedattendance",
            name="met",
            field=attendance.models.MinuteRanges(editable=False, null=True),
        ),
        migrations.RemoveField(model_name="expectedattendance", name="agreed_minutes"),
        migrations.AddField(
            model_name="expectedattendance",
            name="agreed_minutes",
            field=models.GeneratedField(
                db_persist=True,
                expression=attendance.models.Sql(
                    "CASE WHEN state = 'leave' THEN 0 "
                    "WHEN let_off IS NULL THEN (EXTRACT(EPOCH FROM ends - starts) / 60)::int "
                    "ELSE (EXTRACT(EPOCH FROM ends - starts) / 60)::int - public.minutes_in(let_off) END"
                ),
                output_field=models.IntegerField(),
            ),
        ),
        migrations.RemoveField(model_name="expectedattendance", name="attended_minutes"),
        migrations.AddField(
            model_name="expectedattendance",
            name="attended_minutes",
            field=models.GeneratedField(
                db_persist=True,
                expression=attendance.models.Sql(
                    "CASE WHEN state NOT IN ('present', 'late', 'left_early') THEN 0 "
                    "WHEN met IS NULL AND away IS NULL AND let_off IS NULL THEN "
                    "greatest(0, (EXTRACT(EPOCH FROM least(ends, coalesce(left_at, ends))) / 60)::int - "
                    "(EXTRACT(EPOCH FROM greatest(starts, coalesce(came_at, starts))) / 60)::int) "
                    "ELSE public.minutes_in(int4multirange(int4range("
                    "(EXTRACT(EPOCH FROM greatest(starts, coalesce(came_at, starts))) / 60)::int, "
                    "greatest((EXTRACT(EPOCH FROM greatest(starts, coalesce(came_at, starts))) / 60)::int, "
                    "(EXTRACT(EPOCH FROM least(ends, coalesce(left_at, ends))) / 60)::int))) "
                    "+ coalesce(met, '{}') - coalesce(away, '{}') - coalesce(let_off, '{}')) END"
                ),
                output_field=models.IntegerField(),
            ),
        ),
        migrations.CreateModel(
            name="JointDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("starts", models.TimeField(verbose_name="from")),
                ("ends", models.TimeField(verbose_name="until")),
                ("name", models.CharField(max_length=100, verbose_name="what")),
                ("arranged_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("cancelled_at", models.DateTimeField(null=True)),
                (
                    "arranged_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="joint_days", to="programmes.workshop"
                    ),
                ),
            ],
            options={
                "ordering": ["day", "starts"],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ill", "Ill"),
                            ("child_ill", "Child ill"),
                            ("treatment", "Doctor or treatment"),
                            ("authority", "Authority meeting"),
                            ("leave", "Agreed leave"),
                            ("other", "Other reason"),
                        ],
                        default="ill",
                        max_length=10,
                        verbose_name="why",
                    ),
                ),
                ("from_day", models.DateField(verbose_name="from")),
                ("from_time", models.TimeField(null=True, verbose_name="time")),
                ("until_day", models.DateField(verbose_name="until")),
                ("until_time", models.TimeField(null=True, verbose_name="time")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="remark")),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="programmes.programme"
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-from_day", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="expectedattendance",
            name="notice",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="attendance.notice",
            ),
        ),
        migrations.AddIndex(
            model_name="expectedattendance",
            index=models.Index(
                condition=models.Q(("notice__isnull", False)), fields=["notice"], name="attendance_of_notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="jointday",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends__gt", models.F("starts"))), name="attendance_joint_day_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="jointday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at__isnull", True)),
                fields=("workshop", "day"),
                name="attendance_joint_day_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="jointday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at__isnull", True), ("cancelled_by__isnull", True)),
                    models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                    _connector="OR",
                ),
                name="attendance_joint_day_cancelled_by",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("taken_back_at__isnull", True)),
                fields=["until_day"],
                name="attendance_notice_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_day__gt", models.F("from_day")),
                    models.Q(
                        ("until_day", models.F("from_day")),
                        models.Q(
                            ("from_time__isnull", True),
                            ("until_time__isnull", True),
                            ("until_time__gt", models.F("from_time")),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="attendance_notice_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_back_at__isnull", True), ("taken_back_by__isnull", True)),
                    models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                    _connector="OR",
                ),
                name="attendance_notice_taken_back_by",
            ),
        ),
        track("attendance_notice"),
        track("attendance_jointday"),
        migrations.RunSQL(COVER, UNCOVER),
        migrations.RunSQL(FOLLOW, UNFOLLOW),
    ]
