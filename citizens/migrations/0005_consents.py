"""What a citizen allows (R9)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invitations"),
        ("citizens", "0004_merged_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("purpose", models.CharField(max_length=300, verbose_name="purpose")),
                ("parties", models.CharField(max_length=500, verbose_name="between whom")),
                ("given_on", models.DateField(verbose_name="given on")),
                (
                    "given_how",
                    models.CharField(
                        choices=[
                            ("writing", "In writing"),
                            ("digital", "Digitally signed"),
                            ("oral", "By word of mouth"),
                        ],
                        max_length=10,
                        verbose_name="how it was given",
                    ),
                ),
                ("ends_on", models.DateField(null=True, verbose_name="until")),
                ("withdrawn_on", models.DateField(null=True, verbose_name="withdrawn")),
                (
                    "source",
                    models.CharField(help_text="The row that it was asked for with, as in CaseAccess.", max_length=60),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "centre",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
                    ),
                ),
                (
                    "citizen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consents", to="citizens.citizen"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("citizen", "key", "source"), name="citizens_consent_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on__isnull", True), ("ends_on__gte", models.F("given_on")), _connector="OR"
                        ),
                        name="citizens_consent_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_on__isnull", True), ("withdrawn_on__gte", models.F("given_on")), _connector="OR"
                        ),
                        name="citizens_consent_withdrawn_after",
                    ),
                ],
            },
        ),
        track("citizens_consent"),
    ]
