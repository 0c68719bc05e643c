"""The states of a report on absence to the referring organisation, and the moves between them (A8)."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Status(models.TextChoices):
    DRAFTED = "drafted", pgettext_lazy("report on absence", "Drafted")
    SENT = "sent", pgettext_lazy("report on absence", "Sent")
    RECEIVED = "received", pgettext_lazy("report on absence", "Read and received")
    DISCARDED = "discarded", pgettext_lazy("report on absence", "Discarded")


MOVES: dict[str, list[str]] = {
    Status.DRAFTED: [Status.SENT, Status.DISCARDED],
    Status.SENT: [Status.RECEIVED],
    Status.RECEIVED: [],
    Status.DISCARDED: [],
}

# What the referring organisation sees of them.
OUTSIDE = [Status.SENT, Status.RECEIVED]
