"""What the timeline is searched by, which row an entry tells about, and striking out (J1, K3)."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_history"),
        ("citizens", "0003_names_found_by_part"),
        ("journal", "0002_history"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="source",
            field=models.CharField(
                blank=True,
                help_text="The row it tells about, `journal.note:12`; empty for a mere event.",
                max_length=60,
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="struck_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="entry",
            name="struck_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="entry",
            name="struck_why",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("source", ""), _negated=True), fields=["source"], name="journal_entry_source"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("body", config="danish"), name="journal_entry_danish"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("body", config="swedish"), name="journal_entry_swedish"
            ),
        ),
    ]
