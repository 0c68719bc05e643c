"""Who may do what with a plan. Each rule stands here once; actions, pages and other apps ask."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import User
from accounts.roles import Role
from core.life_areas import LifeArea
from plans.models import Goal
from programmes.models import Programme
from programmes.permissions import may_work_on, roles_in

# Who reads everything of the plan, what is not agreed yet included. Referrers and contact persons read what is
# confirmed, and contact persons of that only what the work needs: never a goal about health.
READ_ALL = {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST, Role.CITIZEN}
# What was seen about a goal of health is read as health notes are: a team leader says why first (J2).
READ_HEALTH_NOTES = {Role.CASEWORKER, Role.SPECIALIST}


def may_edit(user: User, programme: Programme) -> bool:
    """The programme's caseworker and the team leaders of its centre write, confirm and follow up (L2, L3)."""
    return may_work_on(user, programme)


def may_observe(user: User, programme: Programme) -> bool:
    """Whoever works with the citizen writes down what was seen: the workshop, specialists, and who writes the plan."""
    return may_edit(user, programme) or not roles_in(user, programme).isdisjoint({Role.CONTACT_PERSON, Role.SPECIALIST})


def may_ask_for_health_notes(roles: set[str]) -> bool:
    """Team leaders of the case who do not work on it themselves read health notes with a stated reason (J2)."""
    return Role.TEAM_LEADER in roles and roles.isdisjoint(READ_HEALTH_NOTES)


@dataclass(frozen=True)
class Reading:
    """What a reader sees of one plan."""

    drafts: bool = False
    health: bool = False
    talk: bool = False  # what was said at follow-ups
    comments: bool = False  # the comment on one subgoal's step
    observations: bool = False  # what was seen at work
    health_notes: bool = False  # what was seen about a goal of health, which is a health note (J2)

    def sees(self, goal: Goal) -> bool:
        return self.health or goal.life_area != LifeArea.HEALTH

    def goals(self, goals: QuerySet[Goal]) -> QuerySet[Goal]:
        return goals if self.health else goals.exclude(life_area=LifeArea.HEALTH)


def reading(roles: set[str]) -> Reading:
    """What somebody with these roles in the case reads; the widest role counts, and no role reads nothing of it."""
    if roles & READ_ALL:
        staff = bool(roles & (READ_ALL - {Role.CITIZEN}))
        notes = bool(roles & READ_HEALTH_NOTES)
        return Reading(drafts=True, health=True, talk=True, comments=True, observations=staff, health_notes=notes)
    works_with = Role.CONTACT_PERSON in roles
    return Reading(health=Role.REFERRER in roles, comments=works_with, observations=works_with)
