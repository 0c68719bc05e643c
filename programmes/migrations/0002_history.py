"""Every earlier version is kept (T4)."""

from django.db import migrations

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("programmes_programmetype"),
        track("programmes_workshop"),
        track("programmes_openinghours"),
        track("programmes_closingday"),
        track("programmes_programme"),
        track("programmes_pause"),
        track("programmes_placement"),
        track("programmes_scheduleslot"),
    ]
