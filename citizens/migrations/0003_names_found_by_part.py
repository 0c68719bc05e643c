"""A trigram index, so that part of a name is found among many without reading them all (experience 10)."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("citizens", "0002_history")]
    operations = [
        migrations.AddIndex(
            model_name="citizen",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_name"], name="citizens_search_name", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
