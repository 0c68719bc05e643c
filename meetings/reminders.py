"""What nags until somebody does something real: meetings without a record, required meetings that nobody agreed (J3).

Each asks the database in one statement what has no open task yet, so it may run twice, late or after an outage.
"""

from datetime import datetime

from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from meetings.following import COUNTS, TASKS, ask_for, required_of
from meetings.models import Meeting
from meetings.telling import ask_for_record
from programmes.models import Programme
from worklist.models import Task

RECORD = "record_meeting"


def nag(at: datetime | None = None) -> int:
    """Ask the caseworker for the record of every meeting that is over and has none; returns how many were asked for
    now."""
    meetings = list(
        Meeting.objects.unrecorded(at or timezone.now())
        .exclude(has_open_task(RECORD, "meetings.meeting:"))
        .select_related("programme__citizen", "programme__centre", "programme__caseworker")
    )
    for meeting in meetings:
        ask_for_record(meeting, for_user=meeting.programme.caseworker)
    return len(meetings)


def ask_for_required() -> int:
    """Ask for every meeting that a running programme's type requires and that nobody has agreed or asked for (P9).

    Programmes that began before their type required it are caught up with; returns how many were asked for now.
    """
    raised = 0
    for kind, task in TASKS.items():
        agreed = Meeting.objects.filter(programme=OuterRef("pk"), kind=kind, status__in=COUNTS)
        missing = (
            Programme.objects.running()
            .filter(requires(f"meeting:{kind}") | requires(f"meeting_agreed:{kind}"))
            .exclude(Exists(agreed))
            .exclude(has_open_task(task, "meetings.programme:"))
            .select_related("citizen", "caseworker", "type")
        )
        for programme in missing:
            for wanted, _task, days in required_of(programme):
                if wanted == kind:
                    ask_for(programme, kind, task, days)
                    raised += 1
    return raised


def requires(met_by: str) -> Q:
    return Q(type__definition__required__contains=[{"met_by": met_by}])


def has_open_task(kind: str, prefix: str) -> Exists:
    """Whether a task of this kind about the row is on somebody's list."""
    source = Concat(Value(prefix), Cast(OuterRef("pk"), CharField()))
    return Exists(Task.objects.open().filter(kind=kind, source=source))
