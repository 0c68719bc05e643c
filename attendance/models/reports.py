"""Reports on absence to the referring organisation (A8)."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from attendance.statuses import OUTSIDE, Status
from citizens.models import CaseAccess
from programmes.models import Programme


class AbsenceReportQuerySet(models.QuerySet["AbsenceReport"]):
    def visible_to(self, user: User) -> "AbsenceReportQuerySet":
        """All of them to caseworkers and team leaders of the case, those that were sent to its referrer (T1)."""
        held = CaseAccess.objects.held_by(user).filter(
            citizen=OuterRef("programme__citizen_id"), centre=OuterRef("programme__centre_id")
        )
        writers = held.filter(role__in=[Role.CASEWORKER, Role.TEAM_LEADER])
        referrers = held.filter(role=Role.REFERRER, organisation=OuterRef("programme__referring_organisation_id"))
        return self.filter(Q(Exists(writers)) | Q(Exists(referrers), status__in=OUTSIDE))


class AbsenceReport(models.Model):
    """A notice to the referring organisation that what was agreed is not kept, drafted by a rule of the type and sent
    by a person (A8). `facts` is what was sent, word for word and figure for figure; it never changes afterwards."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="absence_reports")
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFTED)
    # What was broken: a list of rule, found and limit, as attendance/absence/rules.py writes it.
    rules = models.JSONField()
    since = models.DateField()
    until = models.DateField()
    drafted_at = models.DateTimeField(default=timezone.now)
    covering_text = models.TextField(blank=True, default="", db_default="")
    left_out = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    revision = models.PositiveIntegerField(default=0, db_default=0)
    facts = models.JSONField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    discarded_at = models.DateTimeField(null=True)
    discarded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    discard_reason = models.TextField(blank=True, default="", db_default="")

    objects = AbsenceReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(status="drafted"), name="attendance_report_drafted_once"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["sent", "received"]) | Q(facts__isnull=False, sent_at__isnull=False),
                name="attendance_report_sent_whole",
            ),
        ]
        indexes = [models.Index(fields=["programme", "until"], name="attendance_report_latest")]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.status}"
