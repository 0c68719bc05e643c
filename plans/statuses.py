"""The states of a plan's version (L2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    CONFIRMED = "confirmed", _("Confirmed")


# A confirmed version is locked; a change is a new version (L2).
MOVES: dict[str, list[str]] = {Status.DRAFT: [Status.CONFIRMED], Status.CONFIRMED: []}


class Party(models.TextChoices):
    """Who confirms a version; which of them a type asks for is `plan_confirmed_by` of its file (L2)."""

    CITIZEN = "citizen", _("The citizen")
    CASEWORKER = "caseworker", _("The caseworker")
    REFERRER = "referrer", _("The referrer")


class Means(models.TextChoices):
    """How a version was confirmed."""

    SIGNATURE = "signature", _("Signed on the screen")
    TYPED = "typed", _("Name typed at the meeting")
    PAPER = "paper", _("Signed on paper")
    OWN_PAGE = "own_page", _("Confirmed on the own page")
    SYSTEM = "system", _("Confirmed in the system")
