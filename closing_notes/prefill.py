"""The first draft of each section, in whole sentences from the programme's own data, each with its source (C1, C5)."""

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from attendance.states import State
from closing_notes.evidence import Figures, subgoals_of
from closing_notes.sources import (
    ACCOMMODATIONS,
    ATTENDANCE,
    CONTENT,
    GOALS,
    NUMBERS,
    Source,
    day,
    share,
    sources_of,
)
from core.templatetags.dates import full_day, hours
from programmes.models import Programme

LANGUAGES = {"DK": "da", "SE": "sv"}


def language_of(centre: Organisation) -> str:
    """The language in which a centre writes, whoever is signed in."""
    return LANGUAGES.get(centre.country, "da")


def first_sections(programme: Programme, figures: Figures) -> dict:
    """Texts by section and the numbers of their sources; what only people can say stays empty (experience 15)."""
    with translation.override(language_of(programme.centre)):
        sources = sources_of(figures, [])
        cite = {source.key: f" [{source.number}]" for source in sources}
        known = {
            CONTENT: content(programme, figures, cite),
            ATTENDANCE: attendance(programme, figures, cite),
            GOALS: goals(figures, cite),
        }
        if figures["accommodations"].strip():
            known[ACCOMMODATIONS] = figures["accommodations"].strip() + cite["accommodations"]
        parts = programme.type.settings.closing_note_sections
        sections: dict = {section.key: known.get(section.key, "") for section in parts}
        sections[NUMBERS] = [source.key for source in sources]
        return sections


def person(programme: Programme) -> str:
    """How the text calls the citizen."""
    return _("The citizen") if programme.citizen.is_protected else programme.citizen.first_name


def content(programme: Programme, figures: Figures, cite: dict[str, str]) -> str:
    last = programme.ended_on or programme.ends_on
    weeks = programme.week_on(last)
    facts = {
        "type": programme.type.name,
        "start": full_day(programme.starts_on),
        "end": full_day(last),
        "weeks": weeks,
    }
    lines = [
        ngettext(
            "%(type)s from %(start)s to %(end)s, %(weeks)s week.",
            "%(type)s from %(start)s to %(end)s, %(weeks)s weeks.",
            weeks,
        )
        % facts
    ]
    for placement in figures["placements"]:
        lines.append(
            _("%(name)s worked in %(workshop)s from %(start)s to %(end)s.")
            % {
                "name": person(programme),
                "workshop": placement["workshop"],
                "start": day(placement["starts_on"]),
                "end": day(placement["ends_on"]),
            }
        )
    if figures["placements"]:
        lines[-1] += cite.get("placements", "")
    if talks := figures["follow_ups"]:
        lines.append(
            ngettext(
                "The plan was followed up once, on %(day)s.",
                "The plan was followed up %(count)s times, last on %(day)s.",
                len(talks),
            )
            % {"count": len(talks), "day": day(talks[-1]["held_on"])}
        )
    return "\n".join(lines)


def attendance(programme: Programme, figures: Figures, cite: dict[str, str]) -> str:
    counted = figures["attendance"]
    if not counted["agreed"]:
        return ""
    lines = [
        _("%(name)s has attended %(share)s.")
        % {"name": person(programme), "share": share(counted["attended"], counted["agreed"])}
        + cite.get("attendance", "")
    ]
    if counted["sick"]:
        lines.append(_("%(hours)s hours were illness.") % {"hours": hours(counted["sick"])})
    unexplained = sum(one["slots"] for one in counted["absences"] if one["state"] == State.NO_SHOW)
    if unexplained:
        lines.append(
            ngettext(
                "%(name)s stayed away once without word.",
                "%(name)s stayed away %(count)s times without word.",
                unexplained,
            )
            % {"name": person(programme), "count": unexplained}
        )
    else:
        lines.append(_("There were no days without word."))
    return " ".join(lines)


def goals(figures: Figures, cite: dict[str, str]) -> str:
    lines = []
    for subgoal in subgoals_of(figures):
        facts = {
            "subgoal": subgoal["title"],
            "before": subgoal["step_from"],
            "after": subgoal["step_to"],
            "target": subgoal["step_target"],
        }
        if subgoal["step_to"] == subgoal["step_from"]:
            line = _("%(subgoal)s: still at step %(after)s of %(target)s.") % facts
        else:
            line = _("%(subgoal)s: from step %(before)s to step %(after)s of %(target)s.") % facts
        lines.append(line + cite.get(f"subgoal:{subgoal['key']}", ""))
    return "\n".join(lines)


def statement(source: Source) -> str:
    """The sentence that is put into the text when somebody uses a source that was not used yet."""
    return f"{source.quote} [{source.number}]"
