"""Which types of programme a centre offers, and how many places it has for them (P10)."""

from datetime import date

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation


class OfferQuerySet(models.QuerySet["Offer"]):
    def current(self, on: date | None = None) -> "OfferQuerySet":
        """What is offered on the given day, today unless said, by centres that are open."""
        on = on or timezone.localdate()
        return self.filter(Q(until__isnull=True) | Q(until__gte=on), since__lte=on, centre__closed_on__isnull=True)


class Offer(models.Model):
    """A centre offers a type from one day to another, both included.

    It names the type by its key, so that a new version of the type is offered without anybody's doing. What is left
    empty here is as the type says it (`programmes.places.capacity.capacity_of`).
    """

    centre = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="offers")
    type_key = models.SlugField(_("type"), max_length=60)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True)
    places = models.PositiveSmallIntegerField(_("places"), null=True)
    can_be_lent = models.BooleanField(_("places can be lent"), null=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["centre", "type_key"], name="programmes_offer_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="programmes_offer_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre}: {self.type_key}"


class OfferQuota(models.Model):
    """Places of one municipality in the first place, where a centre shares them out otherwise than its type (P10)."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="quotas")
    municipality = models.CharField(_("municipality"), max_length=100, validators=[MinLengthValidator(1)])
    places = models.PositiveSmallIntegerField(_("places"))

    class Meta:
        ordering = ["-places", "municipality"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "municipality"], name="programmes_offer_quota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.municipality}: {self.places}"
