"""Who confirmed a version and how, what was given up, put off and told, and what attendance says of a step (L1-L3)."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0003_observations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="steprecord",
            name="measured",
            field=models.DecimalField(
                decimal_places=2, help_text="Percent or hours a week, as attendance says it.", max_digits=6, null=True
            ),
        ),
        migrations.AddField(
            model_name="steprecord",
            name="measured_since",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="steprecord",
            name="own_comment",
            field=models.CharField(blank=True, max_length=500, verbose_name="the citizen's own comment"),
        ),
        migrations.CreateModel(
            name="Summary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=20000, verbose_name="summary")),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "follow_up",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="summary", to="plans.followup"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Abandonment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField()),
                ("abandoned_on", models.DateField(default=django.utils.timezone.localdate)),
                ("reason", models.CharField(max_length=300, verbose_name="why is it given up?")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_up_on", models.DateField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="abandonments", to="plans.plan"
                    ),
                ),
                (
                    "subgoal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plans.subgoal"
                    ),
                ),
                (
                    "taken_up_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken_up_on__isnull", True)),
                        fields=("plan", "key"),
                        name="plans_abandoned_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="plans_abandoned_says_why"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.CharField(
                        choices=[
                            ("citizen", "The citizen"),
                            ("caseworker", "The caseworker"),
                            ("referrer", "The referrer"),
                        ],
                        max_length=10,
                        verbose_name="who",
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("signature", "Signed on the screen"),
                            ("typed", "Name typed at the meeting"),
                            ("paper", "Signed on paper"),
                            ("own_page", "Confirmed on the own page"),
                            ("system", "Confirmed in the system"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="name")),
                ("given_on", models.DateField(verbose_name="given on")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("content_hash", models.CharField(help_text="SHA-256 of what the version says.", max_length=64)),
                (
                    "proof_hash",
                    models.CharField(blank=True, help_text="SHA-256 of the signature or the scan.", max_length=64),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="plans.version"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("version", "party"), name="plans_confirmed_once_by_each")
                ],
            },
        ),
        migrations.CreateModel(
            name="Exemption",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("was_due_on", models.DateField(null=True)),
                ("until", models.DateField(verbose_name="until")),
                ("reason", models.CharField(max_length=300, verbose_name="why")),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="exemptions", to="plans.plan"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="plans_exempt_says_why"
                    )
                ],
            },
        ),
    ]
