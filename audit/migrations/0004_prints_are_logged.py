"""What is shown to be printed is a kind of look of its own (T5)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0003_why_a_name_was_uncovered"),
    ]

    operations = [
        migrations.AlterField(
            model_name="access",
            name="kind",
            field=models.CharField(
                choices=[
                    ("view", "Viewed"),
                    ("list", "Listed"),
                    ("search", "Searched"),
                    ("export", "Downloaded"),
                    ("print", "Printed"),
                    ("denied", "Refused"),
                    ("reveal", "Uncovered a protected name"),
                ],
                max_length=6,
            ),
        ),
    ]
