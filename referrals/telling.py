"""Telling the other side of a referral: by mail, on the timeline, never with a name or number in the mail (R2, T10)."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Membership, User
from accounts.roles import Role
from journal.actions import tell
from journal.models import Audience
from messaging.actions import queue_mail
from referrals.models import Referral


def address(referral: Referral) -> str:
    return reverse("referrals:detail", args=[referral.reference])


def people_as(role: str, organisation_id: int) -> list[User]:
    """Active users who hold the role at the organisation today."""
    holders = Membership.objects.current().filter(role=role, organisation=organisation_id)
    return list(User.objects.filter(is_active=True, pk__in=holders.values("user")))


def tell_centre(what: str, referral: Referral) -> None:
    """Mail to the centre's team leaders; `what` names the template."""
    mail(what, referral, people_as(Role.TEAM_LEADER, referral.centre_id))


def tell_referrer(what: str, referral: Referral) -> None:
    """Mail to the referrer, or to the organisation's other referrers when that one has left."""
    colleagues = people_as(Role.REFERRER, referral.referring_organisation_id)
    themselves = [user for user in colleagues if user.pk == referral.referrer_id]
    mail(what, referral, themselves or colleagues)


def mail(what: str, referral: Referral, to: list[User]) -> None:
    queue_mail(
        f"referrals/email/{what}.txt", to=to, referral=referral, address=f"{settings.SITE_URL}{address(referral)}"
    )


def tell_timeline(kind: str, referral: Referral, *, by: User, case: str = "", **params: Any) -> None:
    """One line on the citizen's timeline, for the team and the referrer."""
    assert referral.citizen is not None  # noqa: S101
    tell(
        kind,
        citizen=referral.citizen,
        centre=referral.centre,
        case=case or referral.reference,
        referring_organisation=referral.referring_organisation,
        by=by,
        audience=Audience.REFERRER,
        url=address(referral),
        **params,
    )
