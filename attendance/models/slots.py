"""Expected attendance, the marks of the register, and the registers themselves (A1-A3, A12)."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import User
from attendance.models.minutes import AGREED_MINUTES, ATTENDED_MINUTES, MinuteRanges, Sql
from attendance.models.notices import Notice
from attendance.states import State
from citizens.models import Citizen, case_visible_to
from programmes.models import Placement, Programme, Workshop


class ExpectedAttendanceQuerySet(models.QuerySet["ExpectedAttendance"]):
    def visible_to(self, user: User) -> "ExpectedAttendanceQuerySet":
        """Slots of cases the user may see, at their own centre (T1)."""
        return self.filter(
            case_visible_to(user, centre="programme__centre_id", referrer="programme__referring_organisation_id")
        )


class ExpectedAttendance(models.Model):
    """One citizen's one agreed slot on one day (A1, A12), with the mark that stands now.

    One with a workshop is watched in its register; one without, of an internship or a course, is reported by the week
    and never flagged (A11).

    Marks are never changed: each is a row of its own in `Mark`, and the latest one is repeated here so that the
    register is one query. Figures (A9) come from the two minute columns, which the database computes.
    """

    # Each found by a wider index below: one of its own would be written again with every mark.
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="expected_attendance", db_index=False)
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="expected_attendance", db_index=False
    )
    workshop = models.ForeignKey(
        Workshop, on_delete=models.PROTECT, related_name="expected_attendance", null=True, db_index=False
    )
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="expected_attendance")
    day = models.DateField()
    starts = models.TimeField()
    ends = models.TimeField()
    state = models.CharField(max_length=10, choices=State, default=State.NOT_MARKED, blank=True)
    came_at = models.TimeField(null=True)
    left_at = models.TimeField(null=True)
    remark = models.CharField(max_length=300, blank=True)
    marked_at = models.DateTimeField(null=True)
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    standing_mark = models.UUIDField(null=True, help_text="The mark that stands; null before the first one.")
    # The notice whose mark stands; null when a person marked since.
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    # Parts of the slot that something else covers (A2), written by the database (docs/adr/0025): in a meeting or an
    # activity, away with word sent, and on agreed leave; and until when its beginning is covered without a break.
    met = MinuteRanges(null=True, editable=False)
    away = MinuteRanges(null=True, editable=False)
    let_off = MinuteRanges(null=True, editable=False)
    covered_until = models.TimeField(null=True, editable=False)
    agreed_minutes = models.GeneratedField(
        expression=Sql(AGREED_MINUTES), output_field=models.IntegerField(), db_persist=True
    )
    attended_minutes = models.GeneratedField(
        expression=Sql(ATTENDED_MINUTES), output_field=models.IntegerField(), db_persist=True
    )

    objects = ExpectedAttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["citizen", "day", "starts"], name="attendance_slot_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="attendance_slot_order"),
            models.CheckConstraint(
                condition=~Q(state=State.LATE) | Q(came_at__isnull=False), name="attendance_late_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.LEFT_EARLY) | Q(left_at__isnull=False), name="attendance_left_has_time"
            ),
        ]
        indexes = [
            models.Index(fields=["workshop", "day"], name="attendance_register"),
            # With what a case's figures are summed from: its days lie far apart in the table.
            models.Index(
                fields=["programme", "day"],
                include=["id", "state", "agreed_minutes", "attended_minutes"],
                name="attendance_case_summed",
            ),
            models.Index(
                fields=["day", "programme"],
                condition=Q(workshop__isnull=True, state=""),
                name="attendance_unreported",
            ),
            models.Index(fields=["notice"], condition=Q(notice__isnull=False), name="attendance_of_notice"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.starts:%H.%M}-{self.ends:%H.%M}"

    @property
    def where(self) -> str:
        """The workshop's name, or what the placement tells everybody who sees the case (J2)."""
        return str(self.workshop) if self.workshop else self.placement.name()


class Mark(models.Model):
    """One tap in the register, as sent: nobody can change or remove it. Its id is the caller's, so that the same
    mark sent twice is one (A3, T12). One made without seeing a colleague's is kept aside and does not stand."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(ExpectedAttendance, on_delete=models.PROTECT, related_name="marks")
    state = models.CharField(max_length=10, choices=State, blank=True)
    came_at = models.TimeField(null=True)
    left_at = models.TimeField(null=True)
    remark = models.CharField(max_length=300, blank=True)
    marked_at = models.DateTimeField(help_text="When the tap was made, by the device's clock.")
    received_at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    is_aside = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["received_at", "pk"]
        indexes = [models.Index(fields=["slot", "received_at"], name="attendance_mark_slot")]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.state or '-'}"


class RegisterDay(models.Model):
    """One workshop's register of one day. Open until the flagging job has judged it after closing time, so an
    outage of days is caught up (A4, A5)."""

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="register_days")
    day = models.DateField()
    closes = models.TimeField()
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workshop", "day"], name="attendance_register_once")]
        indexes = [
            models.Index(fields=["day"], condition=Q(judged_at__isnull=True), name="attendance_register_open"),
            models.Index(fields=["day"], name="attendance_register_day"),
        ]

    def __str__(self) -> str:
        return f"{self.workshop_id} {self.day}"
