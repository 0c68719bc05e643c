"""Marks as they arrive: a JSON batch of the register's script, or the register's plain form with the same keys."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.register.mark_rules import MarkInput
from attendance.states import State
from core.fields import parse_time

AT_MOST = 500
REMARK_AT_MOST = 300
LARGEST_KEY = 2**63 - 1
LONGEST_TIME = 20
LONGEST_NUMBER = 60


class Malformed(ValueError):
    """What was sent cannot be understood; the text says what, in the user's language."""


@dataclass(frozen=True)
class Unreadable:
    """One mark of a batch that cannot be understood; `number` and `slot` as they were sent, the words say why."""

    number: str
    slot: int
    message: str


def read_json(body: bytes) -> list[MarkInput | Unreadable]:
    """The marks of `{"sent_at": ..., "marks": [{uuid, slot, state, from, until, at, seen, remark, rest}]}`.

    `from` is when a late citizen came and `until` when somebody left, both HH:MM; `at` is an ISO moment, now when left
    out; `seen` is the number of the mark that stood when whoever tapped looked last; `rest` is true for "everyone else
    is here". `sent_at` is what the device's clock shows now, so that one that runs wrong is set right. At most 500
    marks. Raises `Malformed` when there is no such list; a single mark that cannot be read does not stop the others.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed(_("The marks cannot be read.")) from error
    marks = sent.get("marks") if isinstance(sent, dict) else None
    if not isinstance(marks, list) or not marks:
        raise Malformed(_("There are no marks."))
    if len(marks) > AT_MOST:
        raise Malformed(_("Too many marks at once. Send at most %(number)s.") % {"number": AT_MOST})
    astray = timezone.now() - moment_of(sent.get("sent_at"))
    return [read_or_refuse(mark, astray) for mark in marks]


def read_or_refuse(sent: Any, astray: timedelta) -> MarkInput | Unreadable:
    """The mark with its moment set right by what the device's clock is `astray`, or why it cannot be read."""
    try:
        mark = read_mark(sent)
        return replace(mark, at=mark.at + astray) if sent.get("at") else mark
    except (Malformed, OverflowError) as error:
        number, slot = (sent.get("uuid"), sent.get("slot")) if isinstance(sent, Mapping) else ("", 0)
        is_slot = isinstance(slot, int) and not isinstance(slot, bool) and abs(slot) <= LARGEST_KEY
        return Unreadable(str(number)[:LONGEST_NUMBER], int(slot or 0) if is_slot else 0, str(error))


def read_mark(sent: Any) -> MarkInput:
    """One mark of a batch; raises `Malformed`."""
    if not isinstance(sent, Mapping):
        raise Malformed(_("A mark cannot be read."))
    return MarkInput(
        uuid=number_of(sent, "uuid"),
        slot=slot_of(sent.get("slot")),
        state=state_of(sent.get("state")),
        at=moment_of(sent.get("at")),
        came_at=time_of(sent.get("from")),
        left_at=time_of(sent.get("until")),
        remark=remark_of(sent),
        is_rest=sent.get("rest") is True,
        seen=number_of(sent, "seen") if sent.get("seen") else None,
    )


def read_form(sent: Mapping[str, str]) -> MarkInput:
    """The one mark of the plain form; its number is its own, and without a time a late one came now. `Malformed`."""
    slot = sent.get("slot", "")
    if not (slot.isascii() and slot.isdigit()):
        raise Malformed(_("A mark cannot be read."))
    return MarkInput(
        uuid=number_of(sent, "uuid") if sent.get("uuid") else uuid4(),
        slot=slot_of(int(slot[:20])),
        state=state_of(sent.get("state")),
        at=moment_of(sent.get("at")),
        came_at=time_of(sent.get("from")),
        left_at=time_of(sent.get("until")),
        remark=remark_of(sent),
        seen=number_of(sent, "seen") if sent.get("seen") else None,
    )


def number_of(sent: Mapping[str, Any], key: str) -> UUID:
    try:
        return UUID(text_of(sent, key))
    except ValueError as error:
        raise Malformed(_("A mark has no valid number.")) from error


def text_of(sent: Mapping[str, Any], key: str) -> str:
    """A text that can be stored, empty when it is left out; `Malformed` with NUL bytes or half a character in it."""
    text = sent.get(key)
    if text is None:
        return ""
    if not isinstance(text, str) or "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Malformed(_("A mark cannot be read."))
    return text


def slot_of(sent: Any) -> int:
    if not isinstance(sent, int) or isinstance(sent, bool) or not 0 <= sent <= LARGEST_KEY:
        raise Malformed(_("A mark names no slot."))
    return sent


def state_of(sent: Any) -> str:
    if not isinstance(sent, str) or sent not in State.values:
        raise Malformed(_("A mark says something that the register does not know."))
    return sent


def time_of(sent: Any) -> time | None:
    if sent is None or sent == "":
        return None
    try:
        return parse_time(str(sent)[:LONGEST_TIME])
    except ValueError as error:
        raise Malformed(_("Write the time as 7:30")) from error


def remark_of(sent: Mapping[str, Any]) -> str:
    remark = text_of(sent, "remark").strip()
    if len(remark) > REMARK_AT_MOST:
        raise Malformed(_("A remark has room for %(number)s characters.") % {"number": REMARK_AT_MOST})
    return remark


def moment_of(sent: Any) -> datetime:
    """The device's moment; one without an offset is local time, and none at all is now."""
    if sent is None or sent == "":
        return timezone.now()
    try:
        at = datetime.fromisoformat(sent) if isinstance(sent, str) else None
        if at is None or not 2000 <= at.year <= 2200:
            raise ValueError(sent)
        return at if at.tzinfo else timezone.make_aware(at)
    except (ValueError, OverflowError) as error:
        raise Malformed(_("A mark has no valid moment.")) from error
