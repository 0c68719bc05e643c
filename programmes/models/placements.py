"""Where a citizen works or is treated, and the agreed week."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programmes.models.periods import DateRange, MinuteRange
from programmes.models.programmes import Programme
from programmes.models.workshops import Workshop
from programmes.types.definition import Activity


class Placement(models.Model):
    """A workshop, an internship at a workplace or a course of the type for a range of days (P5).

    A workshop watches its days in a register; the days of the others are reported by the week (A11). `course` is the
    key of one of the type's activities.
    """

    class Kind(models.TextChoices):
        WORKSHOP = "workshop", _("Workshop")
        INTERNSHIP = "internship", _("Internship")
        COURSE = "course", _("Course or treatment")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="placements")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.WORKSHOP, db_default=Kind.WORKSHOP)
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="placements", null=True)
    course = models.CharField(_("course"), max_length=60, blank=True, default="", db_default="")
    place = models.CharField(_("place"), max_length=200, blank=True, default="", db_default="")
    contact_name = models.CharField(_("contact"), max_length=200, blank=True, default="", db_default="")
    contact_phone = models.CharField(_("telephone"), max_length=40, blank=True, default="", db_default="")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="programmes_placement_order"),
            models.CheckConstraint(
                condition=Q(kind="workshop", workshop__isnull=False, course="", place="")
                | (Q(kind="internship", workshop__isnull=True, course="") & ~Q(place=""))
                | (Q(kind="course", workshop__isnull=True) & ~Q(course="")),
                name="programmes_placement_of_kind",
            ),
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
        return f"{self.programme} {self.name()}"

    @property
    def is_reported(self) -> bool:
        """Whether its days are reported by the week instead of watched (A11)."""
        return self.kind != self.Kind.WORKSHOP

    def name(self, *, with_health: bool = False) -> str:
        """What it is called in the reader's language. A course whose name tells about health is an appointment for
        those who may not read that (J2); where it is held might tell as much."""
        if self.kind == self.Kind.WORKSHOP:
            return str(self.workshop)
        if self.kind == self.Kind.INTERNSHIP:
            return self.place
        if self.tells_of_health and not with_health:
            return gettext("Appointment")
        return ", ".join(filter(None, [str(self.offered or self.course), self.place]))

    @property
    def contact(self) -> str:
        """Whom to call there, in one line; empty where nobody is named."""
        return " · ".join(filter(None, [self.contact_name, self.contact_phone]))

    @property
    def offered(self) -> Activity | None:
        """The type's activity that is the course; None for other kinds, and when the type has none like it any more."""
        return next((one for one in self.programme.type.settings.activities if one.key == self.course), None)

    @property
    def tells_of_health(self) -> bool:
        """Whether its name tells about the citizen's health, as far as anybody knows (J2)."""
        return self.kind == self.Kind.COURSE and (self.offered is None or self.offered.is_health)


class ScheduleSlot(models.Model):
    """One agreed weekly slot of a placement, valid for a range of days.

    A changed schedule ends these rows and adds new ones from a date, so what was agreed on a past day never
    changes (P5). The database keeps the rows inside the days of their placement and fills in the programme: a slot
    without an end lasts as long as its placement, and one that lasts to its placement's end moves with it.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="slots")
    # The placement's, written by the database, so that no two slots of one programme can lie in the same hours.
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="schedule")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="programmes_slot_weekday"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="programmes_slot_order"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="programmes_slot_validity"),
            # Checked when a statement has written all its rows: one statement may move hours about.
            ExclusionConstraint(
                name="programmes_slots_apart",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                    (MinuteRange("starts", "ends"), RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}: {self.starts}-{self.ends}"
