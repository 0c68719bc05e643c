"""The form that settles a warning (A10)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import EarlyWarning
from core.fields import LongTextField
from core.forms import Form

Settled = EarlyWarning.Settled


class SettleForm(Form):
    """What became of it; the note is for the staff around the case."""

    how = forms.ChoiceField(
        label=_("What have you done?"),
        choices=[(one.value, one.label) for one in (Settled.TALKED, Settled.SEEN)],
        widget=forms.RadioSelect,
    )
    note = LongTextField(
        label=_("Note"),
        required=False,
        rows=2,
        help_text=_("What you agreed on. Nothing about health: the workshop reads it."),
    )
