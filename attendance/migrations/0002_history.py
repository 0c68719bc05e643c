"""Every earlier version is kept (T4)."""

from django.db import migrations

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("attendance_expectedattendance", inserts=False),
        track("attendance_missedattendance"),
        track("attendance_contactattempt"),
    ]
