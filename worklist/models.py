"""What is due for whom (J6). Any app may raise a task, and the real action in that app clears it."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import Organisation, Unit, User
from accounts.roles import Role
from citizens.models import CaseAccess, Citizen


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(done_at__isnull=True)

    def due(self, on: date | None = None) -> "TaskQuerySet":
        """Open tasks whose day has come."""
        return self.open().filter(due_on__lte=on or timezone.localdate())

    def visible_to(self, user: User) -> "TaskQuerySet":
        """Tasks of the user's own: in person, of their workshops, or of the centre they lead; about a citizen only as
        long as the user may see a case of theirs (T1, T7)."""
        mine = Q(for_user=user)
        if user.reach.units:
            mine |= Q(for_unit__in=user.reach.units)
        if centres := user.reach.organisations_as(Role.TEAM_LEADER):
            mine |= Q(for_leaders_of__in=centres)
        sees = Exists(CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id")))
        return self.filter(mine, Q(citizen__isnull=True) | sees)


class Task(models.Model):
    """One thing to do. `kind` and `source` name what it is about; the same one is open only once."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="tasks", null=True)
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=60)
    for_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks", null=True)
    for_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tasks", null=True)
    for_leaders_of = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tasks", null=True)
    due_on = models.DateField()
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "source"], condition=Q(done_at__isnull=True), name="worklist_open_once"
            ),
            models.CheckConstraint(
                condition=Q(for_user__isnull=False) | Q(for_unit__isnull=False) | Q(for_leaders_of__isnull=False),
                name="worklist_for_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["for_user", "due_on"], condition=Q(done_at__isnull=True), name="worklist_user_open"),
            models.Index(fields=["for_unit", "due_on"], condition=Q(done_at__isnull=True), name="worklist_unit_open"),
            models.Index(
                fields=["for_leaders_of", "due_on"], condition=Q(done_at__isnull=True), name="worklist_leaders_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_on < timezone.localdate()
