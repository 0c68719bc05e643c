"""Expected attendance, the marks of the register, and what follows when somebody is missing."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from attendance.models_figures import DayFigure as DayFigure
from attendance.models_figures import DirtyDay as DirtyDay
from attendance.models_figures import EarlyWarning as EarlyWarning
from attendance.states import EXCUSED, HERE, State
from attendance.statuses import OUTSIDE, Status
from citizens.models import CaseAccess, Citizen, case_visible_to
from programmes.models import Placement, Programme, Workshop

# Minutes of the day, so that parts of a slot can be added and taken away (docs/adr/0025).
SPAN_IN_MINUTES = "(EXTRACT(EPOCH FROM ends - starts) / 60)::int"
CAME = "(EXTRACT(EPOCH FROM greatest(starts, coalesce(came_at, starts))) / 60)::int"
LEFT = "(EXTRACT(EPOCH FROM least(ends, coalesce(left_at, ends))) / 60)::int"
AGREED_MINUTES = (
    f"CASE WHEN state = 'leave' THEN 0 WHEN let_off IS NULL THEN {SPAN_IN_MINUTES} "
    f"ELSE {SPAN_IN_MINUTES} - public.minutes_in(let_off) END"
)
ATTENDED_MINUTES = (
    f"CASE WHEN state NOT IN ({', '.join(repr(str(state.value)) for state in HERE)}) THEN 0 "
    f"WHEN met IS NULL AND away IS NULL AND let_off IS NULL THEN greatest(0, {LEFT} - {CAME}) "
    f"ELSE public.minutes_in(int4multirange(int4range({CAME}, greatest({CAME}, {LEFT}))) "
    "+ coalesce(met, '{}') - coalesce(away, '{}') - coalesce(let_off, '{}')) END"
)


class Sql(Func):
    """A generated column's expression as PostgreSQL reads it."""

    def __init__(self, template: str) -> None:
        super().__init__(template=template, output_field=models.IntegerField())

    def deconstruct(self):
        return ("attendance.models.Sql", (self.extra["template"],), {})


class MinuteRanges(models.Field):
    """Parts of a day in minutes from midnight, as PostgreSQL's `int4multirange`; read as ranges with `lower` and
    `upper`, written by the database alone. Null is none."""

    def db_type(self, connection: Any) -> str:
        return "int4multirange"


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
    """A day on which everybody of a workshop comes outside the agreed week, e.g. a Sunday (P7, A1)."""

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

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="expected_attendance")
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="expected_attendance")
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="expected_attendance")
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="expected_attendance", null=True)
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
            models.Index(fields=["programme", "day"], name="attendance_programme"),
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
        indexes = [models.Index(fields=["day"], condition=Q(judged_at__isnull=True), name="attendance_register_open")]

    def __str__(self) -> str:
        return f"{self.workshop_id} {self.day}"


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
                citizen="slot__citizen_id",
                centre="slot__programme__centre_id",
                referrer="slot__programme__referring_organisation_id",
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
    # What was broken: a list of rule, found and limit, as attendance/absence_rules.py writes it.
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
