"""What the head of a case says of its course: phase, coordinator, pause, and whether anybody is expected (P1, P4)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.templatetags.dates import day as in_words
from programmes.course.phases import phase_of
from programmes.models import Programme
from programmes.statuses import RUNNING, Status
from programmes.team_functions import coordinator_of


@dataclass(frozen=True)
class Course:
    """`phase` is empty where the type has none, `coordinator` where it has none or nobody is chosen."""

    phase: str = ""
    phase_number: int = 0
    phases: int = 0
    coordinator: dict[str, Any] | None = None
    coordinator_word: str = ""
    pause: str = ""
    has_attendance: bool = True

    @classmethod
    def of(cls, programme: Any, today: date) -> "Course":
        """From a programme of `case_of`. No query."""
        settings = programme.type.settings
        phase = phase_of(programme, programme.phase)
        keys = [one.key for one in settings.phases]
        function = coordinator_of(programme.type)
        return cls(
            phase=str(phase) if phase else "",
            phase_number=keys.index(phase.key) + 1 if phase else 0,
            phases=len(keys),
            coordinator=programme.coordinator if function else None,
            coordinator_word=function.name if function else "",
            pause=pause_in_words(programme, programme.pause, today),
            has_attendance=settings.uses_workshops or programme.is_placed,
        )


def pause_in_words(programme: Programme, pause: dict[str, str] | None, today: date) -> str:
    """`Rests until Sunday 6 December`, or that it is going to; empty without a pause that is or comes."""
    if programme.status not in RUNNING:
        return ""
    if pause is None:
        return _("Rests until further notice") if programme.status == Status.PAUSED else ""
    starts_on = date.fromisoformat(pause["starts_on"])
    if starts_on > today:
        return _("Pause from %(day)s") % {"day": in_words(starts_on)}
    if pause["ends_on"] is None:
        return _("Rests until further notice")
    return _("Rests until %(day)s") % {"day": in_words(date.fromisoformat(pause["ends_on"]))}
