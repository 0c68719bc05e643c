"""The forms of a meeting: when, who, what became of it. Times are the clock's on the centre's wall."""

import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import DateField, LongTextField, ReasonField, TimeField
from core.forms import Form
from meetings.actions import DETAILS, Details, Outside
from meetings.clashes import Clash, clashes
from meetings.models import AUDIENCES, Meeting, zone_of
from meetings.people import inside, invitable
from meetings.recording import Promise
from meetings.statuses import Kind, Means, Side
from programmes.models import Programme

OUTSIDE_ROWS, TASK_ROWS = 3, 3
MOST_ROWS = 50
# A programme ends on a Sunday; its closing meeting is suggested for the Thursday before.
DAYS_BEFORE_END = 3
LARGEST_VERSION = 2_000_000_000
# Warnings about the time alone.
TIMES = {"past", "programme", "closed", "hours"}


def line(label: Any, *, limit: int = 200, **kwargs: Any) -> forms.CharField:
    """One line of text within the room that the column has."""
    return forms.CharField(label=label, max_length=limit, required=kwargs.pop("required", False), **kwargs)


def version_field() -> forms.IntegerField:
    """What was opened: the version that a save must find (T13)."""
    return forms.IntegerField(min_value=1, max_value=LARGEST_VERSION, widget=forms.HiddenInput)


class WarnedForm(Form):
    """A form that shows what speaks against it once, and takes it when it is sent again (J3)."""

    seen = forms.CharField(required=False, max_length=5_000, widget=forms.HiddenInput)
    found: list[Clash]

    def unseen(self, found: list[Clash]) -> list[Clash]:
        """All of what was found when one of it has not been shown yet, otherwise none. Call it on a valid form."""
        self.found = found
        keys = [clash.key for clash in self.found]
        if set(keys) <= set(self.cleaned_data.get("seen", "").split()):
            return []
        self.say("seen", " ".join(keys))
        return self.found

    def say(self, name: str, value: str) -> None:
        """Put a hidden value into what was sent, for the page that is shown again."""
        data = cast(QueryDict, self.data).copy()
        data[name] = value
        self.data = data


class WhenForm(WarnedForm):
    """Day and times; `programme` says by which clock."""

    programme: Programme
    day = DateField(label=_("Day"))
    starts = TimeField(label=_("From"))
    ends = TimeField(label=_("Until"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, starts, ends = (cleaned.get(name) for name in ("day", "starts", "ends"))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the start"))
        elif day and starts and ends:
            for name, clock in (("starts", starts), ("ends", ends)):
                if not exists(day, clock, self.programme):
                    self.add_error(name, _("The clocks are put forward that night, so this time does not exist"))
            cleaned["starts_at"] = moment(day, starts, self.programme)
            cleaned["ends_at"] = moment(day, ends, self.programme)
            if cleaned["ends_at"] <= cleaned["starts_at"] and "ends" not in self.errors:
                self.add_error("ends", _("The end must be after the start"))
        return cleaned


def moment(day: date, clock: time, programme: Programme) -> datetime:
    """The moment at which the centre's clock shows it, in UTC; the earlier one when it shows it twice."""
    return datetime.combine(day, clock, zone_of(programme.centre)).astimezone(UTC)


def exists(day: date, clock: time, programme: Programme) -> bool:
    """Whether the centre's clock ever shows it: not in the hour that spring takes away."""
    there = moment(day, clock, programme).astimezone(zone_of(programme.centre))
    return (there.date(), there.time()) == (day, clock)


class DetailsForm(WarnedForm):
    """What is agreed beside the time."""

    kind = forms.ChoiceField(label=_("Kind of meeting"), choices=Kind)
    means = forms.ChoiceField(label=_("How"), choices=Means, widget=forms.RadioSelect, initial=Means.IN_PERSON)
    place = line(
        _("Place, telephone number or link"),
        required=True,
        error_messages={"required": _("Write where you meet")},
        help_text=_("It goes into the calendars of everybody invited. No names, and nothing about health."),
    )
    with_citizen = forms.BooleanField(label=_("The citizen takes part"), required=False, initial=True)
    users = forms.TypedMultipleChoiceField(
        label=_("Who else takes part"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    companion = line(_("Companion"), help_text=_("Whom the citizen brings along."))
    interpreter_language = line(_("Interpreter, language"), limit=100)
    interpreter_name = line(_("Interpreter, name or agency"))
    is_interpreter_booked = forms.BooleanField(label=_("The interpreter is booked"), required=False)
    purpose = LongTextField(
        label=_("Purpose and agenda"),
        required=False,
        rows=4,
        help_text=_("Everybody who takes part reads it. What concerns health belongs in a health note."),
    )

    def __init__(self, *args: Any, programme: Programme, meeting: Meeting | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme, self.meeting = programme, meeting
        # By telephone or video one may not know the number or the link yet.
        self.fields["place"].required = self.data.get("means", Means.IN_PERSON) == Means.IN_PERSON
        groups = invitable(programme)
        self.people: dict[int, User] = {user.pk: user for _name, users in groups for user in users}
        if meeting:
            # Who was invited and works there no longer can still be seen, and taken off.
            gone = [user for user in inside(meeting)[1:] if user.pk not in self.people]
            groups += [(gettext("Invited earlier"), gone)] if gone else []
            self.people |= {user.pk: user for user in gone}
        self.fields["users"].choices = [  # type: ignore[attr-defined]
            (name, [(user.pk, f"{user.name}, {user.title}" if user.title else user.name) for user in users])
            for name, users in groups
        ]

    def invited(self) -> list[User]:
        return [self.people[pk] for pk in self.cleaned_data["users"]]

    def details(self) -> Details:
        return Details(**{name: self.cleaned_data[name] for name in DETAILS})


class NewMeetingForm(WhenForm, DetailsForm):
    """A meeting to be agreed. `uid` makes a form that is sent twice one meeting (T12)."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["kind", "day", "starts", "ends", "means", "place", "with_citizen", "users"]

    @classmethod
    def first(cls, programme: Programme, kind: str, day: str = "") -> dict[str, Any]:
        """What an empty form begins with; `day` is an ISO date that an address may name."""
        citizen = programme.citizen
        with suppress(ValueError):
            asked = date.fromisoformat(day)
            if programme.starts_on <= asked <= programme.ends_on:
                return {**cls.first(programme, kind), "day": asked}
        days = {Kind.START: programme.starts_on, Kind.CLOSING: programme.ends_on - timedelta(days=DAYS_BEFORE_END)}
        return {
            "uid": uuid.uuid4(),
            "kind": kind if kind in Kind.values else Kind.FOLLOW_UP,
            "day": max(days[Kind(kind)], timezone.localdate()) if kind in days else None,
            "with_citizen": True,
            "means": Means.IN_PERSON,
            "interpreter_language": citizen.interpreter[:100],
        }

    def warnings(self) -> list[Clash]:
        cleaned = self.cleaned_data
        return clashes(
            self.programme,
            cleaned["starts_at"],
            cleaned["ends_at"],
            users=[self.programme.caseworker, *self.invited()],
            with_citizen=cleaned["with_citizen"],
            place=cleaned["place"],
        )


class ChangeForm(DetailsForm):
    """Everything but the time, which has a page of its own because it needs a reason."""

    version = version_field()

    def warnings(self) -> list[Clash]:
        """Of what is new: the time, and those who were there before, have been warned of."""
        assert self.meeting  # noqa: S101
        before = {user.pk for user in inside(self.meeting)}
        found = clashes(
            self.programme,
            self.meeting.starts_at,
            self.meeting.ends_at,
            users=[user for user in self.invited() if user.pk not in before],
            with_citizen=self.cleaned_data["with_citizen"] and not self.meeting.with_citizen,
            place=self.cleaned_data["place"] if self.cleaned_data["place"] != self.meeting.place else "",
            besides=self.meeting,
        )
        return [clash for clash in found if clash.key not in TIMES]


class MoveForm(WhenForm):
    """Another time, and why."""

    why = line(_("Why is it moved?"), limit=300, required=True)
    version = version_field()
    field_order = ["day", "starts", "ends", "why"]

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting, self.programme = meeting, meeting.programme

    def warnings(self) -> list[Clash]:
        return clashes(
            self.programme,
            self.cleaned_data["starts_at"],
            self.cleaned_data["ends_at"],
            users=inside(self.meeting),
            with_citizen=self.meeting.with_citizen,
            besides=self.meeting,
        )


class NotHeldForm(Form):
    side = forms.ChoiceField(label=_("By whose side?"), choices=Side, widget=forms.RadioSelect)
    why = ReasonField(label=_("Why was it not held?"), help_text=_("Facts only, and nothing about health."))


class MinutesForm(Form):
    """Minutes and who reads them."""

    minutes = LongTextField(
        label=_("Minutes"),
        required=False,
        rows=12,
        help_text=_("What concerns health belongs in a health note, not here."),
    )
    audience = forms.ChoiceField(
        label=_("Who reads the minutes?"),
        choices=[(audience.value, audience.label) for audience in AUDIENCES],
        widget=forms.RadioSelect,
    )
    version = version_field()


class OutsideForm(Form):
    """One line for somebody from outside."""

    name = line(_("Name"))
    organisation = line(_("Organisation"))
    email = forms.EmailField(label=_("E-mail"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and (cleaned.get("organisation") or cleaned.get("email")):
            self.add_error("name", _("Write the name"))
        return cleaned


class TaskForm(Form):
    """One line for a task that came out of the meeting."""

    what = line(_("What is to be done?"), limit=300)
    owner = forms.TypedChoiceField(label=_("By whom?"), coerce=int, required=False, empty_value=None)
    due_on = DateField(label=_("By when?"), required=False)

    def __init__(self, *args: Any, people: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.pk: user for user in people}
        self.fields["owner"].choices = [("", "–"), *((user.pk, user.name) for user in people)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        filled = [name for name in ("what", "owner", "due_on") if cleaned.get(name)]
        if filled:
            for name in ("what", "owner", "due_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill this in"))
        return cleaned


OutsideFormSet = forms.formset_factory(OutsideForm, extra=OUTSIDE_ROWS, max_num=MOST_ROWS, validate_max=True)
TaskFormSet = forms.formset_factory(TaskForm, extra=TASK_ROWS, max_num=MOST_ROWS, validate_max=True)


def outside_rows(data: QueryDict | None, meeting: Meeting | None = None) -> forms.BaseFormSet:
    """Lines for those from outside: who is invited already, and room for more."""
    guests = [one for one in meeting.participants.all() if not one.user_id] if meeting else []
    initial = [{"name": one.name, "organisation": one.organisation, "email": one.email} for one in guests]
    return OutsideFormSet(data, prefix="outside", initial=initial)


def outside_of(rows: forms.BaseFormSet) -> list[Outside]:
    cleaned = (form.cleaned_data for form in rows.forms if form.cleaned_data.get("name"))
    return [Outside(one["name"], one["organisation"], one["email"]) for one in cleaned]


def task_rows(data: QueryDict | None, meeting: Meeting) -> forms.BaseFormSet:
    return TaskFormSet(data, prefix="tasks", form_kwargs={"people": inside(meeting)})


def promises_of(rows: forms.BaseFormSet) -> list[Promise]:
    filled = [form for form in rows.forms if form.cleaned_data.get("what")]
    return [
        Promise(form.cleaned_data["what"], form.people[form.cleaned_data["owner"]], form.cleaned_data["due_on"])
        for form in filled
    ]
