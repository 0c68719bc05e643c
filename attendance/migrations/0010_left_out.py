"""Who is left out of a joint day and keeps the ordinary one (A1)."""

import django.db.models.deletion
from django.db import migrations, models

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0009_waited_in_vain"),
        ("programmes", "0012_placements_of_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="LeftOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "joint_day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="left_out", to="attendance.jointday"
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="programmes.programme"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("joint_day", "programme"), name="attendance_left_out_once")
                ],
            },
        ),
        track("attendance_leftout"),
    ]
