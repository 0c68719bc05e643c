"""What became of a meeting: minutes, held or not held, and the tasks that came out of it (J3, J6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from meetings import telling
from meetings.actions import Stale, locked, may_become, refusal, save
from meetings.following import settle, tell_cover
from meetings.models import Meeting, MeetingTask
from meetings.permissions import may_finish
from meetings.statuses import Status
from worklist.actions import clear_task


@dataclass(frozen=True)
class Promise:
    """A task that came out of a meeting: what, who of those inside, by when."""

    what: str
    owner: User
    due_on: date


def save_minutes(*, meeting: Meeting, minutes: str, audience: str, version: int, by: User) -> Meeting:
    """Save the minutes without recording the meeting, as typing does by itself (experience 14).

    Raises Stale when somebody else saved another text since `version` (T13); the same text again changes nothing.
    """
    with acting(by):
        meeting = locked(meeting, by=by)
        if meeting.status not in (Status.PLANNED, Status.HELD):
            raise refusal(meeting)
        write_minutes(meeting, minutes, audience, version)
    return meeting


def write_minutes(meeting: Meeting, minutes: str, audience: str, version: int) -> None:
    if (meeting.minutes, meeting.audience) == (minutes, audience):
        return
    if meeting.version != version:
        raise Stale(meeting)
    meeting.minutes, meeting.audience = minutes, audience
    save(meeting, "minutes", "audience")
    if meeting.status == Status.HELD:
        telling.retell_minutes(meeting)


def record_held(
    *,
    meeting: Meeting,
    minutes: str,
    audience: str,
    tasks: Collection[Promise] = (),
    version: int,
    by: User,
) -> Meeting:
    """The meeting was held: keep its minutes, put its tasks on their owners' lists, and nag no longer (J3).

    Sent again for a meeting that is held, it writes the minutes on and adds the tasks that are new. Refused before the
    meeting begins. Stale as in `save_minutes`.
    """
    with acting(by):
        meeting = locked(meeting, by=by)
        is_new = meeting.status != Status.HELD
        if is_new:
            may_become(meeting, Status.HELD)
            if meeting.starts_at > timezone.now():
                raise Refused(_("The meeting has not begun yet"))
        write_minutes(meeting, minutes, audience, version)
        if is_new:
            meeting.status, meeting.not_held_by, meeting.why = Status.HELD, "", ""
            meeting.recorded_at, meeting.recorded_by = timezone.now(), by
            save(meeting, "status", "not_held_by", "why", "recorded_at", "recorded_by")
            record("meeting_held", by=by, subject=meeting, citizen_id=meeting.programme.citizen_id)
            telling.stop_asking(meeting, by=by)
            telling.tell_timeline(meeting, "meeting_held", by=by, audience=meeting.audience, body=meeting.minutes)
            tell_cover(meeting, by=by)
            settle(meeting.programme, by=by)
        known = set(meeting.tasks.values_list("what", "owner", "due_on"))
        for promise in tasks:
            if (promise.what, promise.owner.pk, promise.due_on) not in known:
                row = MeetingTask.objects.create(
                    meeting=meeting, what=promise.what, owner=promise.owner, due_on=promise.due_on
                )
                record("meeting_task_given", by=by, subject=row.source, citizen_id=meeting.programme.citizen_id)
                telling.remind_of(row)
    return meeting


def record_not_held(*, meeting: Meeting, side: str, why: str, by: User) -> Meeting:
    """The meeting was not held; why, and by whose side, stays with it (J3). It nags no longer.

    Refused before it begins (cancel or move it instead), and when minutes say that it was held.
    """
    with acting(by, why=why):
        meeting = locked(meeting, by=by)
        may_become(meeting, Status.NOT_HELD)
        if meeting.starts_at > timezone.now():
            raise Refused(_("The meeting has not begun yet"))
        why = why.strip()
        if not why or not side:
            raise Refused(_("Write why the meeting was not held"))
        if meeting.status == Status.HELD and (meeting.minutes or meeting.tasks.exists()):
            raise Refused(_("The meeting has minutes, so it was held"))
        meeting.status, meeting.not_held_by, meeting.why = Status.NOT_HELD, side, why[:300]
        meeting.recorded_at, meeting.recorded_by = timezone.now(), by
        save(meeting, "status", "not_held_by", "why", "recorded_at", "recorded_by")
        record("meeting_not_held", by=by, subject=meeting, citizen_id=meeting.programme.citizen_id, side=side)
        telling.stop_asking(meeting, by=by)
        telling.tell_timeline(
            meeting, "meeting_not_held", by=by, body=f"{meeting.get_not_held_by_display()}: {meeting.why}"
        )
        settle(meeting.programme, by=by)
        tell_cover(meeting, by=by)
    return meeting


def finish_task(*, task: MeetingTask, by: User) -> MeetingTask:
    """What was promised is done: off every list (J6). Done already, nothing more happens."""
    with acting(by):
        task = (
            MeetingTask.objects.select_for_update(of=("self",))
            .select_related("meeting__programme__centre", "meeting__programme__citizen")
            .get(pk=task.pk)
        )
        if not may_finish(by, task):
            raise NotAllowed
        if task.done_at is None:
            task.done_at, task.done_by = timezone.now(), by
            task.save(update_fields=["done_at", "done_by"])
            clear_task(kind="meeting_task", source=task.source, by=by)
            record("meeting_task_done", by=by, subject=task.source, citizen_id=task.meeting.programme.citizen_id)
    return task
