"""Who may mark and follow up: the workshop's contact persons, and caseworkers and team leaders of its centre."""

from accounts.models import User
from accounts.roles import Role
from attendance.models import ExpectedAttendance, MissedAttendance
from programmes.models import Programme
from programmes.permissions import roles_in

STAFF = {Role.CONTACT_PERSON, Role.CASEWORKER, Role.TEAM_LEADER}


def may_follow_up(user: User, missed: MissedAttendance) -> bool:
    """The contact persons of the slot's workshop, the case's caseworker, the centre's team leaders (A7)."""
    slot: ExpectedAttendance = missed.slot
    roles = roles_in(user, slot.programme)
    if roles & {Role.CASEWORKER, Role.TEAM_LEADER}:
        return True
    return Role.CONTACT_PERSON in roles and slot.workshop.unit_id in user.reach.units


def may_see_days(user: User, programme: Programme) -> bool:
    """Whether the user reads day by day who came; others who may see the case get the summary (A9)."""
    return bool(roles_in(user, programme) & STAFF)
