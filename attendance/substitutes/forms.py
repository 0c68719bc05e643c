"""The forms of substitutes (A13)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.fields import DateField, ReasonField
from core.forms import Form


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
