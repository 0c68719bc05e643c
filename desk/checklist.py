"""What must be in place in a case, as far as its data can tell (P9)."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from closing_notes.statuses import Status as NoteStatus
from desk.case_head import CLOSING_TIME, in_language
from desk.rows import Tag
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
