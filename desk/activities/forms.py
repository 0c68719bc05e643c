"""Planning activities: for one citizen from the case, for several as a group (P8)."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, Organisation, User
from core.fields import DateField, TimeField
from core.forms import Form
from programmes.activities import AT_MOST, LED_BY, Details, series
from programmes.models import Programme


def colleagues(centre: Organisation) -> dict[int, User]:
    """Who can lead an activity at the centre today, by name. One query."""
    members = (
        Membership.objects.current()
        .filter(organisation=centre, role__in=LED_BY, user__is_active=True)
        .select_related("user")
        .order_by("user__name", "user_id")
    )
    return {member.user_id: member.user for member in members}


class PlanForm(Form):
    """One activity or a weekly series. `batch` makes the same form sent twice one (T12)."""

    kind = forms.ChoiceField(label=gettext_lazy("Activity"))
    day = DateField(label=gettext_lazy("Day"))
    starts = TimeField(label=gettext_lazy("From"), required=False)
    ends = TimeField(label=gettext_lazy("Until"), required=False)
    times = forms.IntegerField(
        label=gettext_lazy("How many weeks in a row"), min_value=1, max_value=AT_MOST, initial=1, required=False,
        widget=forms.NumberInput(attrs={"class": "t-w-s"}),
    )  # fmt: skip
    until = DateField(
        label=gettext_lazy("Or weekly until"),
        required=False,
        help_text=gettext_lazy("Days on which the centre is closed are left out."),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    led_by = forms.TypedChoiceField(label=gettext_lazy("Led by"), coerce=int, required=False, empty_value=None)
    led_by_name = forms.CharField(label=gettext_lazy("Or led by somebody from outside"), max_length=200, required=False)
    remark = forms.CharField(
        label=gettext_lazy("Remark"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only caseworkers, specialists and team leaders read it."),
    )
    batch = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, kinds: Iterable[tuple[str, str]], people: dict[int, User], user: User, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"batch": uuid.uuid4(), "day": timezone.localdate(), "led_by": user.pk, **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]
        names = [(pk, f"{one.name}, {one.title}" if one.title else one.name) for pk, one in people.items()]
        self.fields["led_by"].choices = [("", _("Nobody of the centre")), *names]  # type: ignore[attr-defined]

    @property
    def helper(self) -> FormHelper:
        """When stands in one line, and so does who leads."""
        helper = super().helper
        day, repeated = [Div(name, css_class="col-sm-4") for name in ("day", "starts", "ends")], ("times", "until")
        around = [name for name in self.fields if name in ("kind", "citizens")]
        helper.layout = Layout(
            *around,
            Div(*day, css_class="row"),
            Div(*(Div(name, css_class="col-sm-6") for name in repeated), css_class="row"),
            "place",
            Div(*(Div(name, css_class="col-sm-6") for name in ("led_by", "led_by_name")), css_class="row"),
            "remark",
            "batch",
        )
        return helper

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day, starts, ends = data.get("day"), data.get("starts"), data.get("ends")
        if ends and not starts and "starts" not in self.errors:
            self.add_error("starts", _("Write when it begins"))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must be after the beginning"))
        if day and data.get("until") and data["until"] < day:
            self.add_error("until", _("The last day must not lie before the first"))
        if data.get("led_by_name") and data.get("led_by"):
            # A name from outside was written: it goes before what the list stood at.
            data["led_by"] = None
        return data

    def details(self) -> Details:
        data = self.cleaned_data
        return Details(
            kind=data["kind"],
            starts=data["starts"],
            ends=data["ends"],
            place=data["place"].strip(),
            led_by=self.people.get(data["led_by"]),
            led_by_name=data["led_by_name"].strip(),
            remark=data["remark"].strip(),
        )

    def days(self) -> list[date]:
        data = self.cleaned_data
        return series(data["day"], times=data["times"] or 1, until=data["until"])


class GroupForm(PlanForm):
    """The same for several citizens, of whom each is chosen."""

    citizens = forms.MultipleChoiceField(
        label=gettext_lazy("Who takes part"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one citizen")},
    )
    field_order = ["kind", "citizens"]

    def __init__(self, *args: Any, programmes: Iterable[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {str(programme.pk): programme for programme in programmes}
        self.fields["citizens"].choices = [  # type: ignore[attr-defined]
            (pk, f"{programme.citizen.name} · {programme.reference}") for pk, programme in self.programmes.items()
        ]
        self.fields["kind"].widget = forms.HiddenInput()

    def chosen(self) -> list[Programme]:
        return [self.programmes[pk] for pk in self.cleaned_data["citizens"]]


class OutcomeForm(Form):
    """The remark of one activity, which stays with it whatever became of it."""

    remark = PlanForm.base_fields["remark"]
