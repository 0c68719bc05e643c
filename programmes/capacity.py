"""Free places and caseloads, as triage shows them (R5, P10, P13)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from programmes.models import Workshop
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


def free_places(centre: Organisation, on: date) -> list[Places]:
    """Places of each workshop on a day, most free first. One query."""
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
    return [Places(workshop, workshop.places, workshop.taken) for workshop in workshops]


def caseloads(centre: Organisation) -> list[Caseload]:
    """The centre's caseworkers with their running programmes, fewest first. One query."""
    caseworkers = (
        User.objects.filter(
            is_active=True,
            pk__in=Membership.objects.current().filter(organisation=centre, role=Role.CASEWORKER).values("user"),
        )
        .annotate(running=Count("programmes", filter=Q(programmes__status__in=RUNNING, programmes__centre=centre)))
        .order_by("running", "name")
    )
    return [Caseload(user, user.running) for user in caseworkers]
