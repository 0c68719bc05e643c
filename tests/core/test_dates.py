"""Dates and figures as people say them in each language (experience 18, 26)."""

import datetime

import pytest
from django.utils import translation

from core.templatetags import dates

DAY = datetime.date(2026, 11, 23)
SUMMER_NIGHT = datetime.datetime(2026, 7, 1, 22, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("language", "day", "short", "full"),
    [
        ("da", "mandag 23. november", "23. nov. 2026", "mandag 23. november 2026"),
        ("sv", "måndag 23 november", "23 nov. 2026", "måndag 23 november 2026"),
        ("en", "Monday 23 November", "23 Nov 2026", "Monday 23 November 2026"),
    ],
)
def test_a_day_is_said_as_in_the_language(language, day, short, full):
    with translation.override(language):
        assert (dates.day(DAY), dates.short_day(DAY), dates.full_day(DAY)) == (day, short, full)


@pytest.mark.parametrize(("language", "shown"), [("da", "7.30"), ("sv", "07.30"), ("en", "7:30")])
def test_a_time_is_shown_as_in_the_language(language, shown):
    with translation.override(language):
        assert dates.clock(datetime.time(7, 30)) == shown


def test_a_moment_is_told_in_local_time_and_may_be_the_next_day():
    with translation.override("da"):
        assert dates.clock(SUMMER_NIGHT) == "0.30"
        assert dates.day(SUMMER_NIGHT) == "torsdag 2. juli"


@pytest.mark.parametrize(("minutes", "shown"), [(450, "7,5"), (420, "7"), (435, "7,25"), (440, "7,3"), (0, "0")])
def test_minutes_are_shown_as_hours(minutes, shown):
    with translation.override("da"):
        assert dates.hours(minutes) == shown
    with translation.override("en"):
        assert dates.hours(minutes) == shown.replace(",", ".")


def test_a_share_is_shown_as_percent_and_nothing_as_nothing():
    with translation.override("da"):
        assert dates.percent(0.934) == "93\u00a0%"
        assert dates.percent(1) == "100\u00a0%"
        assert [f(None) for f in (dates.percent, dates.hours, dates.day, dates.clock, dates.week)] == [""] * 5


def test_the_week_is_the_iso_week():
    with translation.override("en"):
        assert dates.week(datetime.date(2027, 1, 1)) == "week 53"
