"""The states of a closing note's version (C2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    DELIVERED = "delivered", _("Delivered")


MOVES: dict[str, list[str]] = {
    Status.DRAFT: [Status.IN_REVIEW],
    Status.IN_REVIEW: [Status.DRAFT, Status.APPROVED],
    Status.APPROVED: [Status.DELIVERED],
    Status.DELIVERED: [],
}
