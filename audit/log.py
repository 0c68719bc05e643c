"""Doors to the audit log: what was done, and who looked."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from audit.acting import Actor
from audit.models import Access, Event

if TYPE_CHECKING:
    from accounts.requests import SignedIn


# Of an event's subject; what is longer, as a centre's name with a type's, is cut and never stops the deed.
SUBJECT_LENGTH = 60


def record(verb: str, *, by: Actor, subject: object, citizen_id: UUID | None = None, **detail: Any) -> Event:
    """Write down that `by` did `verb` to `subject`, in the same transaction as the deed (T4)."""
    return Event.objects.create(
        actor_id=by.pk,
        actor_name=by.name,
        verb=verb,
        subject=str(subject)[:SUBJECT_LENGTH],
        citizen_id=citizen_id,
        detail=detail,
    )


def record_each(verb: str, *, by: Actor, of: Iterable[tuple[object, UUID | None]], **detail: Any) -> None:
    """`record` for many at once, each a subject and its citizen: one statement however many (T4)."""
    Event.objects.bulk_create(
        Event(
            actor_id=by.pk,
            actor_name=by.name,
            verb=verb,
            subject=str(subject)[:SUBJECT_LENGTH],
            citizen_id=citizen_id,
            detail=detail,
        )
        for subject, citizen_id in of
    )


def look(
    request: "SignedIn",
    what: object,
    *,
    citizen_id: UUID | None = None,
    kind: str = Access.Kind.VIEW,
    reason: str = "",
) -> None:
    """Note that the signed-in user is being shown `what`; the middleware writes it before the page is sent (T5)."""
    looks: list[Access] = getattr(request, "looks", [])
    looks.append(
        Access(
            user_id=request.user.pk,
            user_name=request.user.name,
            kind=kind,
            what=str(what)[:200],
            citizen_id=citizen_id,
            reason=reason[:300],
        )
    )
    request.looks = looks  # type: ignore[attr-defined]
