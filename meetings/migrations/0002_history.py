"""Every earlier version is kept (T4)."""

from django.db import migrations

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("meetings_meeting"),
        track("meetings_earliertime"),
        track("meetings_participant"),
        track("meetings_meetingtask"),
    ]
