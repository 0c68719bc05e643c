"""The forms of a contact attempt (A7), and of reminders that rest (A8)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance.follow_up.contacts import LONGEST_WAIT
from attendance.follow_up.resting import LONGEST_DAYS
from attendance.models import ContactAttempt
from core.fields import DateField, LongTextField
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
