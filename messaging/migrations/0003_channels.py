"""Text messages beside mail, pauses between tries, and no text kept that holds a secret (U3, T10)."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0002_calendar_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmail",
            name="channel",
            field=models.CharField(choices=[("mail", "Mail"), ("sms", "Sms")], default="mail", max_length=4),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="holds_secret",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="outgoingmail",
            name="next_try_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name="outgoingmail",
            name="to",
            field=models.CharField(help_text="An e-mail address, or a telephone number.", max_length=254),
        ),
        migrations.AddConstraint(
            model_name="outgoingmail",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["mail", "sms"])), name="messaging_known_channel"
            ),
        ),
    ]
