"""Sums of each day ahead of the dashboards, triggers that say which to count again, and early warnings (A9, A10)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.history import track

TRIGGERS = """
CREATE FUNCTION attendance_slots_dirty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO attendance_dirtyday (day, workshop_id) SELECT DISTINCT day, workshop_id FROM new_rows;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO attendance_dirtyday (day, workshop_id) SELECT DISTINCT day, workshop_id FROM old_rows;
    ELSE
        INSERT INTO attendance_dirtyday (day, workshop_id)
        SELECT DISTINCT both_rows.day, both_rows.workshop_id
        FROM old_rows o JOIN new_rows n ON n.id = o.id
        CROSS JOIN LATERAL (VALUES (o.day, o.workshop_id), (n.day, n.workshop_id)) AS both_rows (day, workshop_id)
        WHERE (o.day, o.workshop_id, o.programme_id, o.state, o.agreed_minutes, o.attended_minutes)
            IS DISTINCT FROM (n.day, n.workshop_id, n.programme_id, n.state, n.agreed_minutes, n.attended_minutes);
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION attendance_flags_dirty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO attendance_dirtyday (day, workshop_id)
        SELECT DISTINCT e.day, e.workshop_id
        FROM new_rows f JOIN attendance_expectedattendance e ON e.id = f.slot_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO attendance_dirtyday (day, workshop_id)
        SELECT DISTINCT e.day, e.workshop_id
        FROM old_rows f JOIN attendance_expectedattendance e ON e.id = f.slot_id;
    ELSE
        INSERT INTO attendance_dirtyday (day, workshop_id)
        SELECT DISTINCT e.day, e.workshop_id
        FROM old_rows o JOIN new_rows n ON n.id = o.id AND n.status <> o.status
        JOIN attendance_expectedattendance e ON e.id = n.slot_id;
    END IF;
    RETURN NULL;
END $$;
"""
WHEN = {
    "insert": "AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows",
    "update": "AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows",
}
TABLES = {
    "attendance_expectedattendance": "attendance_slots_dirty",
    "attendance_missedattendance": "attendance_flags_dirty",
}
ATTACH = "\n".join(
    f"CREATE TRIGGER dirty_{name} {when.format(table=table)} FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    for table, function in TABLES.items()
    for name, when in WHEN.items()
)
DROP = """
DROP FUNCTION attendance_slots_dirty() CASCADE;
DROP FUNCTION attendance_flags_dirty() CASCADE;
"""
# What stands there already is counted by the first run of the job.
ALL_DAYS = """
INSERT INTO attendance_dirtyday (day, workshop_id)
SELECT DISTINCT day, workshop_id FROM attendance_expectedattendance;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_substitutes_and_tablets"),
        ("attendance", "0006_notices_and_joint_days"),
        ("programmes", "0012_placements_of_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DayFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("type_key", models.CharField(max_length=60)),
                ("slots", models.IntegerField()),
                ("agreed", models.IntegerField()),
                ("attended", models.IntegerField()),
                ("ill", models.IntegerField()),
                ("late", models.IntegerField(help_text="Slots to which somebody came late.")),
                ("missed", models.IntegerField(help_text="Slots without a word.")),
                ("blank", models.IntegerField()),
                ("absence", models.JSONField(default=dict)),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="programmes.workshop",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["centre", "day"], name="attendance_figure_centre")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "centre", "workshop", "type_key"),
                        name="attendance_figure_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DirtyDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("workshop_id", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="attendance_dirty_day")],
            },
        ),
        migrations.CreateModel(
            name="EarlyWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("raised_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("comes_less", models.BooleanField()),
                ("comes_late", models.BooleanField()),
                ("usual", models.FloatField(help_text="Attended share of the days before.")),
                ("recent", models.FloatField(help_text="Attended share of the last days.")),
                ("weighted", models.FloatField(help_text="The weighted share that is compared with the usual one.")),
                ("usual_late", models.FloatField(help_text="Share of the days before on which the citizen came late.")),
                ("late_days", models.PositiveSmallIntegerField(help_text="Days late among the last days.")),
                ("days", models.PositiveSmallIntegerField(help_text="How many the last days are.")),
                ("until", models.DateField(help_text="The last day before.")),
                ("since", models.DateField(help_text="The first of the last days.")),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "settled_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("seen", "I have seen it"),
                            ("talked", "We have talked about it"),
                            ("recovered", "Comes as usual again"),
                            ("ended", "The programme rests or has ended"),
                        ],
                        max_length=9,
                    ),
                ),
                ("note", models.TextField(blank=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="early_warnings",
                        to="programmes.programme",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["programme", "settled_at"], name="attendance_warning_settled")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=("programme",),
                        name="attendance_warning_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at__isnull", True), ("settled_how", "")),
                            models.Q(("settled_at__isnull", False), models.Q(("settled_how", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="attendance_warning_settled_how",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("comes_less", True), ("comes_late", True), _connector="OR"),
                        name="attendance_warning_of_something",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS + ATTACH, DROP),
        migrations.RunSQL(ALL_DAYS, migrations.RunSQL.noop),
        track("attendance_earlywarning"),
    ]
