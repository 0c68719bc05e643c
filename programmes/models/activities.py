"""What a programme offers beside its daily work (P8), and the checklist of what its type requires (P9)."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from citizens.models import case_visible_to
from programmes.activity_statuses import RECORDED, ActivityStatus
from programmes.models.programmes import Programme


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, user: User) -> "ActivityQuerySet":
        """Activities of cases the user may see, at their own centre (T1)."""
        return self.filter(
            case_visible_to(
                user,
                citizen="programme__citizen_id",
                centre="programme__centre_id",
                referrer="programme__referring_organisation_id",
            )
        )


class Activity(models.Model):
    """One activity of one citizen on one day; `kind` is the key of one of the type's `activities` (P8).

    `batch` is the form it came from, so that the same form sent twice is one (T12). Those of a group have `group` in
    common. `remark` is the team's own; whoever works in the workshop, refers or takes part does not read it.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(_("activity"), max_length=60)
    day = models.DateField(_("day"))
    starts = models.TimeField(_("from"), null=True)
    ends = models.TimeField(_("until"), null=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    led_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="activities_led")
    led_by_name = models.CharField(_("led by somebody else"), max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=ActivityStatus, default=ActivityStatus.PLANNED)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    batch = models.UUIDField()
    group = models.UUIDField(null=True)
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["day", "starts", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "programme", "day"], name="programmes_activity_sent_once"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=False, ends__gt=F("starts")),
                name="programmes_activity_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RECORDED, recorded_by__isnull=False, recorded_at__isnull=False)
                | ~Q(status__in=RECORDED),
                name="programmes_activity_recorded",
            ),
            models.CheckConstraint(
                condition=Q(led_by__isnull=True) | Q(led_by_name=""), name="programmes_activity_one_leader"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "kind", "-day"], name="programmes_activity_of"),
            models.Index(fields=["group"], condition=Q(group__isnull=False), name="programmes_activity_group"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.kind} {self.day}"

    @property
    def source(self) -> str:
        """What timeline and log call it."""
        return f"programmes.activity:{self.pk}"

    @property
    def leader(self) -> str:
        return self.led_by.name if self.led_by else self.led_by_name


class Statement(models.Model):
    """What somebody said about a line of the checklist that no data tells: done on a day, or not relevant (P9).

    Rows are only taken back, never changed; the last one that stands counts.
    """

    class Outcome(models.TextChoices):
        DONE = "done", _("Done")
        NOT_RELEVANT = "not_relevant", _("Not relevant")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="statements")
    key = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12, choices=Outcome)
    on = models.DateField(_("day"))
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-said_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="done") | ~Q(remark=""), name="programmes_statement_says_why_not"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True, taken_back_at__isnull=True)
                | Q(taken_back_by__isnull=False, taken_back_at__isnull=False),
                name="programmes_statement_taken_back_by",
            ),
        ]
        indexes = [models.Index(fields=["programme", "key"], name="programmes_statement_of")]

    def __str__(self) -> str:
        return f"{self.programme} {self.key} {self.outcome}"


class ChecklistItem(models.Model):
    """How one requirement of one programme stood when it was last worked out (P9); written by
    `programmes.checklist.requirements` alone.

    A memory of what the data says, so that lists can ask of thousands of cases; it is no case data and has no history.
    """

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="checklist")
    key = models.CharField(max_length=60)
    met_by = models.CharField(max_length=100)
    met_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    is_open = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="programmes_checklist_key_once")]
        indexes = [
            models.Index(fields=["due_on", "programme"], condition=Q(is_open=True), name="programmes_checklist_due"),
            # By the cases of one centre, where all that is overdue anywhere would be too much to read.
            models.Index(fields=["programme", "due_on"], condition=Q(is_open=True), name="programmes_checklist_open"),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.key}"
