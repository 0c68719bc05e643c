"""Places of a type at a centre and of each municipality in it, with what one lends to another (P10)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import Organisation
from core.templatetags.dates import short_day
from programmes.models import Offer, Programme, ProgrammeType
from programmes.places.capacity import Stay, most_at_once

# "Hagfors kommun" and "hagfors" are one municipality.
ENDINGS = (" kommune", " kommun")


@dataclass(frozen=True)
class Terms:
    """How many places a centre has for a type, and whose they are in the first place."""

    places: int | None = None
    quotas: list[tuple[str, int]] = field(default_factory=list)
    can_be_lent: bool = False


@dataclass(frozen=True)
class Taken(Stay):
    """One place of a type: `who` is the programme's reference."""

    municipality: str = ""
    lent_from: str = ""


@dataclass(frozen=True)
class QuotaPlaces:
    """One municipality's places in a time: `lent` are taken by others, `borrowed` are its citizens on others' places.

    `taken` counts who has one of its own places on the fullest day, `coming` who begins after the time.
    """

    municipality: str
    places: int
    taken: int
    coming: int
    lent: list[Taken]
    borrowed: list[Taken]

    @property
    def free(self) -> int:
        return max(self.places - self.taken, 0)

    @property
    def over(self) -> int:
        """So many more than there are places, where the number of places was lowered or a programme extended."""
        return max(self.taken - self.places, 0)


@dataclass(frozen=True)
class TypePlaces:
    """A type at a centre; `places` is None where nobody counts them."""

    type: ProgrammeType
    places: int | None
    taken: int
    coming: int
    quotas: list[QuotaPlaces]
    can_be_lent: bool
    loans: list[Taken]

    @property
    def free(self) -> int | None:
        return None if self.places is None else max(self.places - self.taken, 0)

    @property
    def over(self) -> int:
        return 0 if self.places is None else max(self.taken - self.places, 0)

    @cached_property
    def by_name(self) -> dict[str, QuotaPlaces]:
        return {plain(one.municipality): one for one in self.quotas}

    def quota(self, municipality: str) -> QuotaPlaces | None:
        """The municipality's own places; None where it has none in the first place."""
        return self.by_name.get(plain(municipality))

    def lenders(self, municipality: str) -> list[QuotaPlaces]:
        """Who can lend the municipality a place, most free first; nobody where lending is not agreed."""
        if not self.can_be_lent:
            return []
        others = [one for one in self.quotas if one.free and plain(one.municipality) != plain(municipality)]
        return sorted(others, key=lambda one: (-one.free, one.municipality))


def plain(municipality: str) -> str:
    name = " ".join(municipality.split()).casefold()
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name


def terms_of(type: ProgrammeType, offer: Offer | None) -> Terms:
    """What the type says, with what the centre decided otherwise. `offer.quotas` should be prefetched."""
    capacity = type.settings.capacity
    quotas = [(one.municipality, one.places) for one in capacity.quotas]
    places, can_be_lent = capacity.places, capacity.can_be_lent
    if offer is not None:
        quotas = [(one.municipality, one.places) for one in offer.quotas.all()] or quotas
        places = places if offer.places is None else offer.places
        can_be_lent = can_be_lent if offer.can_be_lent is None else offer.can_be_lent
    if places is None and quotas:
        places = sum(number for _name, number in quotas)
    return Terms(places, quotas, can_be_lent)


def type_places(
    centre: Organisation, types: Collection[ProgrammeType], since: date, until: date | None = None
) -> list[TypePlaces]:
    """Places of the types on a day, or on the fullest day of a range, in the order of `types`. Three queries.

    Programmes of every version of a type count together.
    """
    until = until or since
    keys = [type.key for type in types]
    offers = {
        offer.type_key: offer
        for offer in Offer.objects.filter(centre=centre, type_key__in=keys).prefetch_related("quotas")
    }
    taken = taken_by_type(centre, keys, since)
    return [
        places_of(type, terms_of(type, offers.get(type.key)), taken.get(type.key, []), since, until) for type in types
    ]


def taken_by_type(centre: Organisation, keys: Collection[str], since: date) -> dict[str, list[Taken]]:
    """Running programmes that lie on the day or come later, by the key of their type. One query."""
    rows = (
        Programme.objects.running()
        .filter(centre=centre, type__key__in=keys, ends_on__gte=since)
        .order_by("starts_on", "reference")
        .values_list("type__key", "reference", "starts_on", "ends_on", "municipality", "lent_from")
    )
    found: dict[str, list[Taken]] = {}
    for key, reference, starts_on, ends_on, municipality, lent_from in rows:
        found.setdefault(key, []).append(Taken(reference, starts_on, ends_on, municipality, lent_from))
    return found


def places_of(type: ProgrammeType, terms: Terms, taken: list[Taken], since: date, until: date) -> TypePlaces:
    here = [one for one in taken if one.starts_on <= until]
    loans = [one for one in here if one.lent_from]
    quotas = []
    for municipality, places in terms.quotas:
        name = plain(municipality)
        on_it = [one for one in taken if plain(one.lent_from or one.municipality) == name]
        quotas.append(
            QuotaPlaces(
                municipality,
                places,
                most_at_once(on_it, since, until),
                later(on_it, until),
                [one for one in loans if plain(one.lent_from) == name],
                [one for one in loans if plain(one.municipality) == name],
            )
        )
    return TypePlaces(
        type, terms.places, most_at_once(here, since, until), later(taken, until), quotas, terms.can_be_lent, loans
    )


def later(taken: Iterable[Taken], until: date) -> int:
    return sum(one.starts_on > until for one in taken)


def problem(places: TypePlaces, municipality: str, lent_from: str, starts_on: date) -> str:
    """Why nobody of the municipality can begin on the day, and what can be done; empty when there is a place (P10)."""
    name, day = places.type.name, short_day(starts_on)
    if places.free == 0:
        return _("%(type)s has no free place from %(day)s. Put the referral on the waiting list until one is free.") % {
            "type": name,
            "day": day,
        }
    if not places.quotas:
        return _("%(type)s shares its places among nobody, so none is lent.") % {"type": name} if lent_from else ""
    own = places.quota(municipality)
    if own is not None and own.free:
        return (
            _("%(municipality)s has a free place of its own.") % {"municipality": own.municipality} if lent_from else ""
        )
    lenders = places.lenders(municipality)
    if lent_from:
        if plain(lent_from) in {plain(one.municipality) for one in lenders}:
            return ""
        return _("%(municipality)s has no place to lend from %(day)s.") % {"municipality": lent_from, "day": day}
    who = own.municipality if own else municipality or _("The municipality")
    if not lenders:
        return _("%(municipality)s has no free place from %(day)s. Put the referral on the waiting list.") % {
            "municipality": who,
            "day": day,
        }
    return _(
        "%(municipality)s has no free place from %(day)s. Borrow one, or put the referral on the waiting list."
    ) % {
        "municipality": who,
        "day": day,
    }
