"""What is seen at work, tied to a subgoal."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0002_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="seen on")),
                ("text", models.CharField(max_length=500, verbose_name="what was seen")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="observations", to="plans.plan"
                    ),
                ),
                (
                    "subgoal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="observations", to="plans.subgoal"
                    ),
                ),
            ],
            options={
                "ordering": ["-seen_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("subgoal", "by", "seen_on", "text"), name="plans_observation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="plans_observation_says_something"
                    ),
                ],
            },
        ),
    ]
