"""An acceptance that is taken back still names the programme that it started (K4)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0003_team"),
        ("referrals", "0003_unsent_drafts_make_no_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="move",
            name="programme",
            field=models.ForeignKey(
                help_text="The programme that an acceptance started; named still when it is taken back (K4).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="programmes.programme",
            ),
        ),
    ]
