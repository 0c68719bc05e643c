"""The people and places of these tests, and a form that is right."""

from dataclasses import dataclass

import pytest

from accounts.models import Organisation, User
from programmes.models import ProgrammeType, Workshop
from tests.factories.accounts import CentreFactory, JobCentreFactory, UnitFactory, user_with_role
from tests.factories.programmes import OfferFactory, ProgrammeTypeFactory, WorkshopFactory

NUMBER = "140389-0001"
RIGHT = {
    "identity_number": NUMBER,
    "first_name": "Øjvind",
    "last_name": "Ærtebjerg",
    "phone": "00 12 34 56",
    "municipality": "Aalborg",
    "language": "da",
    "interpreter": "",
    "context": "job_clarification",
    "legal_basis": "Lov om aktiv beskæftigelsesindsats § 32, stk. 1, nr 2",
    "reason": "Sygemeldt siden februar. Skal prøve, hvor mange timer ryggen kan holde til.",
    "wished_start": "30.11.26",
    "weekly_hours": "7,5",
    "offer_id": "DEMO-1001",
    "goal-0-life_area": "work",
    "goal-0-title": "Arbejde 12 timer om ugen på et lager",
    "goal-0-own_words": "Jeg savner at have kolleger.",
    "goal-0-sub-0-title": "Møder tre dage om ugen i fire uger",
    "goal-0-sub-0-indicator": "share",
    "goal-0-sub-0-baseline": "0 %",
    "goal-0-sub-0-target": "90 %",
    "accommodations": "Løft højst 5 kg",
    "accommodations_why": "En dårlig ryg",
}


@dataclass
class Cast:
    centre: Organisation
    job_centre: Organisation
    type: ProgrammeType
    workshop: Workshop
    referrer: User
    leader: User
    caseworker: User
    contact: User

    @property
    def right(self) -> dict[str, str]:
        """Everything that a referral needs, as it is typed."""
        return {**RIGHT, "offer": f"{self.type.key}@{self.centre.pk}"}


@pytest.fixture
def cast(db) -> Cast:
    centre, job_centre = CentreFactory(name="Nordkajen"), JobCentreFactory(name="Jobcenter Limfjord")
    unit = UnitFactory(organisation=centre, name="Wood")
    OfferFactory(centre=centre)
    return Cast(
        centre=centre,
        job_centre=job_centre,
        type=ProgrammeTypeFactory(),
        workshop=WorkshopFactory(unit=unit, places=14),
        referrer=user_with_role("referrer", job_centre),
        leader=user_with_role("team_leader", centre),
        caseworker=user_with_role("caseworker", centre),
        contact=user_with_role("contact_person", centre, unit, name="Poul Skaarup"),
    )
