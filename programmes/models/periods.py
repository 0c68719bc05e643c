"""Ranges of days, as constraints of the database see them."""

from django.db.models import Func


class DateRange(Func):
    """Days from one column to another, both included; an empty end is open."""

    function = "daterange"
    template = "%(function)s(%(expressions)s, '[]')"
