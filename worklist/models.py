"""What is due for whom (J6). Any app may raise a task, and the real action in that app clears it."""

from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Organisation, Unit, User
from accounts.roles import Role
from citizens.models import CaseAccess, Citizen

# A task that somebody wrote down; all others are raised by the rules.
OWN = "own"
# Why a task waits that a rule raised while the case's reminders rest (A8); told in the reader's language.
REST_REASON = "@rest"
STAFF = (Role.TEAM_LEADER, Role.CASEWORKER, Role.CONTACT_PERSON, Role.SPECIALIST)


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(done_at__isnull=True)

    def awake(self, on: date | None = None) -> "TaskQuerySet":
        """Those that are not put off; one that is comes back by itself on its day."""
        return self.exclude(snoozed_until__gt=on or timezone.localdate())

    def snoozed(self, on: date | None = None) -> "TaskQuerySet":
        return self.filter(snoozed_until__gt=on or timezone.localdate())

    def due(self, on: date | None = None) -> "TaskQuerySet":
        """Open tasks whose day has come, without those that are put off."""
        return self.open().awake(on).filter(due_on__lte=on or timezone.localdate())

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

    def led_by(self, user: User) -> "TaskQuerySet":
        """Tasks of everybody at the centres that the user leads. What a colleague wrote down about nobody is theirs."""
        centres = user.reach.organisations_as(Role.TEAM_LEADER)
        if not centres:
            return self.none()
        colleagues = Membership.objects.current().filter(organisation__in=centres, role__in=STAFF)
        theirs = (
            Q(for_user__in=colleagues.values("user"))
            | Q(for_unit__in=Unit.objects.filter(organisation__in=centres).values("pk"))
            | Q(for_leaders_of__in=centres)
        )
        sees = Exists(CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id"), centre__in=centres))
        return self.filter(theirs, sees | (Q(citizen__isnull=True) & ~Q(kind=OWN)))

    def within_reach_of(self, user: User) -> "TaskQuerySet":
        """What the user may read up on: their own, what they handed over, and those of the centres they lead."""
        reached = Q(pk__in=Task.objects.visible_to(user).values("pk"))
        reached |= Q(pk__in=Task.objects.handed_over_by(user).values("pk"))
        if user.reach.organisations_as(Role.TEAM_LEADER):
            reached |= Q(pk__in=Task.objects.led_by(user).values("pk"))
        return self.filter(reached)

    def handed_over_by(self, user: User) -> "TaskQuerySet":
        """Tasks that others now have from the user, as long as the user sees the citizen."""
        sees = Exists(CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id")))
        return self.filter(Q(citizen__isnull=True) | sees, handed_by=user).exclude(for_user=user)

    def with_names(self) -> "TaskQuerySet":
        """With everybody whom a line names, and without the sealed number of the citizen."""
        return self.select_related(
            "citizen", "for_user", "for_unit", "for_leaders_of", "snoozed_by", "handed_by"
        ).defer("citizen__identity_number", "citizen__identity_index")


class Task(models.Model):
    """One thing to do. `kind` and `source` name what it is about; the same one is open only once.

    `due_on` is the first deadline and never moves: a task that is put off stays overdue for the rules and for the
    team leader, and only leaves the list until `snoozed_until`. Every putting off and handing over is a `Turn`.
    """

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
    # Defaults of the database too: the flags of attendance are written by a statement of their own.
    snoozed_until = models.DateField(null=True)
    snoozed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    snooze_reason = models.CharField(max_length=300, default="", db_default="", blank=True)
    times_snoozed = models.PositiveSmallIntegerField(default=0, db_default=0)
    handed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    handed_word = models.CharField(max_length=300, default="", db_default="", blank=True)

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
            models.CheckConstraint(
                condition=Q(snoozed_until__isnull=True) | (Q(snoozed_by__isnull=False) & ~Q(snooze_reason="")),
                name="worklist_put_off_by_somebody",
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

    @property
    def is_snoozed(self) -> bool:
        return self.snoozed_until is not None and self.snoozed_until > timezone.localdate()


class Turn(models.Model):
    """What somebody did with a task beside doing it; only ever added to (T4)."""

    class Kind(models.TextChoices):
        WRITTEN = "written", _("Written down")
        CHANGED = "changed", _("Changed")
        SNOOZED = "snoozed", _("Put off")
        WOKEN = "woken", _("Brought back")
        HANDED = "handed", _("Handed over")
        GIVEN_BACK = "given_back", _("Given back")
        DONE = "done", _("Done")
        UNDONE = "undone", _("Not done after all")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="turns")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # The reason, the word to the new owner, or the text as it was before it was changed.
    word = models.CharField(max_length=300, blank=True)
    until = models.DateField(null=True)
    # Whose it was before it was handed over, so that it can be given back there.
    from_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    from_leaders_of = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    to_user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes = [models.Index(fields=["task", "at"], name="worklist_turn_task")]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"
