"""The closing note's forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from closing_notes.models import ClosingNote
from core.fields import LongTextField
from core.forms import Form
from programmes.models import ProgrammeType


def outcomes_of(programme_type: ProgrammeType) -> list[tuple[str, str]]:
    """The outcomes of the programme's type by key, in its order (F2)."""
    return [(outcome.key, str(outcome)) for outcome in programme_type.settings.outcomes]


class NoteForm(Form):
    """All sections of a draft, its outcome, and the revision that the writer began from (T13)."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, note: ClosingNote, data: Any = None) -> None:
        initial = {**note.sections, "outcome": note.outcome, "revision": note.revision}
        super().__init__(data, initial=initial)
        choices = outcomes_of(note.programme.type)
        if note.outcome and note.outcome not in dict(choices):
            choices.append((note.outcome, note.outcome_name))
        self.fields["outcome"] = forms.ChoiceField(
            label=_("Outcome"), required=False, choices=[("", _("Choose")), *choices]
        )
        self.keys = [section.key for section in note.parts]
        for section in note.parts:
            self.fields[section.key] = LongTextField(
                label=str(section),
                help_text=str(section.hint or ""),
                required=False,
                widget=forms.Textarea(attrs={"rows": 7, "class": "form-control t-write"}),
            )

    @property
    def sections(self) -> dict[str, str]:
        """The texts by section, as typed."""
        return {key: self.cleaned_data[key] for key in self.keys}
