import datetime

import factory

from citizens.models import Citizen, Consent
from tests.factories.base import Factory


class CitizenFactory(Factory):
    """A citizen without a number, because a number needs the row's key to encrypt it."""

    class Meta:
        model = Citizen

    first_name = "Øjvind"
    last_name = factory.Sequence(lambda n: f"Ærtebjerg {n}")
    gender = "m"
    birth_date = datetime.date(1989, 3, 14)
    no_number_reason = "Not yet given"
    phone = "00 12 34 56"
    municipality = "Aalborg"


class ConsentFactory(Factory):
    """One that holds, given on paper on Friday 20 November 2026."""

    class Meta:
        model = Consent

    citizen = factory.SubFactory(CitizenFactory)
    key = "parties"
    purpose = "The parties work together"
    parties = "Centre, Job centre"
    given_on = datetime.date(2026, 11, 20)
    given_how = Consent.Given.WRITING
    source = "tests"
