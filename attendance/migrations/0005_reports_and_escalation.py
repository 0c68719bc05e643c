"""Follow-ups that go further, reminders that rest, and reports on absence to the referrer (A7, A8)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.history import track

# What was sent stays as it was sent; what was decided on is not taken away.
LOCK = """
CREATE FUNCTION attendance_refuse_sent() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.sent_at IS NOT NULL AND (
        TG_OP = 'DELETE'
        OR (NEW.programme_id, NEW.rules, NEW.since, NEW.until, NEW.covering_text, NEW.facts, NEW.sent_at,
             NEW.sent_by_id)
            IS DISTINCT FROM
            (OLD.programme_id, OLD.rules, OLD.since, OLD.until, OLD.covering_text, OLD.facts, OLD.sent_at,
             OLD.sent_by_id)
    ) THEN
        RAISE EXCEPTION 'A report that was sent never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER attendance_sent BEFORE UPDATE OR DELETE ON attendance_absencereport
    FOR EACH ROW EXECUTE FUNCTION attendance_refuse_sent();
"""
UNLOCK = """
DROP TRIGGER attendance_sent ON attendance_absencereport;
DROP FUNCTION attendance_refuse_sent();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0004_reported_slots"),
        ("programmes", "0012_placements_of_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AbsenceReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("drafted", "Drafted"),
                            ("sent", "Sent"),
                            ("received", "Read and received"),
                            ("discarded", "Discarded"),
                        ],
                        default="drafted",
                        max_length=9,
                    ),
                ),
                ("rules", models.JSONField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("drafted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("covering_text", models.TextField(blank=True, db_default="", default="")),
                ("left_out", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
                ("revision", models.PositiveIntegerField(db_default=0, default=0)),
                ("facts", models.JSONField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("discarded_at", models.DateTimeField(null=True)),
                ("discard_reason", models.TextField(blank=True, db_default="", default="")),
            ],
        ),
        migrations.CreateModel(
            name="Rest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateField()),
                ("lifted_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="missedattendance",
            name="escalated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="missedattendance",
            name="escalation",
            field=models.PositiveSmallIntegerField(
                choices=[(0, "With workshop and caseworker"), (1, "With the caseworker"), (2, "With the team leader")],
                db_default=0,
                default=0,
            ),
        ),
        migrations.AddField(
            model_name="missedattendance",
            name="next_try_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="missedattendance",
            index=models.Index(
                condition=models.Q(("escalation__lt", 2), ("followed_up_at__isnull", True), ("status", "raised")),
                fields=["due_on"],
                name="attendance_missed_rising",
            ),
        ),
        migrations.AddField(
            model_name="absencereport",
            name="discarded_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="absencereport",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="absence_reports", to="programmes.programme"
            ),
        ),
        migrations.AddField(
            model_name="absencereport",
            name="received_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="absencereport",
            name="sent_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rest",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rest",
            name="lifted_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="rest",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reminder_rests", to="programmes.programme"
            ),
        ),
        migrations.AddIndex(
            model_name="absencereport",
            index=models.Index(fields=["programme", "until"], name="attendance_report_latest"),
        ),
        migrations.AddConstraint(
            model_name="absencereport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "drafted")), fields=("programme",), name="attendance_report_drafted_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="absencereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["sent", "received"]), _negated=True),
                    models.Q(("facts__isnull", False), ("sent_at__isnull", False)),
                    _connector="OR",
                ),
                name="attendance_report_sent_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="rest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)), fields=("programme",), name="attendance_rest_once"
            ),
        ),
        track("attendance_rest"),
        track("attendance_absencereport"),
        migrations.RunSQL(LOCK, UNLOCK),
    ]
