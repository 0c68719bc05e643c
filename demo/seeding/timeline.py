"""Lines of the timeline, in the words and for the readers that the actions use."""

from datetime import datetime

from accounts.models import User
from demo.seeding.case import Case
from demo.seeding.world import World
from journal.models import Audience, Entry
from journal.wording import WORDING


class Timeline:
    """Collects the entries of all cases."""

    def __init__(self, world: World) -> None:
        self.world = world

    def tell(
        self,
        case: Case,
        kind: str,
        at: datetime,
        by: User | None,
        *,
        audience: str = Audience.TEAM,
        reference: str = "",
        body: str = "",
        url: str = "",
        source: str = "",
        **params: str | int | dict[str, str],
    ) -> Entry:
        assert kind in WORDING, kind  # noqa: S101
        return self.world.book.add(
            Entry(
                citizen=case.citizen,
                centre=self.world.centre,
                referring_organisation=case.organisation,
                case=reference or case.programme.reference,
                kind=kind,
                audience=audience,
                happened_at=min(at, self.world.now),
                author=by,
                params=params,
                body=body,
                url=url,
                source=source,
            )
        )
