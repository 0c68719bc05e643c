"""Every earlier version is kept (T4)."""

from django.db import migrations

from audit.history import track


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial"), ("audit", "0002_history")]
    operations = [
        track("referrals_referral"),
        track("referrals_goal"),
        track("referrals_subgoal"),
        track("referrals_move"),
    ]
