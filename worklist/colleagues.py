"""To whom a task can be handed over: who works at the same place, and may see the citizen (J6, T1)."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Membership, User
from accounts.roles import Role
from citizens.models import CaseAccess
from worklist.models import STAFF, Task
from worklist.permissions import doers


def colleagues_of(user: User) -> QuerySet[User]:
    """Active staff of the user's centres and referrers of the user's own organisation, the user included."""
    reach = user.reach
    works = Q(role__in=STAFF, organisation__in=reach.organisations_as(*STAFF))
    refers = Q(role=Role.REFERRER, organisation__in=reach.organisations_as(Role.REFERRER))
    there = Membership.objects.current().filter(works | refers)
    return User.objects.filter(is_active=True, pk__in=there.values("user")).order_by("name", "pk")


def can_have(user: User, tasks: Iterable[Task]) -> dict[User, int]:
    """Colleagues who can have at least one of the tasks, and how many of them each. Three queries.

    The same rule as `CaseAccess.objects.held_by`, worked out for all colleagues at once; what is handed over in the
    end is checked by that one.
    """
    tasks = list(tasks)
    colleagues = {colleague.pk: colleague for colleague in colleagues_of(user)}
    roles = roles_by_case(set(colleagues), {task.citizen_id for task in tasks if task.citizen_id})
    found = {}
    for pk, colleague in colleagues.items():
        count = sum(
            task.citizen_id is None or not roles.get((pk, task.citizen_id), set()).isdisjoint(doers(task))
            for task in tasks
            if not (task.for_user_id == pk and task.for_unit_id is None)
        )
        if count:
            found[colleague] = count
    return found


def roles_by_case(users: set[int], citizens: set[UUID]) -> dict[tuple[int, UUID], set[str]]:
    """The roles in which each user sees each citizen today. Two queries."""
    in_person: dict[int, set[tuple[str, int]]] = {}
    through: dict[tuple[str, int | None, int | None], set[int]] = {}
    for user, role, organisation, unit in (
        Membership.objects.current().filter(user__in=users).values_list("user_id", "role", "organisation_id", "unit_id")
    ):
        in_person.setdefault(user, set()).add((role, organisation))
        through.setdefault((role, organisation, None), set()).add(user)
        through.setdefault((role, None, unit), set()).add(user)
    found: dict[tuple[int, UUID], set[str]] = {}
    for access in CaseAccess.objects.current().filter(citizen__in=citizens):
        if access.user_id:
            holders = {access.user_id} if holds_in_person(in_person.get(access.user_id, set()), access) else set()
        elif access.organisation_id and access.role in (Role.REFERRER, Role.TEAM_LEADER):
            holders = through.get((access.role, access.organisation_id, None), set())
        elif access.unit_id and access.role == Role.CONTACT_PERSON:
            holders = through.get((access.role, None, access.unit_id), set())
        else:
            holders = set()
        for holder in holders:
            found.setdefault((holder, access.citizen_id), set()).add(access.role)
    return found


def holds_in_person(memberships: set[tuple[str, int]], access: CaseAccess) -> bool:
    """A caseworker's and a specialist's access go with the role at that centre, the others' with the role anywhere."""
    if access.role in (Role.CASEWORKER, Role.SPECIALIST):
        return (access.role, access.centre_id) in memberships
    return any(role == access.role for role, _organisation in memberships)
