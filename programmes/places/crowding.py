"""On which days an extended programme would be one too many, and whose place it could borrow (P3, P10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.dates import short_day
from programmes.models import Offer, Programme
from programmes.places.capacity import Stay
from programmes.places.quotas import QuotaPlaces, plain, taken_by_type, terms_of, type_places

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Crowded:
    """Days, both included, on which there are more programmes than places; `whose` is a municipality, or nobody's."""

    since: date
    until: date
    taken: int
    places: int
    whose: str = ""

    def __str__(self) -> str:
        words = {"first": short_day(self.since), "last": short_day(self.until), "places": self.places}
        words |= {"taken": self.taken, "municipality": self.whose}
        if self.whose:
            return _("%(first)s – %(last)s: %(taken)s on the %(places)s places of %(municipality)s") % words
        return (
            ngettext(
                "%(first)s – %(last)s: %(taken)s on %(places)s place",
                "%(first)s – %(last)s: %(taken)s on %(places)s places",
                self.places,
            )
            % words
        )


def crowded(programme: Programme, new_end: date, *, lent_from: str = "") -> list[Crowded]:
    """The days after the present end until `new_end` on which it would be too many, at the centre and on the
    municipality's own places, or on those of `lent_from`. Three queries; nothing for a shortened one.
    """
    since = programme.ends_on + DAY
    if new_end < since:
        return []
    kind, centre = programme.type, programme.centre
    offer = Offer.objects.filter(centre=centre, type_key=kind.key).prefetch_related("quotas").first()
    terms = terms_of(kind, offer)
    taken = taken_by_type(centre, [kind.key], since).get(kind.key, [])
    others = [one for one in taken if one.who != programme.reference]
    found = []
    if terms.places is not None:
        found += too_many(others, terms.places, since, new_end)
    name = plain(lent_from or programme.lent_from or programme.municipality)
    for municipality, places in terms.quotas:
        if plain(municipality) == name:
            on_it = [one for one in others if plain(one.lent_from or one.municipality) == name]
            found += too_many(on_it, places, since, new_end, whose=municipality)
    return found


def too_many(others: Iterable[Stay], places: int, since: date, until: date, whose: str = "") -> list[Crowded]:
    """The days on which the others and one more are more than there are places; what adjoins is one stretch."""
    others = [one for one in others if one.starts_on <= until and one.ends_on >= since]
    days = {since} | {one.starts_on for one in others} | {one.ends_on + DAY for one in others}
    first_days = sorted(day for day in days if since <= day <= until)
    found: list[Crowded] = []
    for day, following in zip(first_days, [*first_days[1:], until + DAY], strict=True):
        taken = 1 + sum(one.starts_on <= day <= one.ends_on for one in others)
        if taken <= places:
            continue
        if found and found[-1].until == day - DAY:
            before = found.pop()
            found.append(Crowded(before.since, following - DAY, max(before.taken, taken), places, whose))
        else:
            found.append(Crowded(day, following - DAY, taken, places, whose))
    return found


def lenders(programme: Programme, new_end: date) -> list[QuotaPlaces]:
    """Who has a place to lend from today until the new end, where only the municipality's own are too few (P10)."""
    if programme.lent_from or not all(one.whose for one in crowded(programme, new_end)):
        return []
    since = max(timezone.localdate(), programme.starts_on)
    (places,) = type_places(programme.centre, [programme.type], since, max(new_end, since))
    return places.lenders(programme.municipality)
