"""A mail may carry one calendar file (J3)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="calendar",
            field=models.TextField(blank=True, help_text="A calendar file (RFC 5545) that goes along; empty for none."),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="calendar_method",
            field=models.CharField(
                blank=True, help_text="What the receiver's calendar does with it: REQUEST or CANCEL.", max_length=10
            ),
        ),
    ]
