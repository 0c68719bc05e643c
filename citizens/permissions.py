"""Who may correct what is known of a citizen, and make two rows of one person one (K1, K2)."""

from accounts.models import User
from accounts.roles import Role
from citizens.models import CaseAccess, Citizen


def may_correct(user: User, citizen: Citizen) -> bool:
    """Whoever has a case of the citizen as caseworker or team leader today (K2)."""
    held = CaseAccess.objects.held_by(user)
    return held.filter(citizen=citizen, role__in=[Role.CASEWORKER, Role.TEAM_LEADER]).exists()


def centres_of(*citizens: Citizen) -> set[int]:
    """The centres at which somebody has or had a case of one of them. One query."""
    return set(CaseAccess.objects.filter(citizen__in=citizens).values_list("centre", flat=True))


def may_merge(user: User, *citizens: Citizen) -> bool:
    """Who leads every centre that has a case of one of them: nobody else knows all that is brought together (K1)."""
    centres = centres_of(*citizens)
    return bool(centres) and centres <= user.reach.organisations_as(Role.TEAM_LEADER)
