"""A slot without a workshop is reported by the week; those that nobody has reported are found by an index (A11)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0003_marks_kept_aside"),
        ("citizens", "0005_consents"),
        ("programmes", "0012_placements_of_kinds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="expectedattendance",
            name="workshop",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expected_attendance",
                to="programmes.workshop",
            ),
        ),
        migrations.AddIndex(
            model_name="expectedattendance",
            index=models.Index(
                condition=models.Q(("state", ""), ("workshop__isnull", True)),
                fields=["day", "programme"],
                name="attendance_unreported",
            ),
        ),
    ]
