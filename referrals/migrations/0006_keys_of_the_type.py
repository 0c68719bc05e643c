"""Contexts are keys of the programme's type, as long as any key may be."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_follows_the_type")]
    operations = [
        migrations.AlterField(
            model_name="referral",
            name="context",
            field=models.CharField(
                blank=True, help_text="A key of the type's contexts.", max_length=60, verbose_name="context"
            ),
        ),
    ]
