"""What people sign in with beside a password: a citizen's code, and a PIN on a tablet that several share."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Unit, User


class SignInCode(models.Model):
    """One code by which a citizen signs in (see `accounts.codes`); only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d %H:%M}"


class SharedTabletQuerySet(models.QuerySet["SharedTablet"]):
    def in_use(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class SharedTablet(models.Model):
    """A device that the people of a workshop share (T7, experience 28). The device keeps a secret in a signed cookie,
    this row only its digest; withdrawn, the cookie is worth nothing."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tablets")
    name = models.CharField(_("name"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = SharedTabletQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="accounts_tablet_withdrawn_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.name


class TabletPin(models.Model):
    """One user's PIN on one shared tablet, as a hash. Worth something only for a while after a full sign-in there."""

    tablet = models.ForeignKey(SharedTablet, on_delete=models.PROTECT, related_name="pins")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    pin = models.CharField(max_length=200)
    signed_in_at = models.DateTimeField(help_text="The user's last full sign-in on this tablet.")
    bound_to = models.CharField(max_length=200, help_text="The password that was signed in with, as sessions name it.")
    tries = models.PositiveSmallIntegerField(
        default=0, help_text="Wrong ones since the last full sign-in or right PIN."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tablet", "user"], name="accounts_one_pin_a_tablet")]

    def __str__(self) -> str:
        return f"{self.tablet_id} {self.user_id}"
