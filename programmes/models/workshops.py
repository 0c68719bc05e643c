"""Workshops, when they are open, and the days on which a centre is closed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, Unit, User


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
