"""The form of a reported week: a line for each agreed slot, "as agreed" until somebody says otherwise (A11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.models import ExpectedAttendance
from attendance.reported.weeks import DayReport, WrongReport
from attendance.states import EXCUSED, HERE, State
from core.fields import TimeField
from core.forms import Form
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words

TIMED = (State.LATE, State.LEFT_EARLY)
REMARK_AT_MOST = 300
AS_AGREED = gettext_lazy("As agreed")
NOT_YET = gettext_lazy("The day has not come yet")


@dataclass(frozen=True)
class Line:
    """One slot as the page lays it out."""

    slot: ExpectedAttendance
    name: str
    state: forms.BoundField
    came_at: forms.BoundField
    left_at: forms.BoundField
    remark: forms.BoundField
    seen: forms.BoundField
    asks_times: bool

    @property
    def times(self) -> list[forms.BoundField]:
        return [self.came_at, self.left_at]


class WeekReportForm(Form):
    """A state, times and a remark for each slot, and under `seen` the mark that stood when the page was made."""

    def __init__(self, *args: Any, slots: Sequence[ExpectedAttendance], names: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slots, self.names = list(slots), names
        today = timezone.localdate()
        for slot in self.slots:
            label = f"{in_words(slot.day).capitalize()} {clock(slot.starts)}–{clock(slot.ends)}"
            offered = choices(slot)
            self.fields[f"state_{slot.pk}"] = forms.ChoiceField(
                label=label, choices=offered, required=not any(value == "" for value, _word in offered)
            )
            self.fields[f"came_{slot.pk}"] = TimeField(label=f"{label}: {_('came at')}", required=False)
            self.fields[f"left_{slot.pk}"] = TimeField(label=f"{label}: {_('left at')}", required=False)
            self.fields[f"remark_{slot.pk}"] = forms.CharField(
                label=f"{label}: {_('remark')}", max_length=REMARK_AT_MOST, required=False
            )
            self.fields[f"seen_{slot.pk}"] = forms.UUIDField(required=False, widget=forms.HiddenInput)
            usual = State.PRESENT if slot.day <= today else State.NOT_MARKED
            standing: dict[str, Any] = {
                f"state_{slot.pk}": slot.state or usual,
                f"came_{slot.pk}": clock(slot.came_at) if slot.came_at else "",
                f"left_{slot.pk}": clock(slot.left_at) if slot.left_at else "",
                f"remark_{slot.pk}": slot.remark,
                f"seen_{slot.pk}": slot.standing_mark or "",
            }
            self.initial.update(standing)

    @property
    def lines(self) -> list[Line]:
        found = []
        for slot in self.slots:
            state, came, left, remark, seen = (
                self[f"{name}_{slot.pk}"] for name in ("state", "came", "left", "remark", "seen")
            )
            is_timed = state.value() in TIMED or bool(came.errors or left.errors)
            found.append(Line(slot, self.names[slot.placement_id], state, came, left, remark, seen, is_timed))
        return found

    @property
    def days(self) -> list[DayReport]:
        """What was said of each slot; times only where the state has any."""
        data = self.cleaned_data
        found = []
        for slot in self.slots:
            state = data[f"state_{slot.pk}"]
            is_timed = state in TIMED
            found.append(
                DayReport(
                    slot=slot.pk,
                    state=state,
                    came_at=data[f"came_{slot.pk}"] if is_timed else None,
                    left_at=data[f"left_{slot.pk}"] if is_timed else None,
                    remark=data[f"remark_{slot.pk}"],
                    seen=data[f"seen_{slot.pk}"],
                )
            )
        return found

    def refuse(self, refused: WrongReport, standing: dict[int, UUID | None]) -> None:
        """Each day's error beside it; what a colleague reported has been seen when this is sent again."""
        for slot, message in refused.slots.items():
            about = "remark" if message == _("Write why a past day is corrected.") else "state"
            self.add_error(f"{about}_{slot}", message)
        if refused.is_overtaken:
            self.data = {**self.data, **{f"seen_{slot}": str(mark or "") for slot, mark in standing.items()}}


def choices(slot: ExpectedAttendance) -> list[tuple[str, str]]:
    """A day that has not come may only be excused; one that is over is said something about."""
    today = timezone.localdate()
    excused = [(state.value, str(state.label)) for state in EXCUSED]
    if slot.day > today:
        return [("", str(NOT_YET)), *excused]
    here = [(State.PRESENT.value, str(AS_AGREED)), *((state.value, str(state.label)) for state in HERE[1:])]
    blank = [] if slot.day < today else [("", str(State.NOT_MARKED.label))]
    return [*here, *excused, (State.NO_SHOW.value, str(State.NO_SHOW.label)), *blank]
