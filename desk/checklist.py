"""What must be in place in a case, as far as its data can tell (P9)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from closing_notes.statuses import Status as NoteStatus
from core.templatetags.dates import day as in_words
from desk.case_head import CLOSING_TIME, in_language
from desk.rows import Tag, link_to
from meetings.following import REQUIRED
from meetings.statuses import Kind
from meetings.statuses import Status as MeetingStatus
from worklist import lines as worklist_lines


def checklist_of(programme: Any, today: date) -> list[dict[str, Any]]:
    """What the type requires, as far as the case's data can tell (P9)."""
    items = []
    for required in programme.type.definition.get("required", []):
        word = in_language(required["name"])
        if required["key"] == "plan":
            items.append(
                {"state": "ok", "word": word, "hint": _("is confirmed")}
                if programme.has_plan
                else {"state": "due", "word": word, "tag": Tag("due", "clock", _("not confirmed"))}
            )
        elif required["key"] == "closing_note":
            items.append(note_item(programme, word, today))
        elif required["key"] in REQUIRED:
            items.append(meeting_item(programme, required["key"], word))
    if programme.follow_up_due_on and programme.ended_on is None:
        kind, icon, due = worklist_lines.due_in_words(programme.follow_up_due_on)
        items.append({"state": kind, "word": _("Follow-up on the plan"), "tag": Tag(kind, icon, due)})
    return items


def note_item(programme: Any, word: str, today: date) -> dict[str, Any]:
    if programme.note_status in (NoteStatus.APPROVED, NoteStatus.DELIVERED):
        return {"state": "ok", "word": word, "hint": _("is approved")}
    kind, icon, due = worklist_lines.due_in_words(programme.ends_on)
    if kind == "due" and programme.ends_on - today > CLOSING_TIME:
        kind = "calm"
    return {"state": kind, "word": word, "tag": Tag(kind, icon, due)}


def meeting_item(programme: Any, key: str, word: str) -> dict[str, Any]:
    """A meeting that the type requires: held, agreed for a day, or still to be agreed by one (P9, J3).

    The closing meeting is in place when its day is agreed, the others when they were held.
    """
    kind, _task, days = REQUIRED[key]
    meetings = [one for one in programme.agreed_meetings if one["kind"] == kind]
    held = [one for one in meetings if one["status"] == MeetingStatus.HELD]
    if held:
        return {"state": "ok", "word": word, "hint": _("is held"), "url": link_to("meetings:detail", held[-1]["pk"])}
    if meetings:
        meeting = meetings[-1]
        starts_at = datetime.fromisoformat(meeting["starts_at"])
        state, icon, text = "ok" if kind == Kind.CLOSING else "calm", "calendar-event", in_words(starts_at)
        if starts_at < timezone.now():
            state, icon, text = "late", "exclamation-octagon", _("no record yet")
        url = link_to("meetings:detail", meeting["pk"])
        return {"state": state, "word": word, "tag": Tag(state, icon, text), "url": url, "hint": _("is agreed")}
    if programme.ended_on:
        return {"state": "calm", "word": word, "hint": _("was not agreed")}
    colour, icon, text = worklist_lines.due_in_words(programme.starts_on + timedelta(days=days))
    return {"state": colour, "word": word, "tag": Tag(colour, icon, text)}
