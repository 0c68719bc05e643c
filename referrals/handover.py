"""What a referrer who leaves hands on: drafts and referrals that are not decided yet (U2)."""

from django.db.models import Count, Q, QuerySet
from django.utils.translation import ngettext

from accounts.leaving import OpenWork
from accounts.models import Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record_each
from referrals.models import Referral
from referrals.statuses import OPEN, Status


def written_by(user: User, organisation: Organisation | None) -> QuerySet[Referral]:
    """The user's drafts and undecided referrals, of one organisation or of all."""
    found = Referral.objects.filter(referrer=user, status__in=OPEN)
    return found.filter(referring_organisation=organisation) if organisation else found


def open_referrals(
    sender: object, *, user: User, organisation: Organisation | None, **kwargs: object
) -> list[OpenWork]:
    """Answer `work_asked`. One query."""
    counts = written_by(user, organisation).aggregate(
        drafts=Count("pk", filter=Q(status=Status.DRAFT)), sent=Count("pk", filter=~Q(status=Status.DRAFT))
    )
    drafts, sent = counts["drafts"], counts["sent"]
    return [
        OpenWork(
            ngettext("%(count)s referral without a decision", "%(count)s referrals without a decision", sent)
            % {"count": sent},
            sent,
            {Role.REFERRER},
        ),
        OpenWork(
            ngettext("%(count)s draft of a referral", "%(count)s drafts of referrals", drafts) % {"count": drafts},
            drafts,
            {Role.REFERRER},
        ),
    ]


def hand_over_referrals(
    sender: object,
    *,
    user: User,
    taker: User | None,
    by: User,
    organisation: Organisation | None = None,
    **kwargs: object,
) -> None:
    """Follow `user_leaving`: drafts are the taker's, and the centre's questions go to the taker."""
    if taker is None:
        return
    with acting(by, why="handed over"):
        moved = list(written_by(user, organisation).select_for_update(of=("self",)).order_by("pk"))
        Referral.objects.filter(pk__in=[referral.pk for referral in moved]).update(referrer=taker)
        of = [(referral.reference, referral.citizen_id) for referral in moved]
        record_each("referrer_changed", by=by, of=of, before=user.pk, after=taker.pk)
