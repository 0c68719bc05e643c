"""The eight roles of the domain page."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    REFERRER = "referrer", _("Referrer")
    CASEWORKER = "caseworker", _("Caseworker")
    CONTACT_PERSON = "contact_person", _("Contact person")
    SPECIALIST = "specialist", _("Specialist")
    TEAM_LEADER = "team_leader", _("Team leader")
    STEERING_GROUP = "steering_group", _("Steering group member")
    CITIZEN = "citizen", _("Citizen")
    ADMINISTRATOR = "administrator", _("Administrator")
