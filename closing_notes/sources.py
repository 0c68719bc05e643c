"""What a statement of the note can rest on, numbered as the text cites it: `[3]` (C5, experience 15)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from closing_notes.evidence import Figures, subgoals_of
from core.templatetags.dates import hours, percent, short_day
from meetings.statuses import Kind

CITED = re.compile(r"[ \u00a0]?\[(\d{1,3})\]")
# The sections that the code knows how to begin; where a type has one of these keys, its first draft is not empty.
CONTENT, ATTENDANCE, GOALS = "content", "attendance", "goals"
RESOURCES, ACCOMMODATIONS = "resources", "accommodations"
# Beside the texts: which source has which number. Numbers are never given to another source.
NUMBERS = "sources"
RECENT_WEEKS = 4


@dataclass(frozen=True)
class Source:
    """One thing that the note may cite."""

    key: str
    number: int
    section: str
    name: str
    quote: str


def sources_of(figures: Figures, known: list[str]) -> list[Source]:
    """Everything that can be cited, by number. `known` are the keys that have their numbers already."""
    found = {key: (section, name, quote) for key, section, name, quote in candidates(figures) if quote}
    keys = [*known, *(key for key in found if key not in known)]
    return [Source(key, number, *found[key]) for number, key in enumerate(keys, start=1) if key in found]


def candidates(figures: Figures) -> list[tuple[str, str, str, str]]:
    """(key, the section where it belongs, its name, what it says); what says nothing is left out by the caller."""
    attendance = figures["attendance"]
    recent = attendance["weeks"][-RECENT_WEEKS:]
    found: list[tuple[str, str, str, str]] = [
        ("attendance", ATTENDANCE, _("Attendance"), share(attendance["attended"], attendance["agreed"])),
        (
            "placements",
            CONTENT,
            _("Workshops"),
            "; ".join(
                _("%(workshop)s, %(start)s to %(end)s")
                % {"workshop": one["workshop"], "start": day(one["starts_on"]), "end": day(one["ends_on"])}
                for one in figures["placements"]
            ),
        ),
        ("accommodations", ACCOMMODATIONS, _("Accommodations"), figures["accommodations"]),
    ]
    if recent:
        span = f"{recent[0]['week']}–{recent[-1]['week']}"
        total = share(sum(week["attended"] for week in recent), sum(week["agreed"] for week in recent))
        found.append(("recent", RESOURCES, _("Attendance, weeks %(weeks)s") % {"weeks": span}, total))
    for subgoal in subgoals_of(figures):
        step = _("Step %(before)s to %(after)s of %(last)s") % {
            "before": subgoal["step_from"],
            "after": subgoal["step_to"],
            "last": subgoal["step_target"],
        }
        comment = f" »{subgoal['comment']}«" if subgoal["comment"] else ""
        found.append((f"subgoal:{subgoal['key']}", GOALS, subgoal["title"], f"{step}.{comment}"))
    for number, goal in enumerate(figures["goals"], start=1):
        words = f"»{goal['own_words']}«" if goal["own_words"] else ""
        found.append((f"words:{number}", RESOURCES, _("The citizen's own words"), words))
    for one in figures.get("observations", []):
        name = _("Seen on %(day)s by %(by)s: %(subgoal)s") % {
            "day": day(one["seen_on"]),
            "by": one["by"],
            "subgoal": one["subgoal"],
        }
        found.append((f"observation:{one['id']}", RESOURCES, name, one["text"]))
    for talk in figures["follow_ups"]:
        name = _("Follow-up %(day)s, %(by)s") % {"day": day(talk["held_on"]), "by": talk["by"]}
        found.append((f"follow_up:{talk['id']}", RESOURCES, name, talk["comment"]))
    for meeting in figures.get("meetings", []):
        name = _("%(kind)s %(day)s, %(by)s") % {
            "kind": Kind(meeting["kind"]).label,
            "day": day(meeting["held_on"]),
            "by": meeting["by"],
        }
        about = ", ".join(f"»{title}«" for title in meeting.get("subgoals", []))
        found.append((f"meeting:{meeting['id']}", RESOURCES, f"{name}: {about}" if about else name, meeting["minutes"]))
    return found


def share(attended: int, agreed: int) -> str:
    """`118 of 128 agreed hours, 92 %`; empty when nothing was agreed."""
    if not agreed:
        return ""
    return _("%(attended)s of %(agreed)s agreed hours, %(share)s") % {
        "attended": hours(attended),
        "agreed": hours(agreed),
        "share": percent(attended / agreed),
    }


def day(written: str) -> str:
    return short_day(date.fromisoformat(written))


def numbers_in(sections: Mapping[str, Any]) -> set[int]:
    """The numbers that the texts cite."""
    texts = "\n".join(str(text) for key, text in sections.items() if key != NUMBERS)
    return {int(number) for number in CITED.findall(texts)}


def without_numbers(text: str, highest: int) -> str:
    """The text as the reader of the PDF gets it: citations are for those who write it."""
    return CITED.sub(lambda found: "" if 1 <= int(found[1]) <= highest else found[0], text)
