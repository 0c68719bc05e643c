"""The journal follows a colleague who leaves: what they were writing goes to whoever takes over (U2)."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import user_leaving, work_asked

if TYPE_CHECKING:
    from accounts.models import Organisation, User


class JournalConfig(AppConfig):
    name = "journal"

    def ready(self) -> None:
        from journal.handover import open_drafts

        work_asked.connect(open_drafts, dispatch_uid="journal.open_drafts")
        user_leaving.connect(take_over_drafts, dispatch_uid="journal.take_over_drafts")


def take_over_drafts(
    sender: object,
    *,
    user: "User",
    taker: "User | None",
    by: "User",
    organisation: "Organisation | None" = None,
    **kwargs: object,
) -> None:
    from journal.drafts import hand_over

    hand_over(user=user, taker=taker, by=by, centre=organisation)
