"""The referral of a programme that has ended is read as long as the programme (T20); an open one keeps its
organisations open (U4)."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import place_closing, programme_ended, user_leaving, work_asked

if TYPE_CHECKING:
    from accounts.models import Organisation, Unit
    from programmes.models import Programme


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self) -> None:
        programme_ended.connect(let_access_run_out, dispatch_uid="referrals.let_access_run_out")
        place_closing.connect(say_what_is_open, dispatch_uid="referrals.say_what_is_open")
        from referrals.handover import hand_over_referrals, open_referrals

        work_asked.connect(open_referrals, dispatch_uid="referrals.open_referrals")
        user_leaving.connect(hand_over_referrals, dispatch_uid="referrals.hand_over_referrals")


def let_access_run_out(sender: object, *, programme: "Programme", **kwargs: object) -> None:
    """In the same transaction as the end: access that rests on the referral ends with that on the programme."""
    from citizens.access import end
    from programmes.actions import kept_until
    from referrals.models import Referral
    from referrals.submission import source_of

    referral = Referral.objects.filter(programme=programme).first()
    if referral is not None and programme.ended_on is not None:
        end(source=source_of(referral), on=kept_until(programme.ended_on))


def say_what_is_open(sender: object, *, place: "Organisation | Unit", **kwargs: object) -> list[str]:
    """How many referrals to or from the organisation are still open, drafts included."""
    from django.db.models import Q
    from django.utils.translation import ngettext

    from accounts.models import Organisation
    from referrals.models import Referral
    from referrals.statuses import OPEN

    if not isinstance(place, Organisation):
        return []
    count = Referral.objects.filter(Q(centre=place) | Q(referring_organisation=place), status__in=OPEN).count()
    words = ngettext("%(count)s referral is open.", "%(count)s referrals are open.", count)
    return [words % {"count": count}] if count else []
