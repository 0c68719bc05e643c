"""What people type about notes; drafts keep the same fields exactly as typed, right or wrong."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import localize_input
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from core.fields import DateField, LongTextField, TimeField
from core.forms import Form, ModelForm
from core.templatetags.dates import clock
from core.uploads import ALLOWED
from journal.models import Audience, Category, Note, Phrase
from journal.notes import Text

LONGEST_REASON = 300


class SeveralFiles(forms.ClearableFileInput):
    """An input for several files; the view takes them from `request.FILES`, one by one."""

    allow_multiple_selected = True


class NoteForm(Form):
    """A note, or the correction of one when `note` is given."""

    category = forms.ChoiceField(label=_("What it is"), choices=Category)
    body = LongTextField(label=_("Note"), rows=10, help_text=_("Write what you saw and heard, not what you believe."))
    happened_on = DateField(label=_("Day"))
    happened_at = TimeField(label=_("Time"))
    audience = forms.ChoiceField(label=_("Who reads it"), widget=forms.RadioSelect)
    why = forms.CharField(
        label=_("Why is it corrected?"),
        max_length=LONGEST_REASON,
        help_text=_("The earlier text stays readable, with this reason beside the new one."),
    )
    attached = forms.FileField(
        label=_("Attachments"),
        required=False,
        widget=SeveralFiles(attrs={"accept": ALLOWED}),
        help_text=_("PDF, PNG, JPEG, plain text, Word, Excel or OpenDocument, 10 MB each."),
    )

    def __init__(self, *args: Any, audiences: list[Audience], note: Note | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(audience.value, EXPLAINED[audience]) for audience in audiences]
        self.fields["audience"].choices = choices  # type: ignore[attr-defined]
        if Audience.HEALTH not in audiences:
            kept = [choice for choice in Category.choices if choice[0] != Category.HEALTH]
            self.fields["category"].choices = kept  # type: ignore[attr-defined]
        if note is None:
            del self.fields["why"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, time = cleaned.get("happened_on"), cleaned.get("happened_at")
        if day and time:
            moment = timezone.make_aware(datetime.combine(day, time))
            if moment > timezone.now():
                self.add_error("happened_at", gettext("This is still to come. A note is about what has happened"))
            cleaned["moment"] = moment
        if cleaned.get("category") == Category.HEALTH and cleaned.get("audience", Audience.HEALTH) != Audience.HEALTH:
            self.add_error("audience", gettext("What is about health is for those who may read health notes"))
        return cleaned

    def text(self) -> Text:
        """What a valid form says."""
        cleaned = self.cleaned_data
        return Text(cleaned["category"], cleaned["audience"], cleaned["moment"], cleaned["body"])


EXPLAINED = {
    Audience.TEAM: _("The team of the case"),
    Audience.REFERRER: _("The team and the job centre"),
    Audience.CITIZEN: _("The team and the citizen"),
    Audience.HEALTH: _("Health note: only the caseworker and assigned specialists"),
}
FIELDS = ["category", "body", "happened_on", "happened_at", "audience", "why"]


def empty_note() -> dict[str, str]:
    """What an empty form begins with: now, for the team."""
    now = timezone.localtime()
    return {
        "category": Category.PHONE.value,
        "audience": Audience.TEAM.value,
        "happened_on": localize_input(now.date()),
        "happened_at": clock(now),
    }


def as_typed(text: Text) -> dict[str, str]:
    """A text in the words of the form."""
    local = timezone.localtime(text.happened_at)
    return {
        "category": text.category,
        "body": text.body,
        "happened_on": localize_input(local.date()),
        "happened_at": clock(local),
        "audience": text.audience,
    }


class PhraseForm(ModelForm):
    """A standard phrase of one of the centres where the user keeps them."""

    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Organisation.objects.none())
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    text = LongTextField(
        label=_("Text"), rows=4, help_text=_("Write ___ where the writer fills something in; the first is marked.")
    )

    class Meta:
        model = Phrase
        fields = ["name", "text", "language", "centre"]

    def __init__(self, *args: Any, centres: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["centre"].queryset = Organisation.objects.filter(pk__in=centres).order_by("name")  # type: ignore[attr-defined]
        if len(centres) == 1:
            self.fields["centre"].initial = next(iter(centres))
            self.fields["centre"].widget = self.fields["centre"].hidden_widget()

    def validate_unique(self) -> None:
        """In the user's words; the constraint would name fields."""
        cleaned = self.cleaned_data
        there = Phrase.objects.filter(
            centre=cleaned.get("centre"), language=cleaned.get("language", ""), name=cleaned.get("name", "")
        )
        if there.exclude(pk=self.instance.pk).exists():
            self.add_error("name", gettext("There is a phrase with this name already"))
