"""What changes a meeting before it is held: planning, changing, moving, cancelling (J3)."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from meetings import telling
from meetings.calendar_files import Method
from meetings.following import call_off, settle, tell_cover
from meetings.models import EarlierTime, Meeting, Participant
from meetings.permissions import may_write
from meetings.statuses import MOVES, Means, Status
from programmes import locking
from programmes.models import Programme
from programmes.statuses import RUNNING

# What stands in a calendar file: when one of these changes, the invitation gets a new number.
IN_CALENDARS = {"kind", "means", "place"}


class Stale(Refused):
    """Somebody saved since the page was opened; `meeting` is what stands now, so that both can be shown (T13)."""

    def __init__(self, meeting: Meeting) -> None:
        super().__init__(_("Somebody else has changed the meeting since you opened it. Nothing of yours is lost."))
        self.meeting = meeting


@dataclass(frozen=True)
class Outside:
    """Somebody from outside, by name; without an address there is no invitation."""

    name: str
    organisation: str = ""
    email: str = ""


@dataclass(frozen=True)
class Details:
    """What is agreed of a meeting beside its time."""

    kind: str
    means: str = Means.IN_PERSON
    place: str = ""
    with_citizen: bool = True
    companion: str = ""
    interpreter_language: str = ""
    interpreter_name: str = ""
    is_interpreter_booked: bool = False
    purpose: str = ""


DETAILS = [field.name for field in fields(Details)]


def plan(
    *,
    programme: Programme,
    details: Details,
    starts_at: datetime,
    ends_at: datetime,
    users: Collection[User] = (),
    outside: Collection[Outside] = (),
    uid: UUID,
    by: User,
) -> Meeting:
    """Agree a meeting and invite everybody with a calendar file. The caseworker is its organiser.

    `uid` comes from the form, so that the same one sent twice is one meeting (T12); with another time it is refused.
    """
    with acting(by):
        programme = locking.locked(programme)
        if not may_write(by, programme):
            raise NotAllowed
        if sent := Meeting.objects.filter(uid=uid).first():
            if (sent.programme_id, sent.kind, sent.starts_at) != (programme.pk, details.kind, starts_at):
                raise Refused(_("This form was sent already. Open a new one"))
            return sent
        if programme.status not in RUNNING:
            raise Refused(_("The programme has ended, so no meeting can be planned"))
        meeting = Meeting.objects.create(
            uid=uid,
            programme=programme,
            organiser=programme.caseworker,
            starts_at=starts_at,
            ends_at=ends_at,
            **{name: getattr(details, name) for name in DETAILS},
        )
        invite(meeting, users, outside)
        record("meeting_planned", by=by, subject=meeting, citizen_id=programme.citizen_id)
        settle(programme, by=by)
        telling.tell_timeline(meeting, "meeting_planned", by=by)
        tell_cover(meeting, by=by)
        telling.send(meeting, "invited", Method.REQUEST, telling.receivers(meeting))
    return meeting


def change(
    *,
    meeting: Meeting,
    details: Details,
    users: Collection[User],
    outside: Collection[Outside],
    version: int,
    by: User,
) -> Meeting:
    """Change what is agreed beside the time. Calendars hear of it when they must; who is new is invited, who no longer
    takes part gets a cancellation. Raises Stale when `version` is not the one that stands (T13)."""
    with acting(by):
        meeting = locked(meeting, by=by)
        must_be_planned(meeting)
        if meeting.version != version:
            raise Stale(meeting)
        before = {one.email.lower(): one for one in telling.receivers(meeting)}
        changed = [name for name in DETAILS if getattr(meeting, name) != getattr(details, name)]
        for name in changed:
            setattr(meeting, name, getattr(details, name))
        is_news = not IN_CALENDARS.isdisjoint(changed)
        meeting.sequence += is_news
        save(meeting, *changed, "sequence")
        invite(meeting, users, outside)
        after = {one.email.lower(): one for one in telling.receivers(meeting)}
        record(
            "meeting_changed", by=by, subject=meeting, citizen_id=meeting.programme.citizen_id, changed=sorted(changed)
        )
        settle(meeting.programme, by=by)
        if "with_citizen" in changed:
            tell_cover(meeting, by=by)
        telling.send(
            meeting, "cancelled", Method.CANCEL, [one for key, one in before.items() if key not in after], only_you=True
        )
        telling.send(meeting, "invited", Method.REQUEST, [one for key, one in after.items() if key not in before])
        if is_news:
            stay = [one for key, one in after.items() if key in before]
            telling.send(meeting, "changed", Method.REQUEST, stay)
    return meeting


def move(*, meeting: Meeting, starts_at: datetime, ends_at: datetime, why: str, version: int, by: User) -> Meeting:
    """Give the meeting another time; the earlier one stays readable, and calendars move it (J3)."""
    with acting(by, why=why):
        meeting = locked(meeting, by=by)
        must_be_planned(meeting)
        if (meeting.starts_at, meeting.ends_at) == (starts_at, ends_at):
            if meeting.version != version:
                return meeting  # the same form sent twice
            raise Refused(_("The meeting is at that time already"))
        if meeting.version != version:
            raise Stale(meeting)
        why = why.strip()
        if not why:
            raise Refused(_("Write why the meeting is moved"))
        EarlierTime.objects.create(
            meeting=meeting, starts_at=meeting.starts_at, ends_at=meeting.ends_at, why=why[:300], moved_by=by
        )
        was, before = meeting.starts_at, meeting.local_start.date()
        meeting.starts_at, meeting.ends_at = starts_at, ends_at
        meeting.sequence += 1
        save(meeting, "starts_at", "ends_at", "sequence")
        record("meeting_moved", by=by, subject=meeting, citizen_id=meeting.programme.citizen_id, why=why[:300])
        telling.stop_asking(meeting, by=by)
        telling.tell_timeline(meeting, "meeting_moved", by=by, body=why[:300])
        tell_cover(meeting, before, by=by)
        is_news = was > timezone.now()
        telling.send(meeting, "moved", Method.REQUEST, telling.receivers(meeting), is_news=is_news, was=was)
    return meeting


def cancel(*, meeting: Meeting, why: str, by: User) -> Meeting:
    """Call the meeting off; it leaves every calendar (J3). Called off already, nothing more happens."""
    with acting(by, why=why):
        meeting = locked(meeting, by=by)
        if meeting.status == Status.CANCELLED:
            return meeting
        must_be_planned(meeting)
        why = why.strip()
        if not why:
            raise Refused(_("Write why the meeting is cancelled"))
        call_off(meeting, why=why[:300], by=by)
        settle(meeting.programme, by=by)
    return meeting


def invite(meeting: Meeting, users: Collection[User], outside: Collection[Outside]) -> None:
    """Let exactly these take part, writing only what differs."""
    wanted = [Participant(meeting=meeting, user=user) for user in users if user.pk != meeting.organiser_id]
    wanted += [
        Participant(meeting=meeting, name=one.name, organisation=one.organisation, email=one.email)
        for one in outside
        if one.name
    ]
    new = {key_of(row): row for row in wanted}
    standing = {key_of(row): row for row in Participant.objects.filter(meeting=meeting)}
    if gone := [row.pk for key, row in standing.items() if key not in new]:
        Participant.objects.filter(pk__in=gone).delete()
    Participant.objects.bulk_create(row for key, row in new.items() if key not in standing)


def key_of(row: Participant) -> tuple[int | None, str, str, str]:
    return (row.user_id, row.name, row.organisation, row.email.lower())


def save(meeting: Meeting, *names: str) -> None:
    """Write these columns as the next version."""
    meeting.version += 1
    meeting.changed_at = timezone.now()
    meeting.save(update_fields=[*names, "version", "changed_at"])


def locked(meeting: Meeting, *, by: User) -> Meeting:
    """The meeting's row under lock, with what the actions ask of its programme; NotAllowed for who does not write."""
    meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related(
            "organiser", "programme__citizen", "programme__centre", "programme__caseworker", "programme__type",
            "programme__referring_organisation",
        )
        .get(pk=meeting.pk)
    )  # fmt: skip
    if not may_write(by, meeting.programme):
        raise NotAllowed
    return meeting


def must_be_planned(meeting: Meeting) -> None:
    if meeting.status != Status.PLANNED:
        raise refusal(meeting)


def may_become(meeting: Meeting, status: Status) -> None:
    """Refused when the table of moves does not lead there."""
    if status not in MOVES[meeting.status]:
        raise refusal(meeting)


def refusal(meeting: Meeting) -> Refused:
    """Says what became of the meeting, so that a stale page is understood."""
    return Refused(
        {
            Status.PLANNED: _("The meeting has not been held yet"),
            Status.HELD: _("The meeting is recorded as held"),
            Status.NOT_HELD: _("The meeting is recorded as not held"),
            Status.CANCELLED: _("The meeting is cancelled"),
        }[Status(meeting.status)]
    )
