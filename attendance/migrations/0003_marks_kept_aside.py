"""Which mark stands in a slot, and marks that were made without seeing a colleague's (A3)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0002_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="expectedattendance",
            name="standing_mark",
            field=models.UUIDField(help_text="The mark that stands; null before the first one.", null=True),
        ),
        migrations.AddField(
            model_name="mark",
            name="is_aside",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
