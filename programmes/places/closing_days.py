"""Days on which a centre is closed: public holidays from the `holidays` library, and what it decides itself.

Every change is told to attendance, which expects nobody on a closed day (A1, A12).
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

import holidays
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.permissions import may_set_up
from audit.acting import Actor, acting
from audit.log import record
from core.events import closing_days_changed
from core.exceptions import NotAllowed, Refused
from programmes.models import ClosingDay, Programme

LANGUAGES = {"DK": "da", "SE": "sv"}
# Days that many close on although the law does not: kinds of the `holidays` library.
CUSTOMARY = {"DK": "optional", "SE": "de_facto"}

# What is entered or removed lies within a year back and five years ahead: a wrong figure in a year is found out.
DAYS_BACK, DAYS_AHEAD = 366, 5 * 366
LONGEST = 92


def public_holidays(country: str, years: Iterable[int]) -> dict[date, str]:
    """Public holidays by day, named in the country's language. Store bededag ended in 2024."""
    return dict(holidays.country_holidays(country, years=years, language=LANGUAGES[country]))


def customary_days(country: str, year: int) -> dict[date, str]:
    """Days of the year on which many close although they are no public holidays, such as Christmas Eve."""
    found = holidays.country_holidays(
        country, years=year, language=LANGUAGES[country], categories=(CUSTOMARY[country],)
    )
    public = public_holidays(country, [year])
    return {day: name for day, name in sorted(found.items()) if day not in public and day.weekday() < 5}


def write_public_holidays(centre: Organisation, years: Iterable[int]) -> list[date]:
    """Write the country's public holidays as closing days of the centre; those there already stay (A1).

    Returns the days that were added. Inside the caller's `acting`, which tells attendance.
    """
    found = public_holidays(centre.country, years)
    there = set(ClosingDay.objects.filter(centre=centre, day__in=found).values_list("day", flat=True))
    missing = sorted(set(found) - there)
    ClosingDay.objects.bulk_create(
        [ClosingDay(centre=centre, day=day, name=found[day], is_public_holiday=True) for day in missing],
        ignore_conflicts=True,
    )
    return missing


def fill_in_public_holidays(*, centre: Organisation, year: int, by: User) -> int:
    """Enter the year's public holidays that are missing, those taken away by hand too; how many (U4)."""
    check(by, centre)
    if abs(year - timezone.localdate().year) > 5:
        raise Refused(_("Choose a year within the next five"))
    with acting(by, why="public holidays"):
        added = write_public_holidays(centre, [year])
        if added:
            tell_attendance(centre, added, by=by)
            record("public_holidays_entered", by=by, subject=centre.name, year=year, days=len(added))
    return len(added)


def write_holidays_ahead(*, today: date, by: Actor) -> int:
    """This year's and next year's public holidays of every open centre that has none of that year; how many days.

    A year is written once, so that a holiday on which a centre keeps open stays removed. Safe to run again.
    """
    years = (today.year, today.year + 1)
    written = set(
        ClosingDay.objects.filter(is_public_holiday=True, day__year__in=years).values_list("centre", "day__year")
    )
    count = 0
    for centre in Organisation.objects.open().filter(kind=Organisation.Kind.PROVIDER).order_by("pk"):
        missing = [year for year in years if (centre.pk, year) not in written]
        if missing:
            with acting(by, why="public holidays"):
                added = write_public_holidays(centre, missing)
                tell_attendance(centre, added, by=by)
            count += len(added)
    return count


def close_days(*, centre: Organisation, first: date, last: date, name: str, by: User) -> int:
    """Close the centre from `first` to `last`, both included, weekends left out; how many days were added (A1).

    A single Saturday or Sunday is entered as asked for. Days closed already keep their name. Refused when nothing is
    left to add, the range is turned round or longer than three months, or it lies outside what can be changed.
    """
    check(by, centre)
    if centre.closed_on:
        raise Refused(_("%(name)s is closed. Open it again first.") % {"name": centre.name})
    if last < first:
        raise Refused(_("The last day must not lie before the first"))
    if (last - first).days >= LONGEST:
        raise Refused(_("At most three months at a time"))
    for day in (first, last):
        check_changeable(day)
    wished = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if len(wished) > 1:
        wished = [day for day in wished if day.weekday() < 5]
    with acting(by, why="closing days"):
        there = set(ClosingDay.objects.filter(centre=centre, day__in=wished).values_list("day", flat=True))
        added = [day for day in wished if day not in there]
        if not added:
            raise Refused(_("The centre is closed on these days already"))
        ClosingDay.objects.bulk_create(
            [ClosingDay(centre=centre, day=day, name=name) for day in added], ignore_conflicts=True
        )
        tell_attendance(centre, added, by=by)
        record("closing_days_entered", by=by, subject=centre.name, first=str(first), last=str(last), days=len(added))
    return len(added)


def open_day(*, closing_day: ClosingDay, by: User) -> None:
    """Take a closing day away: everybody agreed for it is expected again (A12)."""
    check(by, closing_day.centre)
    check_changeable(closing_day.day)
    with acting(by, why="closing day removed"):
        gone, _each = ClosingDay.objects.filter(pk=closing_day.pk).delete()
        if gone:
            tell_attendance(closing_day.centre, [closing_day.day], by=by)
            record("closing_day_removed", by=by, subject=closing_day.centre.name, day=str(closing_day.day))


def follow_country(*, centre: Organisation, by: User) -> None:
    """A new centre, or another country: this year's and next year's public holidays from today on (U1).

    Refused where programmes count on the country's days already.
    """
    today = timezone.localdate()
    old = ClosingDay.objects.filter(centre=centre, is_public_holiday=True)
    if old.exists() and Programme.objects.filter(centre=centre).exists():
        raise Refused(_("The country stays, because programmes count on its public holidays"))
    old.filter(day__gte=today).delete()
    write_public_holidays(centre, [today.year, today.year + 1])


def tell_attendance(centre: Organisation, days: Collection[date], *, by: Actor) -> None:
    closing_days_changed.send(ClosingDay, centre=centre, days=days, by=by)


def check(by: User, centre: Organisation) -> None:
    if not may_set_up(by, centre):
        raise NotAllowed


def check_changeable(day: date) -> None:
    if not is_changeable(day):
        raise Refused(_("The day must lie within a year back and five years ahead"))


def is_changeable(day: date) -> bool:
    return -DAYS_BACK <= (day - timezone.localdate()).days <= DAYS_AHEAD


def closed_days(centre: Organisation, *, since: date | None = None) -> set[date]:
    """The centre's closing days from today or `since` on."""
    days = ClosingDay.objects.filter(centre=centre, day__gte=since or timezone.localdate())
    return set(days.values_list("day", flat=True))
