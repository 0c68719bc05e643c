"""What covers a part of a slot, in words: a meeting, an activity, or word that was sent for some hours (A2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext as _

from attendance.models import ExpectedAttendance
from attendance.states import State
from core.templatetags.dates import clock
from meetings.statuses import Kind
from programmes.models import ProgrammeType

READ = """
    SELECT e.id, c.kind, c.what, c.type_id, lower(c.minutes * e.span), upper(c.minutes * e.span)
    FROM attendance_covering(%(programmes)s::bigint[], %(since)s::date, %(until)s::date) c
    JOIN (
        SELECT s.id, s.citizen_id, s.day, p.centre_id, int4range(
            (extract(epoch FROM s.starts) / 60)::int, (extract(epoch FROM s.ends) / 60)::int
        ) AS span
        FROM attendance_expectedattendance s JOIN programmes_programme p ON p.id = s.programme_id
        WHERE s.id = ANY (%(slots)s)
    ) e ON e.citizen_id = c.citizen_id AND e.centre_id = c.centre_id AND e.day = c.day AND e.span && c.minutes
    WHERE c.kind <> 'waited' AND NOT (c.kind IN ('notice', 'leave') AND c.minutes @> e.span)
    ORDER BY e.id, lower(c.minutes), upper(c.minutes)
"""


class Covered(NamedTuple):
    """One line as PostgreSQL answers it; minutes of the day, inside the slot."""

    slot: int
    kind: str
    what: str
    type_id: int
    begins: int
    ends: int


@dataclass(frozen=True)
class Part:
    """A covered part of a slot: what it is, from when and until when."""

    word: str
    icon: str
    starts: time
    ends: time

    def __str__(self) -> str:
        return f"{self.word} {clock(self.starts)}–{clock(self.ends)}"


def is_covered(slot: ExpectedAttendance) -> bool:
    return bool(slot.met or slot.away or slot.let_off)


def parts_of(slots: Collection[ExpectedAttendance]) -> dict[int, list[Part]]:
    """The covered parts of each slot by its id, in order of time; at most two queries, none where nothing is covered.

    What tells of somebody's health by its name is an appointment (J2).
    """
    covered = [slot for slot in slots if is_covered(slot)]
    if not covered:
        return {}
    days = [slot.day for slot in covered]
    with connection.cursor() as cursor:
        cursor.execute(
            READ,
            {
                "slots": [slot.pk for slot in covered],
                "programmes": [slot.programme_id for slot in covered],
                "since": min(days),
                "until": max(days),
            },
        )
        rows = [Covered(*row) for row in cursor.fetchall()]
    types = ProgrammeType.objects.in_bulk({row.type_id for row in rows if row.kind == "activity"})
    found: dict[int, list[Part]] = {}
    for row in rows:
        word, icon = words(row, types)
        found.setdefault(row.slot, []).append(Part(word, icon, clock_of(row.begins), clock_of(row.ends)))
    return found


def words(row: Covered, types: dict[int, ProgrammeType]) -> tuple[str, str]:
    """What it is called in the register, and its icon."""
    if row.kind == "meeting":
        return str(Kind(row.what).label), "people"
    if row.kind == "activity":
        offered = next((one for one in types[row.type_id].settings.activities if one.key == row.what), None)
        is_named = offered is not None and not offered.is_health
        return (str(offered) if is_named else _("Appointment")), "calendar-event"
    return str(State(row.what).label), "envelope"


def clock_of(minute: int) -> time:
    return time(minute // 60, minute % 60)


def covers(slot: ExpectedAttendance, day: date, at: time) -> bool:
    """Whether something covers the slot at this moment of this local day."""
    minute = at.hour * 60 + at.minute
    return slot.day == day and any(
        part.lower <= minute < part.upper for parts in (slot.met, slot.away, slot.let_off) for part in parts or []
    )
