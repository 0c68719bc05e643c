"""The closing note's forms."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from closing_notes.models import ClosingNote, Outcome, Section
from core.fields import LongTextField
from core.forms import Form
from programmes.models import ProgrammeType


def outcomes_of(programme_type: ProgrammeType) -> list[tuple[str, str]]:
    """The outcomes that the programme's type knows (F2); all of them where it names none."""
    allowed = programme_type.definition.get("outcomes") or Outcome.values
    return [(outcome.value, str(outcome.label)) for outcome in Outcome if outcome.value in allowed]


class NoteForm(Form):
    """All sections of a draft, its outcome, and the revision that the writer began from (T13)."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, note: ClosingNote, data: Any = None) -> None:
        initial = {**note.sections, "outcome": note.outcome, "revision": note.revision}
        super().__init__(data, initial=initial)
        choices = outcomes_of(note.programme.type)
        if note.outcome and note.outcome not in dict(choices):
            choices.append((note.outcome, str(Outcome(note.outcome).label)))
        self.fields["outcome"] = forms.ChoiceField(
            label=_("Outcome"), required=False, choices=[("", _("Choose")), *choices]
        )
        for section in Section:
            self.fields[section.value] = LongTextField(
                label=section.label,
                required=False,
                widget=forms.Textarea(attrs={"rows": 7, "class": "form-control t-write"}),
            )

    @property
    def sections(self) -> dict[str, str]:
        """The texts by section, as typed."""
        return {section.value: self.cleaned_data[section.value] for section in Section}
