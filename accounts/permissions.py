"""Who keeps users, organisations and workshops: pure functions, each rule once (U1, U4, ADR 13)."""

from django.db.models import Q, QuerySet

from accounts.models import Organisation, User
from accounts.roles import Role


def administers_a_centre(user: User) -> bool:
    """An administrator of any centre opens new organisations, centres among them."""
    return Organisation.objects.filter(
        pk__in=user.reach.organisations_as(Role.ADMINISTRATOR), kind=Organisation.Kind.PROVIDER
    ).exists()


def may_administer(user: User, organisation: Organisation) -> bool:
    """A centre is kept by its own administrators; what centres share (who refers, partners) by any centre's."""
    if organisation.pk in user.reach.organisations_as(Role.ADMINISTRATOR):
        return True
    return not organisation.is_centre and administers_a_centre(user)


def may_set_up(user: User, centre: Organisation) -> bool:
    """Workshops, opening hours, closing days and phrases of a centre: its administrators and team leaders (U4)."""
    return centre.is_centre and centre.pk in user.reach.organisations_as(Role.ADMINISTRATOR, Role.TEAM_LEADER)


def organisations_kept_by(user: User) -> QuerySet[Organisation]:
    """What the user meets in set-up: the centres of the own roles, and what centres share for their administrators."""
    own = user.reach.organisations_as(Role.ADMINISTRATOR) | user.reach.organisations_as(Role.TEAM_LEADER)
    kept = Q(pk__in=own)
    if administers_a_centre(user):
        kept |= ~Q(kind=Organisation.Kind.PROVIDER)
    return Organisation.objects.filter(kept)
