"""What changes while a programme runs: its planned end and its phase, each with who agreed and why."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from programmes.models.programmes import Programme


class EndChange(models.Model):
    """The planned end was moved; the earlier one stays readable here (P3)."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="end_changes")
    earlier_end = models.DateField(_("earlier end"))
    new_end = models.DateField(_("new end"))
    agreed_with = models.CharField(_("who agreed"), max_length=200)
    agreed_on = models.DateField(_("agreed on"))
    reason = models.CharField(_("reason"), max_length=300)
    # How it was possible where there were too few places: said so knowingly, or on another municipality's place (P10).
    despite_full = models.BooleanField(default=False, db_default=False)
    lent_from = models.CharField(max_length=100, blank=True, default="", db_default="")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(new_end=F("earlier_end")), name="programmes_end_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.earlier_end} -> {self.new_end}"

    @property
    def is_extension(self) -> bool:
        return self.new_end > self.earlier_end


class PhaseStart(models.Model):
    """From this day on the programme is in this phase, until another begins (P4). The first phase of the type begins
    with the programme and has no row."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="phase_starts")
    phase = models.CharField(_("phase"), max_length=60)
    starts_on = models.DateField(_("from"))
    reason = models.CharField(_("reason"), max_length=300)
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["starts_on", "pk"]
        indexes = [models.Index(fields=["programme", "starts_on"], name="programmes_phase_of")]

    def __str__(self) -> str:
        return f"{self.programme}: {self.phase} {self.starts_on}"
