"""Handing over the open work of somebody who leaves: nothing is left without an owner (U2).

Every app that knows an owner says what is open (`work_asked`) and moves it (`user_leaving`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.letters import send_letter
from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.events import load_asked, user_leaving, work_asked
from core.exceptions import NotAllowed, Refused


@dataclass(frozen=True)
class OpenWork:
    """One kind of work: how many, in words that hold the number, and whose work it is."""

    label: str
    count: int
    roles: Collection[str]  # whoever holds one of these at the organisation can take it


@dataclass(frozen=True)
class Taker:
    user: User
    load: str  # how much they have already, in words; may be empty


@dataclass(frozen=True)
class Handover:
    """What is open at one organisation and who there could take all of it."""

    organisation: Organisation
    work: list[OpenWork]
    takers: list[Taker]


def work_of(user: User, organisation: Organisation | None = None) -> list[OpenWork]:
    """What the user has open; what fewest colleagues could take comes first."""
    answers: list[tuple[Any, Any]] = work_asked.send(User, user=user, organisation=organisation)
    found = [work for _receiver, works in answers for work in works or [] if work.count]
    return sorted(found, key=lambda work: len(work.roles))


def handover_at(user: User, organisation: Organisation, *, left: Collection[str] = ()) -> Handover | None:
    """What must be handed over when the user has only the roles `left` there; None when nothing must."""
    work = [each for each in work_of(user, organisation) if not set(each.roles) & set(left)]
    if not work:
        return None
    loads: dict[int, str] = {}
    answers: list[tuple[Any, Any]] = load_asked.send(User, user=user, organisation=organisation)
    for _receiver, sentences in answers:
        loads |= sentences or {}
    takers = [Taker(each, loads.get(each.pk, "")) for each in possible_takers(user, organisation, work)]
    return Handover(organisation, work, takers)


def possible_takers(user: User, organisation: Organisation, work: Collection[OpenWork]) -> list[User]:
    """Active colleagues who hold there, today, a role for each kind of work; by name. One query."""
    held: dict[User, set[str]] = {}
    colleagues = (
        Membership.objects.current()
        .filter(organisation=organisation, user__is_active=True)
        .exclude(user=user)
        .select_related("user")
        .order_by("user__name", "user_id")
    )
    for membership in colleagues:
        held.setdefault(membership.user, set()).add(membership.role)
    return [each for each, roles in held.items() if all(roles & set(kind.roles) for kind in work)]


def handovers_of(user: User) -> list[Handover]:
    """What must be handed over at each organisation when the user leaves altogether."""
    found = [handover_at(user, organisation) for organisation in workplaces(user)]
    return [handover for handover in found if handover]


def workplaces(user: User) -> list[Organisation]:
    """Every organisation at which the user ever had a role."""
    return list(Organisation.objects.filter(memberships__user=user).distinct().order_by("name"))


def roles_left(user: User, organisation: Organisation, *, without: Membership) -> set[str]:
    """The roles that the user still holds there after today when `without` is gone."""
    held = Membership.objects.current().filter(user=user, organisation=organisation).exclude(pk=without.pk)
    return set(held.exclude(ends_on=timezone.localdate()).values_list("role", flat=True))


def hand_on(
    user: User, organisation: Organisation, takers: Mapping[int, User], *, by: User, without: Membership
) -> None:
    """Inside the caller's `acting`: a role ends, and what only it was for goes to the taker. Refused without one."""
    left = roles_left(user, organisation, without=without)
    if handover := handover_at(user, organisation, left=left):
        send_on(user, handover, takers.get(organisation.pk), by=by)
        if handover_at(user, organisation, left=left):
            raise Refused(_("Something new has come up for %(name)s. Try again.") % {"name": user.name})
    elif not left:
        user_leaving.send(User, user=user, taker=None, by=by, organisation=organisation)


def hand_on_everything(user: User, takers: Mapping[int, User], *, by: User) -> None:
    """Inside the caller's `acting`: whatever is open anywhere goes to the takers. Refused while anything is left."""
    taker: User | None = None
    for handover in handovers_of(user):
        taker = takers.get(handover.organisation.pk)
        send_on(user, handover, taker, by=by)
    user_leaving.send(User, user=user, taker=taker, by=by, organisation=None)
    if work_of(user):
        raise Refused(_("Something new has come up for %(name)s. Try again.") % {"name": user.name})


def send_on(user: User, handover: Handover, taker: User | None, *, by: User, stays: bool = False) -> None:
    """Inside the caller's `acting`: everything open at the organisation goes to the taker, who is told by mail."""
    if taker is None:
        raise Refused(_("Choose who takes over at %(organisation)s") % {"organisation": handover.organisation.name})
    if taker.pk not in {each.user.pk for each in handover.takers}:
        raise Refused(_("%(name)s cannot take this over") % {"name": taker.name})
    taker = User.objects.select_for_update().get(pk=taker.pk)
    if not taker.is_active:
        raise Refused(_("%(name)s cannot take this over") % {"name": taker.name})
    user_leaving.send(User, user=user, taker=taker, by=by, organisation=handover.organisation, stays=stays)
    record(
        "work_handed_over",
        by=by,
        subject=f"accounts.user:{user.pk}",
        taker=taker.pk,
        organisation=handover.organisation.pk,
        work=[work.label for work in handover.work],
    )
    if taker.pk != by.pk:
        send_letter("taken_over", to=taker.email, language=taker.language, user=user, by=by, address=settings.SITE_URL)


def hand_over(*, user: User, organisation: Organisation, taker: User, by: User) -> None:
    """Hand over what is open at one organisation although the user stays, as for a long absence (U2, P13)."""
    if organisation.pk not in by.reach.organisations_as(Role.ADMINISTRATOR, Role.TEAM_LEADER):
        raise NotAllowed
    with acting(by, why="handed over"):
        user = User.objects.select_for_update().get(pk=user.pk)
        handover = handover_at(user, organisation)
        if handover is None:
            raise Refused(_("%(name)s has nothing open there") % {"name": user.name})
        send_on(user, handover, taker, by=by, stays=True)
