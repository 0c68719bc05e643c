"""What is asked of a notice of absence (A2)."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance.notices.giving import Away, objections
from attendance.states import EXCUSED, State
from core.fields import DateField, ReasonField, TimeField
from core.forms import Form
from programmes.models import Programme


class NoticeForm(Form):
    """Why, from when and until when; one day where no other is said, whole days where no time is."""

    state = forms.ChoiceField(
        label=_("Why"), choices=[(state.value, state.label) for state in EXCUSED], widget=forms.RadioSelect
    )
    from_day = DateField(label=_("From"))
    from_time = TimeField(label=_("From what time"), required=False, help_text=_("Leave it empty for the whole day."))
    until_day = DateField(label=_("Until"), required=False, help_text=_("The last day away. Empty is one day."))
    until_time = TimeField(label=_("Until what time"), required=False, help_text=_("Leave it empty for the whole day."))
    remark = ReasonField(label=_("Remark"), required=False, help_text=_("Shown in the register. Write no diagnoses."))

    def __init__(self, *args: Any, programme: Programme, before: Away | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programme, self.before = programme, before

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        first: date = cleaned["from_day"]
        cleaned["away"] = Away(first, cleaned["from_time"], cleaned["until_day"] or first, cleaned["until_time"])
        wrong = objections(cleaned["away"], self.programme, today=timezone.localdate(), before=self.before)
        for name, message in wrong.items():
            self.add_error(name, message)
        return cleaned

    @property
    def answer(self) -> dict[str, Any]:
        """What the actions take, of a valid form."""
        return {name: self.cleaned_data[name] for name in ("state", "away", "remark")}


def written(state: str, away: Away, remark: str) -> dict[str, Any]:
    """A notice as the form shows it; the last day only where there are several."""
    is_longer = away.until_day != away.from_day
    return {
        "state": state,
        "from_day": away.from_day,
        "from_time": away.from_time,
        "until_day": away.until_day if is_longer else None,
        "until_time": away.until_time,
        "remark": remark,
    }


def empty(day: date | None) -> dict[str, Any]:
    return {"state": State.ILL.value, "from_day": day or timezone.localdate()}
