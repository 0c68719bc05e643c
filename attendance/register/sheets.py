"""The register on paper, and who is expected next: names, agreed hours and tasks, no health (experience 6, 24)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time

from django.db.models import Exists, Min, OuterRef
from django.utils.translation import get_language

from accounts.models import User
from attendance.expected.covering import Part, parts_of
from attendance.models import ExpectedAttendance, RegisterDay
from attendance.states import EXCUSED, State
from citizens.models import CaseAccess
from programmes.models import Workshop


@dataclass(frozen=True)
class Line:
    """One expected citizen; `absence` is why somebody does not come, `parts` what covers some of the hours."""

    name: str
    starts: time
    ends: time
    tasks: list[str]
    absence: str
    parts: list[Part]
    starts_today: bool


@dataclass(frozen=True)
class Sheet:
    """One workshop's day on paper."""

    workshop: Workshop
    lines: list[Line] = field(default_factory=list)

    @property
    def coming(self) -> int:
        return sum(not line.absence for line in self.lines)

    @property
    def away(self) -> int:
        return len(self.lines) - self.coming


def sheets_of(workshops: Iterable[Workshop], day: date, *, user: User) -> list[Sheet]:
    """A sheet for each of these workshops in their order, people in the order of the reader's language; one query,
    and at most two more for what covers a part of the hours.

    Of people whose case is closed to `user` by now the sheet says that they are expected, and no more.
    """
    sheets: dict[int | None, Sheet] = {workshop.pk: Sheet(workshop) for workshop in workshops}
    order = "citizen__sort_sv" if get_language() == "sv" else "citizen__sort_da"
    held = CaseAccess.objects.held_by(user).filter(
        citizen=OuterRef("citizen_id"), centre=OuterRef("programme__centre_id")
    )
    slots = list(
        ExpectedAttendance.objects.filter(workshop__in=sheets, day=day)
        .annotate(is_open_to_reader=Exists(held))
        .select_related("citizen", "programme", "placement")
        # Protected names last, as in the register (T10).
        .order_by("citizen__is_protected", order, "citizen_id", "starts")
    )
    parts = parts_of(slots)
    for slot in slots:
        tasks = [line.strip() for line in slot.programme.accommodations.splitlines() if line.strip()]
        is_open = slot.is_open_to_reader  # type: ignore[attr-defined]
        sheets[slot.workshop_id].lines.append(
            Line(
                name=slot.citizen.name,
                starts=slot.starts,
                ends=slot.ends,
                tasks=tasks if is_open else [],
                absence=str(State(slot.state).label) if is_open and slot.state in EXCUSED else "",
                parts=parts.get(slot.pk, []) if is_open else [],
                starts_today=slot.day in (slot.programme.starts_on, slot.placement.starts_on),
            )
        )
    return list(sheets.values())


def next_day_of(workshops: Iterable[Workshop], today: date) -> date | None:
    """The first day after `today` on which anybody is expected in one of these workshops."""
    registers = RegisterDay.objects.filter(workshop__in=workshops, day__gt=today)
    return registers.aggregate(first=Min("day"))["first"]
