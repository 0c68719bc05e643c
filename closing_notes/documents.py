"""The closing note as it is read: a frozen view of one version, its HTML, and its data for machines (C3)."""

import json
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from attendance.states import State
from closing_notes.evidence import Figures, WeekFigures, figures_of
from closing_notes.models import ClosingNote
from closing_notes.prefill import language_of
from closing_notes.sources import NUMBERS, share, without_numbers
from closing_notes.statuses import Status
from core.paper import css_string, page_of
from core.pdf import AttachedFile
from core.templatetags.dates import hours, percent, short_day

# A table with more columns than this is gathered into months, quarters, half-years or years.
MOST_COLUMNS = 16
SPANS = [1, 3, 6, 12]
# Most of a line; finding where to break thousands of letters without a space takes the engine seconds.
ENDLESS_WORD = re.compile(r"(\S{60})(?=\S)")
CHART = {"width": 420, "base": 122, "top": 10, "left": 4}


@dataclass(frozen=True)
class Bar:
    """One column of chart and table: hours agreed and attended in a week or in several months."""

    label: str
    agreed: str
    attended: str
    x: str
    middle: str
    width: str
    agreed_y: str
    agreed_height: str
    attended_y: str
    attended_height: str


@dataclass(frozen=True)
class AttendanceView:
    total: str
    bars: tuple[Bar, ...]
    unit: str
    in_words: str
    absences: tuple[tuple[str, str, str], ...]  # reason, times, hours
    sickness: str


@dataclass(frozen=True)
class GoalRow:
    goal: str
    subgoal: str
    baseline: str
    target: str
    step_from: int
    step_to: int
    step_target: int
    result: str


@dataclass(frozen=True)
class SectionView:
    key: str
    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class ClosingNoteView:
    """All that stands on the paper, already in words of the centre's language."""

    language: str
    title: str
    reference: str
    version: int
    is_draft: bool
    centre: str
    letterhead: tuple[str, ...]
    recipient: str
    attention: str
    citizen: str
    born: str
    programme: str
    facts: tuple[tuple[str, str], ...]
    outcome: str
    sections: tuple[SectionView, ...]
    attendance: AttendanceView
    goals: tuple[GoalRow, ...]
    change_reason: str
    footer: str
    page_of: str
    draft_mark: str
    made_at: datetime


def view_of(note: ClosingNote, figures: Figures | None = None) -> ClosingNoteView:
    """The view of one version: with its frozen figures once approved, with today's while it is a draft (C1).

    `note` comes with programme, citizen, type, centre, referring organisation, referrer and referral loaded.
    """
    programme = note.programme
    language = language_of(programme.centre)
    figures = figures or note.figures or figures_of(programme)
    with translation.override(language):
        known = len(note.sections.get(NUMBERS, []))
        title = _("Closing note")
        version = _("version %(number)s") % {"number": note.number}
        return ClosingNoteView(
            language=language,
            title=title,
            reference=programme.reference,
            version=note.number,
            is_draft=note.status in (Status.DRAFT, Status.IN_REVIEW),
            centre=programme.centre.name,
            letterhead=tuple(line.strip() for line in programme.centre.letterhead.splitlines() if line.strip()),
            recipient=programme.referring_organisation.name,
            attention=programme.referrer.name,
            citizen=programme.citizen.name,
            born=_("born %(day)s") % {"day": short_day(programme.citizen.birth_date)},
            programme=programme.type.name,
            facts=facts(note),
            outcome=note.outcome_name,
            sections=tuple(
                SectionView(section.key, str(section), paragraphs(note.sections.get(section.key, ""), known))
                for section in note.parts
            ),
            attendance=attendance_view(figures),
            goals=goal_rows(figures),
            change_reason=note.change_reason,
            footer=css_string(f"{title} · {programme.reference} · {version}"),
            page_of=page_of(),
            draft_mark=css_string(pgettext("mark on each page of a closing note", "DRAFT, not approved")),
            made_at=note.approved_at or note.saved_at,
        )


def facts(note: ClosingNote) -> tuple[tuple[str, str], ...]:
    """The facts below the heading; what is not known is left out."""
    programme = note.programme
    last = programme.ended_on or programme.ends_on
    weeks = programme.week_on(last)
    referral = getattr(programme, "referral", None)
    period = ngettext("%(start)s – %(end)s, %(weeks)s week", "%(start)s – %(end)s, %(weeks)s weeks", weeks)
    author = ", ".join(filter(None, [note.author.name, note.author.title]))
    found = [
        (_("Programme"), period % {"start": short_day(programme.starts_on), "end": short_day(last), "weeks": weeks}),
        (_("Reference"), programme.reference),
    ]
    if referral:
        found.append((_("Legal basis"), referral.legal_basis))
        found.append((_("Referral"), f"{referral.reference}, {referral.context_name}".rstrip(", ")))
        found.append((_("Offer id"), referral.offer_id))
    found.append((_("Written by"), author))
    if note.approved_by:
        approver = ", ".join(filter(None, [note.approved_by.name, note.approved_by.title]))
        found.append((_("Approved"), f"{short_day(note.approved_at)}, {approver}"))
    return tuple((str(label), str(value)) for label, value in found if value)


def paragraphs(text: str, known: int) -> tuple[str, ...]:
    """The lines of a text without its citations; an empty one has none and its section still shows (experience 15)."""
    text = ENDLESS_WORD.sub(r"\1 ", str(text))
    lines = without_numbers(text, known).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return tuple(line.strip() for line in lines if line.strip())


def attendance_view(figures: Figures) -> AttendanceView:
    counted = figures["attendance"]
    columns, unit = gathered(counted["weeks"])
    bars = bars_of(columns)
    in_words = _("Agreed and attended hours. The figures stand in the table below.")
    absences = tuple(
        (str(State(one["state"]).label), str(one["slots"]), hours(one["minutes"])) for one in counted["absences"]
    )
    return AttendanceView(
        total=share(counted["attended"], counted["agreed"]),
        bars=bars,
        unit=unit,
        in_words=in_words,
        absences=absences,
        sickness=percent(counted["sick"] / counted["agreed"]) if counted["agreed"] else "",
    )


def gathered(weeks: list[WeekFigures]) -> tuple[list[tuple[str, int, int]], str]:
    """Columns (label, agreed, attended) and what each stands for: weeks, or for long programmes some months each."""
    if len(weeks) <= MOST_COLUMNS:
        return [(str(week["week"]), week["agreed"], week["attended"]) for week in weeks], str(_("Week"))
    first = date.fromisocalendar(weeks[0]["year"], weeks[0]["week"], 4)
    last = date.fromisocalendar(weeks[-1]["year"], weeks[-1]["week"], 4)
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    span = next((span for span in SPANS if math.ceil(months / span) <= MOST_COLUMNS), SPANS[-1])
    columns: dict[int, list[int]] = {place: [0, 0] for place in range(math.ceil(months / span))}
    for week in weeks:
        middle = date.fromisocalendar(week["year"], week["week"], 4)
        place = ((middle.year - first.year) * 12 + middle.month - first.month) // span
        columns[place][0] += week["agreed"]
        columns[place][1] += week["attended"]
    labelled = []
    for place, (agreed, attended) in columns.items():
        month = first.year * 12 + first.month - 1 + place * span
        labelled.append((f"{month % 12 + 1}/{month // 12 % 100:02}", agreed, attended))
    return labelled, str(ngettext("Month", "From month", span))


def bars_of(columns: list[tuple[str, int, int]]) -> tuple[Bar, ...]:
    """Where each bar stands in the chart of 420 by 150."""
    highest = max((max(agreed, attended) for _label, agreed, attended in columns), default=0) or 1
    room = (CHART["width"] - 2 * CHART["left"]) / max(len(columns), 1)
    width = min(room * 0.75, 24)

    def height(minutes: int) -> float:
        return (CHART["base"] - CHART["top"]) * minutes / highest

    found = []
    for place, (label, agreed, attended) in enumerate(columns):
        x = CHART["left"] + room * place
        found.append(
            Bar(
                label=label,
                agreed=hours(agreed),
                attended=hours(attended),
                x=f"{x:.1f}",
                middle=f"{x + width / 2:.1f}",
                width=f"{width:.1f}",
                agreed_y=f"{CHART['base'] - height(agreed):.1f}",
                agreed_height=f"{height(agreed):.1f}",
                attended_y=f"{CHART['base'] - height(attended):.1f}",
                attended_height=f"{height(attended):.1f}",
            )
        )
    return tuple(found)


def goal_rows(figures: Figures) -> tuple[GoalRow, ...]:
    rows = []
    for goal in figures["goals"]:
        for subgoal in goal["subgoals"]:
            rows.append(
                GoalRow(
                    goal=goal["title"],
                    subgoal=subgoal["title"],
                    baseline=subgoal["baseline"],
                    target=subgoal["target"],
                    step_from=subgoal["step_from"],
                    step_to=subgoal["step_to"],
                    step_target=subgoal["step_target"],
                    result=result(subgoal["step_from"], subgoal["step_to"], subgoal["step_target"]),
                )
            )
    return tuple(rows)


def result(before: int, after: int, target: int) -> str:
    """What became of a subgoal, in words."""
    moved = after - before
    if after >= target:
        return _("Reached")
    if moved > 0:
        return ngettext("One step up", "%(count)s steps up", moved) % {"count": moved}
    if moved < 0:
        return ngettext("One step down", "%(count)s steps down", -moved) % {"count": -moved}
    return _("No step yet")


def html_of(view: ClosingNoteView) -> str:
    """The whole page with its styles inside; it refers to nothing outside itself."""
    with translation.override(view.language):
        return render_to_string("closing_notes/pdf/closing_note.html", {"note": view})


def data_of(note: ClosingNote, figures: Figures) -> AttachedFile:
    """The note's data as JSON, for the receiving system (C3); nothing that the recipient may not read in the plan."""
    programme = note.programme
    citizen = programme.citizen
    with translation.override(language_of(programme.centre)):
        names = {section.key: str(section) for section in note.parts}
        outcome = note.outcome_name
    content: dict[str, Any] = {
        "format": "trinvis-closing-note/1",
        "reference": programme.reference,
        "version": note.number,
        "status": "draft" if note.approved_at is None else "approved",
        "centre": programme.centre.name,
        "referring_organisation": programme.referring_organisation.name,
        "citizen": {"name": citizen.name, "birth_date": citizen.birth_date.isoformat()},
        "programme_type": programme.type.key,
        "starts_on": programme.starts_on.isoformat(),
        "ends_on": (programme.ended_on or programme.ends_on).isoformat(),
        "programme_type_version": programme.type.version,
        "outcome": note.outcome,
        "outcome_name": outcome,
        "section_names": names,
        "sections": {
            section.key: "\n".join(paragraphs(note.sections.get(section.key, ""), len(note.sections.get(NUMBERS, []))))
            for section in note.parts
        },
        "figures": shared(figures),
        "written_by": note.author.name,
        "approved_by": note.approved_by.name if note.approved_by else None,
        "approved_at": note.approved_at.isoformat() if note.approved_at else None,
    }
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return AttachedFile(f"{programme.reference}.json", text.encode(), _("The closing note's data"))


def shared(figures: Figures) -> dict[str, Any]:
    """The figures without what only the team reads: what was said at follow-ups, comments on steps, what was seen at
    work and the minutes of meetings (J2)."""
    return {
        **figures,
        "goals": [
            {
                **goal,
                "subgoals": [
                    {key: value for key, value in subgoal.items() if key != "comment"} for subgoal in goal["subgoals"]
                ],
            }
            for goal in figures["goals"]
        ],
        "follow_ups": [{"held_on": talk["held_on"], "by": talk["by"]} for talk in figures["follow_ups"]],
        "observations": [],
        "meetings": [
            {key: value for key, value in meeting.items() if key != "minutes"}
            for meeting in figures.get("meetings", [])
        ],
    }


def file_name(note: ClosingNote) -> str:
    """`F-2026-000123-afslutningsnotat-v1.pdf`: no names in it (T10)."""
    with translation.override(language_of(note.programme.centre)):
        word = slugify(_("Closing note"))
    draft = "" if note.approved_at else f"-{slugify(Status.DRAFT.label)}-{timezone.localtime(note.saved_at):%H%M}"
    return f"{note.programme.reference}-{word}-v{note.number}{draft}.pdf"
