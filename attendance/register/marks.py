"""Marks in the register: many at once, each of them once, and what they do to a missed flag (A2, A3, A6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from types import MappingProxyType
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.follow_up.flagging import raise_flags
from attendance.models import ExpectedAttendance, Mark, MissedAttendance, MissedStatus
from attendance.register.mark_rules import MarkInput, body_of, is_overtaken, tidied, why_not
from attendance.states import EXCUSED, State
from audit.acting import Actor, acting
from core.templatetags.dates import clock
from journal.models import Audience, Entry
from programmes.models import Workshop

# All marks by one INSERT and all slots by one UPDATE; a mark that is known already changes nothing. Each mark keeps its
# place in the batch by a microsecond. Flags are read here, after the slots were locked: the flagging locks them too.
# A register that is begun by them, or has no blank left, is nobody's reminder from now on (A5): what begins one is the
# same as in `missing_registers.py`, which clears up whatever is settled otherwise.
WRITE = """
    WITH sent AS (
        SELECT * FROM unnest(
            %(ids)s::uuid[], %(slots)s::bigint[], %(states)s::text[], %(came)s::time[], %(left)s::time[],
            %(remarks)s::text[], %(at)s::timestamptz[], %(aside)s::boolean[], %(notices)s::bigint[]
        ) WITH ORDINALITY AS t (id, slot_id, state, came_at, left_at, remark, marked_at, is_aside, notice_id, position)
    ),
    added AS (
        INSERT INTO attendance_mark
            (id, slot_id, state, came_at, left_at, remark, marked_at, received_at, by_id, is_aside)
        SELECT id, slot_id, state, came_at, left_at, remark, marked_at,
            %(now)s + position * interval '1 microsecond', %(by)s, is_aside
        FROM sent
        ON CONFLICT (id) DO NOTHING
        RETURNING id
    ),
    latest AS (
        SELECT DISTINCT ON (slot_id) sent.* FROM sent JOIN added USING (id)
        WHERE NOT is_aside ORDER BY slot_id, position DESC
    ),
    changed AS (
        UPDATE attendance_expectedattendance e
        SET state = l.state, came_at = l.came_at, left_at = l.left_at, remark = l.remark, marked_at = l.marked_at,
            marked_by_id = %(by)s, standing_mark = l.id, notice_id = l.notice_id
        FROM latest l WHERE l.slot_id = e.id
    ),
    registers AS MATERIALIZED (
        SELECT r.id, r.workshop_id, r.day, bool_or(
            l.notice_id IS NULL AND (e.day + e.starts) AT TIME ZONE %(zone)s <= %(now)s
            AND (l.state <> ALL(%(excused)s) OR l.marked_at >= (e.day + e.starts) AT TIME ZONE %(zone)s)
        ) AS is_begun
        FROM latest l
        JOIN attendance_expectedattendance e ON e.id = l.slot_id
        JOIN attendance_registerday r ON r.workshop_id = e.workshop_id AND r.day = e.day
        WHERE l.state <> ''
        GROUP BY r.id
    ),
    reminders AS MATERIALIZED (
        SELECT t.id, t.kind, r.workshop_id, r.day, r.is_begun
        FROM registers r
        JOIN worklist_task t ON t.kind IN ('missing_register', 'missing_register_leader', 'not_registered')
            AND t.source = 'attendance.register:' || r.id AND t.done_at IS NULL
        FOR NO KEY UPDATE OF t SKIP LOCKED -- whoever holds one is clearing it, and nobody waits for a reminder
    ),
    settled AS (
        UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
        FROM reminders r
        WHERE t.id = r.id AND t.done_at IS NULL AND CASE WHEN r.kind <> 'not_registered' THEN r.is_begun ELSE (
            SELECT bool_and(coalesce(l.state, e.state) <> '')
            FROM attendance_expectedattendance e LEFT JOIN latest l ON l.slot_id = e.id
            WHERE e.workshop_id = r.workshop_id AND e.day = r.day
        ) END
    )
    SELECT sent.id, added.id IS NOT NULL, f.id, f.status, f.flagged_at,
        EXISTS (
            SELECT FROM attendance_mark m
            WHERE m.slot_id = sent.slot_id AND m.state = 'no_show'
              AND m.received_at BETWEEN f.flagged_at AND f.flagged_at + interval '1 millisecond'
        )
    FROM sent
    LEFT JOIN added ON added.id = sent.id
    LEFT JOIN attendance_missedattendance f ON f.slot_id = sent.slot_id
"""

# The flags that no longer hold, and their tasks off every list.
SETTLE = """
    WITH settled AS (
        UPDATE attendance_missedattendance f SET status = t.status, cleared_at = %(now)s, cleared_by_id = %(by)s
        FROM unnest(%(flags)s::bigint[], %(statuses)s::text[]) AS t (id, status)
        WHERE t.id = f.id
        RETURNING f.id
    )
    UPDATE worklist_task t SET done_at = %(now)s, done_by_id = %(by)s
    FROM settled
    WHERE t.kind = 'contact_absent_citizen' AND t.source = 'attendance.missed:' || settled.id AND t.done_at IS NULL
"""

APPLIED, REPEATED, OVERTAKEN, REFUSED, UNKNOWN = "applied", "repeated", "overtaken", "refused", "unknown"


@dataclass(frozen=True)
class MarkResult:
    """What became of one mark, and what stands in its slot now; `is_flagged` is None where the mark did not ask."""

    uuid: UUID
    slot: int
    status: str
    message: str = ""
    state: str = ""
    came_at: time | None = None
    left_at: time | None = None
    is_flagged: bool | None = None
    standing: UUID | None = None


@dataclass(frozen=True)
class Flag:
    """The missed flag of a slot as it stood when the mark came in."""

    pk: int
    status: str
    flagged_at: datetime
    came_from_mark: bool


class Batch:
    """What becomes of each mark of one call."""

    def __init__(self, slots: dict[int, ExpectedAttendance]) -> None:
        self.slots = slots
        self.refused: dict[int, str] = {}
        self.accepted: dict[UUID, tuple[int, MarkInput]] = {}
        self.aside: set[UUID] = set()
        self.earlier: dict[UUID, Mark] = {}
        self.flagged: dict[int, bool] = {}

    def look_up(self, uuids: set[UUID]) -> None:
        """Find the marks that were known before under these uuids, and what then stands in the slots; no query when
        all marks were new."""
        if not uuids:
            return
        self.earlier = {mark.pk: mark for mark in Mark.objects.filter(pk__in=uuids)}
        if self.earlier:
            self.slots |= ExpectedAttendance.objects.select_related("marked_by").in_bulk(self.slots)

    def result(self, position: int, mark: MarkInput) -> MarkResult:
        slot = self.slots.get(mark.slot)
        if slot is None:
            return MarkResult(mark.uuid, mark.slot, UNKNOWN, _("This is not yours to mark."))
        status, message = self.outcome(position, mark)
        return MarkResult(
            mark.uuid,
            mark.slot,
            status,
            message,
            state=slot.state,
            came_at=slot.came_at,
            left_at=slot.left_at,
            is_flagged=self.flagged.get(mark.slot),
            standing=slot.standing_mark,
        )

    def outcome(self, position: int, mark: MarkInput) -> tuple[str, str]:
        if known := self.earlier.get(mark.uuid):
            is_same = body_of(mark) == (known.slot_id, known.state, known.came_at, known.left_at, known.remark)
            is_aside = known.is_aside
        elif position in self.refused:
            return REFUSED, self.refused[position]
        else:
            first, accepted = self.accepted[mark.uuid]
            is_same, is_aside = body_of(mark) == body_of(accepted), mark.uuid in self.aside
            if first == position and not is_aside:
                return APPLIED, ""
        if not is_same:
            return REFUSED, _("Another mark was sent under the same number.")
        return (OVERTAKEN, both_in_words(self.slots[mark.slot], mark)) if is_aside else (REPEATED, "")


def both_in_words(slot: ExpectedAttendance, mark: MarkInput) -> str:
    """What a colleague marked, and what the sender's mark says that was kept aside (A3)."""
    return _("%(name)s marked %(theirs)s at %(time)s. You marked %(yours)s without having seen that.") % {
        "name": slot.marked_by.name if slot.marked_by else "",
        "theirs": in_words(slot.state, slot.came_at, slot.left_at),
        "time": clock(timezone.localtime(slot.marked_at).time()) if slot.marked_at else "",
        "yours": in_words(mark.state, mark.came_at, mark.left_at),
    }


def in_words(state: str, came_at: time | None, left_at: time | None) -> str:
    """`»Came late 8.20«`"""
    times = " ".join(clock(moment) for moment in (came_at, left_at) if moment)
    return f"»{f'{State(state).label} {times}'.strip()}«"


def record_marks(
    *, marks: Sequence[MarkInput], by: User, among: QuerySet[ExpectedAttendance] | None = None
) -> list[MarkResult]:
    """Write these marks in their order, each of them at most once; one result for each, in the same order (A2, A3).

    Known by its uuid, the same mark again is *repeated* and another one under that uuid *refused*. One whose maker had
    not seen a colleague's is *overtaken*: kept in the history, and what the colleague marked stands. A slot that `by`
    may not mark is *unknown*: any but those of the registers that `by` sees, or but those `among` what is said. Marking
    as no show flags at once (A4); a citizen who came or had an excuse clears it (A6). The marks themselves are the
    record of who did what and when; nobody can change them.
    """
    now = timezone.now()
    if among is None:
        among = ExpectedAttendance.objects.filter(workshop__in=Workshop.objects.visible_to(by))
    with acting(by):
        slots = {
            slot.pk: slot
            for slot in among.filter(pk__in={mark.slot for mark in marks})
            .select_for_update(of=("self",))
            .select_related("programme", "marked_by")
            .order_by("pk")
        }
        batch = Batch(slots)
        for position, sent in enumerate(marks):
            slot = slots.get(sent.slot)
            if slot is None or sent.uuid in batch.accepted:
                continue
            mark = tidied(sent, now)
            if objection := why_not(mark, slot, by=by, now=now):
                batch.refused[position] = objection
                continue
            batch.accepted[mark.uuid] = (position, mark)
            if is_overtaken(mark, slot, by=by):
                batch.aside.add(mark.uuid)
            else:
                stand(slot, mark, by)
        accepted = [mark for _position, mark in batch.accepted.values()]
        written = _write(accepted, batch.aside, by=by, now=now) if accepted else {}
        added = [mark for mark in accepted if written[mark.uuid][0]]
        flags = {uuid: flag for uuid, (_added, flag) in written.items()}
        standing = [mark for mark in added if mark.uuid not in batch.aside]
        batch.flagged = _follow_flags(standing, slots, flags, by=by, now=now)
        batch.look_up({mark.uuid for mark in marks if mark.slot in slots} - {mark.uuid for mark in added})
    return [batch.result(position, mark) for position, mark in enumerate(marks)]


def stand(slot: ExpectedAttendance, mark: MarkInput, by: User) -> None:
    """Let the slot in hand say what the mark says, so that the next mark of the batch is judged against it."""
    slot.state, slot.came_at, slot.left_at, slot.remark = mark.state, mark.came_at, mark.left_at, mark.remark
    slot.marked_at, slot.marked_by, slot.standing_mark = mark.at, by, mark.uuid


def mark_by_notice(
    marks: Sequence[tuple[MarkInput, int | None]], slots: dict[int, ExpectedAttendance], *, by: User, now: datetime
) -> None:
    """The marks that a notice makes or takes back, each with the notice that it stands for (A2), and what they do to
    flags: a late notice clears one (A6). Inside the caller's `acting`, the slots locked with their programmes."""
    if not marks:
        return
    inputs = [mark for mark, _notice in marks]
    written = _write(inputs, set(), by=by, now=now, notices={mark.uuid: notice for mark, notice in marks})
    _follow_flags(inputs, slots, {uuid: flag for uuid, (_added, flag) in written.items()}, by=by, now=now)


def _write(
    marks: list[MarkInput],
    aside: set[UUID],
    *,
    by: User,
    now: datetime,
    notices: Mapping[UUID, int | None] = MappingProxyType({}),
) -> dict[UUID, tuple[bool, Flag | None]]:
    """By uuid: whether the mark was new, and the flag of its slot. `notices` are those that marks stand for."""
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "ids": [mark.uuid for mark in marks],
                "slots": [mark.slot for mark in marks],
                "states": [str(mark.state) for mark in marks],
                "came": [mark.came_at for mark in marks],
                "left": [mark.left_at for mark in marks],
                "remarks": [mark.remark for mark in marks],
                "at": [mark.at for mark in marks],
                "aside": [mark.uuid in aside for mark in marks],
                "notices": [notices.get(mark.uuid) for mark in marks],
                "now": now,
                "zone": timezone.get_default_timezone_name(),
                "excused": [str(state) for state in EXCUSED],
                "by": by.pk,
            },
        )
        return {
            uuid: (is_added, Flag(pk, status, flagged_at, from_mark) if pk else None)
            for uuid, is_added, pk, status, flagged_at, from_mark in cursor.fetchall()
        }


def _follow_flags(
    marks: Iterable[MarkInput],
    slots: dict[int, ExpectedAttendance],
    flags: dict[UUID, Flag | None],
    *,
    by: User,
    now: datetime,
) -> dict[int, bool]:
    """Raise, clear or cancel the flags of the marked slots (A4, A6); which of them are flagged afterwards."""
    latest = {mark.slot: mark for mark in marks}
    settled: list[tuple[int, str]] = []
    told: list[Entry] = []
    to_raise: list[int] = []
    standing = dict.fromkeys(latest, False)
    for slot_id, mark in latest.items():
        flag = flags[mark.uuid]
        is_raised = flag is not None and flag.status == MissedStatus.RAISED
        if mark.state == State.NO_SHOW and slots[slot_id].workshop_id:  # one that is reported is never flagged (A11)
            if not is_raised:
                to_raise.append(slot_id)
            standing[slot_id] = True
        elif flag is None:
            continue
        elif is_raised and (mark.state or flag.came_from_mark):
            # Made before the flag, or the slip of a finger: it counts nowhere. Otherwise it stays that it was raised.
            was_early = not mark.state or mark.at < flag.flagged_at
            settled.append((flag.pk, MissedStatus.CANCELLED if was_early else MissedStatus.CLEARED))
            told.append(_entry(slots[slot_id], mark, was_early=was_early, by=by, now=now))
        elif not mark.state and flag.status == MissedStatus.CLEARED:
            to_raise.append(slot_id)
            standing[slot_id] = True
        elif is_raised:
            standing[slot_id] = True
    if settled:
        with connection.cursor() as cursor:
            cursor.execute(
                SETTLE,
                {
                    "now": now,
                    "by": by.pk,
                    "flags": [pk for pk, _status in settled],
                    "statuses": [str(status) for _pk, status in settled],
                },
            )
        Entry.objects.bulk_create(told)
    if to_raise:
        raise_flags(to_raise, moment=now)
    return standing


def excuse(missed: Sequence[MissedAttendance], *, by: Actor, now: datetime) -> None:
    """Clear these flags, because word came afterwards of what covers the time (A6); inside the caller's `acting`."""
    if not missed:
        return
    statuses = [str(MissedStatus.CLEARED)] * len(missed)
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"now": now, "by": by.pk, "flags": [one.pk for one in missed], "statuses": statuses})
    Entry.objects.bulk_create(_line("missed_excused", one.slot, by=by, now=now) for one in missed)


def _entry(slot: ExpectedAttendance, mark: MarkInput, *, was_early: bool, by: User, now: datetime) -> Entry:
    """The timeline's line: came after all, excused after all, or never missed at all."""
    kind, params = "missed_cancelled", {}
    if not was_early and mark.state in EXCUSED:
        kind = "missed_excused"
    elif not was_early:
        kind, params = "missed_cleared", {"time": f"{mark.came_at or timezone.localtime(mark.at).time():%H:%M}"}
    return _line(kind, slot, by=by, now=now, **params)


def _line(kind: str, slot: ExpectedAttendance, *, by: Actor, now: datetime, **params: str) -> Entry:
    programme = slot.programme
    return Entry(
        kind=kind,
        citizen_id=slot.citizen_id,
        centre_id=programme.centre_id,
        case=programme.reference,
        referring_organisation_id=programme.referring_organisation_id,
        author=by if isinstance(by, User) else None,
        audience=Audience.TEAM,
        happened_at=now,
        params=params,
    )
