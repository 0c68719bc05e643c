"""The forms of a contact attempt (A7), of a report on absence (A8) and of substitutes (A13)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from attendance.actions import LONGEST_WAIT
from attendance.models import ContactAttempt
from attendance.resting import LONGEST_DAYS
from core.fields import DateField, LongTextField, ReasonField
from core.forms import Form


class ContactForm(Form):
    """How the citizen was tried, what they said themselves, and what is agreed now."""

    means = forms.ChoiceField(label=_("How did you try?"), choices=ContactAttempt.Means, widget=forms.RadioSelect)
    was_reached = forms.TypedChoiceField(
        label=_("Did you speak together?"),
        choices=[("yes", _("Yes, we spoke together")), ("no", _("No, not reached"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = LongTextField(
        label=_("The citizen's own reason"),
        required=False,
        rows=3,
        help_text=_("In the citizen's words. Ask concretely, and write no diagnoses."),
    )
    agreed = LongTextField(label=_("What is agreed now"), required=False, rows=3)
    next_try_on = DateField(
        label=_("If not reached: try again on"),
        required=False,
        help_text=_("Today or within a week. Left empty, it is the next working day."),
    )
    rests = forms.BooleanField(
        label=_("We have just spoken: let the automatic reminders in this case rest"), required=False
    )
    rest_until = DateField(label=_("The reminders are back on"), required=False)

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("was_reached") is True and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write the reason that the citizen gave, also when it is that there was none."))
        today = timezone.localdate()
        wished = cleaned.get("next_try_on")
        if cleaned.get("was_reached") is False and wished and not today <= wished <= today + LONGEST_WAIT:
            self.add_error("next_try_on", _("Choose today or a day within a week"))
        if cleaned.get("was_reached") and cleaned.get("rests") and "rest_until" not in self.errors:
            check_rest(self, cleaned.get("rest_until"), today)
        return cleaned

    @property
    def answers(self) -> dict[str, Any]:
        """What `record_contact` takes, of a form that is right."""
        cleaned = dict(self.cleaned_data)
        rests = cleaned.pop("rests") and cleaned["was_reached"]
        return cleaned | {
            "rest_until": cleaned["rest_until"] if rests else None,
            "next_try_on": None if cleaned["was_reached"] else cleaned["next_try_on"],
        }


class RestForm(Form):
    """Until when the automatic reminders of a case rest."""

    rest_until = DateField(label=_("The reminders are back on"))

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if "rest_until" not in self.errors:
            check_rest(self, cleaned.get("rest_until"), timezone.localdate())
        return cleaned


def check_rest(form: Form, until: date | None, today: date) -> None:
    if until is None:
        form.add_error("rest_until", _("Write the day"))
    elif not today < until <= today + timedelta(days=LONGEST_DAYS):
        form.add_error("rest_until", _("Choose a day after today and within two weeks"))


class ReportForm(Form):
    """The caseworker's own words above the facts, and which conversations are told with what was said (A8)."""

    covering_text = LongTextField(
        label=_("Your words to the referring organisation"),
        required=False,
        rows=5,
        help_text=_("What you propose, and when you can be reached. Write nothing about health."),
    )
    told = forms.TypedMultipleChoiceField(
        label=_("What was said that goes along"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Take away what tells about health. That the conversation took place is told all the same."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, conversations: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conversations = conversations
        if conversations:
            self.fields["told"].choices = conversations  # type: ignore[attr-defined]
        else:
            del self.fields["told"]

    @property
    def left_out(self) -> list[int]:
        told = set(self.cleaned_data.get("told", []))
        return [pk for pk, _words in self.conversations if pk not in told]


class StepInForm(Form):
    """In whose place, why, and until when."""

    in_place_of = forms.ModelChoiceField(
        label=_("In whose place"), queryset=User.objects.none(), empty_label=None, widget=forms.RadioSelect
    )
    why = ReasonField(label=_("Why"), help_text=_("The team leader reads it."))
    ends_on = DateField(label=_("Until"), help_text=_("The last day. It ends by itself, a week from now at most."))

    def __init__(self, *args: Any, absent: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(absent)
        self.fields["in_place_of"].queryset = absent  # type: ignore[attr-defined]
        if len(people) == 1:
            self.fields["in_place_of"].initial = people[0].pk
        elif not people:
            del self.fields["in_place_of"]

    def clean(self) -> dict[str, Any]:
        return {"in_place_of": None, **(super().clean() or {})}


class SubstituteForm(StepInForm):
    """Who is to mark, in whose place, and when."""

    substitute = forms.ModelChoiceField(label=_("Substitute"), queryset=User.objects.none(), empty_label=_("Choose"))
    starts_on = DateField(label=_("From"))
    ends_on = DateField(label=_("Until"), help_text=_("The last day. It ends by itself."))
    why = ReasonField(label=_("Why"), required=False)

    field_order = ("substitute", "in_place_of", "starts_on", "ends_on", "why")

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["substitute"].queryset = colleagues  # type: ignore[attr-defined]
