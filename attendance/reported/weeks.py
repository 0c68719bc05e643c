"""Weeks of internships and courses are reported, not watched: what is due, and the report itself (A11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.models import ExpectedAttendance
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import APPLIED, in_words, record_marks
from attendance.states import State
from audit.acting import Actor, System, acting
from audit.log import record
from core.calendar import monday_of
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import clock
from programmes.models import Programme
from programmes.permissions import may_work_on
from programmes.telling import tell_case

TASK = "report_week"
# One look at a time, whoever started it.
LOCK = 4_801_540

# A day that was agreed and that nobody has said anything about, in a week that is over. Days on which nobody could come
# have no slot, unless somebody noted something there and took it back.
UNREPORTED = """
    SELECT e.programme_id, date_trunc('week', e.day)::date AS monday
    FROM attendance_expectedattendance e
    JOIN programmes_programme p ON p.id = e.programme_id
    WHERE e.workshop_id IS NULL AND e.state = '' AND e.day < %(monday)s
      AND p.status <> 'never_started'
      AND NOT EXISTS (SELECT FROM programmes_closingday c WHERE c.centre_id = p.centre_id AND c.day = e.day)
      AND NOT EXISTS (
          SELECT FROM programmes_pause x
          WHERE x.programme_id = p.id AND e.day >= x.starts_on AND (x.ends_on IS NULL OR e.day <= x.ends_on)
      )
    GROUP BY 1, 2
"""

# Due on the Monday after the week, for the caseworker; one that is on a list already stays as it is (J6).
RAISE = f"""
    WITH unreported AS MATERIALIZED ({UNREPORTED})
    INSERT INTO worklist_task (kind, source, citizen_id, for_user_id, due_on, url, params, created_at)
    SELECT 'report_week', 'attendance.week:' || p.id || ':' || to_char(u.monday, 'YYYY-MM-DD'), p.citizen_id,
        p.caseworker_id, u.monday + 7,
        '/attendance/case/' || p.reference || '/weeks/' || to_char(u.monday, 'IYYY"-W"IW') || '/',
        jsonb_build_object('week', extract(week FROM u.monday)::int), %(now)s
    FROM unreported u JOIN programmes_programme p ON p.id = u.programme_id
    ON CONFLICT DO NOTHING
"""  # noqa: S608 (only our own constants)

# What nobody waits for any more, however that came about: reported, paused, closed, ended.
CLEAR = f"""
    WITH unreported AS MATERIALIZED ({UNREPORTED})
    UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
    WHERE t.kind = 'report_week' AND t.done_at IS NULL AND (%(source)s::text IS NULL OR t.source = %(source)s)
      AND NOT EXISTS (
          SELECT FROM unreported u
          WHERE t.source = 'attendance.week:' || u.programme_id || ':' || to_char(u.monday, 'YYYY-MM-DD')
      )
"""  # noqa: S608 (only our own constants)


def reported(programme: Programme) -> QuerySet[ExpectedAttendance]:
    """The slots of a programme that are reported by the week."""
    return ExpectedAttendance.objects.filter(programme=programme, workshop__isnull=True)


def slots_of_week(programme: Programme, monday: date) -> QuerySet[ExpectedAttendance]:
    """The reported slots of the ISO week that begins with `monday`, in the order of the week."""
    days = (monday, monday + timedelta(days=6))
    return reported(programme).filter(day__range=days).order_by("day", "starts", "pk")


@dataclass(frozen=True)
class ReportedWeek:
    """One ISO week with reported days: how many, how many nobody has said anything about, and its minutes."""

    monday: date
    slots: int
    blank: int
    agreed: int
    attended: int
    reported_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.monday + timedelta(days=6) < timezone.localdate()

    @property
    def is_due(self) -> bool:
        return self.is_over and self.blank > 0


def weeks_of(programme: Programme, *, at_most: int) -> list[ReportedWeek]:
    """The weeks until the present one in which anything is reported, the latest first. One query."""
    rows = (
        reported(programme)
        .filter(day__lt=monday_of(timezone.localdate()) + timedelta(weeks=1))
        .annotate(monday=TruncWeek("day"))
        .values("monday")
        .annotate(
            slots=Count("pk"),
            blank=Count("pk", filter=Q(state=State.NOT_MARKED)),
            agreed=Sum("agreed_minutes"),
            attended=Sum("attended_minutes"),
            reported_at=Max("marked_at"),
        )
        .order_by("-monday")[:at_most]
    )
    return [ReportedWeek(**row) for row in rows]


@dataclass(frozen=True)
class DayReport:
    """What is said of one slot; `seen` is the mark that stood when whoever reports looked."""

    slot: int
    state: str
    came_at: time | None = None
    left_at: time | None = None
    remark: str = ""
    seen: UUID | None = None


class WrongReport(Refused):
    """It cannot be reported so; `slots` says what is wrong with each of the days, by the id of its slot. When a
    colleague has reported meanwhile, `is_overtaken`."""

    def __init__(self, slots: Mapping[int, str], *, is_overtaken: bool = False) -> None:
        self.slots, self.is_overtaken = dict(slots), is_overtaken
        super().__init__(next(iter(self.slots.values()), ""))


def report_week(*, programme: Programme, monday: date, days: Sequence[DayReport], by: User) -> bool:
    """Report the week that begins with `monday`: all days at once or none (A11). Whether anything changed.

    A day that stands already as it is reported keeps its mark, so the same report twice is one (T12). A day that was
    reported before is corrected with a reason in its remark; every earlier value stays (A2). NotAllowed for somebody
    else's case; WrongReport where a day cannot be so, or a colleague said something else meanwhile (T13).
    """
    with acting(by):
        if not may_work_on(by, programme):
            raise NotAllowed
        slots = {
            slot.pk: slot
            for slot in slots_of_week(programme, monday)
            .select_for_update(of=("self",))
            .select_related("marked_by")
            .order_by("pk")
        }
        changed = [day for day in days if day.slot in slots and differs(day, slots[day.slot])]
        if overtaken := {day.slot: said_by_another(slots[day.slot]) for day in changed if is_overtaken(day, slots, by)}:
            raise WrongReport(overtaken, is_overtaken=True)
        if not changed:
            return False
        was_reported = any(slots[day.slot].state for day in changed)
        write_days(changed, slots, programme, by=by)
        clear_tasks(by=by, source=source_of(programme, monday))
        tell_week(programme, monday, "week_corrected" if was_reported else "week_reported", by=by)
    return True


def differs(day: DayReport, slot: ExpectedAttendance) -> bool:
    said = (day.state, day.came_at, day.left_at, day.remark.strip())
    return said != (slot.state, slot.came_at, slot.left_at, slot.remark)


def is_overtaken(day: DayReport, slots: Mapping[int, ExpectedAttendance], by: User) -> bool:
    """Whether a colleague's mark stands that whoever reports had not seen."""
    slot = slots[day.slot]
    return slot.standing_mark is not None and slot.standing_mark != day.seen and slot.marked_by_id != by.pk


def said_by_another(slot: ExpectedAttendance) -> str:
    return _("%(name)s has reported %(what)s at %(time)s. Look at it and save again.") % {
        "name": slot.marked_by.name if slot.marked_by else "",
        "what": in_words(slot.state, slot.came_at, slot.left_at),
        "time": clock(timezone.localtime(slot.marked_at).time()) if slot.marked_at else "",
    }


def write_days(
    days: Sequence[DayReport], slots: Mapping[int, ExpectedAttendance], programme: Programme, *, by: User
) -> None:
    """The marks of all days by one statement; WrongReport, and nothing is written, when one of them cannot stand."""
    now = timezone.now()
    unexplained = [day.slot for day in days if lacks_reason(day, slots[day.slot], by)]
    if unexplained:
        raise WrongReport(dict.fromkeys(unexplained, _("Write why a past day is corrected.")))
    marks = [
        MarkInput(
            uuid=uuid4(),
            slot=day.slot,
            state=day.state,
            at=now,
            came_at=day.came_at,
            left_at=day.left_at,
            remark=day.remark,
            seen=slots[day.slot].standing_mark,
        )
        for day in days
    ]
    results = record_marks(marks=marks, by=by, among=reported(programme))
    if wrong := {result.slot: result.message for result in results if result.status != APPLIED}:
        raise WrongReport(wrong)


def lacks_reason(day: DayReport, slot: ExpectedAttendance, by: User) -> bool:
    """A remark that stood there before explains no correction; one's own slip of the same day needs none."""
    today = timezone.localdate()
    if not slot.state or slot.day >= today:
        return False
    is_slip = slot.marked_by_id == by.pk and slot.marked_at and timezone.localtime(slot.marked_at).date() == today
    return not is_slip and day.remark.strip() in ("", slot.remark)


def tell_week(programme: Programme, monday: date, kind: str, *, by: User) -> None:
    """One line on the timeline and one event in the log (J1)."""
    sums = slots_of_week(programme, monday).order_by().exclude(state=State.NOT_MARKED)
    sum_of = sums.aggregate(agreed=Sum("agreed_minutes", default=0), attended=Sum("attended_minutes", default=0))
    record(kind, by=by, subject=programme, citizen_id=programme.citizen_id, week=monday.isoformat())
    tell_case(
        kind,
        programme,
        by=by,
        url=reverse("attendance:citizen", args=[programme.reference]),
        source=source_of(programme, monday),
        week=monday.isocalendar().week,
        agreed_minutes=sum_of["agreed"],
        attended_minutes=sum_of["attended"],
    )


def source_of(programme: Programme, monday: date) -> str:
    """What the worklist calls the report of that week."""
    return f"attendance.week:{programme.pk}:{monday.isoformat()}"


def ask_for_reports(*, at: datetime, by: Actor | None = None) -> int:
    """Put every week that is over and not reported before its caseworker, and take what is settled off the lists.

    How many tasks are new. Asks the database which weeks these are, so it may run twice, at once or weeks late.
    """
    values = parameters(at)
    with acting(by or System("week reports"), why="weeks without a report"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(CLEAR, values | {"source": None, "by": None})
        cursor.execute(RAISE, values)
        return cursor.rowcount


def clear_tasks(*, by: Actor, source: str | None = None) -> None:
    """Take the weeks that nobody waits for any more off the lists: that of `source`, or all. Inside `acting`."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR, parameters(timezone.now()) | {"source": source, "by": by.pk})


def parameters(at: datetime) -> dict[str, Any]:
    return {"monday": monday_of(timezone.localdate(at)), "now": at}


def settle(sender: object, *, by: Actor, **kwargs: Any) -> None:
    """Receiver of what takes agreed days away: a pause, closing days, the end of a programme (A1, K4)."""
    clear_tasks(by=by)
