"""All places of a centre on a day, with who waits for one (P10)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from accounts.models import Organisation, User
from accounts.roles import Role
from programmes.models import Offer, Programme, ProgrammeType
from programmes.places.capacity import Caseload, Places, caseloads, coming_by_workshop, free_places
from programmes.places.quotas import TypePlaces, type_places
from programmes.types.catalogue import latest_types
from referrals.models import Referral
from referrals.statuses import Status

# More than a centre ever has on its waiting list; the page links the whole list.
AT_MOST = 100


@dataclass(frozen=True)
class Loan:
    """One municipality's place that another one's citizen has, until the programme ends."""

    programme: Programme
    type: ProgrammeType
    lender: str
    borrower: str


@dataclass(frozen=True)
class WorkshopPlaces:
    places: Places
    coming: int


@dataclass(frozen=True)
class CentrePlaces:
    centre: Organisation
    types: list[TypePlaces]
    loans: list[Loan]
    workshops: list[WorkshopPlaces]
    caseloads: list[Caseload]
    waiting: list[Referral]
    undecided: int


def centre_places(centre: Organisation, on: date, *, is_ahead: bool, types: list[ProgrammeType]) -> CentrePlaces:
    """Everything about one centre's places; a fixed number of queries. `types` are all of the catalogue."""
    offered = set(Offer.objects.current(on).filter(centre=centre).values_list("type_key", flat=True))
    found = [one for one in type_places(centre, types, on) if one.type.key in offered or one.taken or one.coming]
    coming = coming_by_workshop(centre, on)
    waiting = list(
        Referral.objects.in_triage()
        .filter(centre=centre)
        .select_related("citizen", "type", "centre", "referring_organisation")[:AT_MOST]
    )
    return CentrePlaces(
        centre,
        found,
        loans_of(found),
        [WorkshopPlaces(one, coming.get(one.workshop.pk, 0)) for one in free_places(centre, on)],
        caseloads(centre, on if is_ahead else None),
        [one for one in waiting if one.status == Status.WAITING_LIST],
        sum(one.status != Status.WAITING_LIST for one in waiting),
    )


def loans_of(types: list[TypePlaces]) -> list[Loan]:
    """Each lent place with whose programme has it. One query."""
    taken = {loan.who: (one.type, loan) for one in types for loan in one.loans}
    programmes = (
        Programme.objects.filter(reference__in=taken).select_related("citizen").order_by("starts_on", "reference")
    )
    return [
        Loan(programme, taken[programme.reference][0], programme.lent_from, programme.municipality)
        for programme in programmes
    ]


def lent_today(centres: Collection[Organisation], on: date) -> list[Programme]:
    """Programmes of the centres that have another municipality's place on the day. One query."""
    return list(
        Programme.objects.running()
        .filter(centre__in=centres, starts_on__lte=on, ends_on__gte=on)
        .exclude(lent_from="")
        .select_related("citizen")
        .order_by("lent_from", "starts_on", "reference")
    )


def places_of_leader(user: User, on: date, *, is_ahead: bool) -> list[CentrePlaces]:
    """Of every centre that the user leads."""

    centres = Organisation.objects.filter(pk__in=user.reach.organisations_as(Role.TEAM_LEADER)).order_by("name")
    types = latest_types()
    return [centre_places(centre, on, is_ahead=is_ahead, types=types) for centre in centres]
