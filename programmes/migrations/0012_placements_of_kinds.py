"""A placement is a workshop, an internship or a course; only a workshop has a register (P5, A11)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0011_taken_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="placement",
            name="contact_name",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="contact"),
        ),
        migrations.AddField(
            model_name="placement",
            name="contact_phone",
            field=models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="telephone"),
        ),
        migrations.AddField(
            model_name="placement",
            name="course",
            field=models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="course"),
        ),
        migrations.AddField(
            model_name="placement",
            name="kind",
            field=models.CharField(
                choices=[("workshop", "Workshop"), ("internship", "Internship"), ("course", "Course or treatment")],
                db_default="workshop",
                default="workshop",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="placement",
            name="place",
            field=models.CharField(blank=True, db_default="", default="", max_length=200, verbose_name="place"),
        ),
        migrations.AlterField(
            model_name="placement",
            name="workshop",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="placements",
                to="programmes.workshop",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("course", ""), ("kind", "workshop"), ("place", ""), ("workshop__isnull", False)),
                    models.Q(
                        ("course", ""),
                        ("kind", "internship"),
                        ("workshop__isnull", True),
                        models.Q(("place", ""), _negated=True),
                    ),
                    models.Q(("kind", "course"), ("workshop__isnull", True), models.Q(("course", ""), _negated=True)),
                    _connector="OR",
                ),
                name="programmes_placement_of_kind",
            ),
        ),
    ]
