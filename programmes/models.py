"""Programme types from the catalogue, programmes, workshops, placements and agreed schedules."""

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Unit, User
from citizens.models import Citizen, case_visible_to
from core.calendar import monday_of
from programmes.statuses import RUNNING, Status


class DateRange(Func):
    """Days from one column to another, both included; an empty end is open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"


class ProgrammeType(models.Model):
    """One version of a configured kind of programme; its texts and settings come from `catalogue/<key>.yaml`."""

    key = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    definition = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="programmes_type_version_once")]

    def __str__(self) -> str:
        return self.name

    def text(self, key: str) -> str:
        """A text of the catalogue (`name`, `purpose` ...) in the reader's language."""
        texts = self.definition[key]
        return texts.get(get_language() or "da") or texts["da"]

    @property
    def name(self) -> str:
        return self.text("name")

    @property
    def default_weeks(self) -> int:
        return self.definition["duration"]["default_weeks"]

    @property
    def grace_minutes(self) -> int:
        return self.definition["absence_rules"]["grace_minutes"]


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def visible_to(self, user: User) -> "WorkshopQuerySet":
        """A contact person's own workshops; all of the centre for its team leaders and caseworkers."""
        centres = user.reach.organisations_as("team_leader", "caseworker")
        units = user.reach.units if user.has_role("contact_person") else set()
        return self.filter(Q(unit__in=units) | Q(unit__organisation__in=centres))

    def open(self) -> "WorkshopQuerySet":
        """Without the closed ones, whose past registers are still read."""
        return self.filter(unit__closed_on__isnull=True)


class Workshop(models.Model):
    """Where the daily production happens; its name, centre and people are the unit's."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="workshop")
    places = models.PositiveSmallIntegerField(_("places"))

    objects = WorkshopQuerySet.as_manager()

    def __str__(self) -> str:
        return self.unit.name


class OpeningHours(models.Model):
    """When a workshop is open on one weekday (1 is Monday)."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workshop", "weekday"], name="programmes_opening_once_a_weekday"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="programmes_opening_weekday"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="programmes_opening_order"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.opens}-{self.closes}"


class ClosingDay(models.Model):
    """A day on which the whole centre is closed, public holiday or own decision. Rows, so that one SQL statement
    can ask; `write_public_holidays` fills in the public ones from the `holidays` library."""

    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="closing_days")
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100)
    is_public_holiday = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["centre", "day"], name="programmes_closing_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


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
    created_at = models.DateTimeField(default=timezone.now)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="programmes_end_after_start"),
            models.CheckConstraint(
                condition=Q(
                    status__in=[Status.COMPLETED, Status.INTERRUPTED, Status.NEVER_STARTED], ended_on__isnull=False
                )
                | Q(status__in=RUNNING, ended_on__isnull=True),
                name="programmes_ended_has_date",
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


class Placement(models.Model):
    """A workshop for a range of days (P5)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="placements")
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="placements")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="programmes_placement_order"),
            ExclusionConstraint(
                name="programmes_placement_once",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("workshop", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["workshop", "ends_on"], name="programmes_placement_workshop")]

    def __str__(self) -> str:
        return f"{self.programme} {self.workshop}"


class ScheduleSlot(models.Model):
    """One agreed weekly slot of a placement, valid for a range of days.

    A changed schedule ends these rows and adds new ones from a date, so what was agreed on a past day never
    changes (P5).
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="slots")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="programmes_slot_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="programmes_slot_order"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="programmes_slot_validity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.starts}-{self.ends}"


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
        PHYSIOTHERAPIST = "physiotherapist", _("Physiotherapist")
        PSYCHOLOGIST = "psychologist", _("Psychologist")
        SOCIAL_MEDICINE = "social_medicine", _("Social-medicine doctor or psychologist")
        LANGUAGE_TEACHER = "language_teacher", _("Language teacher")
        DEPUTY = "deputy", _("Deputy for the caseworker")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="team")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="team_memberships")
    function = models.CharField(_("function"), max_length=20, choices=Function)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True)
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
        ]
        indexes = [models.Index(fields=["user", "ends_on"], name="programmes_team_user")]

    def __str__(self) -> str:
        return f"{self.programme} {self.user} {self.function}"
