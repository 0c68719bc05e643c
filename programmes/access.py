"""Who sees the case because of the programme: caseworker, the centre's team leaders, the referrer, the workshop."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID

from accounts.models import Organisation
from accounts.roles import Role
from citizens.access import end, end_all, grant, shorten
from citizens.models import CaseAccess
from programmes.models import Placement, Programme

# A contact person still closes follow-ups in the week after somebody's last day.
DAYS_AFTER_PLACEMENT = 7


def grant_programme(programme: Programme) -> None:
    """Caseworker, team leaders of the centre and the referring organisation see the case."""
    let_see = partial(grant, citizen=programme.citizen, centre=programme.centre, source=source_of(programme))
    let_see(role=Role.CASEWORKER, user=programme.caseworker)
    let_see(role=Role.TEAM_LEADER, organisation=programme.centre)
    grant_referrer(programme)


def grant_referrer(programme: Programme) -> None:
    """The referring organisation sees the case."""
    grant(
        citizen=programme.citizen,
        centre=programme.centre,
        role=Role.REFERRER,
        organisation=programme.referring_organisation,
        source=source_of(programme),
    )


def grant_placement(placement: Placement) -> None:
    """The contact persons of the workshop see the case until shortly after the placement ends; an internship or a
    course has none of ours."""
    if placement.workshop is None:
        return
    grant(
        citizen=placement.programme.citizen,
        centre=placement.programme.centre,
        role=Role.CONTACT_PERSON,
        unit=placement.workshop.unit,
        source=source_of_placement(placement.pk),
        ends_on=placement.ends_on + timedelta(days=DAYS_AFTER_PLACEMENT),
    )


def withdraw_placement(placement: Placement, *, on: date) -> None:
    """The placement never began: its workshop sees the case to `on` and no longer."""
    CaseAccess.objects.filter(source=source_of_placement(placement.pk)).update(ends_on=on)


def end_programme_access(programme: Programme, *, ended_on: date, kept_until: date) -> None:
    """The programme has ended: the case stays readable until `kept_until`, for workshops and
    team only some days more."""
    end(source=source_of(programme), on=kept_until)
    placements = programme.placements.values_list("pk", flat=True)
    last_day = ended_on + timedelta(days=DAYS_AFTER_PLACEMENT)
    shorten(sources=map(source_of_placement, placements), on=last_day)
    team = [source_of_member(pk) for pk in programme.team.values_list("pk", flat=True)]
    end_all(sources=team, on=last_day)
    shorten(sources=team, on=last_day)
    end_own_access(programme, on=kept_until)


def withdraw_programme_access(programme: Programme, *, on: date) -> None:
    """The programme never began: nobody needs it any more after `on` (K4)."""
    end(source=source_of(programme), on=on)
    others = [source_of_placement(pk) for pk in programme.placements.values_list("pk", flat=True)]
    others += [source_of_member(pk) for pk in programme.team.values_list("pk", flat=True)]
    end_all(sources=others, on=on)
    shorten(sources=others, on=on)
    end_own_access(programme, on=on)


def end_own_access(programme: Programme, *, on: date) -> None:
    """The citizen reads no longer than others do, unless another programme at the centre is running."""
    running = Programme.objects.running().filter(citizen=programme.citizen_id, centre=programme.centre_id)
    if not running.exclude(pk=programme.pk).exists():
        end(source=source_of_citizen(programme.citizen_id), on=on)


def centres_seen_from(organisation: Organisation) -> set[int]:
    """The centres at which the organisation's people see citizens today, by what it referred. One query."""
    seen = CaseAccess.objects.current().filter(organisation=organisation, role=Role.REFERRER)
    return set(seen.values_list("centre", flat=True))


def source_of(programme: Programme) -> str:
    return f"programmes.programme:{programme.pk}"


def source_of_placement(pk: int) -> str:
    return f"programmes.placement:{pk}"


def source_of_member(pk: int) -> str:
    return f"programmes.teammember:{pk}"


def source_of_citizen(citizen_id: UUID) -> str:
    """Where the citizen's own access at a centre comes from."""
    return f"programmes.citizen:{citizen_id}"
