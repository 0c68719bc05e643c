"""Who may mark and follow up: the workshop's contact persons, and caseworkers and team leaders of its centre."""

from accounts.models import User
from accounts.roles import Role
from attendance.models import ExpectedAttendance, MissedAttendance
from citizens.models import case_roles
from programmes.models import Programme

STAFF = {Role.CONTACT_PERSON, Role.CASEWORKER, Role.TEAM_LEADER}


def may_follow_up(user: User, missed: MissedAttendance) -> bool:
    """The contact persons of the slot's workshop, the case's caseworker, the centre's team leaders (A7)."""
    slot: ExpectedAttendance = missed.slot
    roles = case_roles(user, citizen_id=slot.citizen_id, centre_id=slot.programme.centre_id)
    if roles & {Role.CASEWORKER, Role.TEAM_LEADER}:
        return True
    return Role.CONTACT_PERSON in roles and slot.workshop.unit_id in user.reach.units


def may_see_days(user: User, programme: Programme) -> bool:
    """Whether the user reads day by day who came; others who may see the case get the summary (A9)."""
    roles = case_roles(user, citizen_id=programme.citizen_id, centre_id=programme.centre_id)
    return bool(roles & STAFF)
