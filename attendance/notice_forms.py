"""What is asked of a notice of absence and of a joint day (A2)."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from attendance.notices import Away, objections
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


class Person(NamedTuple):
    """A line of the list of those who come; told apart by the case's number where two have the same name."""

    programme: Programme
    words: str
    comes: bool


class JointDayForm(Form):
    """What the workshop does together, when and how long; and who comes, everybody unless somebody is left out.

    `people` are the cases that can be chosen. The page sends whom it showed (`shown`) and who of them comes (`comes`),
    so that somebody who was placed meanwhile is not left out by chance.
    """

    name = ReasonField(label=_("What"), max_length=100, help_text=_("Shown in the register, e.g. the open day."))
    day = DateField(label=_("Day"))
    starts = TimeField(label=_("From what time"))
    ends = TimeField(label=_("Until what time"))

    def __init__(self, *args: Any, candidates: Sequence[Programme] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        starts: time | None = cleaned.get("starts")
        ends: time | None = cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must lie after the beginning."))
        if self.people and not any(person.comes for person in self.people):
            self.add_error(None, _("Choose at least one citizen"))
        return cleaned

    @cached_property
    def people(self) -> list[Person]:
        sent = self.data if isinstance(self.data, QueryDict) else QueryDict()
        stays = set(sent.getlist("shown")) - set(sent.getlist("comes"))
        named = Counter(one.citizen.name for one in self.candidates)
        return [
            Person(
                one,
                one.citizen.name if named[one.citizen.name] == 1 else f"{one.citizen.name} · {one.reference}",
                str(one.pk) not in stays,
            )
            for one in self.candidates
        ]

    @property
    def left_out(self) -> list[Programme]:
        return [person.programme for person in self.people if not person.comes]
