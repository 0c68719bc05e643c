"""Form fields that take dates, times and hours as people write them (experience 18), and text within a limit (T21)."""

import datetime
import re
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_lazy as _

FIRST_YEAR, LAST_YEAR = 1900, 2100
# Two figures for a year mean the coming twenty years or the eighty before them: 26 is 2026, 89 is 1989.
YEARS_AHEAD = 20
MINUTES = 60
WEEK_IN_HOURS = 7 * 24

DAY_FIRST = re.compile(r"(\d{1,2})\s*[./ -]\s*(\d{1,2})\s*[./ -]\s*(\d{4}|\d{2})")
YEAR_FIRST = re.compile(r"(\d{4})[./ -](\d{1,2})[./ -](\d{1,2})")
SHORT_YEAR_FIRST = re.compile(r"(\d{2})-(\d{2})-(\d{2})")
IN_WORDS = re.compile(r"(\d{1,2})\.?\s*([^\W\d_]{3,})\.?\s*(\d{4}|\d{2})")
CLOCK = re.compile(r"(?:kl\.?|at)?\s*(\d{1,2})(?:\s*[.:,]\s*(\d{2}))?", re.IGNORECASE)
CLOCK_TOGETHER = re.compile(r"(?:kl\.?|at)?\s*(\d{1,2})(\d{2})", re.IGNORECASE)
DECIMAL_HOURS = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")
HOURS_AND_MINUTES = re.compile(r"(\d{1,3})[:.](\d{2})")
# Six to eight digits of a date and four more, as identity numbers are written.
IDENTITY_NUMBER = re.compile(r"\d{6}[\s\-+]?\d{4}")
REASON_LENGTH = 300
HALVES = {"¼": ",25", "½": ",5", "¾": ",75"}


def parse_date(text: str) -> datetime.date:
    """The day that somebody wrote: 23.11.26, 23/11-2026, 2026-11-23, 231126, 23. november 2026; else ValueError.

    Six figures and 26-11-23 are read year first in Swedish and day first in the other languages. Years 1900 to 2100.
    """
    text = " ".join(text.split())
    swedish = (get_language() or "").startswith("sv")
    if (found := YEAR_FIRST.fullmatch(text)) or (swedish and (found := SHORT_YEAR_FIRST.fullmatch(text))):
        year, month, day = found.groups()
    elif found := DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif found := IN_WORDS.fullmatch(text):
        day, month, year = found[1], str(month_number(found[2])), found[3]
    elif text.isascii() and text.isdigit() and len(text) == 8:
        # Never both: as a month, the figures of a year from 1900 to 2100 are too large.
        year_last = FIRST_YEAR <= int(text[4:]) <= LAST_YEAR and 1 <= int(text[2:4]) <= 12
        day, month, year = (text[:2], text[2:4], text[4:]) if year_last else (text[6:], text[4:6], text[:4])
    elif text.isascii() and text.isdigit() and len(text) == 6:
        day, month, year = (text[4:], text[2:4], text[:2]) if swedish else (text[:2], text[2:4], text[4:])
    else:
        raise ValueError(text)
    written = datetime.date(whole_year(year), int(month), int(day))
    if not FIRST_YEAR <= written.year <= LAST_YEAR:
        raise ValueError(text)
    return written


def whole_year(written: str) -> int:
    if len(written) == 4:
        return int(written)
    last = timezone.localdate().year + YEARS_AHEAD
    return last - (last - int(written)) % 100


def month_number(word: str) -> int:
    """The month whose name begins with `word`, in the user's language or in English; else ValueError."""
    for language in (get_language() or "en", "en"):
        with override(language):
            for number, name in MONTHS.items():
                if str(name).lower().startswith(word.lower()):
                    return int(number)
    raise ValueError(word)


def parse_time(text: str) -> datetime.time:
    """The time of day that somebody wrote: 7.30, 07:30, 0730, 730, kl. 7; else ValueError."""
    text = text.strip()
    found = CLOCK.fullmatch(text) or CLOCK_TOGETHER.fullmatch(text)
    if not found:
        raise ValueError(text)
    return datetime.time(int(found[1]), int(found[2] or 0))


def parse_hours(text: str) -> int:
    """Minutes in the hours that somebody wrote: 7,5 and 7.5 and 7½ and 7:30 and 7.30 are 450; else ValueError.

    After a point, .15, .30 and .45 are minutes, .25, .5 and .75 parts of an hour; after a comma it is always a part.
    """
    text = text.strip()
    for sign, part in HALVES.items():
        text = text.replace(sign, part if text[:1] != sign else f"0{part}")
    found = HOURS_AND_MINUTES.fullmatch(text)
    if found and (":" in text or found[2] in ("00", "15", "30", "45")):
        if int(found[2]) >= MINUTES:
            raise ValueError(text)
        minutes = int(found[1]) * MINUTES + int(found[2])
    elif (found := DECIMAL_HOURS.fullmatch(text)) and (
        "." not in text or len(found[2]) == 1 or found[2] in ("25", "50", "75")
    ):
        part = (found[2] or "0").ljust(2, "0")
        minutes = int(found[1]) * MINUTES + round(int(part) * MINUTES / 100)
    else:
        raise ValueError(text)
    if minutes > WEEK_IN_HOURS * MINUTES:
        raise ValueError(text)
    return minutes


class EchoedField(forms.BoundField):
    """A field that says back how it understood what was typed, tied to the input for screen readers."""

    @property
    def echo(self) -> str:
        """`mandag i uge 48`; empty when there is nothing to say."""
        return cast(DateField, self.field).echo(self.value()) if not self.errors else ""

    @property
    def aria_describedby(self) -> str | None:
        described_by = super().aria_describedby
        if described_by is None or not self.echo:
            return described_by
        return f"{described_by} {self.auto_id}_echo".strip()


class DateField(forms.DateField):
    """A day, typed as people type it; the weekday and the ISO week are echoed."""

    widget = forms.DateInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "t-w-m"})
    bound_field_class = EchoedField
    default_error_messages = {"invalid": _("Write the date as day.month.year, e.g. 23.11.26")}

    def to_python(self, value: Any) -> datetime.date | None:
        if isinstance(value, str) and value.strip():
            try:
                return parse_date(value)
            except ValueError:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        value = super().to_python(value)
        if value and not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return value

    def echo(self, value: Any) -> str:
        try:
            day = self.to_python(value)
        except forms.ValidationError:
            return ""
        if not day:
            return ""
        return gettext("%(weekday)s in week %(week)s") % {
            "weekday": date_format(day, "l"),
            "week": day.isocalendar().week,
        }


class TimeField(forms.TimeField):
    """A time of day, typed as people type it."""

    widget = forms.TimeInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "t-w-s"})
    default_error_messages = {"invalid": _("Write the time as 7:30")}

    def to_python(self, value: Any) -> datetime.time | None:
        if isinstance(value, str) and value.strip():
            try:
                return parse_time(value)
            except ValueError:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None
        return super().to_python(value)


class HoursField(forms.Field):
    """Hours, typed as 7,5 or 7:30 or 7; the clean value is whole minutes, from 0 to a week's."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "t-w-s"})
    default_error_messages = {"invalid": _("Write the hours as 7,5 or 7:30")}

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_hours(str(value))
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        from core.templatetags.dates import hours

        return hours(value) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class LongTextField(forms.CharField):
    """Text of several lines, at most MAX_TEXT_LENGTH characters; NUL bytes are refused by Django's own validator.

    The browser is not told the limit, because it would cut a pasted text without a word; a text that is too long comes
    back whole with an error beside it (T21).
    """

    default_error_messages = {
        "too_long": _("The text is %(length)s characters long; there is room for %(limit)s"),
    }

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.pop("max_length", None)
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")

    def validate(self, value: str) -> None:
        super().validate(value)
        if len(value) > settings.MAX_TEXT_LENGTH:
            raise forms.ValidationError(
                self.error_messages["too_long"],
                code="too_long",
                params={"length": len(value), "limit": settings.MAX_TEXT_LENGTH},
            )


class ReasonField(forms.CharField):
    """Why something is done: one line that is kept and read by others, so an identity number is refused (T10)."""

    default_error_messages = {
        "required": _("Write the reason"),
        "number": _("Leave the number out of the reason"),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", REASON_LENGTH)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if IDENTITY_NUMBER.search(text):
            raise forms.ValidationError(self.error_messages["number"], code="number")
        return text
