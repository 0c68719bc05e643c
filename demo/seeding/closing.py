"""Closing notes in every state: how far each has come, and what stands in it."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation

from closing_notes.evidence import Figures, figures_of, subgoals_of
from closing_notes.models import ClosingNote
from closing_notes.sources import ACCOMMODATIONS, ATTENDANCE, CONTENT, GOALS, NUMBERS, RESOURCES, sources_of
from closing_notes.statuses import Status as NoteStatus
from core.templatetags.dates import hours
from demo.seeding.case import Case, NoteText
from demo.seeding.texts import everyday, fill
from demo.seeding.timeline import Timeline
from demo.seeding.world import World
from journal.models import Audience
from programmes.statuses import Status
from programmes.types.definition import INTERRUPTED
from worklist.models import Task

# The states of notes in work, and whether the note came back with remarks.
WHEN_ENDING = [
    (NoteStatus.DRAFT, False),
    (NoteStatus.IN_REVIEW, False),
    (NoteStatus.DRAFT, True),
    (NoteStatus.DRAFT, False),
]
# What was delivered in these days the referrer has not opened yet.
UNREAD = timedelta(days=3)
WHEN_OVER = [(NoteStatus.IN_REVIEW, False), (NoteStatus.APPROVED, False)]
# In a note that is not finished these are still to be written.
OPPORTUNITIES, RECOMMENDATION, UNKNOWN = "opportunities", "recommendation", "unknown"
WRITTEN_LAST = [RESOURCES, OPPORTUNITIES, RECOMMENDATION]


def plan_note(world: World, case: Case, turn: int) -> NoteText | None:
    """How far the note of an ordinary case has come; nothing where it is too early or the programme never began.

    Notes in work take the states in turn, so that each occurs in a small demo, too.
    """
    if case.status not in (Status.CLOSING, Status.COMPLETED, Status.INTERRUPTED):
        return None
    outcome = world.weighted(world.texts_of(case.type.key)["outcomes"])
    if case.status == Status.CLOSING:
        states = WHEN_OVER if case.ends_on < world.today else WHEN_ENDING
        status, is_returned = states[turn % len(states)]
        written_on = world.working_day_before(world.today - timedelta(days=world.random.randint(0, 4)))
        approved_on = world.last_working_day if status == NoteStatus.APPROVED else None
        return NoteText(status, case.caseworker, outcome, written_on, {}, approved_on, is_returned)
    if case.status == Status.INTERRUPTED:
        outcome = INTERRUPTED
    written_on = world.working_day_before(case.last_day - timedelta(days=world.random.randint(1, 6)))
    approved_on = min(
        world.working_day(written_on + timedelta(days=world.random.randint(1, 4))), world.last_working_day
    )
    return NoteText(
        NoteStatus.DELIVERED, case.caseworker, outcome, min(written_on, approved_on), approved_on=approved_on
    )


def write_notes(world: World, cases: list[Case], timeline: Timeline) -> None:
    """The notes' rows. Attendance and plans are in the database by now, so figures come from where pages get them."""
    for case in cases:
        if case.note is None:
            continue
        text = case.note
        figures = figures_of(case.programme)
        if case.told is not None:
            text.sections = {
                **text.sections,
                **{key: own_figures(said, case, figures) for key, said in text.sections.items() if key == "attendance"},
            }
        else:
            text.sections = sections_of(world, case, figures)
        saved_at = world.office_hours(text.written_on)
        approved_at = world.office_hours(text.approved_on) if text.approved_on else None
        if approved_at:
            approved_at = max(approved_at, saved_at + timedelta(minutes=20))
        delivered_at = delivered(world, case, approved_at) if text.status == NoteStatus.DELIVERED else None
        read_at = delivered_at + timedelta(hours=26) if delivered_at else None
        note = world.book.add(
            ClosingNote(
                programme=case.programme,
                number=1,
                status=text.status,
                revision=world.random.randint(3, 9),
                author=text.author,
                sections=text.sections,
                outcome=text.outcome if approved_at or text.status == NoteStatus.IN_REVIEW else "",
                figures=figures if approved_at else None,
                created_at=saved_at - timedelta(days=1),
                saved_at=saved_at,
                approved_at=approved_at,
                approved_by=world.leader if approved_at else None,
                delivered_at=delivered_at,
                read_at=read_at if read_at and read_at < world.now - UNREAD else None,
            )
        )
        add_task(world, case, note)
        tell(case, note, timeline)


def delivered(world: World, case: Case, approved_at: datetime | None) -> datetime:
    """On the programme's last day, which delivery ends, or as soon as the note is approved."""
    assert approved_at is not None  # noqa: S101
    assert case.ended_on is not None  # noqa: S101
    if timezone.localdate(approved_at) >= case.ended_on:
        return min(approved_at + timedelta(minutes=25), world.now)
    return world.office_hours(case.ended_on)


def add_task(world: World, case: Case, note: ClosingNote) -> None:
    """Who has to do something with the note now, on the list of theirs."""
    assert case.note is not None  # noqa: S101
    reference = case.programme.reference
    holder: dict[str, Any] = {"for_user": note.author}
    kind, url = "", "closing_notes:review"
    if case.note.was_returned:
        kind, url = "revise_closing_note", "closing_notes:edit"
    elif note.status == NoteStatus.IN_REVIEW:
        kind, holder = "approve_closing_note", {"for_leaders_of": world.centre}
    elif note.status == NoteStatus.APPROVED:
        kind = "deliver_closing_note"
    if kind:
        world.book.add(
            Task(
                citizen=case.citizen,
                kind=kind,
                source=f"closing_notes.programme:{case.programme.pk}",
                due_on=timezone.localdate(note.approved_at or note.saved_at),
                url=reverse(url, args=[reference]),
                created_at=note.approved_at or note.saved_at,
                **holder,
            )
        )


def tell(case: Case, note: ClosingNote, timeline: Timeline) -> None:
    """Approval, delivery and the end of the programme on the timeline."""
    url = reverse("closing_notes:review", args=[case.programme.reference])
    if note.approved_at:
        timeline.tell(case, "closing_note_approved", note.approved_at, note.approved_by, url=url, number=note.number)
    if note.delivered_at:
        timeline.tell(
            case,
            "closing_note_delivered",
            note.delivered_at,
            note.author,
            audience=Audience.REFERRER,
            url=url,
            organisation=case.organisation.name,
        )
        names = {one.key: one.name.model_dump() for one in case.type.settings.outcomes}
        timeline.tell(
            case,
            "programme_ended",
            note.delivered_at + timedelta(seconds=1),
            note.author,
            audience=Audience.REFERRER,
            body=case.ended_why,
            outcome=names[note.outcome],
        )


def sections_of(world: World, case: Case, figures: Figures) -> dict:
    """Texts of an ordinary note, each statement with the number of its source (C5)."""
    assert case.note is not None  # noqa: S101
    citizen, counted = case.citizen, figures["attendance"]
    with translation.override(citizen.language):
        sources = sources_of(figures, [])
    cite = {source.key: f" [{source.number}]" for source in sources}

    def text(*path: str) -> Any:
        return everyday(world, case.type, "closing_note", *path)

    more: dict[str, object] = {"weeks": case.programme.week_on(min(case.last_day, world.today))}
    if case.workshop:
        tasks = world.random.sample(world.workshop_texts[case.workshop]["tasks_da"], 2)
        more |= {"workshop": world.workshops[case.workshop].unit.name, "task": tasks[0], "task2": tasks[1]}
    sections: dict = {
        CONTENT: fill(text("content"), citizen, **more) + cite.get("placements", ""),
        ATTENDANCE: fill(text("attendance_none"), citizen),
        GOALS: goals_in_words(world, case, figures, cite),
        RESOURCES: fill(world.pick(text("resources")), citizen),
        OPPORTUNITIES: fill(world.pick(text("opportunities")), citizen),
        **{key: fill(said, citizen) for key, said in world.texts_of(case.type.key).get("sections", {}).items()},
    }
    if counted["agreed"]:
        first, latest = danish(int(case.weeks[0].hours * 60)), danish(int(case.weeks[-1].hours * 60))
        sections[ATTENDANCE] = fill(
            text("attendance" if first != latest else "attendance_steady"),
            citizen,
            agreed=danish(counted["agreed"]),
            attended=danish(counted["attended"]),
            share=round(100 * counted["attended"] / counted["agreed"]),
            first=first,
            last=latest,
        ) + cite.get("attendance", "")
    if case.accommodations:
        sections[ACCOMMODATIONS] = case.accommodations + cite.get("accommodations", "")
    recommendation = recommended(world, case, case.note.outcome)
    sections[RECOMMENDATION] = f"{fill(recommendation, citizen)} {text('fixed')}"
    if case.status == Status.INTERRUPTED:
        sections[CONTENT] += f"\n{case.ended_why}"
    if case.note.status == NoteStatus.DRAFT and not case.note.was_returned:
        sections |= dict.fromkeys(WRITTEN_LAST, "")
    kept = {section.key: sections.get(section.key, "") for section in case.type.settings.closing_note_sections}
    return {**kept, NUMBERS: [source.key for source in sources]}


def recommended(world: World, case: Case, outcome: str) -> str:
    """What is recommended where a programme of the type ends so; nothing certain where no text says it."""
    for key in (outcome, UNKNOWN):
        try:
            return str(everyday(world, case.type, "closing_note", "recommendation", key))
        except KeyError:
            continue
    raise KeyError(outcome)


def goals_in_words(world: World, case: Case, figures: Figures, cite: dict[str, str]) -> str:
    wordings = {str(one.key): one.steps for goal in case.goals for one in goal.subgoals}
    lines = []
    for one in subgoals_of(figures):
        kind = "goals_same" if one["step_to"] > 2 else "goals_low"
        if one["step_to"] != one["step_from"]:
            kind = "goals_forward" if one["step_to"] > one["step_from"] else "goals_back"
        wording = wordings[one["key"]][one["step_to"] - 1]
        wording = wording[:1].lower() + wording[1:]
        line = everyday(world, case.type, "closing_note", kind).format(
            **{"subgoal": one["title"], "from": one["step_from"], "to": one["step_to"], "wording": wording}
        )
        lines.append(line + cite.get(f"subgoal:{one['key']}", ""))
    return "\n".join(lines)


def own_figures(text: str, case: Case, figures: Figures) -> str:
    """The story's attendance section with the figures of this calendar, holidays left out."""
    counted = figures["attendance"]
    if not counted["agreed"]:
        return text
    share = round(100 * counted["attended"] / counted["agreed"])
    text = re.sub(r"(Der var aftalt )[\d,]+( timer)", rf"\g<1>{danish(counted['agreed'])}\2", text)
    return re.sub(r"[\d,]+( timer)( \()\d+( %\))", rf"{danish(counted['attended'])}\1\g<2>{share}\3", text)


def danish(minutes: int) -> str:
    """Hours as Danish writes them, whatever language is active: 7,5."""
    return hours(minutes).replace(".", ",")
