"""Public holidays and closing days (A1)."""

from datetime import date

import pytest

from audit.acting import System, acting
from programmes.closing_days import closed_days, public_holidays, write_public_holidays
from programmes.models import ClosingDay
from tests.factories.accounts import CentreFactory

pytestmark = pytest.mark.django_db


def test_store_bededag_is_a_working_day_since_2024():
    assert date(2023, 5, 5) in public_holidays("DK", [2023])
    assert date(2024, 4, 26) not in public_holidays("DK", [2024])


def test_an_ordinary_sunday_in_sweden_is_no_holiday_of_its_own():
    assert date(2026, 11, 22) not in public_holidays("SE", [2026])
    assert date(2026, 6, 6) in public_holidays("SE", [2026])


def test_writing_holidays_twice_changes_nothing():
    centre = CentreFactory()
    with acting(System("test")):
        write_public_holidays(centre, [2026, 2027])
        before = ClosingDay.objects.count()
        write_public_holidays(centre, [2026, 2027])
    assert ClosingDay.objects.count() == before
    assert date(2027, 3, 29) in closed_days(centre, since=date(2027, 1, 1))
