"""The planned end with its earlier ones (P3), phases (P4), one coordinator at a time (P1), the chain (P15)."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import programmes.models.periods
from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invitations"),
        ("audit", "0002_history"),
        ("citizens", "0004_merged_rows"),
        ("programmes", "0003_team"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EndChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("earlier_end", models.DateField(verbose_name="earlier end")),
                ("new_end", models.DateField(verbose_name="new end")),
                ("agreed_with", models.CharField(max_length=200, verbose_name="who agreed")),
                ("agreed_on", models.DateField(verbose_name="agreed on")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="PhaseStart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phase", models.CharField(max_length=60, verbose_name="phase")),
                ("starts_on", models.DateField(verbose_name="from")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["starts_on", "pk"],
            },
        ),
        migrations.AddField(
            model_name="pause",
            name="agreed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="agreed_until",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="pause",
            name="resumed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="pause",
            name="resumed_why",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="programme",
            name="previous",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="following",
                to="programmes.programme",
            ),
        ),
        migrations.AddField(
            model_name="teammember",
            name="is_coordinator",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="teammember",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="reason"),
        ),
        migrations.AlterField(
            model_name="teammember",
            name="function",
            field=models.CharField(max_length=60, verbose_name="function"),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("previous__isnull", True), models.Q(("previous", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="programmes_follows_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="teammember",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("is_coordinator", True)),
                expressions=[("programme", "="), (programmes.models.periods.DateRange("starts_on", "ends_on"), "&&")],
                name="programmes_one_coordinator",
            ),
        ),
        migrations.AddField(
            model_name="endchange",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="endchange",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="end_changes", to="programmes.programme"
            ),
        ),
        migrations.AddField(
            model_name="phasestart",
            name="begun_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="phasestart",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="phase_starts", to="programmes.programme"
            ),
        ),
        migrations.AddConstraint(
            model_name="endchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("new_end", models.F("earlier_end")), _negated=True),
                name="programmes_end_is_another",
            ),
        ),
        migrations.AddIndex(
            model_name="phasestart",
            index=models.Index(fields=["programme", "starts_on"], name="programmes_phase_of"),
        ),
        track("programmes_endchange"),
        track("programmes_phasestart"),
    ]
