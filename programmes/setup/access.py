"""What a user finds on the pages of set-up; everything else is 404 (T1, U1)."""

from django.shortcuts import get_object_or_404

from accounts.models import Organisation, Unit, User
from accounts.permissions import may_set_up, organisations_kept_by
from core.exceptions import NotAllowed
from programmes.models import ClosingDay, Workshop


def organisation_of(user: User, pk: int) -> Organisation:
    return get_object_or_404(organisations_kept_by(user), pk=pk)


def centre_of(user: User, pk: int) -> Organisation:
    """A centre that the user sets up. An organisation that is none has neither workshops nor closing days: 404."""
    centre = get_object_or_404(organisations_kept_by(user), pk=pk, kind=Organisation.Kind.PROVIDER)
    if not may_set_up(user, centre):
        raise NotAllowed
    return centre


def unit_of(user: User, pk: int) -> Unit:
    units = Unit.objects.filter(organisation__in=organisations_kept_by(user)).select_related("organisation")
    return get_object_or_404(units, pk=pk)


def workshop_of(user: User, pk: int) -> Workshop:
    workshops = Workshop.objects.filter(unit__organisation__in=organisations_kept_by(user))
    return get_object_or_404(
        workshops.select_related("unit__organisation").prefetch_related("opening_hours", "unit__leaders"), pk=pk
    )


def closing_day_of(user: User, pk: int) -> ClosingDay:
    days = ClosingDay.objects.filter(centre__in=organisations_kept_by(user)).select_related("centre")
    return get_object_or_404(days, pk=pk)
