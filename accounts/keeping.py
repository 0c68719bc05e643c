"""Who keeps which users and gives which roles: each rule once (U2).

Administrators keep the users of the organisations they administer; a team leader those who write and those who run the
workshops at the own centre. Citizens are no staff: their sign-in is given from the case.
"""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Invitation, Membership, Organisation, User
from accounts.permissions import administers_a_centre, organisations_kept_by
from accounts.roles import Role

# What can be held at which kind of organisation, in the order in which a form offers it.
HELD_AT: dict[str, list[Role]] = {
    Organisation.Kind.PROVIDER: [
        Role.CASEWORKER,
        Role.CONTACT_PERSON,
        Role.SPECIALIST,
        Role.TEAM_LEADER,
        Role.STEERING_GROUP,
        Role.ADMINISTRATOR,
    ],
    Organisation.Kind.REFERRER: [Role.REFERRER, Role.ADMINISTRATOR],
    Organisation.Kind.PARTNER: [Role.SPECIALIST, Role.ADMINISTRATOR],
    Organisation.Kind.STEERING: [Role.STEERING_GROUP, Role.ADMINISTRATOR],
}
GIVEN_BY_LEADERS = [Role.CASEWORKER, Role.CONTACT_PERSON]


@dataclass(frozen=True)
class Keeping:
    """What one user may do with users; made once per request by `keeping`."""

    administers: frozenset[int]
    leads: frozenset[int]
    administers_shared: bool  # what centres share: referring organisations, partners

    @property
    def is_any(self) -> bool:
        return bool(self.administers or self.leads)

    def is_administrator_of(self, organisation: Organisation) -> bool:
        return organisation.pk in self.administers or (self.administers_shared and not organisation.is_centre)

    def roles_at(self, organisation: Organisation) -> list[Role]:
        """The roles that the user may give and end there."""
        if self.is_administrator_of(organisation):
            return HELD_AT[organisation.kind]
        if organisation.is_centre and organisation.pk in self.leads:
            return GIVEN_BY_LEADERS
        return []

    def may_change(self, held: Membership | Invitation) -> bool:
        """`held` with its organisation."""
        return held.role in self.roles_at(held.organisation)

    def may_deactivate(self, memberships: list[Membership]) -> bool:
        """Only who could take away everything that somebody holds; else the own organisation's roles are ended."""
        return bool(memberships) and all(self.may_change(membership) for membership in memberships)


def keeping(user: User) -> Keeping:
    """One query for administrators, none for anybody else."""
    administers = frozenset(user.reach.organisations_as(Role.ADMINISTRATOR))
    return Keeping(
        administers=administers,
        leads=frozenset(user.reach.organisations_as(Role.TEAM_LEADER)),
        administers_shared=bool(administers) and administers_a_centre(user),
    )


def users_kept_by(user: User) -> QuerySet[User]:
    """Who has ever held a role at an organisation that the user keeps; everybody else does not exist (T1)."""
    held = Membership.objects.filter(organisation__in=organisations_kept_by(user)).exclude(role=Role.CITIZEN)
    return User.objects.filter(pk__in=held.values("user"))


def invitations_kept_by(user: User) -> QuerySet[Invitation]:
    """Open ones to the organisations that the user keeps."""
    return Invitation.objects.open().filter(organisation__in=organisations_kept_by(user))


def memberships_of(user: User) -> list[Membership]:
    """The roles that the user holds or will hold; of somebody who holds none any more, those that were. One query."""
    every = list(
        Membership.objects.filter(user=user)
        .exclude(role=Role.CITIZEN)
        .select_related("organisation", "unit")
        .order_by("organisation__name", "starts_on", "pk")
    )
    return [membership for membership in every if not membership.is_over] or every
