"""Tasks as the lists show them: in the reader's language, from `worklist/wording.py` (J6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.templatetags.dates import clock, day
from core.wording import Params
from worklist.models import OWN, REST_REASON, Task, Turn
from worklist.wording import WORDING


@dataclass(frozen=True)
class Line:
    """One thing to do: about whom, what, by when, and the button that leads there."""

    kind: str
    name: str
    text: str
    action: str
    icon: str
    url: str
    due_on: date
    due_kind: str  # late, due or calm: the colour of the deadline
    due_icon: str
    due: str
    pk: int | None = None
    is_own: bool = False
    notes: tuple[str, ...] = ()  # why it comes later, and from whom it is

    @property
    def is_overdue(self) -> bool:
        return self.due_kind == "late"


def lines(tasks: Iterable[Task]) -> list[Line]:
    """The tasks in the order given; asks the database nothing when they come from `with_names`."""
    return [line(task) for task in tasks]


def line(task: Task) -> Line:
    wording = WORDING.get(task.kind)
    kind, icon, due = due_in_words(task.due_on)
    return Line(
        kind=task.kind,
        name=task.citizen.name if task.citizen else "",
        text=text_of(task),
        action=action_in_words(task.kind),
        icon=wording.icon if wording else "flag",
        url=task.url,
        due_on=task.due_on,
        due_kind=kind,
        due_icon=icon,
        due=due,
        pk=task.pk,
        is_own=task.kind == OWN,
        notes=tuple(filter(None, [snoozed_in_words(task), handed_in_words(task)])),
    )


def action_in_words(kind: str) -> str:
    """What the button says that leads to a task of this kind."""
    return _(WORDING[kind].action) if kind in WORDING else _("Open")


def text_of(task: Task) -> str:
    """What is to be done, in a sentence."""
    wording = WORDING.get(task.kind)
    return _(wording.text) % Params(in_language(task.params)) if wording else task.kind


def in_language(params: dict[str, Any]) -> dict[str, Any]:
    """A name of a type's part stands in all its languages; the reader's is taken. A day is told as one."""
    language = get_language() or "da"
    told = {
        key: value.get(language) or value.get("da", "") if isinstance(value, dict) else value
        for key, value in params.items()
    }
    if "day" in told:
        told["day"] = day(date.fromisoformat(told["day"]))
    return told


def kind_in_words(kind: str) -> str:
    """What all tasks of a kind are about, for choosing among them."""
    if kind == OWN:
        return _("My own")
    return _(WORDING[kind].text) % Params() if kind in WORDING else kind


def due_in_words(due_on: date) -> tuple[str, str, str]:
    """Colour, icon and words of a deadline: `2 days overdue`, `today`, `by Friday 27 November`."""
    days = (due_on - timezone.localdate()).days
    if days < 0:
        words = ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}
        return "late", "exclamation-octagon", words
    if days == 0:
        return "due", "clock", _("due today")
    if days == 1:
        return "due", "clock", _("due tomorrow")
    return ("due" if days < 7 else "calm"), "calendar-event", _("by %(day)s") % {"day": day(due_on)}


def snoozed_in_words(task: Task) -> str:
    """`Later, on Thursday 26 November, because: waits for the doctor (Maja Lindholt)`; empty when it is not put off."""
    if not task.is_snoozed or task.snoozed_until is None:
        return ""
    words = _("Later, on %(day)s, because: %(why)s (%(name)s)") % {
        "day": day(task.snoozed_until),
        "why": _("somebody has just spoken with the citizen")
        if task.snooze_reason == REST_REASON
        else task.snooze_reason,
        "name": task.snoozed_by.name if task.snoozed_by else "",
    }
    if task.times_snoozed > 1:
        times = ngettext("Put off %(count)s time", "Put off %(count)s times", task.times_snoozed)
        words = f"{words}. {times % {'count': task.times_snoozed}}"
    return words


def handed_in_words(task: Task) -> str:
    """`From Maja Lindholt: you know him best`; empty when it came by itself."""
    if task.handed_by_id is None or task.handed_by is None:
        return ""
    words = _("From %(name)s") % {"name": task.handed_by.name}
    return f"{words}: {task.handed_word}" if task.handed_word else words


def owner_of(task: Task) -> str:
    """Whose it is: a colleague, a workshop or team, or the team leaders."""
    if task.for_user:
        return task.for_user.name
    if task.for_unit:
        return task.for_unit.name
    return _("Team leaders")


def history(turns: Iterable[Turn]) -> list[dict[str, Any]]:
    """The turns of a task as `components/timeline.html` shows them."""
    icons = {
        Turn.Kind.SNOOZED: ("clock", "calm"),
        Turn.Kind.WOKEN: ("alarm", "calm"),
        Turn.Kind.HANDED: ("arrow-right", "info"),
        Turn.Kind.GIVEN_BACK: ("arrow-left", "info"),
        Turn.Kind.DONE: ("check-lg", "ok"),
    }
    entries = []
    for turn in turns:
        icon, colour = icons.get(Turn.Kind(turn.kind), ("pencil", "calm"))
        title = str(turn.get_kind_display())
        if turn.kind == Turn.Kind.SNOOZED and turn.until:
            title = _("Put off to %(day)s") % {"day": day(turn.until)}
        elif turn.kind == Turn.Kind.HANDED and turn.to_user:
            title = _("Handed over to %(name)s") % {"name": turn.to_user.name}
        elif turn.kind == Turn.Kind.GIVEN_BACK and turn.to_user:
            title = _("Given back to %(name)s") % {"name": turn.to_user.name}
        elif turn.kind == Turn.Kind.CHANGED:
            title = _("Changed; before, it said:")
        at = timezone.localtime(turn.at)
        entries.append(
            {
                "icon": icon,
                "kind": colour,
                "title": title,
                "on": _("%(day)s at %(time)s") % {"day": day(at.date()), "time": clock(at)},
                "author": turn.by.name,
                "body": turn.word,
            }
        )
    return entries
