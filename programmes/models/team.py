"""Who takes part in a programme beside its caseworker."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programmes.models.periods import DateRange
from programmes.models.programmes import Programme


class TeamMemberQuerySet(models.QuerySet["TeamMember"]):
    def current(self, on: date | None = None) -> "TeamMemberQuerySet":
        """Who is on a team on the given day, today unless said."""
        on = on or timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def not_over(self, on: date | None = None) -> "TeamMemberQuerySet":
        """Who is on a team or comes to it."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on or timezone.localdate()))


class TeamMember(models.Model):
    """A colleague who takes part in one programme for a time, beside its caseworker (P1, P13)."""

    class Function(models.TextChoices):
        """What was chosen before functions came from the type, kept for old rows; only the deputy is built in."""

        PHYSIOTHERAPIST = "physiotherapist", _("Physiotherapist")
        PSYCHOLOGIST = "psychologist", _("Psychologist")
        SOCIAL_MEDICINE = "social_medicine", _("Social-medicine doctor or psychologist")
        LANGUAGE_TEACHER = "language_teacher", _("Language teacher")
        DEPUTY = "deputy", _("Deputy for the caseworker")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="team_memberships")
    function = models.CharField(_("function"), max_length=60)
    is_coordinator = models.BooleanField(default=False, db_default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True, default="", db_default="")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="programmes_team_order"
            ),
            models.CheckConstraint(
                condition=~Q(function="deputy") | Q(ends_on__isnull=False), name="programmes_deputy_for_a_time"
            ),
            ExclusionConstraint(
                name="programmes_team_member_once",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("user", RangeOperators.EQUAL),
                    ("function", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="programmes_one_coordinator",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_coordinator=True),
            ),
        ]
        indexes = [models.Index(fields=["user", "ends_on"], name="programmes_team_user")]

    def __str__(self) -> str:
        return f"{self.programme} {self.user} {self.function}"

    @property
    def function_name(self) -> str:
        """What the programme's type calls the function; rows from before types had any, by their old name (P1)."""
        return function_name(self.programme, self.function)


def function_name(programme: Programme, function: str) -> str:
    for role in programme.type.settings.team:
        if role.key == function:
            return str(role)
    known = dict(TeamMember.Function.choices)
    return str(known.get(function, function.replace("_", " ")))
