"""The request for a programme, with goals and subgoals (R1)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import Role
from citizens.models import CaseAccess, Citizen
from core.life_areas import Indicator, LifeArea
from programmes.models import Programme, ProgrammeType
from referrals.statuses import IN_TRIAGE, Status

# Who reads a referral. The workshop is not among them: reasons and health are no business of the daily work (P16).
READERS = [Role.TEAM_LEADER, Role.CASEWORKER]


class ReferralQuerySet(models.QuerySet["Referral"]):
    def visible_to(self, user: User) -> "ReferralQuerySet":
        """Drafts for their own organisation's referrers; what is submitted for its referrers and for the centre's
        team leaders and caseworkers of the case (T1, U1). A contact person sees none (P16)."""
        own = user.reach.organisations_as(Role.REFERRER)
        held = CaseAccess.objects.held_by(user).filter(citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id"))
        as_referrer = Q(Exists(held.filter(role=Role.REFERRER, organisation=OuterRef("referring_organisation_id"))))
        as_staff = Q(Exists(held.filter(role__in=READERS)))
        drafts = Q(status=Status.DRAFT, referring_organisation__in=own)
        return self.filter(drafts | (~Q(status=Status.DRAFT) & (as_referrer | as_staff)))

    def in_triage(self) -> "ReferralQuerySet":
        """Waiting for a decision, longest first (R5)."""
        return self.filter(status__in=IN_TRIAGE).order_by("submitted_at")

    def for_centre_of(self, user: User) -> "ReferralQuerySet":
        """Received by the centres that the user leads."""
        return self.filter(centre__in=user.reach.organisations_as(Role.TEAM_LEADER))

    def drafts(self) -> "ReferralQuerySet":
        """Not submitted, latest saved first."""
        return self.filter(status=Status.DRAFT).order_by("-draft_saved_at")

    def asked(self) -> "ReferralQuerySet":
        """The centre waits for the referrer's answer, longest first."""
        return self.filter(status=Status.INFORMATION_REQUESTED).order_by("submitted_at")


class Referral(models.Model):
    """A draft keeps what was typed, encrypted and unjudged (R3); submitting fills the columns."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    status = models.CharField(max_length=22, choices=Status, default=Status.DRAFT)
    type = models.ForeignKey(ProgrammeType, on_delete=models.PROTECT, related_name="referrals")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="received_referrals")
    referring_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="sent_referrals")
    referrer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="referrals")
    draft = models.BinaryField(null=True, editable=False)
    draft_saved_at = models.DateTimeField(null=True)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="referrals", null=True)
    programme = models.OneToOneField(Programme, on_delete=models.PROTECT, related_name="referral", null=True)
    context = models.CharField(_("context"), max_length=60, blank=True, help_text="A key of the type's contexts.")
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    reason = models.TextField(_("reason for the referral"), blank=True, max_length=settings.MAX_TEXT_LENGTH)
    accommodations = models.TextField(_("what the work must take account of"), blank=True)
    accommodations_why = models.TextField(_("why (health)"), blank=True)
    wished_start = models.DateField(_("wished start"), null=True)
    weeks = models.PositiveSmallIntegerField(_("duration in weeks"), null=True)
    weekly_hours = models.DecimalField(_("hours a week"), max_digits=4, decimal_places=2, null=True)
    # Whose place is asked for: one of the type's quotas by its name, else what the referrer wrote (P10).
    municipality = models.CharField(_("municipality"), max_length=100, blank=True, default="", db_default="")
    workshop_wish = models.CharField(_("wish for a workshop"), max_length=300, blank=True, default="", db_default="")
    # The key of the type that is wished for before this one; granted, it is `pre_programme` (R1, R5).
    wished_pre_programme = models.SlugField(
        _("wish for a pre-programme"), max_length=60, blank=True, default="", db_default="", db_index=False
    )
    pre_programme = models.OneToOneField(Programme, on_delete=models.PROTECT, related_name="referral_before", null=True)
    offer_id = models.CharField(_("offer id"), max_length=60, blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    decision_reason = models.TextField(_("reason"), blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.DRAFT)
                | Q(citizen__isnull=False, submitted_at__isnull=False, wished_start__isnull=False),
                name="referrals_submitted_is_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.REJECTED, Status.WITHDRAWN]) | ~Q(decision_reason=""),
                name="referrals_refusal_says_why",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ACCEPTED, programme__isnull=False)
                | Q(~Q(status=Status.ACCEPTED), programme__isnull=True),
                name="referrals_accepted_has_programme",
            ),
            models.CheckConstraint(
                condition=Q(pre_programme__isnull=True) | Q(programme__isnull=False),
                name="referrals_pre_programme_before_one",
            ),
            # The same citizen has one open referral of a type at a centre (R4).
            models.UniqueConstraint(
                fields=["citizen", "type", "centre"],
                condition=Q(status__in=IN_TRIAGE),
                name="referrals_one_open_a_type",
            ),
        ]
        indexes = [models.Index(fields=["centre", "status", "submitted_at"], name="referrals_queue")]

    def __str__(self) -> str:
        return self.reference

    @property
    def context_name(self) -> str:
        """Why somebody is referred, in the words of the type; empty where nothing was chosen."""
        return self.type.settings.context_name(self.context)

    @property
    def days_waiting(self) -> int:
        if self.submitted_at is None:
            return 0
        return (timezone.localdate() - timezone.localdate(self.submitted_at)).days


class Party(models.Model):
    """Another party that knows the citizen, where a type asks for more than the one that refers (R1)."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="parties")
    position = models.PositiveSmallIntegerField()
    organisation = models.CharField(_("organisation"), max_length=200)
    person = models.CharField(_("contact"), max_length=200)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["referral", "position"], name="referrals_party_position")]

    def __str__(self) -> str:
        return f"{self.organisation}, {self.person}"


class Goal(models.Model):
    """A goal of the referral, taken over into the plan (L1)."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="goals")
    position = models.PositiveSmallIntegerField()
    life_area = models.CharField(_("life area"), max_length=12, choices=LifeArea)
    title = models.CharField(_("goal"), max_length=300)
    own_words = models.TextField(_("the citizen's own words"), blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["referral", "position"], name="referrals_goal_position")]

    def __str__(self) -> str:
        return self.title


class Subgoal(models.Model):
    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="subgoals")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("subgoal"), max_length=300)
    indicator = models.CharField(_("measured by"), max_length=8, choices=Indicator, default=Indicator.STEPS)
    baseline = models.CharField(_("today"), max_length=300, blank=True)
    target = models.CharField(_("target"), max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["goal", "position"], name="referrals_subgoal_position")]

    def __str__(self) -> str:
        return self.title


class Move(models.Model):
    """One change of state: who, when and why (R2)."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="moves")
    status = models.CharField(max_length=22, choices=Status)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    why = models.TextField(blank=True)
    programme = models.ForeignKey(
        Programme,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        help_text="The programme that an acceptance started; named still when it is taken back (K4).",
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.referral} {self.status}"
