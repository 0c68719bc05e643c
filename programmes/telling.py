"""Lines on a programme's timeline (J1)."""

from typing import Any

from audit.acting import Actor
from journal.actions import tell
from journal.models import Entry
from programmes.models import Programme


def tell_case(kind: str, programme: Programme, *, by: Actor | None, **said: Any) -> Entry:
    """One line about the programme for those who may see its case; `said` is as for `journal.actions.tell`."""
    return tell(
        kind,
        citizen=programme.citizen,
        centre=programme.centre,
        case=programme.reference,
        referring_organisation=programme.referring_organisation,
        by=by,
        **said,
    )
