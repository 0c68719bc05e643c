"""Days on which a centre is closed: public holidays from the `holidays` library, and what it decides itself."""

from collections.abc import Iterable
from datetime import date

import holidays
from django.utils import timezone

from accounts.models import Organisation
from programmes.models import ClosingDay

LANGUAGES = {"DK": "da", "SE": "sv"}


def public_holidays(country: str, years: Iterable[int]) -> dict[date, str]:
    """Public holidays by day, named in the country's language. Store bededag ended in 2024."""
    return dict(holidays.country_holidays(country, years=years, language=LANGUAGES[country]))


def write_public_holidays(centre: Organisation, years: Iterable[int]) -> None:
    """Write the country's public holidays as closing days of the centre; those there already stay (A1)."""
    ClosingDay.objects.bulk_create(
        [
            ClosingDay(centre=centre, day=day, name=name, is_public_holiday=True)
            for day, name in public_holidays(centre.country, years).items()
        ],
        ignore_conflicts=True,
    )


def closed_days(centre: Organisation, *, since: date | None = None) -> set[date]:
    """The centre's closing days from today or `since` on."""
    days = ClosingDay.objects.filter(centre=centre, day__gte=since or timezone.localdate())
    return set(days.values_list("day", flat=True))
