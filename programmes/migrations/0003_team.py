"""Who takes part in a programme beside its caseworker, for a time; every earlier version is kept (P1, P13, T4)."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import programmes.models
from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0002_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TeamMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "function",
                    models.CharField(
                        choices=[
                            ("physiotherapist", "Physiotherapist"),
                            ("psychologist", "Psychologist"),
                            ("social_medicine", "Social-medicine doctor or psychologist"),
                            ("language_teacher", "Language teacher"),
                            ("deputy", "Deputy for the caseworker"),
                        ],
                        max_length=20,
                        verbose_name="function",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="from")),
                ("ends_on", models.DateField(null=True, verbose_name="until")),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="team", to="programmes.programme"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="team_memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "ends_on"], name="programmes_team_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                        ),
                        name="programmes_team_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("function", "deputy"), _negated=True), ("ends_on__isnull", False), _connector="OR"
                        ),
                        name="programmes_deputy_for_a_time",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("programme", "="),
                            ("user", "="),
                            ("function", "="),
                            (programmes.models.DateRange("starts_on", "ends_on"), "&&"),
                        ],
                        name="programmes_team_member_once",
                    ),
                ],
            },
        ),
        track("programmes_teammember"),
    ]
