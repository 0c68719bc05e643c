"""A slot is written with three indexes less: wider ones find the same (docs/reference/benchmarks.md)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0010_left_out"),
        ("citizens", "0006_withdrawn_consents"),
        ("programmes", "0012_placements_of_kinds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="expectedattendance",
            name="citizen",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expected_attendance",
                to="citizens.citizen",
            ),
        ),
        migrations.AlterField(
            model_name="expectedattendance",
            name="programme",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expected_attendance",
                to="programmes.programme",
            ),
        ),
        migrations.AlterField(
            model_name="expectedattendance",
            name="workshop",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="expected_attendance",
                to="programmes.workshop",
            ),
        ),
    ]
