"""Raising and clearing tasks; called by the actions of the apps above, inside their transaction."""

from datetime import date

from django.utils import timezone

from accounts.models import Organisation, Unit, User
from citizens.models import Citizen
from worklist.models import Task


def raise_task(
    *,
    kind: str,
    source: str,
    due_on: date,
    url: str,
    citizen: Citizen | None = None,
    for_user: User | None = None,
    for_unit: Unit | None = None,
    for_leaders_of: Organisation | None = None,
    **params: str | int,
) -> None:
    """Put something on the worklist of a user, a unit or a centre's team leaders (J6); open already, it stays."""
    Task.objects.bulk_create(
        [
            Task(
                citizen=citizen,
                kind=kind,
                source=source,
                due_on=due_on,
                url=url,
                for_user=for_user,
                for_unit=for_unit,
                for_leaders_of=for_leaders_of,
                params=params,
            )
        ],
        ignore_conflicts=True,
    )


def clear_task(*, kind: str, source: str, by: User | None) -> None:
    """The real action was done: take its task off every list (J6)."""
    Task.objects.open().filter(kind=kind, source=source).update(done_at=timezone.now(), done_by=by)
