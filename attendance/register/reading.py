"""What the register page and the overview show: one workshop's expected citizens of one day (A2)."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.expected.covering import Part, covers, parts_of
from attendance.models import ExpectedAttendance, MissedStatus
from attendance.states import EXCUSED, HERE, State
from attendance.substitutes.standing_in import Markers
from citizens.models import CaseAccess
from core.templatetags.dates import clock
from programmes.models import Workshop

# The five marks of a row: state, word, icon, colour, key. Everything else stands behind the last one.
OTHER = "more"
MARKS = [
    (State.PRESENT, gettext_lazy("Here"), "check-lg", "ok", "1"),
    (State.LATE, gettext_lazy("Late"), "clock", "due", "2"),
    (State.LEFT_EARLY, gettext_lazy("Left"), "box-arrow-right", "due", "3"),
    (State.ILL, gettext_lazy("Ill"), "thermometer-half", "info", "4"),
    (OTHER, gettext_lazy("Other"), "three-dots", "info", "5"),
]
REASONS = [State.CHILD_ILL, State.TREATMENT, State.AUTHORITY, State.LEAVE, State.OTHER, State.NO_SHOW]
TIME_STEPS = (15, 30, 60, 90)


@dataclass(frozen=True)
class Chip:
    """A time to tap."""

    value: str
    word: str
    is_chosen: bool


@dataclass
class Row:
    """One expected citizen of the register."""

    pk: int
    name: str
    reference: str
    starts: time
    ends: time
    tasks: str
    state: str
    came_at: time | None
    left_at: time | None
    remark: str
    pressed: str
    has_begun: bool
    starts_today: bool
    notice: str
    missed_id: int | None
    flagged_since: datetime | None
    phone: str
    standing_mark: UUID | None = None
    asks: str = ""
    chips: list[Chip] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    is_covered: bool = False
    notice_id: int | None = None
    buttons: str = ""  # drawn by the page

    @property
    def label(self) -> str:
        return str(State(self.state).label)

    @property
    def covered(self) -> str:
        """`09:00-11:00 13:00-13:30`: what the script of the page reads."""
        return " ".join(f"{part.starts:%H:%M}-{part.ends:%H:%M}" for part in self.parts)


@dataclass
class Register:
    """One workshop's day: the rows in the order of the reader's language, and what stands above and below them."""

    workshop: Workshop
    day: date
    rows: list[Row]
    earlier: date | None
    later: date | None
    closed: str
    last_change: tuple[str, datetime] | None
    joint_day: str = ""

    def count(self, *states: str) -> int:
        return sum(row.state in states for row in self.rows)

    @property
    def here(self) -> int:
        return self.count(*HERE)

    @property
    def blank(self) -> int:
        return self.count(State.NOT_MARKED)

    @property
    def away(self) -> int:
        return len(self.rows) - self.here - self.blank

    @property
    def can_fill(self) -> bool:
        """Whether "everyone else is here" would mark anybody."""
        return any(row.has_begun and not row.state and not row.is_covered for row in self.rows)


# Of the workshop of a row and one day. By hand: the ORM takes longer to write these than PostgreSQL to answer them.
AROUND = {
    "earlier": "SELECT max(day) FROM attendance_registerday WHERE workshop_id = programmes_workshop.id AND day < %s",
    "later": "SELECT min(day) FROM attendance_registerday WHERE workshop_id = programmes_workshop.id AND day > %s",
    "closed": "SELECT name FROM programmes_closingday WHERE centre_id = accounts_unit.organisation_id AND day = %s",
    "joint_day": """SELECT name FROM attendance_jointday
        WHERE workshop_id = programmes_workshop.id AND day = %s AND cancelled_at IS NULL LIMIT 1""",
}


def with_days_around(workshops: QuerySet[Workshop], day: date) -> QuerySet[Workshop]:
    """Workshops that know the nearest days with people before and after `day`, and why they are closed on it."""
    return workshops.select_related("unit").annotate(
        **{name: RawSQL(statement, [day]) for name, statement in AROUND.items()}  # noqa: S611
    )


def read_register(
    workshop: Workshop, day: date, *, user: User, at: datetime, ask: tuple[int, str] | None = None
) -> Register:
    """The register of a workshop (from `with_days_around`) and a day, in one query for any number of people, and
    at most two more for what covers a part of their hours.

    Of people whose case is closed to `user` by now an old register says that they came, and no more. `ask` opens one
    row: the slot, and `late`, `left_early` or `more` for what is asked there.
    """
    local = timezone.localtime(at)
    order = "citizen__sort_sv" if get_language() == "sv" else "citizen__sort_da"
    held = CaseAccess.objects.held_by(user).filter(
        citizen=OuterRef("citizen_id"), centre=OuterRef("programme__centre_id")
    )
    slots = (
        ExpectedAttendance.objects.filter(workshop=workshop, day=day)
        .annotate(is_open_to_reader=Exists(held))
        .select_related("citizen", "programme", "placement", "missed", "marked_by")
        .only(
            "day",
            "starts",
            "ends",
            "state",
            "came_at",
            "left_at",
            "remark",
            "marked_at",
            "standing_mark",
            "notice",
            "met",
            "away",
            "let_off",
            "citizen__first_name",
            "citizen__last_name",
            "citizen__is_protected",
            "citizen__phone",
            "programme__reference",
            "programme__accommodations",
            "programme__starts_on",
            "placement__starts_on",
            "missed__status",
            "missed__flagged_at",
            "missed__followed_up_at",
            "marked_by__name",
        )
        # Protected names last: between two others a name is half told (T10).
        .order_by("citizen__is_protected", order, "citizen_id", "starts")
    )
    rows, last_change = [], None
    parts = parts_of(slots)
    for slot in slots:
        row = _row(slot, local)
        row.parts = parts.get(slot.pk, [])
        if not slot.is_open_to_reader:
            row.parts = []
            row.tasks = row.phone = row.remark = row.notice = ""
        if ask and ask[0] == slot.pk:
            row.asks = ask[1]
        row.chips = _chips(slot, row, local)
        rows.append(row)
        if slot.marked_at and (last_change is None or slot.marked_at > last_change[1]):
            last_change = (slot.marked_by, slot.marked_at)
    by, changed_at = last_change or (None, None)
    return Register(
        workshop,
        day,
        rows,
        earlier=getattr(workshop, "earlier", None),
        later=getattr(workshop, "later", None),
        closed=getattr(workshop, "closed", None) or "",
        joint_day=getattr(workshop, "joint_day", None) or "",
        last_change=(Markers(workshop, day).said(by, changed_at), changed_at) if by and changed_at else None,
    )


def _row(slot: ExpectedAttendance, local: datetime) -> Row:
    missed = getattr(slot, "missed", None)
    flag = missed if missed and missed.status == MissedStatus.RAISED else None
    programme = slot.programme
    return Row(
        pk=slot.pk,
        name=slot.citizen.name,
        reference=programme.reference,
        starts=slot.starts,
        ends=slot.ends,
        tasks=" · ".join(line.strip() for line in programme.accommodations.splitlines() if line.strip()),
        state=slot.state,
        came_at=slot.came_at,
        left_at=slot.left_at,
        remark=slot.remark,
        pressed=OTHER if slot.state in REASONS else slot.state,
        has_begun=(slot.day, slot.starts) <= (local.date(), local.time()),
        starts_today=slot.day in (programme.starts_on, slot.placement.starts_on),
        notice=_notice(slot),
        missed_id=flag.pk if flag and not flag.followed_up_at else None,
        flagged_since=flag.flagged_at if flag else None,
        phone="" if slot.citizen.is_protected else slot.citizen.phone,
        standing_mark=slot.standing_mark,
        is_covered=covers(slot, local.date(), local.time()),
        notice_id=slot.notice_id,
    )


def _notice(slot: ExpectedAttendance) -> str:
    """An excuse that was entered before the slot began or as a notice, in words."""
    if slot.state not in EXCUSED or slot.marked_at is None:
        return ""
    made = timezone.localtime(slot.marked_at)
    if not slot.notice_id and (made.date(), made.time()) >= (slot.day, slot.starts):
        return ""
    what = str(State(slot.state).label)
    return _("Sent word: %(what)s") % {"what": f"{what}, {slot.remark}" if slot.remark else what}


def _chips(slot: ExpectedAttendance, row: Row, local: datetime) -> list[Chip]:
    """Likely times, with the one that stands or the present one among them."""
    what = row.asks or row.state
    if what not in (State.LATE, State.LEFT_EARLY):
        return []
    return times_to_tap(
        slot.starts,
        slot.ends,
        what=what,
        chosen=slot.came_at if what == State.LATE else slot.left_at,
        now=local.time() if slot.day == local.date() else None,
    )


def times_to_tap(starts: time, ends: time, *, what: str, chosen: time | None, now: time | None) -> list[Chip]:
    """Five times or fewer inside the slot: steps after its start or before its end, the chosen one, and now."""
    day = date(2000, 1, 3)
    edge = datetime.combine(day, starts if what == State.LATE else ends)
    sign = 1 if what == State.LATE else -1
    times = {(edge + sign * timedelta(minutes=step)).time() for step in TIME_STEPS}
    times |= {moment.replace(second=0, microsecond=0) for moment in (chosen, now) if moment}
    return [
        Chip(f"{moment:%H:%M}", clock(moment), moment == chosen) for moment in sorted(times) if starts < moment < ends
    ]


@dataclass(frozen=True)
class Summary:
    """One workshop's register of one day in figures."""

    workshop_id: int
    name: str
    centre: str
    expected: int
    here: int
    away: int
    blank: int
    due: int
    due_blank: int
    missed: int
    flagged: int
    first: time | None

    @property
    def is_missing(self) -> bool:
        """Somebody is due and nobody who is due is marked: the register is missing, nobody is accused (A5)."""
        return self.due > 0 and self.due == self.due_blank

    @property
    def is_finished(self) -> bool:
        return self.blank == 0


# What a type says is long, so it is read once and not for every slot. The programmes of the slots are looked up one by
# one: joined, all there are would be read.
SUMMARY = """
    WITH types AS MATERIALIZED (
        SELECT id, make_interval(mins => coalesce((definition #>> '{absence_rules,grace_minutes}')::int, 15)) AS grace
        FROM programmes_programmetype
    )
    SELECT s.workshop_id, count(*) AS expected,
        count(*) FILTER (WHERE s.state = ANY(%(here)s)) AS here,
        count(*) FILTER (WHERE s.state = '') AS blank,
        count(*) FILTER (WHERE due) AS due,
        count(*) FILTER (WHERE due AND s.state = '') AS due_blank,
        count(*) FILTER (WHERE f.status = 'raised') AS missed,
        count(*) FILTER (WHERE f.status = 'raised' AND f.followed_up_at IS NULL) AS flagged,
        min(s.starts) AS first
    FROM attendance_expectedattendance s
    CROSS JOIN LATERAL (SELECT type_id FROM programmes_programme WHERE id = s.programme_id LIMIT 1) p
    JOIN types t ON t.id = p.type_id
    LEFT JOIN attendance_missedattendance f ON f.slot_id = s.id
    CROSS JOIN LATERAL (
        SELECT s.covered_until IS DISTINCT FROM s.ends
            AND s.day + coalesce(s.covered_until, s.starts) + t.grace <= %(at)s
    ) AS d (due)
    WHERE s.day = %(day)s AND s.workshop_id = ANY(%(workshops)s)
    GROUP BY s.workshop_id
"""


def summaries(user: User, day: date, *, at: datetime) -> list[Summary]:
    """The registers of a day that the user may see, unfinished ones first, in two queries (experience 6)."""
    workshops = {
        workshop.pk: workshop
        for workshop in Workshop.objects.visible_to(user)
        .open()
        .select_related("unit__organisation")
        .order_by("unit__name")
    }
    with connection.cursor() as cursor:
        cursor.execute(
            SUMMARY,
            {
                "here": [str(state) for state in HERE],
                "day": day,
                "workshops": list(workshops),
                "at": timezone.localtime(at).replace(tzinfo=None),
            },
        )
        counts = {row[0]: row[1:] for row in cursor.fetchall()}
    found = []
    for pk, workshop in workshops.items():
        expected, here, blank, due, due_blank, missed, flagged, first = counts.get(pk, (0, 0, 0, 0, 0, 0, 0, None))
        found.append(
            Summary(
                pk,
                workshop.unit.name,
                workshop.unit.organisation.name,
                expected,
                here,
                expected - here - blank,
                blank,
                due,
                due_blank,
                missed,
                flagged,
                first,
            )
        )
    return sorted(found, key=lambda one: (not one.is_missing, one.is_finished, one.expected == 0))
