"""What a mark in the register can say (A2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    NOT_MARKED = "", _("Not marked")
    PRESENT = "present", _("Present")
    LATE = "late", _("Came late")
    LEFT_EARLY = "left_early", _("Left early")
    ILL = "ill", _("Ill")
    CHILD_ILL = "child_ill", _("Child ill")
    TREATMENT = "treatment", _("Doctor or treatment")
    AUTHORITY = "authority", _("Authority meeting")
    LEAVE = "leave", _("Agreed leave")
    NO_SHOW = "no_show", _("No show")
    OTHER = "other", _("Other reason")


HERE = [State.PRESENT, State.LATE, State.LEFT_EARLY]
# Absent with a reason that somebody told: no follow-up.
EXCUSED = [State.ILL, State.CHILD_ILL, State.TREATMENT, State.AUTHORITY, State.LEAVE, State.OTHER]
SICK = [State.ILL, State.CHILD_ILL]
