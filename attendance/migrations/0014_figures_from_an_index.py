"""A centre's days are summed from the index alone, however many centres there are (speed, docs/adr/0023)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0013_days_of_many_slots")]
    operations = [
        migrations.AddIndex(
            model_name="dayfigure",
            index=models.Index(
                fields=["centre", "day"],
                include=("workshop", "type_key", "agreed", "attended", "ill", "late", "missed", "blank", "absence"),
                name="attendance_figure_summed",
            ),
        ),
        migrations.RemoveIndex(model_name="dayfigure", name="attendance_figure_centre"),
    ]
