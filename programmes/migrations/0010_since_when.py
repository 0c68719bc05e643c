"""The list of types says since when each version is in use."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("programmes", "0009_versions_in_use")]
    operations = [
        migrations.AddField(model_name="programmetype", name="since", field=models.DateTimeField(default=timezone.now)),
    ]
