"""Statements that write many entries at once name only what they know."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("journal", "0004_notes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="entry",
            name="source",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The row it tells about, `journal.note:12`; empty for a mere event.",
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="struck_why",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
    ]
