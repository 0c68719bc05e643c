"""Telling others of a meeting: timeline, worklist, mails with calendar files; inside the action's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from audit.acting import Actor
from citizens.models import CaseAccess
from journal.models import Audience, Entry
from meetings.calendar_files import Method, calendar_file, location
from meetings.models import Meeting, MeetingTask
from meetings.statuses import Kind
from messaging.actions import Letter, queue_letters
from programmes.telling import tell_case
from worklist.actions import clear_task, raise_task


@dataclass(frozen=True)
class Receiver:
    """Who gets a calendar file: a user, the citizen, or somebody from outside."""

    email: str
    name: str
    language: str
    is_user: bool


def receivers(meeting: Meeting) -> list[Receiver]:
    """Everybody who is invited and has an address, each once: organiser, users, people from outside, the citizen."""
    own = meeting.programme.centre.language
    found = [of_user(meeting.organiser)] if meeting.organiser.is_active else []
    for participant in meeting.participants.select_related("user"):
        if participant.user:
            found += [of_user(participant.user)] if participant.user.is_active else []
        elif participant.email:
            found.append(Receiver(participant.email, participant.name, own, is_user=False))
    if meeting.with_citizen:
        found += of_citizen(meeting)
    return list({one.email.lower(): one for one in reversed(found)}.values())[::-1]


def of_user(user: User) -> Receiver:
    return Receiver(user.email, user.name, user.language, is_user=True)


def of_citizen(meeting: Meeting) -> list[Receiver]:
    """The citizen's own account, otherwise the address we know. A calendar names nobody, so neither does this."""
    programme = meeting.programme
    access = CaseAccess.objects.current().filter(
        citizen=programme.citizen_id, centre=programme.centre_id, role=Role.CITIZEN, user__is_active=True
    )
    if users := [one.user for one in access.select_related("user") if one.user]:
        return [Receiver(user.email, "", user.language, is_user=True) for user in users]
    citizen = programme.citizen
    return [Receiver(citizen.email, "", citizen.language, is_user=False)] if citizen.email else []


def send(meeting: Meeting, event: str, method: Method, to: Iterable[Receiver], **context: Any) -> None:
    """Queue the mail `event` with its calendar file for each receiver. A meeting that is over is no news to anybody."""
    queue_letters(letters(meeting, event, method, to, **context))


def letters(
    meeting: Meeting, event: str, method: Method, to: Iterable[Receiver], *, is_news: bool = False, **context: Any
) -> list[Letter]:
    """What `send` queues; for many meetings they are queued together.

    A meeting that is over makes none, unless it `is_news`: the receivers' calendars still have it ahead.
    """
    if meeting.is_over and not is_news:
        return []
    written = []
    for receiver in to:
        with translation.override(receiver.language):
            text = render_to_string(
                f"meetings/email/{event}.txt",
                {
                    "meeting": meeting,
                    "place": location(meeting),
                    "url": settings.SITE_URL + page_of(meeting) if receiver.is_user else "",
                    **context,
                },
            )
        subject, _, body = text.strip().partition("\n")
        calendar = calendar_file(
            meeting,
            method,
            language=receiver.language,
            email=receiver.email,
            name=receiver.name,
            is_user=receiver.is_user,
        )
        written.append(Letter(receiver.email, subject, body, calendar, method.value))
    return written


def tell_timeline(meeting: Meeting, kind: str, *, by: Actor, audience: str = Audience.TEAM, body: str = "") -> None:
    """One line of the case's timeline (J1). The kind of meeting is said in the reader's language."""
    programme = meeting.programme
    start = meeting.local_start
    tell_case(
        kind,
        programme,
        by=by,
        audience=audience,
        body=body,
        url=page_of(meeting),
        source=meeting.source,
        meeting=str(KIND_IDS[meeting.kind]),
        day=start.date().isoformat(),
        time=start.strftime("%H:%M"),
    )


def retell_minutes(meeting: Meeting) -> None:
    """Minutes were written on after the meeting was recorded: its line on the timeline says what now stands."""
    Entry.objects.filter(source=meeting.source, kind="meeting_held").update(
        body=meeting.minutes, audience=meeting.audience
    )


def remind_of(task: MeetingTask) -> None:
    """Put what somebody promised on their worklist; about the citizen only where they may see the case (T1)."""
    programme = task.meeting.programme
    held = CaseAccess.objects.held_by(task.owner).filter(citizen=programme.citizen_id, centre=programme.centre_id)
    raise_task(
        kind="meeting_task",
        source=task.source,
        due_on=task.due_on,
        url=reverse("meetings:task", args=[task.pk]),
        citizen=programme.citizen if held.exists() else None,
        for_user=task.owner,
        what=task.what,
    )


def ask_for_record(meeting: Meeting, *, for_user: User) -> None:
    """The time is over and nobody has said what became of it: due on the meeting's own day (J3)."""
    raise_task(
        kind="record_meeting",
        source=meeting.source,
        due_on=meeting.local_end.date(),
        url=page_of(meeting),
        citizen=meeting.programme.citizen,
        for_user=for_user,
    )


def stop_asking(meeting: Meeting, *, by: Actor) -> None:
    """Something real was done with it, so it nags no longer."""
    for kind in ("record_meeting", "move_closing_meeting", "move_meeting"):
        clear_task(kind=kind, source=meeting.source, by=by if isinstance(by, User) else None)


def page_of(meeting: Meeting) -> str:
    return reverse("meetings:detail", args=[meeting.pk])


def message_id(kind: Kind) -> str:
    """The English word of a kind, from which timeline and worklist make the reader's."""
    with translation.override("en"):
        return str(kind.label)


KIND_IDS = {kind.value: message_id(kind) for kind in Kind}
