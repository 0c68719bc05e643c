"""Which subgoals a meeting was about: evidence beside them in the plan and for the closing note (C5)."""

from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from meetings.models import Meeting
from meetings.permissions import may_write
from meetings.statuses import Status
from plans.evidence.own_steps import pursued
from plans.models import Plan, Subgoal, TalkedAbout
from plans.permissions import reading
from programmes.permissions import roles_in

HAS_BEEN = (Status.PLANNED, Status.HELD)


@dataclass(frozen=True)
class Line:
    """One subgoal on the page of a meeting."""

    key: UUID
    title: str
    is_named: bool


def may_name(user: User, meeting: Meeting) -> bool:
    """Those who write the meeting, once it has begun (J3)."""
    has_begun = meeting.status in HAS_BEEN and meeting.starts_at <= timezone.now()
    return has_begun and may_write(user, meeting.programme)


def name(*, meeting: Meeting, subgoal: UUID, is_named: bool, by: User) -> None:
    """Say that the meeting was about a subgoal (by its key), or take that back; said twice it is said once (T12).

    Refused for a subgoal that is pursued no longer or that the user does not read, and before the meeting has begun.
    """
    with acting(by):
        meeting = Meeting.objects.select_for_update(of=("self",)).select_related("programme").get(pk=meeting.pk)
        programme = meeting.programme
        if not may_write(by, programme):
            raise NotAllowed
        if not may_name(by, meeting):
            raise Refused(_("The meeting has not begun yet"))
        may_read = reading(roles_in(by, programme))
        plan = Plan.objects.filter(programme=programme).first()
        row = pursued(plan).get(subgoal) if plan else None
        named = TalkedAbout.objects.filter(meeting=meeting, subgoal__key=subgoal)
        if not is_named:
            hidden = [one.pk for one in named.select_related("subgoal__goal") if not may_read.sees(one.subgoal.goal)]
            gone, _tables = named.exclude(pk__in=hidden).delete()
            if gone:
                record("subgoal_not_talked_about", by=by, subject=meeting.source, citizen_id=programme.citizen_id)
            return
        if row is None or not may_read.sees(row.goal):
            raise Refused(_("The plan has changed since you opened the page. Open it again"))
        if not named.exists():
            TalkedAbout.objects.create(meeting=meeting, subgoal=row, by=by)
            record("subgoal_talked_about", by=by, subject=meeting.source, citizen_id=programme.citizen_id)


def lines_of(user: User, meeting: Meeting) -> list[Line]:
    """The subgoals that the reader reads: all that are pursued for who names them, otherwise those that were named.

    Who only takes part in the meeting reads nothing of the plan. Five queries at most.
    """
    roles = roles_in(user, meeting.programme)
    if not roles:
        return []
    may_read = reading(roles)
    rows = Subgoal.objects.filter(talked_about__meeting=meeting).select_related("goal")
    named = {row.key: row for row in rows.order_by("goal__position", "position")}
    shown = dict(named)
    if may_name(user, meeting) and (plan := Plan.objects.filter(programme=meeting.programme_id).first()):
        now = pursued(plan)
        shown = now | {key: row for key, row in named.items() if key not in now}
    elif meeting.status != Status.HELD:
        return []
    return [Line(key, row.title, key in named) for key, row in shown.items() if may_read.sees(row.goal)]
