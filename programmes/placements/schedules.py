"""The agreed week of a placement: slots inside the opening hours, none on top of another (P5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from core.templatetags.dates import clock as in_words
from programmes.models import Workshop


@dataclass(frozen=True)
class WeekSlot:
    """One weekly slot; weekday 1 is Monday."""

    weekday: int
    starts: time
    ends: time

    @property
    def minutes(self) -> int:
        return (self.ends.hour - self.starts.hour) * 60 + self.ends.minute - self.starts.minute


def problems(week: Sequence[WeekSlot], workshop: Workshop | None) -> dict[int, str]:
    """What is wrong with each slot, by its position in `week`; empty when all is well (P5). Without a workshop there
    are no opening hours."""
    hours = {opening.weekday: opening for opening in workshop.opening_hours.all()} if workshop else {}
    found: dict[int, str] = {}
    for position, slot in enumerate(week):
        opening = hours.get(slot.weekday)
        if slot.ends <= slot.starts:
            found[position] = _("The end must be after the start")
        elif workshop and opening is None:
            found[position] = _("The workshop is closed on that day")
        elif opening and (slot.starts < opening.opens or slot.ends > opening.closes):
            found[position] = _("Outside opening hours (%(opens)s-%(closes)s)") % {
                "opens": in_words(opening.opens),
                "closes": in_words(opening.closes),
            }
        elif any(
            other.weekday == slot.weekday and other.starts < slot.ends and slot.starts < other.ends
            for other in week[:position]
        ):
            found[position] = _("There is already an agreed time at these hours")
    return found


def suggested_week(weekly_hours: Decimal, workshop: Workshop) -> list[WeekSlot]:
    """A first proposal for so many hours a week: equal mornings, no day longer than it is open.

    Few hours go on few days: three hours a day at least where they allow it.
    """
    openings = sorted(workshop.opening_hours.all(), key=lambda opening: opening.weekday)
    minutes = int(weekly_hours * 60)
    if not openings or minutes <= 0:
        return []
    days = min(max(round(minutes / 180), 1), len(openings))
    # Spread over the week: three days are Monday, Wednesday, Friday.
    step = (len(openings) - 1) / (days - 1) if days > 1 else 0
    chosen = [openings[round(number * step)] for number in range(days)]
    length = timedelta(minutes=round(minutes / days / 15) * 15 or 15)
    week = []
    for opening in chosen:
        starts = timedelta(hours=opening.opens.hour, minutes=opening.opens.minute)
        closes = timedelta(hours=opening.closes.hour, minutes=opening.closes.minute)
        ends = min(starts + length, closes)
        week.append(WeekSlot(opening.weekday, opening.opens, clock(ends)))
    return week


def clock(since_midnight: timedelta) -> time:
    minutes = int(since_midnight.total_seconds()) // 60
    return time(minutes // 60, minutes % 60)
