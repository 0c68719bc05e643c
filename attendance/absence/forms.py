"""The form of a report on absence (A8)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.fields import LongTextField
from core.forms import Form


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
