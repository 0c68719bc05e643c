"""Who withdrew a consent and what was said, and the two centres that one plan is shared by (R9, U1)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_substitutes_and_tablets"),
        ("citizens", "0005_consents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="consent",
            name="citizens_consent_once",
        ),
        migrations.AddField(
            model_name="consent",
            name="shared_with",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="withdrawn_why",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="what the citizen said"
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_on__isnull", True)),
                fields=("citizen", "key", "source"),
                name="citizens_consent_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shared_with__isnull", True),
                    models.Q(("shared_with", models.F("centre")), _negated=True),
                    _connector="OR",
                ),
                name="citizens_consent_two_centres",
            ),
        ),
    ]
