"""The referral of a programme that has ended is read as long as the programme (T20)."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import programme_ended

if TYPE_CHECKING:
    from programmes.models import Programme


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self) -> None:
        programme_ended.connect(let_access_run_out, dispatch_uid="referrals.let_access_run_out")


def let_access_run_out(sender: object, *, programme: "Programme", **kwargs: object) -> None:
    """In the same transaction as the end: access that rests on the referral ends with that on the programme."""
    from citizens.access import end
    from programmes.actions import kept_until
    from referrals.models import Referral
    from referrals.submission import source_of

    referral = Referral.objects.filter(programme=programme).first()
    if referral is not None and programme.ended_on is not None:
        end(source=source_of(referral), on=kept_until(programme.ended_on))
