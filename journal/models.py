"""The timeline: what happened in a citizen's case, told by the apps where it happened (J1)."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import Role
from citizens.models import CaseAccess, Citizen


class Audience(models.TextChoices):
    TEAM = "team", _("The team")
    REFERRER = "shared_referrer", _("Shared with the job centre")
    CITIZEN = "shared_citizen", _("Shared with the citizen")
    HEALTH = "health", _("Health note, restricted")


# Who reads what (J2). The team reads everything but health; outside the team only what is shared is read.
READERS: dict[str, list[str]] = {
    Role.TEAM_LEADER: [Audience.TEAM, Audience.REFERRER, Audience.CITIZEN],
    Role.CASEWORKER: [Audience.TEAM, Audience.REFERRER, Audience.CITIZEN, Audience.HEALTH],
    Role.SPECIALIST: [Audience.TEAM, Audience.REFERRER, Audience.CITIZEN, Audience.HEALTH],
    Role.CONTACT_PERSON: [Audience.TEAM, Audience.REFERRER, Audience.CITIZEN],
    Role.REFERRER: [Audience.REFERRER],
    Role.CITIZEN: [Audience.CITIZEN],
}


# The languages whose word forms are found; a name that is no word of either is found by both (J1).
SEARCHED = ("danish", "swedish")


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: User) -> "EntryQuerySet":
        """Entries of the cases the user sees, as far as their role in each case reads them (J2).

        One that was struck out is left to its author and to the centre's team leaders (K3).
        """
        held = CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id"))
        readable = Q()
        for role, audiences in READERS.items():
            if role in user.reach.roles:
                access = held.filter(role=role)
                if role == Role.REFERRER:
                    access = access.filter(organisation=OuterRef("referring_organisation_id"))
                readable |= Q(Exists(access), audience__in=audiences)
        if not readable:
            return self.none()
        leads = user.reach.organisations_as(Role.TEAM_LEADER)
        return self.filter(readable, Q(struck_at__isnull=True) | Q(author=user) | Q(centre__in=leads))

    def containing(self, text: str) -> "EntryQuerySet":
        """Entries whose text holds every word of `text` in some form, Danish or Swedish (J1); `"..."` and `-` work."""
        found = Q()
        rows = self
        for config in SEARCHED:
            rows = rows.alias(**{config: SearchVector("body", config=config)})
            found |= Q(**{config: SearchQuery(text, config=config, search_type="websearch")})
        return rows.filter(found)


class Entry(models.Model):
    """One line of the timeline. Its words come from `journal/wording.py` by `kind`, in the reader's language."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="entries")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    referring_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    case = models.CharField(
        max_length=20, help_text="Reference of the programme or referral that the entry belongs to."
    )
    kind = models.CharField(max_length=40)
    audience = models.CharField(max_length=20, choices=Audience, default=Audience.TEAM)
    happened_at = models.DateTimeField(default=timezone.now)
    author = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    params = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)
    source = models.CharField(
        max_length=60, blank=True, help_text="The row it tells about, `journal.note:12`; empty for a mere event."
    )
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    struck_why = models.CharField(max_length=300, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["citizen", "-happened_at"], name="journal_entry_timeline"),
            models.Index(fields=["source"], condition=~Q(source=""), name="journal_entry_source"),
            *[GinIndex(SearchVector("body", config=config), name=f"journal_entry_{config}") for config in SEARCHED],
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.kind}"
