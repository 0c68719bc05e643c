"""The words beside a column, shorter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_substitutes_and_tablets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="tabletpin",
            name="tries",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="Wrong ones since the last full sign-in or right PIN."
            ),
        ),
    ]
