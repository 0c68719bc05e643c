"""Two rows of one person: which one everything was moved to, and what was moved (K1)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("citizens", "0003_names_found_by_part"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="citizen",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                help_text="Another row of the same person, to which everything of this one has been moved (K1).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_from",
                to="citizens.citizen",
            ),
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("why", models.CharField(max_length=300, verbose_name="reason")),
                ("moved", models.JSONField(default=dict)),
                ("changed", models.JSONField(default=list)),
                ("reversed_at", models.DateTimeField(null=True)),
                ("reversed_why", models.CharField(blank=True, max_length=300, verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "loser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges_away", to="citizens.citizen"
                    ),
                ),
                (
                    "reversed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="merges", to="citizens.citizen"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("loser")), _negated=True), name="citizens_merge_of_two"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("reversed_at__isnull", True)),
                        fields=("loser",),
                        name="citizens_merged_away_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reversed_at__isnull", True), ("reversed_by__isnull", True)),
                            models.Q(("reversed_at__isnull", False), ("reversed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="citizens_merge_reversed_by_somebody",
                    ),
                ],
            },
        ),
        track("citizens_merge"),
    ]
