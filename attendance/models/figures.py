"""What is counted ahead of the pages: sums of each day (A9), and falls of attendance that were noticed (A10).

The marks and slots themselves stand in `slots.py`. What is here can be counted again from them at any time, but for
what people wrote when they settled a warning.
"""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from accounts.roles import Role
from citizens.models import CaseAccess
from programmes.models import Programme, Workshop

# Who works with the citizen every day. Referrers, specialists and citizens are told by people, not by a rule (A10).
READERS = (Role.CASEWORKER, Role.CONTACT_PERSON, Role.TEAM_LEADER)


class DayFigure(models.Model):
    """The sums of one day, workshop and programme type at a centre: minutes and numbers of slots (A9).

    `workshop` is null for what is reported by the week (A11). `absence` holds, by state, slots and minutes:
    `{"ill": [3, 720]}`; a slot that was missed without a word stands as `no_show`. `blank` slots, marked by nobody and
    flagged by nobody, are in no other column. Written by `attendance.figures.roll_ups` alone.
    """

    day = models.DateField()
    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="+", null=True)
    type_key = models.CharField(max_length=60)
    slots = models.IntegerField()
    agreed = models.IntegerField()
    attended = models.IntegerField()
    ill = models.IntegerField()
    late = models.IntegerField(help_text="Slots to which somebody came late.")
    missed = models.IntegerField(help_text="Slots without a word.")
    blank = models.IntegerField()
    absence = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "centre", "workshop", "type_key"],
                name="attendance_figure_once",
                nulls_distinct=False,
            ),
        ]
        # With all that is summed, so that a centre's days are read from the index alone: in the table those of all
        # centres lie mixed, and each row would be a page of its own.
        indexes = [
            models.Index(
                fields=["centre", "day"],
                include=[
                    "workshop", "type_key", "agreed", "attended", "ill", "late", "missed", "blank", "absence",
                ],
                name="attendance_figure_summed",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.day} {self.workshop_id} {self.type_key}"


class DirtyDay(models.Model):
    """One statement touched the slots or flags of a workshop's day: its sums are to be counted again.

    Written by triggers, one row a statement and never two writers on the same row, so that nobody waits and nothing
    that is not committed yet can be taken for counted.
    """

    day = models.DateField()
    workshop_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["day"], name="attendance_dirty_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.workshop_id}"


class EarlyWarningQuerySet(models.QuerySet["EarlyWarning"]):
    def open(self) -> "EarlyWarningQuerySet":
        return self.filter(settled_at__isnull=True)

    def visible_to(self, user: User) -> "EarlyWarningQuerySet":
        """Warnings about citizens with whom the user works every day (A10, T1)."""
        held = CaseAccess.objects.held_by(user).filter(role__in=READERS)
        return self.filter(
            Exists(held.filter(citizen=OuterRef("programme__citizen_id"), centre=OuterRef("programme__centre_id")))
        )


class EarlyWarning(models.Model):
    """A fall in one citizen's attendance, with the figures that made the rule speak, as they were that day (A10).

    Shares are from 0 to 1. Nothing of why somebody stayed away stands here.
    """

    class Settled(models.TextChoices):
        SEEN = "seen", _("I have seen it")
        TALKED = "talked", _("We have talked about it")
        RECOVERED = "recovered", _("Comes as usual again")
        ENDED = "ended", _("The programme rests or has ended")

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="early_warnings")
    raised_at = models.DateTimeField(default=timezone.now)
    comes_less = models.BooleanField()
    comes_late = models.BooleanField()
    usual = models.FloatField(help_text="Attended share of the days before.")
    recent = models.FloatField(help_text="Attended share of the last days.")
    weighted = models.FloatField(help_text="The weighted share that is compared with the usual one.")
    usual_late = models.FloatField(help_text="Share of the days before on which the citizen came late.")
    late_days = models.PositiveSmallIntegerField(help_text="Days late among the last days.")
    days = models.PositiveSmallIntegerField(help_text="How many the last days are.")
    until = models.DateField(help_text="The last day before.")
    since = models.DateField(help_text="The first of the last days.")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    settled_how = models.CharField(max_length=9, choices=Settled, blank=True)
    note = models.TextField(blank=True)

    objects = EarlyWarningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(settled_at__isnull=True), name="attendance_warning_open_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_how="")
                | (Q(settled_at__isnull=False) & ~Q(settled_how="")),
                name="attendance_warning_settled_how",
            ),
            models.CheckConstraint(
                condition=Q(comes_less=True) | Q(comes_late=True), name="attendance_warning_of_something"
            ),
        ]
        indexes = [models.Index(fields=["programme", "settled_at"], name="attendance_warning_settled")]

    def __str__(self) -> str:
        return f"attendance.early_warning:{self.pk}"
