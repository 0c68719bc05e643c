"""Users, the organisations they work at, the roles they hold there, and what they sign in with."""

from accounts.models.invitations import Invitation, InvitationQuerySet
from accounts.models.people import (
    START_PAGES,
    SUBSTITUTES,
    Membership,
    MembershipQuerySet,
    Organisation,
    PlaceQuerySet,
    Post,
    Reach,
    Substitution,
    SubstitutionQuerySet,
    Unit,
    User,
    UserManager,
)
from accounts.models.signing_in import SharedTablet, SharedTabletQuerySet, SignInCode, TabletPin

__all__ = [
    "START_PAGES",
    "SUBSTITUTES",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "MembershipQuerySet",
    "Organisation",
    "PlaceQuerySet",
    "Post",
    "Reach",
    "SharedTablet",
    "SharedTabletQuerySet",
    "SignInCode",
    "Substitution",
    "SubstitutionQuerySet",
    "TabletPin",
    "Unit",
    "User",
    "UserManager",
]
