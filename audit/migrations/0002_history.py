"""The function by which triggers keep every earlier version (T4)."""

from django.db import migrations

from audit.history import DROP_FUNCTION, FUNCTION


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("core", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTION, DROP_FUNCTION)]
