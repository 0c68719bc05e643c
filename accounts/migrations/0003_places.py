"""Organisations and units can be closed, and a unit says who leads it (U1, U4)."""

from django.conf import settings
from django.db import migrations, models

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_history")]
    operations = [
        migrations.AddField(
            model_name="organisation",
            name="closed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="closed"),
        ),
        migrations.AddField(
            model_name="unit",
            name="closed_on",
            field=models.DateField(blank=True, editable=False, null=True, verbose_name="closed"),
        ),
        migrations.AddField(
            model_name="unit",
            name="leaders",
            field=models.ManyToManyField(
                blank=True, related_name="led_units", to=settings.AUTH_USER_MODEL, verbose_name="leaders"
            ),
        ),
        track("accounts_unit_leaders"),
    ]
