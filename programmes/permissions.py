"""Who may do what with a programme."""

from collections.abc import Collection

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import Organisation, User
from accounts.roles import Role
from citizens.models import CaseAccess
from programmes.models import Programme, TeamMember
from programmes.team_functions import works_on_cases


def may_lead(user: User, centre: Organisation) -> bool:
    """Team leaders of the centre decide on referrals and programmes."""
    return centre.pk in user.reach.organisations_as(Role.TEAM_LEADER)


def may_work_on(user: User, programme: Programme) -> bool:
    """The programme's caseworker, who stands in for a time (P1, P13) and the team leaders of its centre write plan and
    closing note."""
    return may_lead(user, programme.centre) or is_caseworker(user, programme)


def is_caseworker(user: User, programme: Programme) -> bool:
    """Whether the case is the user's own today, as its caseworker or in the caseworker's place (P1, P13)."""
    works_there = programme.centre_id in user.reach.organisations_as(Role.CASEWORKER)
    return works_there and (programme.caseworker_id == user.pk or stands_in(user, programme))


def stands_in(user: User, programme: Programme) -> bool:
    """Whether the user works on the case as its caseworker does today: a deputy (P13), or a colleague whom the type
    wants on the team as a caseworker, its coordinator among them (P1)."""
    members = TeamMember.objects.current().filter(programme=programme, user=user)
    return members.filter(function__in=works_on_cases(programme)).exists()


def roles_in(user: User, programme: Programme) -> set[str]:
    """The roles in which the user sees this programme; a referrer's only where the own organisation referred (T1)."""
    held = CaseAccess.objects.held_by(user).filter(citizen=programme.citizen_id, centre=programme.centre_id)
    held = held.filter(~Q(role=Role.REFERRER) | Q(organisation=programme.referring_organisation_id))
    return set(held.values_list("role", flat=True))


# Others are not told what a course is called when that tells about health (J2).
READ_COURSES = {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST, Role.CITIZEN}


def reads_courses(roles: Collection[str]) -> bool:
    """Whether somebody with these roles in the case reads the names of courses that tell about health."""
    return not READ_COURSES.isdisjoint(roles)


def worked_on_by(user: User, prefix: str = "") -> Q:
    """`may_work_on` for sets: the programmes (or rows that name one at `prefix`) that the user works on today."""
    stood_in = teams_as(Role.CASEWORKER, user)
    own = Q(**{f"{prefix}caseworker": user}) | Q(**{f"{prefix}pk__in": stood_in})
    works_there = Q(**{f"{prefix}centre__in": user.reach.organisations_as(Role.CASEWORKER)})
    return Q(**{f"{prefix}centre__in": user.reach.organisations_as(Role.TEAM_LEADER)}) | (works_there & own)


def on_teams_of(user: User, prefix: str = "") -> Q:
    """The programmes on whose team the user is today as a specialist, as long as they work at its centre (T7)."""
    works_there = Q(**{f"{prefix}centre__in": user.reach.organisations_as(Role.SPECIALIST)})
    return works_there & Q(**{f"{prefix}pk__in": teams_as(Role.SPECIALIST, user)})


def teams_as(role: Role, user: User) -> QuerySet:
    """The ids of the programmes on whose team the user is today with a function that gives this role in the case."""
    source = Concat(Value("programmes.teammember:"), Cast(OuterRef("pk"), CharField()))
    given = CaseAccess.objects.current().filter(user=user, role=role, source=source)
    return TeamMember.objects.current().filter(Exists(given), user=user).values("programme")
