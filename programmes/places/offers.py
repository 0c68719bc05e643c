"""What a centre offers: reading it, and keeping it (U4, P10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.permissions import may_set_up
from accounts.places import Overtaken, state_of
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from programmes.models import Offer, OfferQuota, ProgrammeType
from programmes.places.quotas import Terms, terms_of
from programmes.types.catalogue import latest_types


@dataclass(frozen=True)
class Offered:
    """A type that a centre offers today, in its newest version, and how many places it has for it."""

    centre: Organisation
    type: ProgrammeType
    terms: Terms

    @property
    def key(self) -> str:
        """How a form names it; a new version of the type keeps it."""
        return f"{self.type.key}@{self.centre.pk}"


def offered_today() -> list[Offered]:
    """What every centre offers, by the centre's name; pre-programmes after what they come before. Three queries."""
    types = {type.key: type for type in latest_types()}
    offers = Offer.objects.current().select_related("centre").prefetch_related("quotas")
    found = [
        Offered(offer.centre, types[offer.type_key], terms_of(types[offer.type_key], offer))
        for offer in offers
        if offer.type_key in types
    ]
    return sorted(
        found,
        key=lambda one: (one.centre.name, bool(one.type.settings.pre_programme_of), one.type.name),
    )


def pre_programmes(offered: Sequence[Offered], centre: Organisation, type: ProgrammeType) -> list[ProgrammeType]:
    """What the centre offers to begin with before a programme of the type (R1)."""
    return [
        one.type
        for one in offered
        if one.centre == centre and one.type.settings.pre_programme_of == type.key and one.type.key != type.key
    ]


def state_of_offer(offer: Offer | None) -> str:
    """What a page shows of it, as one short text (T13)."""
    if offer is None:
        return state_of("none")
    quotas = sorted((one.municipality, one.places) for one in offer.quotas.all())
    return state_of(offer.since, offer.until, offer.places, offer.can_be_lent, quotas)


def offer_type(
    *,
    centre: Organisation,
    type_key: str,
    since: date,
    until: date | None,
    places: int | None,
    can_be_lent: bool | None,
    quotas: Mapping[str, int],
    by: User,
    seen: str = "",
) -> Offer:
    """Offer a type at a centre, or change how it is offered. What is running or waiting goes on as it is.

    `quotas` are places by municipality; none means those of the type. `seen` is the `state_of_offer` that the page
    showed: Overtaken when it is another by now (T13).
    """
    if not may_set_up(by, centre):
        raise NotAllowed
    if until is not None and until < since:
        raise Refused(_("The end must be after the start"))
    if type_key not in {type.key for type in latest_types()}:
        raise Refused(_("This programme is not in the catalogue any more"))
    with acting(by):
        # The centre's row is held, so that two who offer the same type at once do it one after the other.
        Organisation.objects.select_for_update(no_key=True).get(pk=centre.pk)
        offer = Offer.objects.filter(centre=centre, type_key=type_key).prefetch_related("quotas").first()
        if seen and seen != state_of_offer(offer):
            raise Overtaken
        is_new = offer is None
        offer = offer or Offer(centre=centre, type_key=type_key)
        offer.since, offer.until, offer.places, offer.can_be_lent = since, until, places, can_be_lent
        offer.save()
        write_quotas(offer, quotas)
        record("offer_made" if is_new else "offer_changed", by=by, subject=f"{centre.name}: {type_key}", places=places)
    return offer


def write_quotas(offer: Offer, quotas: Mapping[str, int]) -> None:
    offer.quotas.exclude(municipality__in=quotas).delete()
    OfferQuota.objects.bulk_create(
        [OfferQuota(offer=offer, municipality=name, places=places) for name, places in quotas.items()],
        update_conflicts=True,
        unique_fields=["offer", "municipality"],
        update_fields=["places"],
    )
