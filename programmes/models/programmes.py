"""Programmes and the time in which they rest."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from citizens.models import Citizen, case_visible_to
from core.calendar import monday_of
from programmes.models.periods import DateRange
from programmes.models.types import ProgrammeType
from programmes.statuses import RUNNING, Status


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: User) -> "ProgrammeQuerySet":
        """Programmes whose case the user may see, at their own centre (T1, U1)."""
        return self.filter(case_visible_to(user, referrer="referring_organisation_id"))

    def running(self) -> "ProgrammeQuerySet":
        return self.filter(status__in=RUNNING)


class Programme(models.Model):
    """One citizen's course of one programme type (P1). Dates are inclusive (P2)."""

    reference = models.CharField(max_length=20, unique=True)
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="programmes")
    type = models.ForeignKey(ProgrammeType, on_delete=models.PROTECT, related_name="programmes")
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="programmes")
    caseworker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="programmes")
    referring_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="referred_programmes"
    )
    referrer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="referred_programmes")
    status = models.CharField(max_length=15, choices=Status, default=Status.PLANNED)
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("planned end"))
    ended_on = models.DateField(_("ended"), null=True)
    accommodations = models.TextField(_("what the work must take account of"), blank=True)
    accommodations_why = models.TextField(_("why (health)"), blank=True)
    # The programme of the same citizen that came before this one, at the same centre: a pre-programme, or an earlier
    # try (P15).
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="following")
    # Whose place it takes, as it was agreed when the programme was accepted: a fact that counting rests on (P10).
    municipality = models.CharField(_("municipality"), max_length=100, blank=True, default="", db_default="")
    # The municipality that lends its place; empty where the place is the own one's or the type shares none out.
    lent_from = models.CharField(_("place lent from"), max_length=100, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="programmes_end_after_start"),
            models.CheckConstraint(
                condition=Q(previous__isnull=True) | ~Q(previous=F("pk")), name="programmes_follows_another"
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[Status.COMPLETED, Status.INTERRUPTED, Status.NEVER_STARTED], ended_on__isnull=False
                )
                | Q(status__in=RUNNING, ended_on__isnull=True),
                name="programmes_ended_has_date",
            ),
            models.CheckConstraint(
                condition=Q(lent_from="") | ~Q(lent_from=F("municipality")), name="programmes_lent_by_another"
            ),
        ]
        indexes = [models.Index(fields=["caseworker", "status"], name="programmes_caseload")]

    def __str__(self) -> str:
        return self.reference

    @property
    def weeks(self) -> int:
        """Planned length in weeks, counted from the start's ISO week (P2)."""
        return self.week_on(self.ends_on)

    def week_on(self, day: date) -> int:
        """Which week of the programme `day` lies in; 1 is the ISO week of the start (P2)."""
        return (day - monday_of(self.starts_on)).days // 7 + 1

    @property
    def present_week(self) -> int:
        """The programme's week of today, or of its end once it has ended; kept between 1 and the last."""
        return min(max(self.week_on(self.ended_on or timezone.localdate()), 1), self.weeks)


class Pause(models.Model):
    """Days on which the programme rests and nobody is expected (P1, A1)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="pauses")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=300)
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    # Filled in where it ended earlier than agreed: what had been agreed, who resumed and why.
    agreed_until = models.DateField(null=True)
    resumed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    resumed_why = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="programmes_pause_order"
            ),
            ExclusionConstraint(
                name="programmes_pauses_apart",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.starts_on}-{self.ends_on or ''}"

    @property
    def has_begun(self) -> bool:
        return self.starts_on <= timezone.localdate()
