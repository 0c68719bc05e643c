"""The timeline of a citizen's case, told by the apps where things happen (J1); notes and what hangs on them (J2)."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.urls import reverse
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

        One that was struck out is left to its author and to the centre's team leaders (K3). A health note that a team
        leader has opened with a reason is not among them: no search, count or export may find it (`listed_for` does).
        """
        readable = self._readable_by(user)
        return self.filter(readable, self._in_sight_of(user)) if readable else self.none()

    def listed_for(self, user: User) -> "EntryQuerySet":
        """What the timeline lists: what is visible, and for team leaders that there is a health note.

        Where `is_restricted`, nothing but that may be shown: the team leader has given no reason for it today (J2).
        """
        readable = self._readable_by(user)
        leads = user.reach.organisations_as(Role.TEAM_LEADER)
        if not leads:
            return self.visible_to(user).annotate(is_restricted=Value(False, BooleanField()))
        leading = CaseAccess.objects.held_by(user).filter(
            role=Role.TEAM_LEADER, citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id")
        )
        health = Q(Exists(leading), audience=Audience.HEALTH, centre__in=leads)
        opened = Disclosure.objects.filter(user=user, day=timezone.localdate(), note__entry=OuterRef("pk"))
        return self.filter(readable | health, self._in_sight_of(user)).annotate(
            is_restricted=Case(
                When(readable, then=Value(False)),
                When(Exists(opened), then=Value(False)),
                default=Value(True),
                output_field=BooleanField(),
            )
        )

    def standing(self) -> "EntryQuerySet":
        """Without what was struck out, for figures and summaries (K3)."""
        return self.filter(struck_at__isnull=True)

    def _in_sight_of(self, user: User) -> Q:
        leads = user.reach.organisations_as(Role.TEAM_LEADER)
        return Q(struck_at__isnull=True) | Q(author=user) | Q(centre__in=leads)

    def _readable_by(self, user: User) -> Q:
        """By the roles held in the case; empty when none of them reads anything."""
        held = CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id"))
        readable = Q()
        for role, audiences in READERS.items():
            if role in user.reach.roles:
                access = held.filter(role=role)
                if role == Role.REFERRER:
                    access = access.filter(organisation=OuterRef("referring_organisation_id"))
                readable |= Q(Exists(access), audience__in=audiences)
        return readable

    def containing(self, text: str) -> "EntryQuerySet":
        """Entries whose text holds every word of `text` in some form, Danish or Swedish (J1); `"..."` and `-` work."""
        found = Q()
        # What may not be read may not be found either, not even by how many lines there are.
        rows = self.filter(is_restricted=False) if "is_restricted" in self.query.annotations else self
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
        max_length=60,
        blank=True,
        default="",
        db_default="",
        help_text="The row it tells about, `journal.note:12`; empty for a mere event.",
    )
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    struck_why = models.CharField(max_length=300, blank=True, default="", db_default="")

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["citizen", "-happened_at"], name="journal_entry_timeline"),
            models.Index(fields=["source"], condition=~Q(source=""), name="journal_entry_source"),
            *[GinIndex(SearchVector("body", config=config), name=f"journal_entry_{config}") for config in SEARCHED],
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.kind}"


class Category(models.TextChoices):
    PHONE = "phone", _("Phone call")
    MEETING = "meeting", _("Conversation")
    OBSERVATION = "observation", _("Observation")
    CONTACT = "contact", _("Contact with others")
    HEALTH = "health", _("Health")
    OTHER = "other", _("Other")


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: User) -> "NoteQuerySet":
        """Notes whose line in the timeline the user reads (J2, K3)."""
        return self.filter(entry__in=Entry.objects.visible_to(user))


class Note(models.Model):
    """A note that somebody wrote (J2).

    Whom it is about, who reads it and what it says now stand in its own line of the timeline, and nowhere else; every
    text it ever had stands in its versions.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="note")
    category = models.CharField(_("category"), max_length=20, choices=Category)
    number = models.PositiveSmallIntegerField(default=1, help_text="Of the version that holds now.")

    objects = NoteQuerySet.as_manager()

    def __str__(self) -> str:
        return self.source

    def get_absolute_url(self) -> str:
        return reverse("journal:note", args=[self.pk])

    @property
    def source(self) -> str:
        """How the timeline and its documents name it."""
        return f"journal.note:{self.pk}"


class Version(models.Model):
    """One text of a note, as it was saved. Rows are added and never changed, whoever tries (J2)."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20, choices=Category)
    audience = models.CharField(max_length=20, choices=Audience)
    happened_at = models.DateTimeField()
    body = models.TextField()
    why = models.CharField(max_length=300, blank=True, help_text="Why it was corrected; empty for the first.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="journal_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(why=""), name="journal_correction_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.note} version {self.number}"


class Disclosure(models.Model):
    """A team leader's stated reason to read one health note, good for one day (J2). Rows never change."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="disclosures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    why = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "day"], name="journal_disclosure_day")]

    def __str__(self) -> str:
        return f"{self.note} opened by {self.user_id} on {self.day}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> "DraftQuerySet":
        """One's own, of cases that one still sees (T1)."""
        held = CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id"))
        return self.filter(Exists(held.exclude(role__in=[Role.REFERRER, Role.CITIZEN])), owner=user)


class Draft(models.Model):
    """What somebody is writing and has not saved yet: a new note, or a correction of `note`. Nobody else reads it.

    Its id becomes the new note's, so that sending it twice is one note (T12). The text is sealed and without history:
    it is nobody's case data until it is saved.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    referring_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    case = models.CharField(max_length=20)
    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="drafts", null=True)
    based_on = models.PositiveSmallIntegerField(default=0, help_text="The version of the note that is being corrected.")
    typed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-saved_at"], name="journal_draft_owner")]

    def __str__(self) -> str:
        return f"journal.draft:{self.pk}"

    @property
    def source(self) -> str:
        """How its documents name it."""
        return f"journal.draft:{self.pk}"


class Document(models.Model):
    """A file that hangs on something: `carrier` names the row (`journal.note:<id>`), whatever the app.

    Who may open it is the carrier's business; `journal.documents` hands it out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+", null=True)
    carrier = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=150)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["carrier"], name="journal_document_carrier")]

    def __str__(self) -> str:
        return f"journal.document:{self.pk}"


class DocumentContent(models.Model):
    """The bytes of a document, in a table of their own so that no list ever reads them; the backup holds them (U6)."""

    document = models.OneToOneField(Document, on_delete=models.PROTECT, primary_key=True, related_name="content")
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"content of {self.document_id}"


class PhraseQuerySet(models.QuerySet["Phrase"]):
    def visible_to(self, user: User) -> "PhraseQuerySet":
        """Of the centres at which the user keeps them."""
        return self.filter(centre__in=user.reach.organisations_as(Role.TEAM_LEADER, Role.ADMINISTRATOR))


class Phrase(models.Model):
    """A standard phrase of a centre: a start that the writer goes on from, never a finished judgement (U4)."""

    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=2)
    name = models.CharField(_("name"), max_length=60)
    text = models.TextField(_("text"))

    objects = PhraseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["centre", "language", "name"], name="journal_phrase_name_once"),
        ]

    def __str__(self) -> str:
        return f"journal.phrase:{self.pk}"


def is_struck(prefix: str) -> Exists:
    """A condition for rows whose line of the timeline, `prefix:pk`, was struck out (K3)."""
    source = Concat(Value(f"{prefix}:"), Cast(OuterRef("pk"), models.CharField()))
    return Exists(Entry.objects.filter(source=source, struck_at__isnull=False))
