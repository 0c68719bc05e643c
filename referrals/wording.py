"""How a referral's state is told: colour, icon and word, from the reader's side (R2)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.wording import Tag
from referrals.models import Referral
from referrals.statuses import Status

KINDS = {
    Status.DRAFT: ("calm", "pencil"),
    Status.SUBMITTED: ("info", "hourglass-split"),
    Status.INFORMATION_REQUESTED: ("info", "question-circle"),
    Status.WAITING_LIST: ("info", "hourglass-split"),
    Status.ACCEPTED: ("ok", "check-circle"),
    Status.REJECTED: ("calm", "dash-circle"),
    Status.WITHDRAWN: ("calm", "dash-circle"),
}


def tag(referral: Referral, *, as_referrer: bool) -> Tag:
    """The state in a word; the referrer reads where it lies and for how long, and what waits for them."""
    kind, icon = KINDS[Status(referral.status)]
    if as_referrer and referral.status == Status.INFORMATION_REQUESTED:
        return Tag("due", icon, _("Waits for you"))
    if as_referrer and referral.status == Status.SUBMITTED:
        days = referral.days_waiting
        words = ngettext("At %(centre)s, %(days)s day", "At %(centre)s, %(days)s days", days)
        return Tag(kind, icon, words % {"centre": referral.centre, "days": days})
    return Tag(kind, icon, referral.get_status_display())


def waited(days: int) -> str:
    return ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
