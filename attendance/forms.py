"""The form of a contact attempt (A7)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import ContactAttempt
from core.fields import LongTextField
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

    def clean(self) -> dict:
        cleaned = super().clean() or {}
        if cleaned.get("was_reached") is True and not cleaned.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Write the reason that the citizen gave, also when it is that there was none."))
        return cleaned
