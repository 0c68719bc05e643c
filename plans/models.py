"""The agreement with goals and subgoals, its versions, and the steps forward (L1-L3)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from citizens.models import case_visible_to
from core.life_areas import Indicator, LifeArea
from core.rendering import Rendering
from journal.models import is_struck
from meetings.models import Meeting
from plans.statuses import Means, Party, Status
from programmes.models import Programme

FIRST_STEP, LAST_STEP = 1, 5  # five worded steps, the last one is the target (L3)


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User) -> "PlanQuerySet":
        """Plans of cases the user may see, at their own centre (T1)."""
        return self.filter(
            case_visible_to(
                user,
                citizen="programme__citizen_id",
                centre="programme__centre_id",
                referrer="programme__referring_organisation_id",
            )
        )


class Plan(models.Model):
    """One programme's plan; its content stands in versions."""

    programme = models.OneToOneField(Programme, on_delete=models.PROTECT, related_name="plan")
    follow_up_due_on = models.DateField(_("next follow-up"), null=True)

    objects = PlanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.programme}"

    def in_force(self) -> "Version | None":
        """The newest confirmed version; None before anything was agreed (L2). One query."""
        return self.versions.filter(status=Status.CONFIRMED).order_by("number").last()


class Version(models.Model):
    """A draft that is worked on, or a confirmed version, which neither page nor SQL can change (L2)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    revision = models.PositiveIntegerField(
        default=1, help_text="Grows with each save of the draft; guards against overwriting."
    )
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    citizen_agreed_on = models.DateField(_("agreed with the citizen on"), null=True)
    change_reason = models.CharField(_("why is it changed?"), max_length=300, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plans_version_number_once"),
            models.UniqueConstraint(fields=["plan"], condition=Q(status=Status.DRAFT), name="plans_one_draft"),
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, citizen_agreed_on__isnull=False),
                name="plans_confirmed_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} v{self.number}"


class Goal(models.Model):
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="goals")
    position = models.PositiveSmallIntegerField()
    life_area = models.CharField(_("life area"), max_length=12, choices=LifeArea)
    title = models.CharField(_("goal"), max_length=300)
    own_words = models.TextField(_("the citizen's own words"), blank=True, max_length=settings.MAX_TEXT_LENGTH)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["version", "position"], name="plans_goal_position")]

    def __str__(self) -> str:
        return self.title


class Subgoal(models.Model):
    """A measurable part of a goal. `key` stays the same from version to version, so that steps add up."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="subgoals")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("subgoal"), max_length=300)
    indicator = models.CharField(_("measured by"), max_length=8, choices=Indicator, default=Indicator.STEPS)
    baseline = models.CharField(_("today"), max_length=300, blank=True)
    target = models.CharField(_("target"), max_length=300, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True)
    responsible = models.CharField(_("who does what"), max_length=300, blank=True)
    steps = models.JSONField(default=list, blank=True, help_text="Five wordings, first step to last.")
    baseline_step = models.PositiveSmallIntegerField(_("starts at step"), default=FIRST_STEP)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["goal", "position"], name="plans_subgoal_position"),
            models.UniqueConstraint(fields=["goal", "key"], name="plans_subgoal_key"),
            models.CheckConstraint(
                condition=Q(baseline_step__range=(FIRST_STEP, LAST_STEP)), name="plans_baseline_step"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Confirmation(models.Model):
    """One party's yes to one version: who, how, when, and the fingerprint of what they said yes to (L2).

    What was signed or scanned hangs on the row as a document (`plans.confirmation:<id>`); `proof_hash` is its
    fingerprint. A row is written once: neither page nor SQL changes it.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="confirmations")
    party = models.CharField(_("who"), max_length=10, choices=Party)
    means = models.CharField(_("how"), max_length=10, choices=Means)
    name = models.CharField(_("name"), max_length=150)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(_("given on"))
    at = models.DateTimeField(default=timezone.now)
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of what the version says.")
    proof_hash = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the signature or the scan.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["version", "party"], name="plans_confirmed_once_by_each")]

    def __str__(self) -> str:
        return f"plans.confirmation:{self.pk}"


class Abandonment(models.Model):
    """An agreed subgoal that is pursued no longer, and why; it may be taken up again (L1).

    It stays in the locked versions and in the history; by its key it is out of the present plan.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="abandonments")
    subgoal = models.ForeignKey(Subgoal, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField()
    abandoned_on = models.DateField(default=timezone.localdate)
    reason = models.CharField(_("why is it given up?"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    taken_up_on = models.DateField(null=True)
    taken_up_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "key"], condition=Q(taken_up_on__isnull=True), name="plans_abandoned_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="plans_abandoned_says_why"),
        ]

    def __str__(self) -> str:
        return f"plans.abandonment:{self.pk}"


class FollowUp(models.Model):
    """A talk about the plan in which steps are set (L3)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="follow_ups")
    held_on = models.DateField(_("held on"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    comment = models.TextField(_("what we talked about"), blank=True, max_length=settings.MAX_TEXT_LENGTH)
    next_on = models.DateField(_("next follow-up"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["held_on", "pk"]

    def __str__(self) -> str:
        return f"{self.plan} {self.held_on}"


class StepRecord(models.Model):
    """The step of one subgoal at one follow-up, by staff and by the citizen side by side (L3)."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="steps")
    subgoal = models.ForeignKey(Subgoal, on_delete=models.PROTECT, related_name="records")
    step = models.PositiveSmallIntegerField(_("step"))
    own_step = models.PositiveSmallIntegerField(_("the citizen's own step"), null=True, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    own_comment = models.CharField(_("the citizen's own comment"), max_length=500, blank=True)
    measured = models.DecimalField(
        max_digits=6, decimal_places=2, null=True, help_text="Percent or hours a week, as attendance says it."
    )
    measured_since = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["follow_up", "subgoal"], name="plans_step_once_a_follow_up"),
            models.CheckConstraint(
                condition=Q(step__range=(FIRST_STEP, LAST_STEP))
                & (Q(own_step__isnull=True) | Q(own_step__range=(FIRST_STEP, LAST_STEP))),
                name="plans_step_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subgoal_id}: {self.step}"


class OwnStep(models.Model):
    """Where the citizen says to stand with one subgoal, by a tap on the own page or on the staff's tablet, or at a talk
    at which staff set no step beside it (L3, L5).

    Said again on the same day by the same hand it is said anew; the history keeps what was said before. It counts in no
    figure: a step forward is what staff and citizen set together at a follow-up.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="own_steps")
    subgoal = models.ForeignKey(Subgoal, on_delete=models.PROTECT, related_name="own_steps")
    said_on = models.DateField(_("said on"), default=timezone.localdate)
    step = models.PositiveSmallIntegerField(_("the citizen's own step"))
    comment = models.CharField(_("the citizen's own comment"), max_length=500, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["said_on", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["subgoal", "said_on", "by"], name="plans_own_step_once_a_day"),
            models.CheckConstraint(condition=Q(step__range=(FIRST_STEP, LAST_STEP)), name="plans_own_step_range"),
        ]
        indexes = [models.Index(fields=["plan", "said_on"], name="plans_own_step_plan")]

    def __str__(self) -> str:
        return f"{self.subgoal_id}: {self.step}"


class TalkedAbout(models.Model):
    """A subgoal that was talked about at a meeting: evidence beside it for plan and closing note (C5)."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="talked_about")
    subgoal = models.ForeignKey(Subgoal, on_delete=models.PROTECT, related_name="talked_about")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["meeting", "subgoal"], name="plans_talked_about_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.subgoal_id}"


class Exemption(models.Model):
    """A follow-up that was put off, until when and why (L3)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="exemptions")
    was_due_on = models.DateField(null=True)
    until = models.DateField(_("until"))
    reason = models.CharField(_("why"), max_length=300)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="plans_exempt_says_why")]

    def __str__(self) -> str:
        return f"plans.exemption:{self.pk}"


class Summary(models.Model):
    """What the referrer was told about a follow-up, as it was sent (L3)."""

    follow_up = models.OneToOneField(FollowUp, on_delete=models.PROTECT, related_name="summary")
    text = models.TextField(_("summary"), max_length=settings.MAX_TEXT_LENGTH)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"plans.summary:{self.pk}"


class ObservationQuerySet(models.QuerySet["Observation"]):
    def standing(self) -> "ObservationQuerySet":
        """Without those whose line of the timeline was struck out (K3)."""
        return self.exclude(is_struck("plans.observation"))


class Observation(models.Model):
    """What somebody saw at work, tied to one agreed subgoal: evidence for the follow-up and the closing note (C5)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="observations")
    subgoal = models.ForeignKey(Subgoal, on_delete=models.PROTECT, related_name="observations")
    seen_on = models.DateField(_("seen on"), default=timezone.localdate)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(_("what was seen"), max_length=500)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subgoal", "by", "seen_on", "text"], name="plans_observation_once"),
            models.CheckConstraint(condition=~Q(text=""), name="plans_observation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.seen_on}"


class PlanDocument(Rendering):
    """A plan as a PDF for the one who asked, in the language that was chosen; kept for a day (L3, T11)."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="documents")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=2)
    reads_drafts = models.BooleanField(default=False)
    reads_health = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "asked_by", "language"],
                condition=Q(status__in=["queued", "running"]),
                name="plans_document_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | (Q(pdf__isnull=False) & ~Q(sha256="")), name="plans_document_done_has_pdf"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(status="queued"), name="plans_document_waiting")]

    def __str__(self) -> str:
        return f"plans.document:{self.pk}"
