"""The states of an activity and the moves between them (P8). What was recorded can be undone: it is planned again."""

from django.db import models
from django.utils.translation import pgettext_lazy


class ActivityStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("activity", "Planned")
    ATTENDED = "attended", pgettext_lazy("activity", "Attended")
    MISSED = "missed", pgettext_lazy("activity", "Missed")
    CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")


MOVES: dict[str, list[str]] = {
    ActivityStatus.PLANNED: [ActivityStatus.ATTENDED, ActivityStatus.MISSED, ActivityStatus.CANCELLED],
    ActivityStatus.ATTENDED: [ActivityStatus.PLANNED, ActivityStatus.MISSED],
    ActivityStatus.MISSED: [ActivityStatus.PLANNED, ActivityStatus.ATTENDED],
    ActivityStatus.CANCELLED: [ActivityStatus.PLANNED],
}

RECORDED = [ActivityStatus.ATTENDED, ActivityStatus.MISSED]
