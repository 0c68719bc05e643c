"""Days within bounds and whole numbers, over the house's own fields (R1)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import DateField


class BoundedDateField(DateField):
    """A day from `earliest` to `latest`, both counted in days from today; another one is refused (`out_of_range`)."""

    default_error_messages = {"out_of_range": _("That date cannot be right")}

    def __init__(self, *, earliest: timedelta | None = None, latest: timedelta | None = None, **kwargs: Any) -> None:
        self.earliest, self.latest = earliest, latest
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        ahead = value - timezone.localdate()
        if (self.earliest is not None and ahead < self.earliest) or (self.latest is not None and ahead > self.latest):
            raise forms.ValidationError(self.error_messages["out_of_range"], code="out_of_range")


class BirthDateField(BoundedDateField):
    """A day of the last 120 years; of two figures for the year the past one is meant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(earliest=-timedelta(days=366 * 120), latest=timedelta(0), **kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and day > timezone.localdate() and f"{day.year}" not in str(value):
            day = day.replace(year=day.year - 100, day=min(day.day, 28) if day.month == 2 else day.day)
        return day


class EitherField(forms.CharField):
    """Asked of everybody, so it is not told as optional; what stands instead of it is checked by the form."""

    def validate(self, value: Any) -> None:
        """Nothing is demanded here."""


class CountField(forms.Field):
    """A whole number from `lowest` to `highest`."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "t-w-s"})
    default_error_messages = {
        "invalid": _("Write a whole number"),
        "out_of_range": _("Write a number from %(lowest)s to %(highest)s"),
    }

    def __init__(self, *, lowest: int, highest: int, **kwargs: Any) -> None:
        self.lowest, self.highest = lowest, highest
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= 6):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and not self.lowest <= value <= self.highest:
            raise forms.ValidationError(
                self.error_messages["out_of_range"],
                code="out_of_range",
                params={"lowest": self.lowest, "highest": self.highest},
            )
