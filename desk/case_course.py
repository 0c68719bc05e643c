"""What the head of a case says of its course: phase, coordinator, pause, and whether anybody is expected (P1, P4)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import JSONField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from core.templatetags.dates import day as in_words
from programmes.functions import coordinator_of
from programmes.models import Programme
from programmes.phases import phase_of
from programmes.statuses import RUNNING, Status

# One expression instead of four subqueries of the ORM: the head is on every page of a case.
NOW = """
    jsonb_build_object(
        'phase', (
            SELECT x.phase FROM programmes_phasestart x
            WHERE x.programme_id = programmes_programme.id AND x.starts_on <= %s
            ORDER BY x.starts_on DESC, x.id DESC LIMIT 1
        ),
        'coordinator', (
            SELECT jsonb_build_object('id', u.id, 'name', u.name, 'phone', u.phone)
            FROM programmes_teammember x JOIN accounts_user u ON u.id = x.user_id
            WHERE x.programme_id = programmes_programme.id AND x.is_coordinator
              AND x.starts_on <= %s AND (x.ends_on IS NULL OR x.ends_on >= %s)
            LIMIT 1
        ),
        'pause', (
            SELECT jsonb_build_object('starts_on', x.starts_on, 'ends_on', x.ends_on) FROM programmes_pause x
            WHERE x.programme_id = programmes_programme.id AND (x.ends_on IS NULL OR x.ends_on >= %s)
            ORDER BY x.starts_on LIMIT 1
        ),
        'is_placed', EXISTS (SELECT FROM programmes_placement x WHERE x.programme_id = programmes_programme.id)
    )
"""


def course_now(today: date) -> RawSQL:
    """The annotation from which `Course.of` reads."""
    return RawSQL(NOW, [today] * 4, output_field=JSONField())  # noqa: S611 (only our own constants)


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
        """From a programme annotated with `course_now`. No query."""
        now, settings = programme.course, programme.type.settings
        phase = phase_of(programme, now["phase"])
        keys = [one.key for one in settings.phases]
        function = coordinator_of(programme.type)
        return cls(
            phase=str(phase) if phase else "",
            phase_number=keys.index(phase.key) + 1 if phase else 0,
            phases=len(keys),
            coordinator=now["coordinator"] if function else None,
            coordinator_word=function.name if function else "",
            pause=pause_in_words(programme, now["pause"], today),
            has_attendance=settings.uses_workshops or now["is_placed"],
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
