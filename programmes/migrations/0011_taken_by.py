"""What an administrator took into use on a page is not put back by the file (ADR 21)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("programmes", "0010_since_when")]
    operations = [
        migrations.AddField(
            model_name="programmetype",
            name="taken_by",
            field=models.CharField(
                blank=True, default="", help_text="Who did it on a page; empty for the file.", max_length=200
            ),
            preserve_default=False,
        ),
    ]
