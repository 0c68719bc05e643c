"""Who may mark and follow up: the workshop's contact persons, and caseworkers and team leaders of its centre."""

from accounts.models import User
from accounts.roles import Role
from attendance.models import ExpectedAttendance, MissedAttendance
from attendance.models.figures import READERS
from programmes.models import Programme, Workshop
from programmes.permissions import roles_in

# Who reads day by day who came; others who may see the case get the summary (A9).
STAFF = set(READERS)


def may_follow_up(user: User, missed: MissedAttendance) -> bool:
    """The contact persons of the slot's workshop, the case's caseworker, the centre's team leaders (A7)."""
    slot: ExpectedAttendance = missed.slot
    roles = roles_in(user, slot.programme)
    if roles & {Role.CASEWORKER, Role.TEAM_LEADER}:
        return True
    return Role.CONTACT_PERSON in roles and slot.workshop is not None and slot.workshop.unit_id in user.reach.units


def may_give_notice(user: User, programme: Programme) -> bool:
    """The contact persons of a placement's workshop, caseworkers who see the case, the centre's team leaders (A2)."""
    return bool(roles_in(user, programme) & STAFF)


def may_arrange(user: User, workshop: Workshop) -> bool:
    """The workshop's contact persons and the centre's team leaders arrange its joint days (A1)."""
    is_own = user.has_role(Role.CONTACT_PERSON) and workshop.unit_id in user.reach.units
    return is_own or workshop.unit.organisation_id in user.reach.organisations_as(Role.TEAM_LEADER)


def may_settle(user: User, programme: Programme) -> bool:
    """Those who work with the citizen every day settle the warning of a fall (A10)."""
    return bool(roles_in(user, programme) & STAFF)
