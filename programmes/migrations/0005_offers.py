"""What a centre offers, its places and quotas, and whose place a programme takes (P10)."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from audit.history import track

# Until now every centre could be referred to for every type: it offers what it has used. A centre that has workshops
# and has used none yet offers what there is, so that an installation in which nothing has begun goes on working.
OFFERS = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO programmes_offer (centre_id, type_key, since)
SELECT p.centre_id, t.key, least(min(p.starts_on), current_date)
FROM programmes_programme p JOIN programmes_programmetype t ON t.id = p.type_id
GROUP BY p.centre_id, t.key;
INSERT INTO programmes_offer (centre_id, type_key, since)
SELECT DISTINCT u.organisation_id, t.key, current_date
FROM programmes_workshop w
JOIN accounts_unit u ON u.id = w.unit_id
CROSS JOIN (SELECT DISTINCT key FROM programmes_programmetype) t
WHERE u.organisation_id NOT IN (SELECT centre_id FROM programmes_offer);
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invitations"),
        ("citizens", "0004_merged_rows"),
        ("programmes", "0004_course"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("type_key", models.SlugField(max_length=60, verbose_name="type")),
                ("since", models.DateField(verbose_name="since")),
                ("until", models.DateField(null=True, verbose_name="until")),
                ("places", models.PositiveSmallIntegerField(null=True, verbose_name="places")),
                ("can_be_lent", models.BooleanField(null=True, verbose_name="places can be lent")),
            ],
        ),
        migrations.CreateModel(
            name="OfferQuota",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "municipality",
                    models.CharField(
                        max_length=100,
                        validators=[django.core.validators.MinLengthValidator(1)],
                        verbose_name="municipality",
                    ),
                ),
                ("places", models.PositiveSmallIntegerField(verbose_name="places")),
            ],
            options={
                "ordering": ["-places", "municipality"],
            },
        ),
        migrations.AddField(
            model_name="programme",
            name="lent_from",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=100, verbose_name="place lent from"
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="municipality",
            field=models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="municipality"),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lent_from", ""), models.Q(("lent_from", models.F("municipality")), _negated=True), _connector="OR"
                ),
                name="programmes_lent_by_another",
            ),
        ),
        migrations.AddField(
            model_name="offer",
            name="centre",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="offerquota",
            name="offer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="quotas", to="programmes.offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(fields=("centre", "type_key"), name="programmes_offer_once"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"),
                name="programmes_offer_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerquota",
            constraint=models.UniqueConstraint(fields=("offer", "municipality"), name="programmes_offer_quota_once"),
        ),
        migrations.RunSQL(OFFERS, migrations.RunSQL.noop),
        track("programmes_offer"),
        track("programmes_offerquota"),
    ]
