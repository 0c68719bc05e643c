"""Days, weeks and intake (P2, R5)."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from django.utils import timezone

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ANY_DAY = "any"


def midnight(day: date) -> datetime:
    """The moment at which the day begins at the centre."""
    return timezone.make_aware(datetime.combine(day, time.min))


def monday_of(day: date) -> date:
    """The Monday of the day's ISO week."""
    return day - timedelta(days=day.weekday())


def is_working_day(day: date, closed: Collection[date]) -> bool:
    """Monday to Friday and not closed."""
    return day.weekday() < 5 and day not in closed


def next_working_day(day: date, closed: Collection[date]) -> date:
    """The day itself or the first working day after it."""
    while not is_working_day(day, closed):
        day += timedelta(days=1)
    return day


def last_day(start: date, weeks: int) -> date:
    """The inclusive end of a course: 13 weeks from Monday 2 November 2026 end on Sunday 31 January 2027.

    Weeks count from the ISO week of the start, also when a holiday moved the first day (P2).
    """
    return monday_of(start) + timedelta(weeks=weeks, days=-1)


def intake_days(intake: str, closed: Collection[date], wished: date) -> Iterator[date]:
    """The days from `wished` on at which somebody may start, each once, without end.

    `intake` is a weekday of the programme type or `any`. An intake day that is closed moves to the next working
    day (R5).
    """
    return (day for day, _planned in intakes(intake, closed, wished))


def intakes(intake: str, closed: Collection[date], wished: date) -> Iterator[tuple[date, date]]:
    """The same, each with the intake day that it stands for: itself, unless that was closed (R5)."""
    if intake == ANY_DAY:
        day = wished
        while True:
            day = next_working_day(day, closed)
            yield day, day
            day += timedelta(days=1)
    # An intake day of an earlier week may have moved to `wished`, over a weekend or a closed fortnight.
    first = wished
    while not is_working_day(first - timedelta(days=1), closed):
        first -= timedelta(days=1)
    weekday = WEEKDAYS.index(intake)
    planned = monday_of(first) + timedelta(days=weekday)
    last = None
    while True:
        day = next_working_day(planned, closed)
        if day >= wished and day != last:
            yield day, day if day.weekday() == weekday else planned
            last = day
        planned += timedelta(weeks=1)
