"""What follows when somebody is missing: the flag, the attempts to make contact, and a rest from reminders (A4-A8)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from attendance.models.slots import ExpectedAttendance
from citizens.models import case_visible_to
from programmes.models import Programme


class MissedStatus(models.TextChoices):
    RAISED = "raised", _("Missed")
    CLEARED = "cleared", _("Cleared")
    CANCELLED = "cancelled", _("Cancelled")


class Escalation(models.IntegerChoices):
    """How far a follow-up that nobody made has gone (A7)."""

    NONE = 0, _("With workshop and caseworker")
    CASEWORKER = 1, _("With the caseworker")
    TEAM_LEADER = 2, _("With the team leader")


class MissedAttendanceQuerySet(models.QuerySet["MissedAttendance"]):
    def visible_to(self, user: User) -> "MissedAttendanceQuerySet":
        """Flags of cases the user may see (T1)."""
        return self.filter(
            case_visible_to(
                user,
                citizen="programme__citizen_id",
                centre="programme__centre_id",
                referrer="programme__referring_organisation_id",
            )
        )

    def waiting(self) -> "MissedAttendanceQuerySet":
        """Nobody has spoken with the citizen yet."""
        return self.filter(status=MissedStatus.RAISED, followed_up_at__isnull=True)

    def awake(self) -> "MissedAttendanceQuerySet":
        """Without those whose reminders rest, because somebody has just spoken with the citizen (A8)."""
        return self.exclude(Exists(Rest.objects.standing().filter(programme=OuterRef("slot__programme_id"))))


class MissedAttendance(models.Model):
    """A slot that was flagged as missed, and its follow-up (A4, A6, A7). At most one a slot."""

    slot = models.OneToOneField(ExpectedAttendance, on_delete=models.PROTECT, related_name="missed")
    # The slot's, which keeps it: who has thirty cases asks for the flags of these, not for everybody's.
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="missed_attendance", editable=False, db_index=False
    )
    status = models.CharField(max_length=9, choices=MissedStatus, default=MissedStatus.RAISED)
    flagged_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField()
    # After a try that reached nobody: the day of the next one, which takes the deadline's place.
    next_try_on = models.DateField(null=True)
    escalation = models.PositiveSmallIntegerField(choices=Escalation, default=0, db_default=0)
    escalated_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    followed_up_at = models.DateTimeField(null=True)
    followed_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = MissedAttendanceQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(status="raised", followed_up_at__isnull=True),
                name="attendance_missed_waiting",
            ),
            models.Index(
                fields=["due_on"],
                condition=Q(status="raised", followed_up_at__isnull=True, escalation__lt=2),
                name="attendance_missed_rising",
            ),
            models.Index(
                fields=["programme"],
                condition=Q(status="raised", followed_up_at__isnull=True),
                name="attendance_missed_programme",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.status}"


class ContactAttempt(models.Model):
    """One try to reach a citizen who was missing: how, the citizen's own reason, and what is agreed now (A7)."""

    class Means(models.TextChoices):
        PHONE = "phone", _("Telephone")
        MESSAGE = "message", _("Text message")
        VISIT = "visit", _("Visit")

    missed = models.ForeignKey(MissedAttendance, on_delete=models.PROTECT, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    means = models.CharField(_("how"), max_length=7, choices=Means, default=Means.PHONE)
    was_reached = models.BooleanField(_("we spoke together"), default=True)
    reason = models.TextField(_("the citizen's reason"), blank=True)
    agreed = models.TextField(_("what is agreed now"), blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.missed_id} {self.means}"


class RestQuerySet(models.QuerySet["Rest"]):
    def standing(self) -> "RestQuerySet":
        """Those that hold today; on their last day the reminders are back."""
        return self.filter(lifted_at__isnull=True, until__gt=timezone.localdate())


class Rest(models.Model):
    """The automatic reminders of a case rest until a day, because somebody has just spoken with the citizen (A8)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="reminder_rests")
    since = models.DateTimeField(default=timezone.now)
    until = models.DateField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = RestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(lifted_at__isnull=True), name="attendance_rest_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} until {self.until}"
