from django.db import models
from django.utils import timezone


class Mail(models.Model):
    """A mail that production would have sent."""

    to = models.TextField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.to}: {self.subject}"
