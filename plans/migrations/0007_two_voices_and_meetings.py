"""The citizen's own step stands alone where staff set none, and a meeting names the subgoals it was about (L3, C5)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_history"),
        ("meetings", "0002_history"),
        ("plans", "0006_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="said on")),
                ("step", models.PositiveSmallIntegerField(verbose_name="the citizen's own step")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="the citizen's own comment")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="own_steps", to="plans.plan"
                    ),
                ),
                (
                    "subgoal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="own_steps", to="plans.subgoal"
                    ),
                ),
            ],
            options={
                "ordering": ["said_on", "at", "pk"],
                "indexes": [models.Index(fields=["plan", "said_on"], name="plans_own_step_plan")],
                "constraints": [
                    models.UniqueConstraint(fields=("subgoal", "said_on", "by"), name="plans_own_step_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("step__range", (1, 5))), name="plans_own_step_range"),
                ],
            },
        ),
        migrations.CreateModel(
            name="TalkedAbout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="talked_about", to="meetings.meeting"
                    ),
                ),
                (
                    "subgoal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="talked_about", to="plans.subgoal"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("meeting", "subgoal"), name="plans_talked_about_once")],
            },
        ),
        track("plans_ownstep"),
        track("plans_talkedabout"),
    ]
