"""Every earlier version is kept (T4)."""

from django.db import migrations

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("journal_entry", inserts=False),
    ]
