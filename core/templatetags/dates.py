"""Dates, times and figures as people say them in the reader's language; filters for templates, functions for Python."""

from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date
from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.translation import get_language, gettext

register = template.Library()

NARROW_SPACE = "\u00a0"
MINUTES = 60


def as_day(value: date | datetime) -> date:
    """The local calendar day of a moment; a day stays itself."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def language() -> str:
    return (get_language() or "da").split("-")[0]


@register.filter
def day(value: date | datetime | None) -> str:
    """`mandag 23. november`: the day as people say it when the year is plain."""
    return in_words(as_day(value), long_day_pattern(), language()) if value else ""


@lru_cache(maxsize=4096)  # a page names the same few days again and again
def in_words(value: date, pattern: str, _language: str) -> str:
    return date_format(value, pattern)


def long_day_pattern() -> str:
    return "l j. F" if language() == "da" else "l j F"


@register.filter
def full_day(value: date | datetime | None) -> str:
    """`mandag 23. november 2026`: for headings and whatever leaves the house."""
    return in_words(as_day(value), long_day_pattern() + " Y", language()) if value else ""


@register.filter
def weekday(value: date | datetime | None) -> str:
    """`mandag`."""
    return in_words(as_day(value), "l", language()) if value else ""


@register.filter
def short_day(value: date | datetime | None) -> str:
    """`23. nov. 2026`: for tables and lines where the year matters."""
    if not value:
        return ""
    return with_year(as_day(value), language())


@lru_cache(maxsize=4096)
def with_year(value: date, code: str) -> str:
    return format_date(value, "d. MMM y" if code == "da" else "d MMM y", locale=code)


@register.filter
def clock(value: time | datetime | None) -> str:
    """`7.30` in Danish, `07.30` in Swedish, `7:30` in English; a moment is told in local time."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).time() if timezone.is_aware(value) else value.time()
    return time_of_day(value, language())


@lru_cache(maxsize=1440)
def time_of_day(value: time, _language: str) -> str:
    return time_format(value, "TIME_FORMAT")


@register.filter
def plain_time(value: time | None) -> str:
    """`07:30` in every language, as scripts and form fields read it."""
    return value.isoformat("minutes") if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`23. nov. 2026 kl. 7.30`."""
    if not value:
        return ""
    return gettext("%(day)s at %(time)s") % {"day": short_day(value), "time": clock(value)}


@register.filter
def hours(minutes: int | None) -> str:
    """Minutes as hours: 450 gives `7,5`; quarters keep two decimals, all else one; thousands are grouped."""
    if minutes is None or minutes == "":
        return ""
    return as_hours(int(minutes), language())


@lru_cache(maxsize=4096)  # a page of figures has hundreds
def as_hours(minutes: int, _language: str) -> str:
    decimals = 0 if minutes % MINUTES == 0 else 2 if minutes % 30 == 15 else 1
    return number_format(minutes / MINUTES, decimal_pos=decimals, use_l10n=True, force_grouping=True)


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 as whole percent: 0.934 gives `93 %`; nothing when there is no share."""
    if share is None or share == "":
        return ""
    return as_percent(round(float(share) * 100), language())


@lru_cache(maxsize=512)
def as_percent(figure: int, code: str) -> str:
    written = number_format(figure, decimal_pos=0)
    return f"{written}%" if code == "en" else f"{written}{NARROW_SPACE}%"


@register.filter
def week(value: date | datetime | None) -> str:
    """`uge 48`, the ISO week."""
    return gettext("week %(number)s") % {"number": as_day(value).isocalendar().week} if value else ""
