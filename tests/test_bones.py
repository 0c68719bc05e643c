import pytest
from django.db import DatabaseError, connection, transaction

from audit.models import Change
from citizens.models import Citizen
from tests.factories.accounts import user_with_role
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import PlacementFactory

pytestmark = pytest.mark.django_db


def test_the_web_role_cannot_change_the_history():
    CitizenFactory()
    assert Change.objects.filter(table="citizens_citizen").exists()
    for attack in [
        "UPDATE audit_change SET reason = 'x'",
        "DELETE FROM audit_change",
        "TRUNCATE audit_change",
        "INSERT INTO audit_change VALUES (default)",
    ]:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


def test_a_change_that_does_not_say_who_acts_is_refused():
    CitizenFactory()
    with pytest.raises(DatabaseError), transaction.atomic():
        Citizen.objects.update(phone="1")


def test_a_caseworker_of_another_centre_sees_nobody():
    placement = PlacementFactory()
    citizen = placement.programme.citizen
    own = placement.programme.caseworker
    stranger = user_with_role("caseworker", at=PlacementFactory().programme.centre)
    assert list(Citizen.objects.visible_to(own)) == [citizen]
    assert not Citizen.objects.visible_to(stranger).exists()
