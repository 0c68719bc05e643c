"""A protected name that was uncovered is a kind of look of its own, with its reason (experience 27)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="access",
            name="reason",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AlterField(
            model_name="access",
            name="kind",
            field=models.CharField(
                choices=[
                    ("view", "Viewed"),
                    ("list", "Listed"),
                    ("search", "Searched"),
                    ("export", "Downloaded"),
                    ("denied", "Refused"),
                    ("reveal", "Uncovered a protected name"),
                ],
                max_length=6,
            ),
        ),
    ]
