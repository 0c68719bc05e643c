"""The referral follows its type: municipality, other parties, wishes for a workshop and a pre-programme (R1, R5)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.history import track

# A centre that has received referrals offers what they ask for, also where none has become a programme yet.
OFFERS = """
SET CONSTRAINTS ALL IMMEDIATE;
SELECT set_config('trinvis.actor', '{"name": "migration", "why": ""}', true);
INSERT INTO programmes_offer (centre_id, type_key, since)
SELECT r.centre_id, t.key, current_date
FROM referrals_referral r JOIN programmes_programmetype t ON t.id = r.type_id
GROUP BY r.centre_id, t.key
ON CONFLICT (centre_id, type_key) DO NOTHING;
SELECT set_config('trinvis.actor', '', true);
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invitations"),
        ("citizens", "0005_consents"),
        ("programmes", "0005_offers"),
        ("referrals", "0004_programme_of_a_move"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("organisation", models.CharField(max_length=200, verbose_name="organisation")),
                ("person", models.CharField(max_length=200, verbose_name="contact")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="telephone")),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddField(
            model_name="referral",
            name="municipality",
            field=models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="municipality"),
        ),
        migrations.AddField(
            model_name="referral",
            name="pre_programme",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referral_before",
                to="programmes.programme",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="wished_pre_programme",
            field=models.SlugField(
                blank=True,
                db_default="",
                db_index=False,
                default="",
                max_length=60,
                verbose_name="wish for a pre-programme",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="workshop_wish",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="wish for a workshop"
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.CheckConstraint(
                condition=models.Q(("pre_programme__isnull", True), ("programme__isnull", False), _connector="OR"),
                name="referrals_pre_programme_before_one",
            ),
        ),
        migrations.AddField(
            model_name="party",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="parties", to="referrals.referral"
            ),
        ),
        migrations.AddConstraint(
            model_name="party",
            constraint=models.UniqueConstraint(fields=("referral", "position"), name="referrals_party_position"),
        ),
        migrations.RunSQL(OFFERS, migrations.RunSQL.noop),
        track("referrals_party"),
    ]
