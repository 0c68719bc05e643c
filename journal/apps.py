"""The journal follows a colleague who leaves: what they were writing goes to whoever takes over (U2)."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import user_leaving

if TYPE_CHECKING:
    from accounts.models import User


class JournalConfig(AppConfig):
    name = "journal"

    def ready(self) -> None:
        user_leaving.connect(take_over_drafts, dispatch_uid="journal.take_over_drafts")


def take_over_drafts(sender: object, *, user: "User", taker: "User | None", by: "User", **kwargs: object) -> None:
    from journal.drafts import hand_over

    hand_over(user=user, taker=taker, by=by)
