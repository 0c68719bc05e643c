"""What a programme's life asks of meetings: the closing meeting agreed at the start (P9), an end, a colleague who goes.

Receivers of the events of lower apps, connected in `apps.py`; each runs inside the sender's transaction.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Organisation, User
from audit.acting import Actor, acting
from audit.log import record, record_each
from core.events import cover_changed
from meetings import telling
from meetings.calendar_files import Method
from meetings.handover import at
from meetings.models import Meeting, MeetingTask, Participant
from meetings.statuses import Kind, Status
from programmes.checklist import requirements
from programmes.checklist.requirements import Reading
from programmes.models import Programme
from programmes.statuses import RUNNING
from worklist.actions import clear_task, raise_task

# What frames a programme is asked for from its beginning; what recurs is asked for by the checklist when it is due.
TASKS: dict[Kind, str] = {Kind.START: "book_start_meeting", Kind.CLOSING: "agree_closing_meeting"}
# The closing meeting lies at most so long before the end.
CLOSING_DAYS = 21
MOVE_CLOSING, MOVE = "move_closing_meeting", "move_meeting"
COUNTS = [Status.PLANNED, Status.HELD]
DAY = "(m.starts_at AT TIME ZONE %(zone)s)::date"
OF_KIND = "FROM meetings_meeting m WHERE m.programme_id = p.id AND m.kind = r.what"
PLANNED = f"SELECT max({DAY}) {OF_KIND} AND m.status = 'planned'"
ASKED = f"(r.every IS NULL AND r.what IN ('start', 'closing') OR ({PLANNED}) IS NOT NULL)"
# A meeting meets a requirement when it was held; where its day is to be agreed, when it is (P9).
READINGS = {
    "meeting": Reading(f"(SELECT max({DAY}) {OF_KIND} AND m.status = 'held')", f"({PLANNED})", ASKED),
    "meeting_agreed": Reading(f"(SELECT max({DAY}) {OF_KIND} AND m.status IN ('planned', 'held'))", is_asked=ASKED),
}


def ask_at_start(sender: Any, *, programme: Programme, by: Actor, **signal: Any) -> None:
    """A referral was accepted: its caseworker books the start meeting and agrees the closing one (P9, J3)."""
    settle(programme, by=by)


def settle(programme: Programme, *, by: Actor) -> None:
    """Raise or clear the tasks for the meetings that the type requires, by what is planned or held now."""
    requirements.settle([programme.pk], by=by)
    wanted = required_of(programme)
    if not wanted:
        return
    agreed = set(Meeting.objects.filter(programme=programme, status__in=COUNTS).values_list("kind", flat=True))
    for kind, task, days in wanted:
        if kind in agreed or programme.status not in RUNNING:
            clear_task(kind=task, source=source_of(programme), by=by if isinstance(by, User) else None)
        else:
            ask_for(programme, kind, task, days)


def required_of(programme: Programme) -> list[tuple[Kind, str, int]]:
    """The meetings that the type asks for from the beginning: kind, task, and how many days after the start."""
    found = []
    for kind, task in TASKS.items():
        for requirement in programme.type.settings.required:
            due = requirement.due
            if requirement.met_by in (f"meeting:{kind}", f"meeting_agreed:{kind}") and not (due and due.every_weeks):
                # A meeting near the end is agreed in the first week too.
                after = due.days_after_start if due else None
                found.append((kind, task, 7 if after is None else after))
    return found


def ask_for(programme: Programme, kind: Kind, task: str, days: int) -> None:
    raise_task(
        kind=task,
        source=source_of(programme),
        due_on=max(programme.starts_on + timedelta(days=days), timezone.localdate()),
        url=reverse("meetings:new", args=[programme.reference]) + f"?kind={kind.value}",
        citizen=programme.citizen,
        for_user=programme.caseworker,
    )


def source_of(programme: Programme) -> str:
    return f"meetings.programme:{programme.pk}"


def end_with_programme(sender: Any, *, programme: Programme, by: Actor, **signal: Any) -> None:
    """The programme has ended: meetings that lie ahead are called off, and no meeting is asked for any longer."""
    for task in TASKS.values():
        clear_task(kind=task, source=source_of(programme), by=by if isinstance(by, User) else None)
    ahead = Meeting.objects.planned().filter(programme=programme, starts_at__gt=timezone.now())
    for meeting in ahead.select_related("programme__citizen", "programme__centre", "organiser").select_for_update(
        of=("self",)
    ):
        with override(programme.centre.language):
            why = _("The programme has ended")
        call_off(meeting, why=why, by=by)


def ask_about_meetings(sender: Any, *, programme: Programme, by: Actor, **signal: Any) -> None:
    """The planned end was moved: what lies after it now is to be moved or called off, and so is a closing meeting long
    before it (P3, J3).

    Whoever agreed the meeting agrees the new time; nothing is moved by itself. A query, and one for each meeting ahead.
    """
    for meeting in Meeting.objects.planned().filter(programme=programme, starts_at__gt=timezone.now()):
        is_closing = meeting.kind == Kind.CLOSING
        task = MOVE_CLOSING if is_closing else MOVE
        days_before = (programme.ends_on - timezone.localdate(meeting.starts_at)).days
        if days_before >= 0 and (days_before <= CLOSING_DAYS or not is_closing):
            clear_task(kind=task, source=meeting.source, by=None)
            continue
        raise_task(
            kind=task,
            source=meeting.source,
            due_on=timezone.localdate() + timedelta(days=7),
            url=reverse("meetings:move", args=[meeting.pk]),
            citizen=programme.citizen,
            for_user=programme.caseworker,
        )


def call_off(meeting: Meeting, *, why: str, by: Actor) -> None:
    """Cancel a locked meeting, take it out of calendars and tell the timeline; the caller has asked who may."""
    meeting.status = Status.CANCELLED
    meeting.why = why
    meeting.sequence += 1
    meeting.version += 1
    meeting.changed_at = timezone.now()
    meeting.save(update_fields=["status", "why", "sequence", "version", "changed_at"])
    record("meeting_cancelled", by=by, subject=meeting, citizen_id=meeting.programme.citizen_id, why=why)
    telling.stop_asking(meeting, by=by)
    telling.tell_timeline(meeting, "meeting_cancelled", by=by)
    tell_cover(meeting, by=by)
    telling.send(meeting, "cancelled", Method.CANCEL, telling.receivers(meeting))


def hand_over(
    sender: Any,
    *,
    user: User,
    taker: User | None,
    by: Actor,
    organisation: Organisation | None = None,
    **signal: Any,
) -> None:
    """A colleague leaves: what is planned, and what they promised at meetings, goes to the taker (U2).

    Recorded meetings keep their people; the taker gets the calendar files of those ahead.
    """
    if taker is None:
        return
    with acting(by, why="handed over"):
        planned = Meeting.objects.planned().filter(at(organisation))
        promised = MeetingTask.objects.filter(at(organisation, "meeting__"), owner=user, done_at__isnull=True)
        invited = Participant.objects.filter(user=user, meeting__in=planned)
        takes_part = Q(organiser=user) | Exists(invited.filter(meeting=OuterRef("pk")))
        concerned = list(planned.filter(takes_part).values_list("pk", flat=True))
        there = Participant.objects.filter(user=taker, meeting=OuterRef("meeting"))
        invited.filter(Exists(there)).delete()
        invited.update(user=taker)
        planned.filter(organiser=user).update(organiser=taker, version=F("version") + 1, changed_at=timezone.now())
        Participant.objects.filter(meeting__in=concerned, user=F("meeting__organiser")).delete()
        tasks = [
            (task.source, task.meeting.programme.citizen_id)
            for task in promised.select_related("meeting__programme").defer("meeting__minutes")
        ]
        record_each("meeting_task_handed_over", by=by, of=tasks, to=taker.pk)
        MeetingTask.objects.filter(pk__in=promised.values("pk")).update(owner=taker)
        meetings = list(
            Meeting.objects.filter(pk__in=concerned).select_related(
                "programme__citizen", "programme__centre", "organiser"
            )
        )
        cases = [(meeting, meeting.programme.citizen_id) for meeting in meetings]
        record_each("meeting_handed_over", by=by, of=cases, to=taker.pk)
        telling.queue_letters(
            letter
            for meeting in meetings
            for letter in telling.letters(meeting, "invited", Method.REQUEST, [telling.of_user(taker)])
        )


def tell_cover(meeting: Meeting, *earlier: date, by: Actor) -> None:
    """Attendance hears that hours of the citizen are agreed otherwise, on the meeting's day and any `earlier` one."""
    days = {meeting.local_start.date(), *earlier}
    cover_changed.send(Meeting, programmes=[meeting.programme_id], days=days, by=by)
