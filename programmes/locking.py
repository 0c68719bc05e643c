"""One order in which rows are held, so that no two actions wait for each other: the citizen, then the programme, then
what hangs on it (plan, notice, slot, flag, workshop).

The citizen comes first because whoever merges two records holds them before the programmes. Both are held so that rows
that name them can be written meanwhile: the flagging of a whole centre does not wait for one case.
"""

from django.db.models import QuerySet

from citizens.models import Citizen
from programmes.models import Programme

RELATED = ("citizen", "centre", "type", "caseworker", "referrer", "referring_organisation")


def locked(programme: Programme) -> Programme:
    """The programme as it is now with what its news needs, held with its citizen until the transaction ends."""
    [found] = locked_each(Programme.objects.filter(pk=programme.pk))
    return found


def locked_each(programmes: QuerySet[Programme]) -> list[Programme]:
    """These programmes as they are now, in the order of their keys, held with their citizens; two statements."""
    citizens = Citizen.objects.select_for_update(no_key=True).filter(pk__in=programmes.order_by().values("citizen"))
    list(citizens.order_by("pk").values_list("pk"))
    held = programmes.select_for_update(of=("self",), no_key=True).select_related(*RELATED)
    return list(held.order_by("pk"))
