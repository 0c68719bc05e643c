"""Tasks as the lists show them: in the reader's language, from `worklist/wording.py` (J6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.dates import day
from worklist.models import Task
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

    @property
    def is_overdue(self) -> bool:
        return self.due_kind == "late"


def lines(tasks: Iterable[Task]) -> list[Line]:
    """The tasks in the order given; asks the database nothing when `citizen` is selected with them."""
    return [line(task) for task in tasks]


def line(task: Task) -> Line:
    wording = WORDING.get(task.kind)
    kind, icon, due = due_in_words(task.due_on)
    return Line(
        kind=task.kind,
        name=task.citizen.name if task.citizen else "",
        text=_(wording.text) % _Params(task.params) if wording else task.kind,
        action=_(wording.action) if wording else _("Open"),
        icon=wording.icon if wording else "flag",
        url=task.url,
        due_on=task.due_on,
        due_kind=kind,
        due_icon=icon,
        due=due,
    )


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


class _Params(dict):
    def __missing__(self, key: str) -> str:
        return "…"
