"""Who sees the case because of the programme: caseworker, the centre's team leaders, the referrer, the workshop."""

from datetime import timedelta
from functools import partial

from accounts.roles import Role
from citizens.access import grant
from programmes.models import Placement, Programme

# A contact person still closes follow-ups in the week after somebody's last day.
DAYS_AFTER_PLACEMENT = 7


def grant_programme(programme: Programme) -> None:
    """Caseworker, team leaders of the centre and the referring organisation see the case."""
    let_see = partial(
        grant, citizen=programme.citizen, centre=programme.centre, source=f"programmes.programme:{programme.pk}"
    )
    let_see(role=Role.CASEWORKER, user=programme.caseworker)
    let_see(role=Role.TEAM_LEADER, organisation=programme.centre)
    let_see(role=Role.REFERRER, organisation=programme.referring_organisation)


def grant_placement(placement: Placement) -> None:
    """The contact persons of the workshop see the case until shortly after the placement ends."""
    grant(
        citizen=placement.programme.citizen,
        centre=placement.programme.centre,
        role=Role.CONTACT_PERSON,
        unit=placement.workshop.unit,
        source=f"programmes.placement:{placement.pk}",
        ends_on=placement.ends_on + timedelta(days=DAYS_AFTER_PLACEMENT),
    )
