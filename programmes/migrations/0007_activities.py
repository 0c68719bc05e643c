"""Activities, what is said by hand of the checklist, and how each requirement stands (P8, P9)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0006_slots_apart"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60, verbose_name="activity")),
                ("day", models.DateField(verbose_name="day")),
                ("starts", models.TimeField(null=True, verbose_name="from")),
                ("ends", models.TimeField(null=True, verbose_name="until")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("led_by_name", models.CharField(blank=True, max_length=200, verbose_name="led by somebody else")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("attended", "Attended"),
                            ("missed", "Missed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="remark")),
                ("batch", models.UUIDField()),
                ("group", models.UUIDField(null=True)),
                ("planned_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("recorded_at", models.DateTimeField(null=True)),
                (
                    "led_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities_led",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="programmes.programme",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["day", "starts", "pk"],
                "indexes": [
                    models.Index(fields=["programme", "kind", "-day"], name="programmes_activity_of"),
                    models.Index(
                        condition=models.Q(("group__isnull", False)), fields=["group"], name="programmes_activity_group"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "programme", "day"), name="programmes_activity_sent_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends__isnull", True),
                            models.Q(("ends__gt", models.F("starts")), ("starts__isnull", False)),
                            _connector="OR",
                        ),
                        name="programmes_activity_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("recorded_at__isnull", False),
                                ("recorded_by__isnull", False),
                                ("status__in", ["attended", "missed"]),
                            ),
                            models.Q(("status__in", ["attended", "missed"]), _negated=True),
                            _connector="OR",
                        ),
                        name="programmes_activity_recorded",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("led_by__isnull", True), ("led_by_name", ""), _connector="OR"),
                        name="programmes_activity_one_leader",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("met_by", models.CharField(max_length=100)),
                ("met_on", models.DateField(null=True)),
                ("due_on", models.DateField(null=True)),
                ("is_open", models.BooleanField()),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="checklist", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_open", True)),
                        fields=["due_on", "programme"],
                        name="programmes_checklist_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("programme", "key"), name="programmes_checklist_key_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                (
                    "outcome",
                    models.CharField(choices=[("done", "Done"), ("not_relevant", "Not relevant")], max_length=12),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="remark")),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="programmes.programme",
                    ),
                ),
                (
                    "said_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "ordering": ["-said_at", "-pk"],
                "indexes": [models.Index(fields=["programme", "key"], name="programmes_statement_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "done"), models.Q(("remark", ""), _negated=True), _connector="OR"
                        ),
                        name="programmes_statement_says_why_not",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at__isnull", True), ("taken_back_by__isnull", True)),
                            models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="programmes_statement_taken_back_by",
                    ),
                ],
            },
        ),
        track("programmes_activity"),
        track("programmes_statement"),
    ]
