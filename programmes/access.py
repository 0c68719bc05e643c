"""Who sees the case because of the programme: caseworker, the centre's team leaders, the referrer, the workshop."""

from datetime import date, timedelta
from functools import partial

from accounts.roles import Role
from citizens.access import end, grant, shorten
from programmes.models import Placement, Programme

# A contact person still closes follow-ups in the week after somebody's last day.
DAYS_AFTER_PLACEMENT = 7


def grant_programme(programme: Programme) -> None:
    """Caseworker, team leaders of the centre and the referring organisation see the case."""
    let_see = partial(grant, citizen=programme.citizen, centre=programme.centre, source=source_of(programme))
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
        source=source_of_placement(placement.pk),
        ends_on=placement.ends_on + timedelta(days=DAYS_AFTER_PLACEMENT),
    )


def end_programme_access(programme: Programme, *, ended_on: date, kept_until: date) -> None:
    """The programme has ended: the case stays readable until `kept_until`, for the workshops only some days more."""
    end(source=source_of(programme), on=kept_until)
    placements = programme.placements.values_list("pk", flat=True)
    shorten(sources=map(source_of_placement, placements), on=ended_on + timedelta(days=DAYS_AFTER_PLACEMENT))


def source_of(programme: Programme) -> str:
    return f"programmes.programme:{programme.pk}"


def source_of_placement(pk: int) -> str:
    return f"programmes.placement:{pk}"
