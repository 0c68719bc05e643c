"""Who may see whom today (T1, T7)."""

import datetime

import pytest

from accounts.models import Membership, User
from audit.acting import System, acting
from citizens.models import CaseAccess, Citizen
from tests.desk.cast import TODAY, a_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-02T09:00:00+01:00", tick=False)]


def test_what_is_kept_of_an_access_follows_the_day_the_role_and_the_rows(time_machine):
    """ADR 30: the statement is kept for each user, its answer never."""
    case = a_case()

    def sees() -> bool:
        user = User.objects.get(pk=case.caseworker.pk)
        return Citizen.objects.visible_to(user).filter(pk=case.citizen.pk).exists()

    assert sees()
    with acting(System("test")):
        CaseAccess.objects.filter(citizen=case.citizen, user=case.caseworker).update(ends_on=TODAY)
    assert sees()
    time_machine.move_to("2026-12-03T09:00:00+01:00")
    assert not sees()
    time_machine.move_to("2026-12-02T10:00:00+01:00")
    assert sees()
    with acting(System("test")):
        Membership.objects.filter(user=case.caseworker).update(ends_on=TODAY - datetime.timedelta(days=1))
    assert not sees()
