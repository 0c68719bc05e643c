"""The states of a plan's version (L2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")


# A confirmed version is locked; a change is a new version (L2).
MOVES: dict[str, list[str]] = {Status.DRAFT: [Status.CONFIRMED], Status.CONFIRMED: []}
