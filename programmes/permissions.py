"""Who may do what with a programme."""

from accounts.models import Organisation, User
from accounts.roles import Role
from programmes.models import Programme


def may_lead(user: User, centre: Organisation) -> bool:
    """Team leaders of the centre decide on referrals and programmes."""
    return centre.pk in user.reach.organisations_as(Role.TEAM_LEADER)


def may_work_on(user: User, programme: Programme) -> bool:
    """The programme's caseworker and the team leaders of its centre write plan and closing note."""
    works_there = programme.centre_id in user.reach.organisations_as(Role.CASEWORKER)
    return (works_there and programme.caseworker_id == user.pk) or may_lead(user, programme.centre)
