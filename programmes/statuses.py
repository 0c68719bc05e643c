"""The states of a programme and the moves between them (P1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    PLANNED = "planned", _("Planned")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    CLOSING = "closing", _("Closing")
    COMPLETED = "completed", _("Completed")
    INTERRUPTED = "interrupted", _("Interrupted")
    NEVER_STARTED = "never_started", _("Never started")


MOVES: dict[str, list[str]] = {
    Status.PLANNED: [Status.ACTIVE, Status.NEVER_STARTED],
    Status.ACTIVE: [Status.PAUSED, Status.CLOSING, Status.INTERRUPTED, Status.NEVER_STARTED],
    Status.PAUSED: [Status.ACTIVE, Status.CLOSING, Status.INTERRUPTED, Status.NEVER_STARTED],
    Status.CLOSING: [Status.ACTIVE, Status.COMPLETED, Status.INTERRUPTED],
    Status.COMPLETED: [],
    Status.INTERRUPTED: [],
    Status.NEVER_STARTED: [],
}

RUNNING = [Status.PLANNED, Status.ACTIVE, Status.PAUSED, Status.CLOSING]
