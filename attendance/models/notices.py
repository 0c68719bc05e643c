"""Word that was sent ahead, and days on which a whole workshop comes (A1, A2)."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from attendance.states import EXCUSED, State
from citizens.models import case_visible_to
from programmes.models import Programme, Workshop


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> "NoticeQuerySet":
        """Notices of cases the user may see (T1)."""
        return self.filter(
            case_visible_to(
                user,
                citizen="programme__citizen_id",
                centre="programme__centre_id",
                referrer="programme__referring_organisation_id",
            )
        )

    def standing(self) -> "NoticeQuerySet":
        return self.filter(taken_back_at__isnull=True)


class Notice(models.Model):
    """The citizen sent word ahead: away from a day and time until a day and time, both included (A2).

    Without a time it is the whole day. Local wall time. Slots that lie inside it whole are marked with its state; of
    the others it covers its own minutes. It holds for all the citizen's programmes at the centre.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="notices")
    state = models.CharField(
        _("why"), max_length=10, choices=[(state.value, state.label) for state in EXCUSED], default=State.ILL
    )
    from_day = models.DateField(_("from"))
    from_time = models.TimeField(_("time"), null=True)
    until_day = models.DateField(_("until"))
    until_time = models.TimeField(_("time"), null=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    taken_back_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-from_day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_day__gt=F("from_day"))
                | Q(until_day=F("from_day"))
                & (Q(from_time__isnull=True) | Q(until_time__isnull=True) | Q(until_time__gt=F("from_time"))),
                name="attendance_notice_order",
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True, taken_back_at__isnull=True)
                | Q(taken_back_by__isnull=False, taken_back_at__isnull=False),
                name="attendance_notice_taken_back_by",
            ),
        ]
        indexes = [
            models.Index(
                fields=["until_day"], condition=Q(taken_back_at__isnull=True), name="attendance_notice_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.state} {self.from_day}-{self.until_day}"


class JointDay(models.Model):
    """A day on which all of a workshop but those left out come outside the agreed week, e.g. a Sunday (P7, A1)."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="joint_days")
    day = models.DateField(_("day"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    name = models.CharField(_("what"), max_length=100)
    arranged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    arranged_at = models.DateTimeField(default=timezone.now)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="attendance_joint_day_order"),
            models.UniqueConstraint(
                fields=["workshop", "day"], condition=Q(cancelled_at__isnull=True), name="attendance_joint_day_once"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by__isnull=True, cancelled_at__isnull=True)
                | Q(cancelled_by__isnull=False, cancelled_at__isnull=False),
                name="attendance_joint_day_cancelled_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop_id} {self.day}"


class LeftOut(models.Model):
    """Somebody who keeps the ordinary day while the others of the workshop come together (A1)."""

    joint_day = models.ForeignKey(JointDay, on_delete=models.PROTECT, related_name="left_out")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["joint_day", "programme"], name="attendance_left_out_once")]

    def __str__(self) -> str:
        return f"{self.joint_day_id} {self.programme_id}"
