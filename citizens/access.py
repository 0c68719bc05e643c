"""Giving and ending access to a case; called by the actions of the apps above, inside their transaction."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from accounts.models import Organisation, Unit, User
from citizens.models import CaseAccess, Citizen


def grant(
    *,
    citizen: Citizen,
    centre: Organisation,
    role: str,
    source: str,
    user: User | None = None,
    organisation: Organisation | None = None,
    unit: Unit | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> CaseAccess:
    """Let one user, organisation or unit see the case; the same source again only moves the dates."""
    access, _ = CaseAccess.objects.update_or_create(
        citizen=citizen,
        centre=centre,
        role=role,
        user=user,
        organisation=organisation,
        unit=unit,
        source=source,
        defaults={"ends_on": ends_on},
        create_defaults={"starts_on": starts_on or timezone.localdate(), "ends_on": ends_on},
    )
    return access


def end(*, source: str, on: date) -> None:
    """End all access that rests on `source`; the last day is `on`."""
    end_all(sources=[source], on=on)


def end_all(*, sources: Iterable[str], on: date) -> None:
    """End all access without an end that rests on one of `sources`; the last day is `on`."""
    CaseAccess.objects.filter(source__in=list(sources), ends_on__isnull=True).update(ends_on=on)


def shorten(*, sources: Iterable[str], on: date) -> None:
    """Let no access that rests on one of `sources` last longer than to `on`."""
    CaseAccess.objects.filter(source__in=list(sources), ends_on__gt=on).update(ends_on=on)
