"""Who takes part in a programme beside its caseworker: specialists and deputies, each for a time (P1, P13)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record, record_each
from citizens.access import grant
from citizens.models import CaseAccess
from core.exceptions import NotAllowed, Refused
from programmes.access import source_of_member
from programmes.locking import locked
from programmes.models import Programme, ProgrammeType, TeamMember
from programmes.people.coordination import hand_on
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING
from programmes.team_functions import function_of, functions_of
from programmes.telling import tell_case


def role_of(function: str, of: ProgrammeType | None = None) -> Role:
    """The role somebody holds at the centre, and is given in the case, to have this function on a team of the type."""
    known = function_of(of, function) if of else None
    if known:
        return known.role
    return Role.CASEWORKER if function == TeamMember.Function.DEPUTY else Role.SPECIALIST


def colleagues(programme: Programme) -> list[tuple[User, str]]:
    """Who can come on the team at the centre today, with the role that they hold there, by name. One query."""
    memberships = (
        Membership.objects.current()
        .filter(
            Q(organisation=programme.centre) | Q(unit__organisation=programme.centre),
            role__in={function.role for function in functions_of(programme.type)},
            user__is_active=True,
        )
        .select_related("user")
        .order_by("user__name", "user_id")
    )
    return list(dict.fromkeys((membership.user, membership.role) for membership in memberships))


def add_to_team(
    *, programme: Programme, user: User, function: str, starts_on: date, ends_on: date | None, by: User
) -> TeamMember:
    """Put `user` on the team and let them see the case in the period, in the role that the type's function has there; a
    deputy as caseworker (P1, P13).

    Refused when the programme has ended, when the type knows no such function or hands it over otherwise, when the user
    holds not its role at the centre, when a deputy's end is not said, or when the same user has the same function in
    the period already.
    """
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        if user == by:
            raise Refused(_("Nobody puts themselves on a team. Ask the team leader"))
        refuse_impossible(programme, user, function, starts_on, ends_on)
        try:
            with transaction.atomic():
                member = TeamMember.objects.create(
                    programme=programme,
                    user=user,
                    function=function,
                    starts_on=starts_on,
                    ends_on=ends_on,
                    added_by=by,
                )
        except IntegrityError as error:
            raise Refused(_("%(name)s is on the team in this period already") % {"name": user.name}) from error
        grant(
            citizen=programme.citizen,
            centre=programme.centre,
            role=role_of(function, programme.type),
            user=user,
            source=source_of_member(member.pk),
            starts_on=starts_on,
            ends_on=ends_on,
        )
        record("team_member_added", by=by, subject=programme, citizen_id=programme.citizen_id, user=user.pk)
        tell_team("team_joined", programme, by=by, name=user.name)
    return member


def refuse_impossible(programme: Programme, user: User, function: str, starts_on: date, ends_on: date | None) -> None:
    """Refused, in words, where the team cannot be written so."""
    if programme.status not in RUNNING:
        raise Refused(_("The programme has ended, so nobody comes on its team"))
    known = function_of(programme.type, function)
    if known is None:
        raise Refused(_("A team of this type has no such function"))
    if known.is_coordinator:
        raise Refused(_("The coordinator is chosen by handing over the coordination"))
    if ends_on and ends_on < max(starts_on, timezone.localdate()):
        raise Refused(_("The end must not lie before the start or in the past"))
    if function == TeamMember.Function.DEPUTY:
        if ends_on is None:
            raise Refused(_("Say until when the deputy takes over"))
        if user.pk == programme.caseworker_id:
            raise Refused(_("%(name)s is the caseworker already") % {"name": user.name})
    here = Q(organisation=programme.centre) | Q(unit__organisation=programme.centre)
    holds = Membership.objects.current().filter(here, user=user, role=known.role, user__is_active=True)
    if not holds.exists():
        raise Refused(_("%(name)s does not hold the role that this function needs") % {"name": user.name})


def end_on_team(*, member: TeamMember, on: date, by: User) -> None:
    """Let `on` be the last day on the team. Today takes the access away at once; who has not come yet never comes.

    What was is kept in the history. Refused for a day in the past or after the end that was agreed.
    """
    today = timezone.localdate()
    with acting(by):
        related = ("user", *(f"programme__{one}" for one in ("centre", "citizen", "type", "referring_organisation")))
        member = TeamMember.objects.select_for_update(of=("self",)).select_related(*related).get(pk=member.pk)
        programme = member.programme
        if not may_work_on(by, programme):
            raise NotAllowed
        if on < today:
            raise Refused(_("The last day cannot lie in the past"))
        if member.is_coordinator and programme.status in RUNNING:
            raise Refused(_("There is always a coordinator. Hand over the coordination instead"))
        if member.ends_on and member.ends_on <= on and not (on == today == member.ends_on):
            raise Refused(_("%(name)s leaves the team earlier than that already") % {"name": member.user.name})
        access = CaseAccess.objects.filter(source=source_of_member(member.pk))
        access.update(ends_on=today - timedelta(days=1) if on == today else on)
        if member.starts_on > on:
            member.delete()
        else:
            member.ends_on = on
            member.save(update_fields=["ends_on"])
        record("team_member_ended", by=by, subject=programme, citizen_id=programme.citizen_id, user=member.user_id)
        tell_team("team_left", programme, by=by, name=member.user.name, day=on.isoformat())


def tell_team(kind: str, programme: Programme, *, by: User, **params: Any) -> None:
    """One line on the case's timeline, for the team (J1)."""
    tell_case(
        kind,
        programme,
        by=by,
        **params,
    )


def leave_teams(*, user: User, by: User, centre: Organisation | None = None, taker: User | None = None) -> None:
    """Who leaves is on no team of the centre, or of none at all, any more from now on; what they coordinated is the
    taker's (U2)."""
    if taker:
        with acting(by, why="handed over"):
            hand_on(user=user, taker=taker, by=by, centre=centre)
    today = timezone.localdate()
    teams = TeamMember.objects.not_over().filter(user=user)
    if centre:
        teams = teams.filter(programme__centre=centre)
    with acting(by, why="has left"):
        members = list(teams.select_for_update(of=("self",)).select_related("programme").order_by("pk"))
        CaseAccess.objects.filter(source__in=[source_of_member(one.pk) for one in members]).update(
            ends_on=today - timedelta(days=1)
        )
        TeamMember.objects.filter(pk__in=[one.pk for one in members if one.starts_on > today]).delete()
        TeamMember.objects.filter(pk__in=[one.pk for one in members if one.starts_on <= today]).update(ends_on=today)
        of = [(one.programme.reference, one.programme.citizen_id) for one in members]
        record_each("team_member_ended", by=by, of=of, user=user.pk)


def members_of(programme: Programme) -> tuple[list[TeamMember], list[TeamMember]]:
    """Those on the team or coming to it, and those who were, latest first. One query."""
    today = timezone.localdate()
    everybody: Iterable[TeamMember] = (
        TeamMember.objects.filter(programme=programme)
        .select_related("user", "added_by")
        .order_by("-starts_on", "user__name", "pk")
    )
    now: list[TeamMember] = []
    before: list[TeamMember] = []
    for member in everybody:
        member.programme = programme
        (before if member.ends_on and member.ends_on < today else now).append(member)
    return sorted(now, key=lambda member: (member.starts_on, member.user.name)), before
