"""Attendance in figures (A9): minutes, one query each. What nobody registered is outside every share (A5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import TruncWeek
from django.utils import timezone

from attendance.figures.by_week import Sums
from attendance.models import ExpectedAttendance, MissedStatus
from attendance.states import HERE, SICK, State
from programmes.models import Programme

RECENT_WEEKS = 4

# A blank slot counts only when it was flagged as missed and the flag still stands.
FLAGGED = Q(missed__status=MissedStatus.RAISED)
COUNTED = ~Q(state=State.NOT_MARKED) | FLAGGED
# Of a register, and of an internship or a course, which waits for the report of its week (A11).
UNREGISTERED = Q(~COUNTED, workshop__isnull=False)
UNREPORTED = Q(~COUNTED, workshop__isnull=True)


@dataclass(frozen=True)
class Totals(Sums):
    """The sums of a stretch, and how many slots were registered and missed."""

    slots: int = 0
    missed_slots: int = 0


@dataclass(frozen=True)
class Week:
    """One ISO week: minutes agreed and attended, and slots that nobody registered."""

    monday: date
    agreed: int
    attended: int
    not_registered: int

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week


@dataclass(frozen=True)
class Reason:
    """One reason of absence: slots and the minutes that were agreed in them."""

    state: str
    slots: int
    minutes: int

    @property
    def label(self) -> str:
        return str(State(self.state).label)


def totals(programme: Programme, *, since: date | None = None, until: date | None = None) -> Totals:
    """Figures of one programme from its start or `since` until today or `until`, both days included; one query."""
    return totals_of([programme.pk], since=since, until=until).get(programme.pk, Totals())


def days(programme: Programme, *, since: date) -> list[tuple[date, int, int]]:
    """Each day from `since` until today with its agreed and attended minutes, in order of time; one query.

    For a page that shows both four weeks in one figure and bars by week.
    """
    rows = (
        _slots(since, None)
        .filter(programme=programme)
        .values("day")
        .annotate(
            agreed=Sum("agreed_minutes", filter=COUNTED, default=0),
            attended=Sum("attended_minutes", filter=COUNTED, default=0),
        )
        .order_by("day")
    )
    return list(rows.values_list("day", "agreed", "attended"))


def sums_by_day(programme: Programme, *, since: date, until: date) -> dict[date, Sums]:
    """The sums of each day from `since` to `until`, in order of time; days without a slot are left out; one query."""
    slots = _slots(since, until).filter(programme=programme)
    rows: QuerySet[ExpectedAttendance, Any] = slots.values("day").annotate(**_sums()).order_by("day")
    return {row.pop("day"): Sums(**row) for row in rows}


def _sums() -> dict[str, Sum | Count]:
    """What `Sums` holds, of slots."""
    return {
        "agreed": Sum("agreed_minutes", filter=COUNTED, default=0),
        "attended": Sum("attended_minutes", filter=COUNTED, default=0),
        "ill": Sum("agreed_minutes", filter=Q(state__in=SICK), default=0),
        "not_registered": Count("pk", filter=UNREGISTERED & _over()),
        "to_report": Count("pk", filter=UNREPORTED & _over()),
    }


def totals_of(programmes: Iterable[int], *, since: date | None = None, until: date | None = None) -> dict[int, Totals]:
    """Figures of many programmes by id, those without a slot left out; one query."""
    rows: QuerySet[ExpectedAttendance, Any] = (
        _slots(since, until)
        .filter(programme__in=programmes)
        .values("programme")
        .order_by()
        .annotate(
            **_sums(),
            slots=Count("pk", filter=COUNTED),
            # Last, because its name hides the flag from what comes after it.
            missed_slots=Count("pk", filter=Q(state=State.NO_SHOW) | Q(FLAGGED, state=State.NOT_MARKED)),
        )
    )
    return {row.pop("programme"): Totals(**row) for row in rows}


def weeks(programme: Programme, *, since: date | None = None, until: date | None = None) -> list[Week]:
    """Agreed beside attended minutes by ISO week, in order of time, weeks without a slot left out; one query (P12)."""
    rows = (
        _slots(since, until)
        .filter(programme=programme)
        .annotate(monday=TruncWeek("day"))
        .values("monday")
        .annotate(
            agreed=Sum("agreed_minutes", filter=COUNTED, default=0),
            attended=Sum("attended_minutes", filter=COUNTED, default=0),
            not_registered=Count("pk", filter=UNREGISTERED & _over()),
        )
        .order_by("monday")
    )
    return [Week(**row) for row in rows]


def reasons(programme: Programme, *, since: date | None = None, until: date | None = None) -> list[Reason]:
    """Absence by reason, in the order of the register; missed without a word counts as no show; one query."""
    rows = (
        _slots(since, until)
        .filter(COUNTED, programme=programme)
        .exclude(state__in=HERE)
        .annotate(
            reason=Case(
                When(state=State.NOT_MARKED, then=Value(State.NO_SHOW.value)),
                default=F("state"),
                output_field=CharField(),
            )
        )
        .values("reason")
        .order_by()
        .annotate(slots=Count("pk"), minutes=Sum("agreed_minutes", default=0))
    )
    found = [Reason(row["reason"], row["slots"], row["minutes"]) for row in rows]
    return sorted(found, key=lambda reason: State.values.index(reason.state))


def _slots(since: date | None, until: date | None) -> QuerySet[ExpectedAttendance]:
    slots = ExpectedAttendance.objects.filter(day__lte=until or timezone.localdate())
    return slots.filter(day__gte=since) if since else slots


def _over() -> Q:
    """Days before today: a register of today may still be filled in."""
    return Q(day__lt=timezone.localdate())
