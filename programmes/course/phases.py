"""The phases of a programme, where its type has any: which it is in, since when and why (P4)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import short_day
from programmes.course.pausing import tell_course
from programmes.locking import locked
from programmes.models import PhaseStart, Programme
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING
from programmes.types.definition import Phase


@dataclass(frozen=True)
class Stretch:
    """The programme was, or is, in one phase; `until` is None for the present one."""

    phase: Phase
    starts_on: date
    until: date | None
    reason: str = ""
    begun_by: str = ""


def phase_of(programme: Programme, key: str | None) -> Phase | None:
    """The phase of the type's version with this key; the first one without a key, None where the type has none."""
    phases = programme.type.settings.phases
    return next((phase for phase in phases if phase.key == key), phases[0] if phases else None)


def present_phase(programme: Programme) -> Phase | None:
    """The phase that the programme is in today, in its first before anything was said. One query at most."""
    if not programme.type.settings.phases:
        return None
    latest = programme.phase_starts.filter(starts_on__lte=timezone.localdate()).order_by("starts_on", "pk").last()
    return phase_of(programme, latest.phase if latest else None)


def next_phase(programme: Programme, present: Phase | None) -> Phase | None:
    """The one after `present` in the order of the type; None after the last."""
    phases = programme.type.settings.phases
    if present is None:
        return None
    keys = [phase.key for phase in phases]
    return dict(zip(keys, phases[1:], strict=False)).get(present.key)


def history_of(programme: Programme) -> list[Stretch]:
    """Every phase that the programme has been in, the first one first. One query; none where the type has none."""
    first = phase_of(programme, None)
    if first is None:
        return []
    found = [Stretch(first, programme.starts_on, None)]
    for row in programme.phase_starts.select_related("begun_by").order_by("starts_on", "pk"):
        phase = phase_of(programme, row.phase)
        if phase is None:
            continue
        last = found.pop()
        if last.starts_on < row.starts_on:
            until = row.starts_on - timedelta(days=1)
            found.append(Stretch(last.phase, last.starts_on, until, last.reason, last.begun_by))
        found.append(Stretch(phase, row.starts_on, None, row.reason, row.begun_by.name))
    return found


def problem_of_start(programme: Programme, starts_on: date) -> str:
    """Why a phase cannot begin on this day; empty when it can. One query."""
    if starts_on > timezone.localdate():
        return _("A phase is begun on the day it begins, or afterwards")
    if starts_on < programme.starts_on:
        return _("The programme had not begun on that day")
    latest = programme.phase_starts.order_by("starts_on", "pk").last()
    if latest and starts_on < latest.starts_on:
        return _("The present phase began on %(day)s") % {"day": short_day(latest.starts_on)}
    return ""


def begin_phase(*, programme: Programme, phase: str, starts_on: date, reason: str, by: User) -> PhaseStart:
    """Let the programme be in `phase` (a key of its type) from `starts_on` on; back to an earlier one is allowed (P4).

    Refused where the type knows no such phase, when the programme is in it already or has ended, and for a day before
    the present phase began or after today. Begun twice at once, it begins once.
    """
    with acting(by, why=reason):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        if programme.status not in RUNNING:
            raise Refused(_("The programme has ended"))
        found = {one.key: one for one in programme.type.settings.phases}.get(phase)
        if found is None:
            raise Refused(_("The programme's type has no such phase"))
        if not reason.strip():
            raise Refused(_("Write the reason"))
        present = present_phase(programme)
        if present == found:
            raise Refused(_("The programme is in this phase already"))
        if problem := problem_of_start(programme, starts_on):
            raise Refused(problem)
        start = PhaseStart.objects.create(
            programme=programme, phase=phase, starts_on=starts_on, reason=reason, begun_by=by
        )
        record("phase_begun", by=by, subject=programme, citizen_id=programme.citizen_id, phase=phase)
        # The line keeps every language's name, as the type's version has it.
        tell_course(programme, "phase_begun", body=reason, by=by, phase=found.name.model_dump(), day=starts_on)
    return start
