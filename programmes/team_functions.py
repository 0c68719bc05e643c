"""What somebody can be on a programme's team: the functions of its type, and the deputy, who is built in (P1)."""

from dataclasses import dataclass

from accounts.roles import Role
from programmes.models import Programme, ProgrammeType, TeamMember

DEPUTY = TeamMember.Function.DEPUTY


@dataclass(frozen=True)
class Function:
    """`role` is what somebody holds at the centre, and is given in the case, to have this function."""

    key: str
    name: str
    role: Role
    is_coordinator: bool = False


def functions_of(programme_type: ProgrammeType) -> list[Function]:
    """The functions that a team of this type knows, in the order of the file, the deputy last.

    A version from before types named any has those that were built in then.
    """
    found = [
        Function(role.key, str(role), Role(role.held_by), role.is_coordinator)
        for role in programme_type.settings.team
        if role.key != DEPUTY
    ]
    if "team" not in programme_type.definition:
        found = [
            Function(one.value, str(one.label), Role.SPECIALIST) for one in TeamMember.Function if one is not DEPUTY
        ]
    return [*found, Function(DEPUTY.value, str(DEPUTY.label), Role.CASEWORKER)]


def function_of(programme_type: ProgrammeType, key: str) -> Function | None:
    return next((function for function in functions_of(programme_type) if function.key == key), None)


def coordinator_of(programme_type: ProgrammeType) -> Function | None:
    """The function of the one responsible person from start to end; None where the type has none."""
    return next((function for function in functions_of(programme_type) if function.is_coordinator), None)


def works_on_cases(programme: Programme) -> list[str]:
    """The keys of the functions that work on the case as its caseworker does: deputies, and those whom the type wants
    to be caseworkers, its coordinator among them."""
    return [function.key for function in functions_of(programme.type) if function.role == Role.CASEWORKER]
