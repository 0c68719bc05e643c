"""The states of a referral and the moves between them (R2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    INFORMATION_REQUESTED = "information_requested", _("Information requested")
    WAITING_LIST = "waiting_list", _("Waiting list")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


MOVES: dict[str, list[str]] = {
    Status.DRAFT: [Status.SUBMITTED],
    Status.SUBMITTED: [
        Status.INFORMATION_REQUESTED,
        Status.WAITING_LIST,
        Status.ACCEPTED,
        Status.REJECTED,
        Status.WITHDRAWN,
    ],
    Status.INFORMATION_REQUESTED: [Status.SUBMITTED, Status.REJECTED, Status.WITHDRAWN],
    Status.WAITING_LIST: [Status.ACCEPTED, Status.REJECTED, Status.WITHDRAWN],
    # An acceptance that is taken back: the referral waits again where it waited before (K4).
    Status.ACCEPTED: [Status.SUBMITTED, Status.WAITING_LIST],
    Status.REJECTED: [],
    Status.WITHDRAWN: [],
}

# Waiting for the team leader's decision.
IN_TRIAGE = [Status.SUBMITTED, Status.INFORMATION_REQUESTED, Status.WAITING_LIST]
OPEN = [Status.DRAFT, *IN_TRIAGE]
