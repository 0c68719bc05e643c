"""An extension says whether there were too few places, and whose place it took (P10)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0013_open_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="endchange",
            name="despite_full",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="endchange",
            name="lent_from",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
    ]
