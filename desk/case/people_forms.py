"""The forms of the page of people around a case."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.fields import DateField
from core.forms import Form
from programmes.models import Programme, TeamMember
from programmes.people.team import colleagues
from programmes.team_functions import functions_of


class TeamForm(Form):
    """Who comes on the team, as what, and for how long."""

    person = forms.TypedChoiceField(label=gettext_lazy("Colleague"), coerce=int)
    function = forms.ChoiceField(
        label=gettext_lazy("As"),
    )
    starts_on = DateField(label=gettext_lazy("From"))
    ends_on = DateField(
        label=gettext_lazy("Until"), required=False, help_text=gettext_lazy("Empty means until the programme ends.")
    )

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.pk: user for user, _role in colleagues(programme)}
        functions = [(one.key, one.name) for one in functions_of(programme.type) if not one.is_coordinator]
        self.fields["function"].choices = functions  # type: ignore[attr-defined]
        names = [(user.pk, f"{user.name}, {user.title}" if user.title else user.name) for user in self.people.values()]
        self.fields["person"].choices = [("", _("Choose")), *names]  # type: ignore[attr-defined]
        self.fields["starts_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The end must not lie before the start"))
        if data.get("function") == TeamMember.Function.DEPUTY and not ends_on and "ends_on" not in self.errors:
            self.add_error("ends_on", _("Say until when the deputy takes over"))
        return data


class LastDayForm(Form):
    on = DateField(
        label=gettext_lazy("Last day on the team"),
        help_text=gettext_lazy("With today's date the case is closed to this person at once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate()
