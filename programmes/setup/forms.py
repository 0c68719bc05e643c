"""Forms of set-up. What a form cannot know, the actions refuse."""

from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation, User
from core.fields import DateField, LongTextField, TimeField
from core.forms import Form
from core.templatetags.dates import clock, weekday
from programmes.models import Workshop
from programmes.places.opening_hours import Answer

MOST_PLACES = 500
A_MONDAY = date(2024, 1, 1)
DAYS = range(1, 8)
EMPTY_WEEK = {f"{end}_{day}": "" for day in DAYS for end in ("opens", "closes")}
# Where a centre has no workshop to copy the hours from: the hours of the domain page (P5).
USUAL_HOURS = {day: (time(7, 30), time(14, 30)) for day in range(1, 5)} | {5: (time(7, 30), time(14))}


class ChangingForm(Form):
    """Mixed into forms of what exists: `seen` is the state that the page showed (T13)."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def show_both(self, now: Mapping[str, Any], state: str) -> None:
        """Somebody else was faster: say what stands there now beside each field that differs, and keep what was typed.
        Saved once more, what was typed holds."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = state
        self.data = data
        for name, value in now.items():
            typed = data.getlist(name) if isinstance(value, list) else data.get(name, "")
            if name in self.fields and name != "seen" and str(value) != str(typed).replace("\r\n", "\n"):
                self.add_error(name, gettext("Now it says: %(value)s") % {"value": self.in_words(name, value)})
        self.add_error(
            None, gettext("Somebody else has saved this page since you opened it. Save again to keep yours.")
        )

    def in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        labels = {str(key): str(label) for key, label in getattr(field, "choices", [])}
        several = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in several) or "–"


class OrganisationForm(ChangingForm):
    """A new organisation; for one that exists without its kind, which stays."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("What it is"), choices=Organisation.Kind.choices, widget=forms.RadioSelect)
    country = forms.ChoiceField(
        label=_("Country"),
        choices=Organisation.Country.choices,
        widget=forms.RadioSelect,
        help_text=_("Decides the public holidays, and the language in which new people are met."),
    )
    letterhead = LongTextField(
        label=_("Letterhead"),
        required=False,
        help_text=_("Address, telephone and e-mail on letters, one line each."),
    )

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["kind"]


class LeadersForm(ChangingForm):
    """Mixed into forms of units: who leads it, among the team leaders of the centre."""

    leaders = forms.MultipleChoiceField(
        label=_("Who leads it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The colleague to ask. It gives no rights; roles do."),
    )

    def __init__(self, *args: Any, candidates: Collection[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = {str(user.pk): user for user in candidates}
        if candidates:
            field = cast(forms.MultipleChoiceField, self.fields["leaders"])
            field.choices = [(key, user.name) for key, user in self.candidates.items()]
        else:
            del self.fields["leaders"]

    @property
    def chosen(self) -> list[User]:
        return [self.candidates[key] for key in self.cleaned_data.get("leaders", [])]


class TeamForm(LeadersForm):
    name = forms.CharField(label=_("Name"), max_length=200)
    field_order = ["name", "leaders"]


class WorkshopForm(LeadersForm):
    """Name, places and the week: a day with both times empty is closed.

    `answer` is asked when agreed weeks would lie outside new opening hours.
    """

    name = forms.CharField(label=_("Name"), max_length=200)
    places = forms.IntegerField(
        label=_("Places"),
        min_value=1,
        max_value=MOST_PLACES,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "t-w-s"}),
        help_text=_("How many citizens there is room for at the same time."),
    )
    answer = forms.ChoiceField(
        label=_("What happens to these weeks?"), choices=Answer.choices, required=False, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in DAYS:
            name = day_name(number)
            self.fields[f"opens_{number}"] = TimeField(
                label=gettext("%(weekday)s from") % {"weekday": name}, required=False
            )
            self.fields[f"closes_{number}"] = TimeField(
                label=gettext("%(weekday)s until") % {"weekday": name}, required=False
            )

    @property
    def days(self) -> list[tuple[str, Any, Any, list[Any]]]:
        """Weekday, from, until and the two as a list, as the page lays them out."""
        rows = []
        for number in DAYS:
            opens, closes = self[f"opens_{number}"], self[f"closes_{number}"]
            rows.append((day_name(number), opens, closes, [opens, closes]))
        return rows

    def clean(self) -> dict[str, Any]:
        week = {}
        for number in DAYS:
            names = (f"opens_{number}", f"closes_{number}")
            if set(names) & set(self.errors):
                continue
            opens, closes = (self.cleaned_data.get(name) for name in names)
            if bool(opens is None) != bool(closes is None):
                self.add_error(
                    names[0] if opens is None else names[1],
                    gettext("Write both from and until, or leave the day empty"),
                )
            elif opens is not None and closes is not None:
                if closes <= opens:
                    self.add_error(names[1], gettext("The end must be after the start"))
                week[number] = (opens, closes)
        if not week and not self.errors:
            self.add_error("opens_1", gettext("Open the workshop on at least one day"))
        self.cleaned_data["week"] = week
        return self.cleaned_data


def week_of(workshop: Workshop | None) -> dict[str, str]:
    """Initial values of the week: the workshop's own hours, or the usual ones for the first of a centre."""
    if workshop is None:
        hours = USUAL_HOURS
    else:
        hours = {one.weekday: (one.opens, one.closes) for one in workshop.opening_hours.all()}
    shown = {}
    for number, (opens, closes) in hours.items():
        shown[f"opens_{number}"], shown[f"closes_{number}"] = clock(opens), clock(closes)
    return shown


def day_name(number: int) -> str:
    """1 is Monday."""
    return weekday(A_MONDAY + timedelta(days=number - 1))


class ClosingDaysForm(Form):
    """One day, or all working days from the first to the last."""

    first = DateField(label=_("From"))
    last = DateField(label=_("Until"), required=False, help_text=_("Empty for a single day."))
    name = forms.CharField(label=_("Why"), max_length=100, help_text=_("For instance: Summer holidays."))

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last and last < first:
            self.add_error("last", gettext("The last day must not lie before the first"))
        return self.cleaned_data
