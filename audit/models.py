"""What happened and who looked. Plain ids and no foreign keys: these rows outlive whom they name (T4, T5)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Change(models.Model):
    """One changed row of case data, written by a database trigger and by nothing else (T4)."""

    class Operation(models.TextChoices):
        INSERT = "insert", _("Added")
        UPDATE = "update", _("Changed")
        DELETE = "delete", _("Deleted")

    table = models.CharField(max_length=63)
    row = models.CharField(max_length=36)
    operation = models.CharField(max_length=6, choices=Operation)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    reason = models.TextField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "row", "at"], name="audit_change_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.row} {self.operation}"


class Event(models.Model):
    """One thing that somebody did, in the words of the field: `referral accepted`, `plan confirmed`."""

    at = models.DateTimeField(default=timezone.now)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    citizen_id = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["citizen_id", "at"], name="audit_event_citizen"),
            models.Index(fields=["subject", "at"], name="audit_event_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class Access(models.Model):
    """One look at a citizen's case, or one that was refused (T5)."""

    class Kind(models.TextChoices):
        VIEW = "view", _("Viewed")
        LIST = "list", _("Listed")
        SEARCH = "search", _("Searched")
        EXPORT = "export", _("Downloaded")
        PRINT = "print", _("Printed")
        DENIED = "denied", _("Refused")
        REVEAL = "reveal", _("Uncovered a protected name")

    at = models.DateTimeField(default=timezone.now)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=6, choices=Kind)
    what = models.CharField(max_length=200)
    citizen_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["citizen_id", "at"], name="audit_access_citizen"),
            models.Index(fields=["user_id", "at"], name="audit_access_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.kind} {self.what}"
