"""Open lines of a checklist are found by their case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0012_placements_of_kinds"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="checklistitem",
            index=models.Index(
                condition=models.Q(("is_open", True)), fields=["programme", "due_on"], name="programmes_checklist_open"
            ),
        ),
    ]
