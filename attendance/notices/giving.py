"""Word sent ahead: away for days or for hours, and in the register before the day comes (A2, A6)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.expected.writing import COVER
from attendance.follow_up.explaining import explain_flags
from attendance.models import ExpectedAttendance, Notice
from attendance.permissions import may_give_notice
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import mark_by_notice
from attendance.states import State
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import short_day
from programmes.locking import locked
from programmes.models import Programme
from programmes.statuses import RUNNING
from programmes.telling import tell_case

# What lies longer back is corrected day by day in the register, with a reason.
WEEKS_BACK = 4
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Away:
    """From a day and time until a day and time, local; without a time from the day's beginning or until its end."""

    from_day: date
    from_time: time | None
    until_day: date
    until_time: time | None

    def holds(self, slot: ExpectedAttendance) -> bool:
        """Whether the slot lies inside it whole."""
        begins = (self.from_day, self.from_time or time.min) <= (slot.day, slot.starts)
        return begins and (slot.day, slot.ends) <= (self.until_day, self.until_time or time.max)


def away_of(notice: Notice) -> Away:
    return Away(notice.from_day, notice.from_time, notice.until_day, notice.until_time)


def objections(away: Away, programme: Programme, *, today: date, before: Away | None = None) -> dict[str, str]:
    """What is wrong with a notice of this time, by field and in the user's language; empty where it can be.

    One that was given (`before`) may keep a first day that lies longer back.
    """
    if away.until_day < away.from_day:
        return {"until_day": _("The last day lies before the first.")}
    if away.from_day == away.until_day and away.from_time and away.until_time and away.until_time <= away.from_time:
        return {"until_time": _("The end must lie after the beginning.")}
    is_moved = before is None or before.from_day != away.from_day
    if is_moved and away.from_day < today - timedelta(weeks=WEEKS_BACK):
        return {"from_day": _("A notice reaches four weeks back. Days before that are corrected in the register.")}
    if away.until_day - away.from_day > LONGEST:
        return {"until_day": _("A notice lasts at most a year. For longer, agree on a pause.")}
    if away.until_day < programme.starts_on or away.from_day > programme.ends_on:
        period = {"from": short_day(programme.starts_on), "until": short_day(programme.ends_on)}
        return {"from_day": _("The programme runs from %(from)s until %(until)s.") % period}
    return {}


def give_notice(*, programme: Programme, state: str, away: Away, remark: str, by: User) -> Notice:
    """The citizen sent word: what is blank in the register of that time says so, now and when it is written later (A2).

    A mark of somebody is never written over; a missed flag is cleared (A6). The same word twice is one notice. Raises
    NotAllowed, and Refused for a time that cannot be or a programme that has ended.
    """
    now = timezone.now()
    with acting(by, why="notice of absence"):
        programme = _locked(programme, by)
        _refuse_wrong(away, programme)
        same = Notice.objects.standing().filter(
            programme=programme,
            state=state,
            from_day=away.from_day,
            from_time=away.from_time,
            until_day=away.until_day,
            until_time=away.until_time,
            remark=remark,
        )
        if (already := same.first()) is not None:
            return already
        notice = Notice.objects.create(
            programme=programme,
            state=state,
            from_day=away.from_day,
            from_time=away.from_time,
            until_day=away.until_day,
            until_time=away.until_time,
            remark=remark,
            given_by=by,
            given_at=now,
        )
        _follow(notice, before=None, by=by, now=now)
        _tell("notice_given" if away.from_day < away.until_day else "notice_given_day", notice, by=by)
    return notice


def change_notice(*, notice: Notice, state: str, away: Away, remark: str, by: User) -> Notice:
    """Longer, shorter or for another reason: slots that nobody else marked since follow (A2).

    Raises NotAllowed, and Refused where it is taken back already or the time cannot be.
    """
    now = timezone.now()
    with acting(by, why="notice of absence changed"):
        programme = _locked(notice.programme, by)
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        _refuse_taken_back(notice)
        before = away_of(notice)
        _refuse_wrong(away, programme, before=before)
        if (before, notice.state, notice.remark) == (away, state, remark):
            return notice
        notice.state, notice.remark = state, remark
        notice.from_day, notice.from_time = away.from_day, away.from_time
        notice.until_day, notice.until_time = away.until_day, away.until_time
        notice.save()
        notice.programme = programme
        _follow(notice, before=before, by=by, now=now)
        _tell("notice_changed", notice, by=by)
    return notice


def take_back_notice(*, notice: Notice, by: User) -> Notice:
    """It was a mistake, or the citizen comes after all: who and when is kept, and what it had marked is blank again
    unless somebody marked it since (A2). Raises NotAllowed, and Refused where it is taken back already."""
    now = timezone.now()
    with acting(by, why="notice of absence taken back"):
        programme = _locked(notice.programme, by)
        notice = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
        _refuse_taken_back(notice)
        notice.taken_back_at, notice.taken_back_by = now, by
        notice.save(update_fields=["taken_back_at", "taken_back_by"])
        notice.programme = programme
        _follow(notice, before=away_of(notice), by=by, now=now)
        _tell("notice_taken_back", notice, by=by)
    return notice


def _locked(programme: Programme, by: User) -> Programme:
    """The programme, so that one notice of a case is written at a time; refused for others and where it has ended."""
    found = locked(programme)
    if not may_give_notice(by, found):
        raise NotAllowed
    if found.status not in RUNNING:
        raise Refused(_("The programme has ended."))
    return found


def _refuse_wrong(away: Away, programme: Programme, *, before: Away | None = None) -> None:
    if wrong := objections(away, programme, today=timezone.localdate(), before=before):
        raise Refused(next(iter(wrong.values())))


def _refuse_taken_back(notice: Notice) -> None:
    if notice.taken_back_at:
        raise Refused(_("This notice is taken back already."))


def _follow(notice: Notice, *, before: Away | None, by: User, now: datetime) -> None:
    """Let the register say what stands: of all the citizen's programmes at the centre, in a fixed number of queries.

    Only blank slots that it has not held before are marked, so what a person cleared stays clear; and only slots that
    still carry its own mark are marked anew or given back, where another notice holds them to that one.
    """
    programme, now_away = notice.programme, away_of(notice)
    ranges = [one for one in (before, now_away) if one]
    since, until = min(one.from_day for one in ranges), max(one.until_day for one in ranges)
    stands = notice.taken_back_at is None
    around = {"programme__citizen": programme.citizen_id, "programme__centre": programme.centre_id}
    slots = {
        slot.pk: slot
        for slot in ExpectedAttendance.objects.filter(day__range=(since, until), **around)
        .select_for_update(of=("self",))
        .select_related("programme")
        .order_by("pk")
    }
    others = list(
        Notice.objects.standing()
        .filter(until_day__gte=since, from_day__lte=until, **around)
        .exclude(pk=notice.pk)
        .order_by("given_at", "pk")
    )
    marks: list[tuple[MarkInput, int | None]] = []
    for slot in slots.values():
        holds = stands and now_away.holds(slot)
        wanted: Notice | None = notice
        if slot.notice_id == notice.pk:
            if not holds:
                wanted = next((one for one in others if away_of(one).holds(slot)), None)
            elif (slot.state, slot.remark) == (notice.state, notice.remark):
                continue
        elif slot.state or not holds or (before and before.holds(slot)):
            continue
        state, remark = (wanted.state, wanted.remark) if wanted else (State.NOT_MARKED.value, "")
        mark = MarkInput(uuid=uuid4(), slot=slot.pk, state=state, at=now, remark=remark)
        marks.append((mark, wanted.pk if wanted else None))
    mark_by_notice(marks, slots, by=by, now=now)
    with connection.cursor() as cursor:
        cursor.execute(COVER, {"programmes": [programme.pk], "since": since, "until": until})
    explain_flags(programmes=[programme.pk], days={slot.day for slot in slots.values()}, by=by, now=now)


def _tell(kind: str, notice: Notice, *, by: User) -> None:
    """The timeline's line names the days and never the reason, which the register shows to those who need it (J2)."""
    programme = notice.programme
    tell_case(
        kind,
        programme,
        by=by,
        url=f"/attendance/case/{programme.reference}/",
        source=f"attendance.notice:{notice.pk}",
        day=notice.from_day.isoformat(),
        until=notice.until_day.isoformat(),
    )
    verb = kind.replace("_", " ")
    record(verb, by=by, subject=f"attendance.notice:{notice.pk}", citizen_id=programme.citizen_id)
