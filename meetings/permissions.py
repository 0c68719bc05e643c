"""Who may do what with a meeting. Each rule stands here once; actions, pages and templates ask."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Role
from journal.models import Audience, Entry
from journal.permissions import may_strike
from journal.timeline import struck_in_words
from meetings.models import STAFF, Meeting, MeetingTask
from meetings.statuses import Status
from programmes.models import Programme
from programmes.permissions import may_work_on, roles_in
from worklist.models import Task


def may_write(user: User, programme: Programme) -> bool:
    """The programme's caseworker and the team leaders of its centre plan, move and record meetings (J3)."""
    return may_work_on(user, programme)


def may_finish(user: User, task: MeetingTask) -> bool:
    """The owner closes what they promised, whoever has it on their list now does, and those who write meetings."""
    return (
        task.owner_id == user.pk
        or may_write(user, task.meeting.programme)
        or Task.objects.open().filter(kind="meeting_task", source=task.source, for_user=user).exists()
    )


@dataclass(frozen=True)
class Reading:
    """What a reader sees of one meeting beside when, where and who."""

    minutes: bool = False
    reasons: bool = False  # why it was moved, cancelled or not held
    tasks: bool = False
    addresses: bool = False  # e-mail addresses of people from outside
    struck: str = ""  # by whom the minutes were struck out, for those who read them still


def reading(user: User, meeting: Meeting) -> Reading:
    """Staff read everything once it is recorded, the others only minutes that are shared with them (J2, J3).

    What is written before the meeting is recorded is a draft of those who write it; minutes that were struck out are
    left to their author and the team leaders (K3).
    """
    programme = meeting.programme
    struck = Entry.objects.filter(source=meeting.source, struck_at__isnull=False).first()
    if struck and not may_strike(user, struck):
        return Reading(addresses=programme.centre_id in user.reach.organisations_as(*STAFF))
    words = struck_in_words(struck) if struck else ""
    works_there = programme.centre_id in user.reach.organisations_as(*STAFF)
    if works_there:
        minutes = meeting.status == Status.HELD or may_write(user, programme)
        return Reading(minutes=minutes, reasons=True, tasks=True, addresses=True, struck=words)
    if meeting.status != Status.HELD:
        return Reading()
    roles = roles_in(user, programme)
    shared = {Audience.REFERRER.value: Role.REFERRER, Audience.CITIZEN.value: Role.CITIZEN}
    return Reading(minutes=shared.get(meeting.audience) in roles)
