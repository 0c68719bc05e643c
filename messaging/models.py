"""Mail is written here in the transaction of the deed and sent by a small job (the outbox)."""

from django.db import models
from django.utils import timezone


class OutgoingMail(models.Model):
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    calendar = models.TextField(blank=True, help_text="A calendar file (RFC 5545) that goes along; empty for none.")
    calendar_method = models.CharField(
        max_length=10, blank=True, help_text="What the receiver's calendar does with it: REQUEST or CANCEL."
    )

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(sent_at__isnull=True), name="messaging_waiting")
        ]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
