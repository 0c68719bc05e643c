"""The people of the desk's tests: one case with everybody around it, and strangers."""

import datetime
from dataclasses import dataclass

from accounts.models import User
from citizens.models import CaseAccess, Citizen
from programmes.models import Placement, Programme
from tests.factories.accounts import user_with_role
from tests.factories.base import Factory
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import PlacementFactory, ProgrammeFactory

NINE = "2026-12-02 09:00:00+01:00"  # a Wednesday in the second week of the factories' programmes
TODAY = datetime.date(2026, 12, 2)


class AccessFactory(Factory):
    """Access as the actions give it, for roles that no action gives yet."""

    class Meta:
        model = CaseAccess

    source = "tests"
    starts_on = datetime.date(2026, 1, 1)


@dataclass
class Case:
    programme: Programme
    placement: Placement
    caseworker: User
    team_leader: User
    contact_person: User
    referrer: User
    specialist: User
    citizen_user: User

    @property
    def citizen(self) -> Citizen:
        return self.programme.citizen

    def user(self, role: str) -> User:
        return {"citizen": self.citizen_user}.get(role) or getattr(self, role)


def a_case(first_name: str = "Torben", last_name: str = "Sejersen", **fields) -> Case:
    """One active programme with a placement, and a user in every role that sees the case."""
    citizen = {
        name.removeprefix("citizen__"): fields.pop(name) for name in list(fields) if name.startswith("citizen__")
    }
    programme = ProgrammeFactory(
        citizen=CitizenFactory(first_name=first_name, last_name=last_name, **citizen), **fields
    )
    placement = PlacementFactory(programme=programme)
    centre = programme.centre
    specialist = user_with_role("specialist", centre)
    citizen_user = user_with_role("citizen", centre)
    for role, user in (("specialist", specialist), ("citizen", citizen_user)):
        AccessFactory(citizen=programme.citizen, centre=centre, role=role, user=user)
    return Case(
        programme=programme,
        placement=placement,
        caseworker=programme.caseworker,
        team_leader=user_with_role("team_leader", centre),
        contact_person=user_with_role("contact_person", centre, unit=placement.workshop.unit, name="Birthe Nørskov"),
        referrer=programme.referrer,
        specialist=specialist,
        citizen_user=citizen_user,
    )
