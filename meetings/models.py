"""Meetings of a programme: invitations, earlier times, minutes, and the tasks that come out of them (J3)."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import Role
from citizens.models import CaseAccess
from journal.models import Audience
from meetings.statuses import Kind, Means, Side, Status
from programmes.models import Programme

ZONES = {Organisation.Country.DENMARK: "Europe/Copenhagen", Organisation.Country.SWEDEN: "Europe/Stockholm"}
# Those who work with the case see its meetings; who only takes part sees that one, as long as the role lasts (T7).
STAFF = [Role.CASEWORKER, Role.TEAM_LEADER, Role.CONTACT_PERSON, Role.SPECIALIST]
# Minutes have an audience as notes do, but none for health: that belongs in a health note (J2).
AUDIENCES = [Audience.TEAM, Audience.REFERRER, Audience.CITIZEN]


def zone_of(centre: Organisation) -> ZoneInfo:
    """The clock on the centre's wall, by its country."""
    return ZoneInfo(ZONES[Organisation.Country(centre.country)])


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> "MeetingQuerySet":
        """Meetings of the cases the user works on, and those the user takes part in; a referrer also sees those whose
        minutes are shared with the job centre, a citizen their own (J3, T1)."""
        held = CaseAccess.objects.held_by(user).filter(
            citizen=OuterRef("programme__citizen_id"), centre=OuterRef("programme__centre_id")
        )
        seen = Q(Exists(held.filter(role__in=STAFF)))
        if Role.REFERRER in user.reach.roles:
            seen |= Q(Exists(referring_access(user)), audience=Audience.REFERRER, status=Status.HELD)
        if Role.CITIZEN in user.reach.roles:
            seen |= Q(Exists(held.filter(role=Role.CITIZEN)), with_citizen=True)
        return self.filter(seen | taking_part(user))

    def planned(self) -> "MeetingQuerySet":
        return self.filter(status=Status.PLANNED)

    def unrecorded(self, at: datetime | None = None) -> "MeetingQuerySet":
        """Meetings whose time is over and of which nobody has said what became of them."""
        return self.planned().filter(ends_at__lte=at or timezone.now())


def referring_access(user: User) -> QuerySet[CaseAccess]:
    """The user's access to a meeting's case as a referrer of the organisation that sent the citizen."""
    return CaseAccess.objects.held_by(user).filter(
        role=Role.REFERRER,
        citizen=OuterRef("programme__citizen_id"),
        centre=OuterRef("programme__centre_id"),
        organisation=OuterRef("programme__referring_organisation_id"),
    )


def taking_part(user: User) -> Q:
    """The user is invited, and still works at the centre or at the organisation that referred (T7)."""
    works_there = Q(programme__centre__in=user.reach.organisations_as(*STAFF))
    if organisations := user.reach.organisations_as(Role.REFERRER):
        # As long as the organisation sees the case: a consent that is withdrawn closes it (R9).
        works_there |= Q(programme__referring_organisation__in=organisations) & Q(Exists(referring_access(user)))
    invited = Participant.objects.filter(meeting=OuterRef("pk"), user=user)
    return works_there & (Q(organiser=user) | Q(Exists(invited)))


class Meeting(models.Model):
    """One meeting. Times are moments; people write and read them by the clock of the centre (`zone_of`).

    `version` guards against overwriting (T13); `sequence` is the number of the invitation, which rises with every
    change that a calendar must know (RFC 5545).
    """

    uid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="meetings")
    organiser = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind of meeting"), max_length=15, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    means = models.CharField(_("how"), max_length=10, choices=Means, default=Means.IN_PERSON)
    place = models.CharField(_("place"), max_length=200, blank=True)
    with_citizen = models.BooleanField(_("the citizen takes part"), default=True)
    companion = models.CharField(_("companion"), max_length=200, blank=True)
    interpreter_language = models.CharField(_("interpreter, language"), max_length=100, blank=True)
    interpreter_name = models.CharField(_("interpreter, name"), max_length=200, blank=True)
    is_interpreter_booked = models.BooleanField(_("the interpreter is booked"), default=False)
    purpose = models.TextField(_("purpose and agenda"), blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    audience = models.CharField(
        _("who reads the minutes"),
        max_length=20,
        choices=[(audience.value, audience.label) for audience in AUDIENCES],
        default=Audience.TEAM,
    )
    not_held_by = models.CharField(_("by whose side"), max_length=10, choices=Side, blank=True)
    why = models.CharField(_("why"), max_length=300, blank=True, help_text="Why it was not held, or was cancelled.")
    sequence = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meetings_end_after_start"),
            models.CheckConstraint(
                condition=Q(status__in=[Status.HELD, Status.NOT_HELD], recorded_at__isnull=False)
                | Q(status__in=[Status.PLANNED, Status.CANCELLED], recorded_at__isnull=True),
                name="meetings_recorded_has_moment",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.NOT_HELD) & ~Q(not_held_by="") & ~Q(why="")
                | ~Q(status=Status.NOT_HELD) & Q(not_held_by=""),
                name="meetings_not_held_says_why",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=[audience.value for audience in AUDIENCES]), name="meetings_audience_known"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "starts_at"], name="meetings_of_case"),
            models.Index(fields=["starts_at"], condition=Q(status="planned"), name="meetings_ahead"),
            models.Index(fields=["ends_at"], condition=Q(status="planned"), name="meetings_unrecorded"),
            models.Index(fields=["organiser", "starts_at"], name="meetings_of_organiser"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.kind} {self.pk}"

    @property
    def source(self) -> str:
        """What timeline and worklist call it."""
        return f"meetings.meeting:{self.pk}"

    @property
    def local_start(self) -> datetime:
        return self.starts_at.astimezone(zone_of(self.programme.centre))

    @property
    def local_end(self) -> datetime:
        return self.ends_at.astimezone(zone_of(self.programme.centre))

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_unrecorded(self) -> bool:
        return self.status == Status.PLANNED and self.is_over


class EarlierTime(models.Model):
    """A time that a meeting had before it was moved."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="earlier_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(_("why"), max_length=300)
    moved_at = models.DateTimeField(default=timezone.now)
    moved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.meeting}: {self.starts_at}"


class Participant(models.Model):
    """Somebody who is invited: a user, or somebody from outside by name."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    organisation = models.CharField(_("organisation"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "user"], name="meetings_invited_once"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, name="", organisation="", email="")
                | Q(user__isnull=True) & ~Q(name=""),
                name="meetings_user_or_name",
            ),
        ]
        indexes = [models.Index(fields=["user", "meeting"], name="meetings_participant_user")]

    def __str__(self) -> str:
        return self.user.name if self.user else ", ".join(filter(None, [self.name, self.organisation]))


class MeetingTask(models.Model):
    """What somebody promised at a meeting; it is on the owner's worklist until it is done (J6)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="tasks")
    what = models.CharField(_("what"), max_length=300)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("by"))
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="meetings_done_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(what=""), name="meetings_task_says_what"),
        ]
        indexes = [
            models.Index(fields=["owner"], condition=Q(done_at__isnull=True), name="meetings_task_open"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def source(self) -> str:
        return f"meetings.task:{self.pk}"
