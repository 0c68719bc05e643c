"""Outcomes are keys of the programme's type, as long as any key may be."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("closing_notes", "0002_history")]
    operations = [
        migrations.AlterField(
            model_name="closingnote",
            name="outcome",
            field=models.CharField(
                blank=True, help_text="A key of the type's outcomes.", max_length=60, verbose_name="outcome"
            ),
        ),
    ]
