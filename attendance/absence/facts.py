"""What a report on absence tells: what was agreed, what happened, who tried to reach the citizen, and what the citizen
said (A8). Figures and times only, and nothing about health: whoever had sent word was away with an excuse, whichever.
"""

import hashlib
import json
from datetime import date, datetime, time
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from attendance.absence.rules import in_words
from attendance.models import AbsenceReport, ContactAttempt, ExpectedAttendance, MissedStatus
from attendance.states import HERE, State


def facts_of(report: AbsenceReport, *, at: datetime) -> dict[str, Any]:
    """The facts as they are at `at`, of the report's period until that day; JSON, so that they can be frozen.

    Two queries. Of contacts in `left_out` only that they took place is told.
    """
    local = timezone.localtime(at).replace(tzinfo=None)
    slots = [
        slot
        for slot in ExpectedAttendance.objects.filter(
            programme=report.programme_id, day__range=(report.since, local.date())
        )
        .select_related("missed")
        .prefetch_related(
            Prefetch("missed__attempts", queryset=ContactAttempt.objects.select_related("by").order_by("at", "pk"))
        )
        .order_by("day", "starts", "pk")
        if datetime.combine(slot.day, slot.ends) <= local
    ]
    missed = [slot for slot in slots if is_missed(slot)]
    counted = [slot for slot in slots if slot.state or is_missed(slot)]
    told = {slot.day for slot in counted}
    not_registered = {slot.day for slot in slots if slot.workshop_id} - told
    to_report = {slot.day for slot in slots} - told - not_registered
    excused = [slot for slot in counted if slot not in missed and slot.state not in HERE]
    return {
        "since": report.since.isoformat(),
        "until": local.date().isoformat(),
        "rules": report.rules,
        "agreed_minutes": sum(slot.agreed_minutes for slot in counted),
        "attended_minutes": sum(slot.attended_minutes for slot in counted),
        "came": len({slot.day for slot in counted if slot.state in HERE}),
        "excused": len({slot.day for slot in excused}),
        "not_registered": len(not_registered),
        "to_report": len(to_report),
        "missed": [
            {"day": slot.day.isoformat(), "starts": f"{slot.starts:%H:%M}", "ends": f"{slot.ends:%H:%M}"}
            for slot in missed
        ],
        "contacts": [
            contact_of(attempt, slot, is_told=attempt.pk not in report.left_out)
            for slot in slots
            if (flag := getattr(slot, "missed", None))
            for attempt in flag.attempts.all()
        ],
    }


def is_missed(slot: ExpectedAttendance) -> bool:
    flag = getattr(slot, "missed", None)
    return flag is not None and flag.status == MissedStatus.RAISED and slot.state in (State.NOT_MARKED, State.NO_SHOW)


def contact_of(attempt: ContactAttempt, slot: ExpectedAttendance, *, is_told: bool) -> dict[str, Any]:
    return {
        "id": attempt.pk,
        "at": attempt.at.isoformat(),
        "by": attempt.by.name,
        "means": attempt.means,
        "was_reached": attempt.was_reached,
        "missed_on": slot.day.isoformat(),
        "reason": attempt.reason if is_told else "",
        "agreed": attempt.agreed if is_told else "",
    }


def fingerprint(covering_text: str, facts: dict[str, Any]) -> str:
    """What tells one report from another: of the covering text and every fact."""
    return hashlib.sha256(json.dumps([covering_text, facts], sort_keys=True).encode()).hexdigest()


def as_read(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with days, times and words as the template and its reader take them."""
    agreed, attended = facts["agreed_minutes"], facts["attended_minutes"]
    return {
        **facts,
        "since": date.fromisoformat(facts["since"]),
        "until": date.fromisoformat(facts["until"]),
        "rules": in_words(facts["rules"]),
        "share": attended / agreed if agreed else None,
        "missed": [
            {
                "day": date.fromisoformat(one["day"]),
                "starts": time.fromisoformat(one["starts"]),
                "ends": time.fromisoformat(one["ends"]),
            }
            for one in facts["missed"]
        ],
        "contacts": [
            {
                **one,
                "at": datetime.fromisoformat(one["at"]),
                "missed_on": date.fromisoformat(one["missed_on"]),
                "means": ContactAttempt.Means(one["means"]).label,
            }
            for one in facts["contacts"]
        ],
    }
