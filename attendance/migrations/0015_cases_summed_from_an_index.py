"""A case's days are summed from the index alone, however far apart they lie in the table (speed, docs/adr/0032)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0014_figures_from_an_index")]
    operations = [
        migrations.AddIndex(
            model_name="expectedattendance",
            index=models.Index(
                fields=["programme", "day"],
                include=("id", "state", "agreed_minutes", "attended_minutes"),
                name="attendance_case_summed",
            ),
        ),
        migrations.RemoveIndex(model_name="expectedattendance", name="attendance_programme"),
    ]
