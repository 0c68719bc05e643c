"""Words that referrals and plans share: life areas and how a subgoal is measured (L1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LifeArea(models.TextChoices):
    WORK = "work", _("Work")
    EDUCATION = "education", _("Education")
    HEALTH = "health", _("Health")
    SOCIAL = "social", _("Social life")
    HOUSING = "housing", _("Housing")
    LANGUAGE = "language", _("Language")


class Indicator(models.TextChoices):
    SHARE = "share", _("Attendance share")
    HOURS = "hours", _("Hours a week")
    RATING = "rating", _("Own rating 1-10")
    STEPS = "steps", _("Step scale")
    DONE = "done", _("Done or not done")
