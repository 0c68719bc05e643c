"""Days, weeks and intake (P2, R5)."""

from datetime import date, timedelta
from itertools import islice

from core.calendar import intake_days, last_day, monday_of, next_working_day

EASTER_MONDAY = date(2027, 3, 29)


def first_intake(intake, closed, wished):
    return next(intake_days(intake, closed, wished))


def test_thirteen_weeks_from_monday_2_november_end_on_sunday_31_january():
    assert last_day(date(2026, 11, 2), 13) == date(2027, 1, 31)


def test_weeks_count_from_the_iso_week_when_a_holiday_moved_the_first_day():
    assert last_day(date(2027, 3, 30), 13) == last_day(EASTER_MONDAY, 13)


def test_an_intake_monday_that_is_a_holiday_moves_to_the_next_working_day():
    assert first_intake("monday", {EASTER_MONDAY}, EASTER_MONDAY) == date(2027, 3, 30)
    assert first_intake("monday", {EASTER_MONDAY}, date(2027, 3, 30)) == date(2027, 3, 30)
    assert first_intake("monday", set(), date(2026, 11, 24)) == date(2026, 11, 30)


def test_an_intake_day_that_moves_into_another_week_is_a_start_once_and_by_itself():
    """R5: a Friday before Easter is taken on the Tuesday after it, also by who asks for that Tuesday; three closed
    Mondays lead to one day."""
    easter = {date(2027, 3, 25), date(2027, 3, 26), EASTER_MONDAY}
    tuesday = date(2027, 3, 30)
    assert first_intake("friday", easter, tuesday) == tuesday
    assert list(islice(intake_days("friday", easter, date(2027, 3, 20)), 2)) == [tuesday, date(2027, 4, 2)]
    christmas = {date(2026, 12, 21) + timedelta(days=number) for number in range(12)}
    assert list(islice(intake_days("monday", christmas, date(2026, 12, 15)), 2)) == [
        date(2027, 1, 4), date(2027, 1, 11),
    ]  # fmt: skip


def test_intake_on_any_day_leaves_out_weekends_and_closing_days():
    days = list(islice(intake_days("any", {date(2026, 12, 24)}, date(2026, 12, 23)), 3))
    assert days == [date(2026, 12, 23), date(2026, 12, 25), date(2026, 12, 28)]


def test_a_friday_before_a_closed_monday_leads_to_tuesday():
    assert next_working_day(date(2027, 3, 27), {EASTER_MONDAY}) == date(2027, 3, 30)
    assert monday_of(date(2026, 1, 1)) == date(2025, 12, 29)
