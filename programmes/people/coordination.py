"""The coordinator: one responsible person at a time where the type has one, handed over with its history (P1)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record, record_each
from citizens.access import grant
from citizens.models import CaseAccess
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from programmes.access import source_of_member
from programmes.checklist import requirements
from programmes.course.pausing import tell_course
from programmes.locking import locked
from programmes.models import Programme, TeamMember
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING
from programmes.team_functions import Function, coordinator_of, function_of


def coordinator(programme: Programme, on: date | None = None) -> TeamMember | None:
    """Who is the programme's coordinator on the day, today unless said. One query."""
    return programme.team.current(on).filter(is_coordinator=True).select_related("user").first()


def could_coordinate(programme: Programme) -> QuerySet[User]:
    """Who holds, at the centre today, the role that the type wants its coordinator to have, by name."""
    function = coordinator_of(programme.type)
    holds = Membership.objects.current().filter(organisation=programme.centre, role=function.role if function else "")
    return User.objects.filter(is_active=True, pk__in=holds.values("user")).order_by("name", "pk")


def appoint_first(programme: Programme, user: User | None = None, *, by: User) -> None:
    """At the start who was chosen coordinates, else the caseworker, where the type wants a caseworker to; inside the
    caller's `acting`. Refused when the chosen one holds not the role that the type wants."""
    function = coordinator_of(programme.type)
    if function and user is not None:
        if not could_coordinate(programme).filter(pk=user.pk).exists():
            raise Refused(_("%(name)s does not hold the role that this function needs") % {"name": user.name})
        appoint(programme, user, function, programme.starts_on, by=by)
    elif function and function.role == Role.CASEWORKER:
        appoint(programme, programme.caseworker, function, programme.starts_on, by=by)


def appoint(
    programme: Programme, user: User, function: Function, starts_on: date, *, by: User, reason: str = ""
) -> TeamMember:
    """Write the membership and the access that goes with it."""
    member = TeamMember.objects.create(
        programme=programme,
        user=user,
        function=function.key,
        is_coordinator=True,
        starts_on=starts_on,
        reason=reason,
        added_by=by,
    )
    grant(
        citizen=programme.citizen,
        centre=programme.centre,
        role=function.role,
        user=user,
        source=source_of_member(member.pk),
        starts_on=starts_on,
    )
    return member


def hand_over_coordination(*, programme: Programme, to: User, on: date, reason: str, by: User) -> TeamMember:
    """Let `to` be the coordinator from `on`; who was it is so until the day before, and stays readable.

    Refused where the type has no coordinator, when `to` holds not the role that it wants or coordinates already, for a
    day in the past or outside the programme, and for a user who would give the case to themselves.
    """
    with acting(by, why=reason):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        function = coordinator_of(programme.type)
        if function is None:
            raise Refused(_("This type of programme has no coordinator"))
        if to == by and to.pk != programme.caseworker_id:
            raise Refused(_("Nobody puts themselves on a team. Ask the team leader"))
        if programme.status not in RUNNING:
            raise Refused(_("The programme has ended"))
        if not timezone.localdate() <= on <= programme.ends_on:
            raise Refused(_("Choose a day from today until the programme ends"))
        if not could_coordinate(programme).filter(pk=to.pk).exists():
            raise Refused(_("%(name)s does not hold the role that this function needs") % {"name": to.name})
        held = coordinator(programme, on)
        if held and held.user_id == to.pk:
            raise Refused(_("%(name)s is the coordinator already") % {"name": to.name})
        step_down(programme.team.not_over(on).filter(is_coordinator=True), on)
        try:
            with transaction.atomic():
                member = appoint(programme, to, function, on, by=by, reason=reason)
        except IntegrityError as error:
            raise Refused(_("%(name)s is on the team in this period already") % {"name": to.name}) from error
        record("coordinator_changed", by=by, subject=programme, citizen_id=programme.citizen_id, user=to.pk)
        requirements.settle([programme.pk], by=by)
        tell_course(programme, "coordinator_changed", body=reason, by=by, name=to.name, day=on)
    return member


def step_down(members: Iterable[TeamMember], on: date) -> None:
    """Let none of these be on the team from `on` on; who would only have begun then never was. Three statements."""
    members = list(members)
    begun = [member.pk for member in members if member.starts_on < on]
    ahead = [member.pk for member in members if member.starts_on >= on]
    sources = [source_of_member(member.pk) for member in members]
    CaseAccess.objects.filter(source__in=sources).update(ends_on=on - timedelta(days=1))
    TeamMember.objects.filter(pk__in=ahead).delete()
    TeamMember.objects.filter(pk__in=begun).update(ends_on=on - timedelta(days=1))


def coordinated_by(user: User, centre: Organisation | None) -> QuerySet[TeamMember]:
    """What the user coordinates or will, of running programmes, at one centre or at all."""
    found = TeamMember.objects.not_over().filter(Q(is_coordinator=True), user=user, programme__status__in=RUNNING)
    return found.filter(programme__centre=centre) if centre else found


def role_of(member: TeamMember) -> Role:
    """What a coordinator holds at the centre, as the type of the programme wants it. No query with the type loaded."""
    function = function_of(member.programme.type, member.function)
    return function.role if function else Role.CASEWORKER


def roles_coordinated(user: User, centre: Organisation | None) -> Counter[Role]:
    """How many cases the user coordinates, by the role that whoever takes over needs. One query.

    One's own, as their caseworker, go with the case.
    """
    members = coordinated_by(user, centre).select_related("programme__type")
    by_role = [(role_of(member), member.programme.caseworker_id == user.pk) for member in members]
    return Counter(role for role, is_own in by_role if not (is_own and role == Role.CASEWORKER))


def hand_on(*, user: User, taker: User, by: User, centre: Organisation | None) -> None:
    """The coordination of the user's running programmes goes to the taker from today; inside the caller's `acting`.

    Five statements and one per case for who sees it (U2).
    """
    today = timezone.localdate()
    members = list(
        coordinated_by(user, centre)
        .select_for_update(of=("self",), no_key=True)
        .select_related("programme__citizen", "programme__centre", "programme__type")
        .order_by("pk")
    )
    if not members:
        return
    step_down(members, today)
    added = TeamMember.objects.bulk_create(
        TeamMember(
            programme=member.programme,
            user=taker,
            function=member.function,
            is_coordinator=True,
            starts_on=max(member.starts_on, today),
            ends_on=member.ends_on,
            added_by=by,
        )
        for member in members
    )
    for member in added:
        grant(
            citizen=member.programme.citizen,
            centre=member.programme.centre,
            role=role_of(member),
            user=taker,
            source=source_of_member(member.pk),
            starts_on=member.starts_on,
            ends_on=member.ends_on,
        )
    of = [(member.programme.reference, member.programme.citizen_id) for member in added]
    record_each("coordinator_changed", by=by, of=of, before=user.pk, after=taker.pk)
    Entry.objects.bulk_create(
        Entry(
            kind="coordinator_changed",
            citizen_id=member.programme.citizen_id,
            centre_id=member.programme.centre_id,
            case=member.programme.reference,
            referring_organisation_id=member.programme.referring_organisation_id,
            author=by,
            audience=Audience.REFERRER,
            params={"name": taker.name},
        )
        for member in added
    )
