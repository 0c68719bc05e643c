"""What the type of a programme requires, as its case shows it: done, due or overdue, linked to where it is done (P9).

How each line stands is read by `programmes.checklist.requirements`; here are only the words, the colours and the links.
"""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.templatetags.dates import day as in_words
from core.templatetags.dates import short_day
from desk.rows import Tag, link_to
from plans.agreement.confirming import TASKS
from plans.statuses import Party
from programmes.checklist.requirements import CAN_BE_WAIVED, FOLLOW_UP, Standing, standing
from worklist import lines as worklist_lines


def checklist_of(programme: Any, today: date) -> list[dict[str, Any]]:
    """The lines in the order of the type, as `components/checklist.html` takes them, then the confirmations of the plan
    that are missing (L2). One query."""
    names = {one.key: str(one) for one in programme.type.settings.required}
    names[FOLLOW_UP] = _("Follow-up on the plan")
    lines = [item(programme, one, names.get(one.key, one.key), today) for one in standing(programme, today)]
    asked = programme.asked_to_confirm
    return lines + [
        missing_yes(programme, party, date.fromisoformat(asked[kind])) for party, kind in TASKS.items() if kind in asked
    ]


def missing_yes(programme: Any, party: Party, due_on: date) -> dict[str, Any]:
    """A party that has not confirmed the plan yet, with the day by which it is due (L2)."""
    words = {
        Party.CITIZEN: _("The citizen has not confirmed the plan yet"),
        Party.REFERRER: _("The referrer has not confirmed the plan yet"),
    }
    page = "plans:sign" if party == Party.CITIZEN else "plans:detail"
    kind, icon, due = worklist_lines.due_in_words(due_on)
    url = link_to(page, programme.reference)
    return {"key": f"confirmed_{party}", "word": words[party], "url": url, "state": kind, "tag": Tag(kind, icon, due)}


def item(programme: Any, one: Standing, word: str, today: date) -> dict[str, Any]:
    """One line: `state` is ok, late, due or calm, and `tag` says by when; what is done has its day in `when`."""
    deed = page_of(programme, one)
    # What may turn out not to concern the citizen has a page of its own, with the way to the deed.
    asks = one.is_open and one.how in CAN_BE_WAIVED
    url = link_to("desk:requirement", programme.reference, one.key) if asks else deed
    found: dict[str, Any] = {"key": one.key, "word": word, "url": url, "deed": deed, "is_open": one.is_open}
    if one.is_waived:
        return {**found, "state": "calm", "hint": _("is not relevant"), "when": _("not relevant")}
    if one.met_on:
        found["when"] = short_day(one.met_on)
    if not one.is_open:
        if one.met_on:
            return {**found, "state": "ok", "hint": _("is done")}
        return {**found, "state": "calm", "hint": _("was not done") if programme.ended_on else _("rests")}
    if one.due_on is None:
        return {**found, "state": "ok" if one.met_on else "calm", "hint": _("is done") if one.met_on else _("is open")}
    if one.agreed_on and one.how == "meeting":
        if one.due_on < today:
            return {**found, "state": "late", "tag": Tag("late", "exclamation-octagon", _("no record yet"))}
        tag = Tag("calm", "calendar-event", in_words(one.due_on))
        return {**found, "state": "calm", "tag": tag, "hint": _("is agreed")}
    kind, icon, due = worklist_lines.due_in_words(one.due_on)
    state = "ok" if one.met_on and kind == "calm" else kind
    return {**found, "state": state, "tag": Tag(kind, icon, due), "hint": _("is due again") if one.met_on else ""}


def page_of(programme: Any, one: Standing) -> str:
    """Where the line is done, and where what was done can be read."""
    reference = programme.reference
    if one.how == "meeting" or one.how == "meeting_agreed":
        if one.is_open and not one.agreed_on:
            return f"{link_to('meetings:new', reference)}?kind={one.what}"
        return link_to("meetings:case", reference)
    if one.how == "activity":
        page = "desk:new_activity" if one.is_open and not one.met_on else "desk:activities"
        return f"{link_to(page, reference)}?kind={one.what}"
    pages = {
        "plan": "plans:detail",
        "follow_up": "plans:follow_up" if one.is_open else "plans:detail",
        "closing_note": "closing_notes:edit",
        "coordinator": "desk:people",
        "note": "desk:new_note" if one.is_open and not one.met_on else "desk:case",
    }
    if one.how in pages:
        return link_to(pages[one.how], reference)
    return link_to("desk:requirement", reference, one.key)
