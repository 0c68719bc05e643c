"""Telling the timeline what happened; called by the actions of the apps above, inside their transaction."""

from datetime import datetime

from django.utils import timezone

from accounts.models import Organisation, User
from audit.acting import Actor
from citizens.models import Citizen
from journal.models import Audience, Entry


def tell(
    kind: str,
    *,
    citizen: Citizen,
    centre: Organisation,
    case: str,
    referring_organisation: Organisation | None,
    by: Actor | None,
    audience: str = Audience.TEAM,
    happened_at: datetime | None = None,
    body: str = "",
    url: str = "",
    source: str = "",
    **params: str | int | dict[str, str],
) -> Entry:
    """Add one line to the citizen's timeline (J1). `case` is the reference it belongs to; `source` names the row it
    tells about (`journal.note:12`), so that what changes there can be followed here. A name of a type's part is given
    in all its languages, as a mapping."""
    return Entry.objects.create(
        kind=kind,
        citizen=citizen,
        centre=centre,
        case=case,
        referring_organisation=referring_organisation,
        author=by if isinstance(by, User) else None,
        audience=audience,
        happened_at=happened_at or timezone.now(),
        body=body,
        url=url,
        source=source,
        params=params,
    )
