"""The states of a meeting and the moves between them (J3). A change of time is no move: it stays planned."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("meeting", "Planned")
    HELD = "held", pgettext_lazy("meeting", "Held")
    NOT_HELD = "not_held", pgettext_lazy("meeting", "Not held")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "Cancelled")


# What was recorded by mistake can be put right: held becomes not held as long as no minutes were written.
MOVES: dict[str, list[str]] = {
    Status.PLANNED: [Status.HELD, Status.NOT_HELD, Status.CANCELLED],
    Status.HELD: [Status.NOT_HELD],
    Status.NOT_HELD: [Status.HELD],
    Status.CANCELLED: [],
}


class Kind(models.TextChoices):
    START = "start", _("Start meeting")
    DEVELOPMENT = "development", _("Guidance and development talk")
    SUMMARY = "summary", _("Summary talk in the workshop")
    FOLLOW_UP = "follow_up", _("Follow-up talk")
    THREE_WAY = "three_way", _("Three-way meeting")
    CROSS_SECTOR = "cross_sector", _("Cross-sector meeting")
    CLOSING = "closing", _("Closing meeting")


class Means(models.TextChoices):
    IN_PERSON = "in_person", _("We meet")
    PHONE = "phone", _("By telephone")
    VIDEO = "video", _("By video")


class Side(models.TextChoices):
    """By whose side a meeting was not held: a fact, not a blame."""

    CENTRE = "centre", _("The centre")
    CITIZEN = "citizen", _("The citizen")
    REFERRER = "referrer", _("The job centre")
    OTHER = "other", _("Somebody else")
