"""Free places of workshops and caseloads, as triage shows them (R5, P10, P13). Places of types: `places.quotas`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from programmes.models import Placement, Workshop
from programmes.statuses import RUNNING

# How many running programmes one caseworker should have at most (P13).
CASELOAD_CEILING = 25


@dataclass(frozen=True)
class Places:
    workshop: Workshop
    places: int
    taken: int

    @property
    def free(self) -> int:
        return max(self.places - self.taken, 0)


@dataclass(frozen=True)
class Caseload:
    caseworker: User
    running: int
    ceiling: int = CASELOAD_CEILING


@dataclass(frozen=True)
class Stay:
    """Somebody has a place from one day to another, both included; `who` is counted once a day."""

    who: object
    starts_on: date
    ends_on: date


def most_at_once(stays: Iterable[Stay], since: date, until: date) -> int:
    """How many have a place on the fullest day from `since` to `until`: who comes later counts as well (P10)."""
    stays = [one for one in stays if one.starts_on <= until and one.ends_on >= since]
    # It is never fuller than on a day on which somebody begins.
    days = {since} | {one.starts_on for one in stays if one.starts_on > since}
    return max(len({one.who for one in stays if one.starts_on <= day <= one.ends_on}) for day in days)


def free_places(centre: Organisation, on: date, until: date | None = None) -> list[Places]:
    """Places of each workshop on a day, most free first; with `until`, on the fullest day of the range. One query,
    two with `until`."""
    workshops = (
        Workshop.objects.open()
        .filter(unit__organisation=centre)
        .select_related("unit")
        .annotate(
            taken=Count(
                "placements__programme",
                distinct=True,
                filter=Q(
                    placements__starts_on__lte=on,
                    placements__ends_on__gte=on,
                    placements__programme__status__in=RUNNING,
                ),
            )
        )
        .order_by(F("taken") - F("places"), "unit__name")
    )
    if until is None:
        return [Places(workshop, workshop.places, workshop.taken) for workshop in workshops]
    stays = stays_by_workshop(centre, on, until)
    found = [
        Places(workshop, workshop.places, most_at_once(stays.get(workshop.pk, []), on, until)) for workshop in workshops
    ]
    return sorted(found, key=lambda one: (one.taken - one.places, one.workshop.unit.name))


def stays_by_workshop(centre: Organisation, since: date, until: date) -> dict[int, list[Stay]]:
    """Placements of running programmes that touch the range, by workshop. One query."""
    rows = Placement.objects.filter(
        workshop__unit__organisation=centre,
        starts_on__lte=until,
        ends_on__gte=since,
        programme__status__in=RUNNING,
    ).values_list("workshop", "programme", "starts_on", "ends_on")
    stays: dict[int, list[Stay]] = {}
    for workshop, programme, starts_on, ends_on in rows:
        stays.setdefault(workshop, []).append(Stay(programme, starts_on, ends_on))
    return stays


def coming_by_workshop(centre: Organisation, after: date) -> dict[int, int]:
    """How many running programmes come to each workshop after the day. One query."""
    rows = (
        Placement.objects.filter(
            workshop__unit__organisation=centre, starts_on__gt=after, programme__status__in=RUNNING
        )
        .values("workshop")
        .annotate(coming=Count("programme", distinct=True))
    )
    return {row["workshop"]: row["coming"] for row in rows}


def caseloads(centre: Organisation, on: date | None = None) -> list[Caseload]:
    """The centre's caseworkers with their running programmes, fewest first. One query.

    With `on`, a day ahead, only those programmes are counted that lie on it as planned.
    """
    counted = Q(programmes__status__in=RUNNING, programmes__centre=centre)
    if on is not None:
        counted &= Q(programmes__starts_on__lte=on, programmes__ends_on__gte=on)
    caseworkers: Sequence[User] = list(
        User.objects.filter(
            is_active=True,
            pk__in=Membership.objects.current().filter(organisation=centre, role=Role.CASEWORKER).values("user"),
        )
        .annotate(running=Count("programmes", filter=counted))
        .order_by("running", "name")
    )
    return [Caseload(user, user.running) for user in caseworkers]  # type: ignore[attr-defined]
