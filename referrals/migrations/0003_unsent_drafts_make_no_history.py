"""A draft saves itself every few seconds: those saves alone make no new version of the referral (R3, T4)."""

from django.db import migrations

from audit.history import track

BEFORE = track("referrals_referral")
AFTER = track("referrals_referral", ignored=("draft", "draft_saved_at", "version"))


class Migration(migrations.Migration):
    dependencies = [("referrals", "0002_history")]
    operations = [
        migrations.RunSQL(BEFORE.reverse_sql, BEFORE.sql),
        AFTER,
    ]
