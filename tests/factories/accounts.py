import datetime

import factory

from accounts.models import Membership, Organisation, Unit, User
from accounts.roles import Role
from tests.factories.base import Factory

LONG_AGO = datetime.date(2020, 1, 1)


class CentreFactory(Factory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Centre {n}")
    kind = Organisation.Kind.PROVIDER
    country = "DK"
    letterhead = "Prøvevænget 1\n9000 Aalborg"


class JobCentreFactory(CentreFactory):
    name = factory.Sequence(lambda n: f"Jobcenter {n}")
    kind = Organisation.Kind.REFERRER


class UnitFactory(Factory):
    class Meta:
        model = Unit

    organisation = factory.SubFactory(CentreFactory)
    name = factory.Sequence(lambda n: f"Unit {n}")
    kind = Unit.Kind.WORKSHOP


class UserFactory(Factory):
    """A user who reads English and holds no role; see `user_with_role`."""

    class Meta:
        model = User

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    language = "en"
    password = "!"


class MembershipFactory(Factory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(CentreFactory)
    role = Role.CASEWORKER
    starts_on = LONG_AGO


def user_with_role(role: str, at: Organisation, unit: Unit | None = None, **fields) -> User:
    """A user who has held `role` at the organisation (and in the unit) for years."""
    user = UserFactory(**fields)
    MembershipFactory(user=user, organisation=at, unit=unit, role=role)
    return user
