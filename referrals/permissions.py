"""Who may do what with a referral."""

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from programmes.permissions import is_caseworker, may_lead
from programmes.statuses import Status as ProgrammeStatus
from referrals.models import Referral
from referrals.statuses import MOVES, Status


def may_refer(user: User) -> bool:
    """Referrers write referrals for their own organisations."""
    return user.has_role(Role.REFERRER)


def may_write(user: User, referral: Referral) -> bool:
    """Any referrer of the referring organisation carries its referrals on: drafts, answers, withdrawal."""
    return referral.referring_organisation_id in user.reach.organisations_as(Role.REFERRER)


def may_decide(user: User, referral: Referral) -> bool:
    """Team leaders of the receiving centre decide (R5)."""
    return may_lead(user, referral.centre)


def may_read_health(user: User, referral: Referral) -> bool:
    """Why the accommodations are needed is a health note: for those who wrote it and the case's caseworker
    or deputy (P16, J2).

    A team leader reads it with a stated reason only, see `may_ask_for_health`.
    """
    if may_write(user, referral):
        return True
    return referral.programme is not None and is_caseworker(user, referral.programme)


def may_ask_for_health(user: User, referral: Referral) -> bool:
    """Team leaders of the centre read health notes when they say why, and it is logged (J2)."""
    return may_decide(user, referral)


# Which side makes which move (R2). Who may accept, reject ... is the centre; who may withdraw is the referrer.
BY_CENTRE = {Status.INFORMATION_REQUESTED, Status.WAITING_LIST, Status.ACCEPTED, Status.REJECTED}


def may_move(user: User, referral: Referral, to: Status) -> bool:
    """Whether the move is the user's to make, whatever the referral's present state."""
    return may_decide(user, referral) if to in BY_CENTRE else may_write(user, referral)


def may_take_back(user: User, referral: Referral) -> bool:
    """Team leaders of the centre take an acceptance back, until the first day of what it began (K4)."""
    programme = referral.pre_programme or referral.programme
    if programme is None or referral.status != Status.ACCEPTED or not may_decide(user, referral):
        return False
    return programme.status == ProgrammeStatus.PLANNED and programme.starts_on > timezone.localdate()


def open_moves(user: User, referral: Referral) -> set[str]:
    """The moves that the user can make right now; pages show buttons for these and no others.

    An acceptance leads back by `take_back` alone, see `may_take_back`.
    """
    if referral.status == Status.ACCEPTED:
        return set()
    return {to for to in MOVES[referral.status] if may_move(user, referral, Status(to))}
