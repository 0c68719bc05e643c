"""Mail and text messages are written here in the transaction of the deed and sent by a small job (the outbox)."""

from django.db import models
from django.utils import timezone


class Channel(models.TextChoices):
    MAIL = "mail"
    SMS = "sms"


class OutgoingMail(models.Model):
    """One message that waits or is gone. What holds a link or a code loses its text once it is sent."""

    channel = models.CharField(max_length=4, choices=Channel, default=Channel.MAIL)
    to = models.CharField(max_length=254, help_text="An e-mail address, or a telephone number.")
    subject = models.CharField(max_length=200)
    body = models.TextField()
    calendar = models.TextField(blank=True, help_text="A calendar file (RFC 5545) that goes along; empty for none.")
    calendar_method = models.CharField(
        max_length=10, blank=True, help_text="What the receiver's calendar does with it: REQUEST or CANCEL."
    )
    holds_secret = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(channel__in=Channel.values), name="messaging_known_channel")
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="messaging_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
