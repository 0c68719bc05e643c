"""Where a citizen works, and the agreed week."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Q
from django.utils.translation import gettext_lazy as _

from programmes.models.periods import DateRange, MinuteRange
from programmes.models.programmes import Programme
from programmes.models.workshops import Workshop


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
