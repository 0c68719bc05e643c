"""Days, weeks and intake (P2, R5)."""

from datetime import date
from itertools import islice

from core.calendar import intake_days, last_day, monday_of, next_intake_day, next_working_day

EASTER_MONDAY = date(2027, 3, 29)


def test_thirteen_weeks_from_monday_2_november_end_on_sunday_31_january():
    assert last_day(date(2026, 11, 2), 13) == date(2027, 1, 31)


def test_weeks_count_from_the_iso_week_when_a_holiday_moved_the_first_day():
    assert last_day(date(2027, 3, 30), 13) == last_day(EASTER_MONDAY, 13)


def test_an_intake_monday_that_is_a_holiday_moves_to_the_next_working_day():
    assert next_intake_day("monday", {EASTER_MONDAY}, EASTER_MONDAY) == date(2027, 3, 30)
    assert next_intake_day("monday", {EASTER_MONDAY}, date(2027, 3, 30)) == date(2027, 3, 30)
    assert next_intake_day("monday", set(), date(2026, 11, 24)) == date(2026, 11, 30)


def test_intake_on_any_day_leaves_out_weekends_and_closing_days():
    days = list(islice(intake_days("any", {date(2026, 12, 24)}, date(2026, 12, 23)), 3))
    assert days == [date(2026, 12, 23), date(2026, 12, 25), date(2026, 12, 28)]


def test_a_friday_before_a_closed_monday_leads_to_tuesday():
    assert next_working_day(date(2027, 3, 27), {EASTER_MONDAY}) == date(2027, 3, 30)
    assert monday_of(date(2026, 1, 1)) == date(2025, 12, 29)
