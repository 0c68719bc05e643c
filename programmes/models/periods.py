"""Ranges of days and of hours, as constraints of the database see them."""

from django.db.models import Func


class DateRange(Func):
    """Days from one column to another, both included; an empty end is open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"


class MinuteRange(Func):
    """Minutes of the day from one column to another, the last one left out: 8-10 and 10-12 lie side by side."""

    function = "int4range"
    template = "%(function)s(%(expressions)s, '[)')"

    def __init__(self, starts: str, ends: str) -> None:
        super().__init__(MinuteOfDay(starts), MinuteOfDay(ends))


class MinuteOfDay(Func):
    template = "(EXTRACT(EPOCH FROM %(expressions)s) / 60)::int"
