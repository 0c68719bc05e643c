"""Every earlier version is kept (T4)."""

from django.db import migrations

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("accounts_user", ignored=("last_login", "password")),
        track("accounts_organisation"),
        track("accounts_unit"),
        track("accounts_membership"),
    ]
