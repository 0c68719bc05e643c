"""The days on which somebody may start, as the type says (R5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from core.calendar import intakes, monday_of, next_working_day
from core.templatetags.dates import day as in_words
from programmes.models import ClosingDay, ProgrammeType
from referrals.models import Referral

DATES = "dates"
STARTS_SHOWN = 12
# How long before the wished start the choice begins, where that lies far ahead.
BEFORE_WISH = timedelta(weeks=4)
# An intake day moves over a whole summer holiday.
LONGEST_CLOSED = timedelta(weeks=8)


@dataclass(frozen=True)
class Start:
    """A day on which somebody may start; `moved_from` is the closed intake day that it stands for."""

    day: date
    moved_from: date | None = None
    holiday: str = ""

    @property
    def label(self) -> str:
        if self.moved_from is None:
            return in_words(self.day)
        return _("%(day)s, because %(closed)s is closed (%(holiday)s)") % {
            "day": in_words(self.day),
            "closed": in_words(self.moved_from),
            "holiday": self.holiday,
        }


def closed_at(centre: Organisation, since: date) -> dict[date, str]:
    """The centre's closing days from some weeks before `since` on, with their names. One query."""
    first = monday_of(since) - LONGEST_CLOSED
    return dict(ClosingDay.objects.filter(centre=centre, day__gte=first).values_list("day", "name"))


def intake(type: ProgrammeType, closed: Mapping[date, str], since: date) -> Iterator[Start]:
    """The type's starts from `since` on: a weekday's without end, any working day's, or the named ones that are left.

    One on a closed day moves to the next working day.
    """
    settings = type.settings
    if settings.intake == DATES:
        for planned in sorted(settings.intake_dates):
            day = next_working_day(planned, closed)
            if day >= since:
                yield Start(day) if day == planned else Start(day, planned, closed.get(planned, ""))
        return
    for day, planned in intakes(settings.intake, closed, since):
        yield Start(day) if planned == day else Start(day, planned, closed.get(planned, ""))


def first_start(type: ProgrammeType, closed: Mapping[date, str], wished: date) -> Start | None:
    """The first start that is not before the wished day; None where all named days are over."""
    return next(intake(type, closed, wished), None)


def starts(
    referral: Referral, type: ProgrammeType, closed: Mapping[date, str], *, shown: int = STARTS_SHOWN
) -> list[Start]:
    """The next starts, from today or from some weeks before the wished one."""
    today = timezone.localdate()
    return list(islice(intake(type, closed, max(today, (referral.wished_start or today) - BEFORE_WISH)), shown))


def first_of(choices: list[Start], wished: date) -> Start | None:
    """The first of the starts that is not before the day, else the last; None where there is none."""
    return next((start for start in choices if start.day >= wished), choices[-1] if choices else None)


def wrong_start(type: ProgrammeType, closed: Mapping[date, str], day: date, *, after: date | None = None) -> str:
    """Why nobody can start the type on the day, and when instead; empty when it is right.

    `after` is the last day of the pre-programme, where there is one.
    """
    today = timezone.localdate()
    earliest = max(today, after + timedelta(days=1)) if after else today
    found = first_start(type, closed, max(day, earliest))
    if found is not None and found.day == day:
        return ""
    if found is None:
        return _("%(type)s has no more starts") % {"type": type.name}
    if after and day <= after:
        return _("What comes before it ends on %(end)s. The next start is %(date)s") % {
            "end": in_words(after),
            "date": in_words(found.day),
        }
    if type.settings.intake == "monday":
        return _("Intake is on Mondays. The next is %(date)s") % {"date": in_words(found.day)}
    return _("The next start is %(date)s") % {"date": in_words(found.day)}
