"""Today of those who work with citizens every day: caseworker, contact person, specialist."""

from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from attendance.figures.falls import TASK as FALL_TASK
from attendance.register.reading import Summary, summaries
from closing_notes.models import ClosingNote
from closing_notes.statuses import Status as NoteStatus
from core.calendar import midnight
from core.templatetags.dates import day as in_words
from desk.rows import Group, Link, Now, Row, Tag, group, link_to
from desk.today.board import (
    Today,
    follow_up_row,
    greeting,
    meeting_group,
    meetings_of,
    staff_now,
    task_row,
    upcoming_tasks,
    waiting_follow_ups,
)
from desk.today.days import Day, week_of
from journal.models import Entry
from journal.timeline import title_of
from programmes.models import Placement, Programme
from programmes.places.capacity import CASELOAD_CEILING
from programmes.statuses import RUNNING
from worklist import lines as worklist_lines


def caseworker(user: User, day: Day) -> Today:
    follow_ups = waiting_follow_ups(user)
    falls, tasks = apart(upcoming_tasks(user, day))
    meetings = meetings_of(user, day)
    cases = Link(link_to("desk:cases"), _("Open my citizens"), "people")
    return Today(
        title=greeting(user),
        lead=lead(len(meetings), len(follow_ups), len(tasks), day),
        now=staff_now(follow_ups, tasks, day, cases),
        groups=[
            follow_up_group([follow_up_row(missed) for missed in follow_ups]),
            *fall_groups(falls),
            meeting_group(meetings, day),
            group(
                "deadlines",
                _("Deadlines"),
                [task_row(line) for line in tasks],
                more=Link(link_to("desk:tasks"), _("All tasks")),
                empty=_("Nothing is due within a week."),
            ),
        ],
        aside=[since_last_working_day(user, day)],
        more={"caseload": caseload(user, day), "in_review": notes_in_review(user)},
    )


def contact_person(user: User, day: Day) -> Today:
    registers = [one for one in summaries(user, day.of_interest, at=timezone.now()) if one.expected]
    follow_ups = waiting_follow_ups(user)
    falls, tasks = apart(upcoming_tasks(user, day))
    meetings = meetings_of(user, day)
    now = staff_now(
        follow_ups, tasks, day, Link(link_to("attendance:overview"), _("Open the register"), "clipboard-check")
    )
    unfinished = [register for register in registers if register.blank]
    if day.is_working and unfinished and not follow_ups:
        now = register_now(unfinished[0], day)
    return Today(
        title=greeting(user),
        lead=lead(len(meetings), len(follow_ups), len(tasks), day),
        now=now,
        groups=[
            group(
                "registers",
                _("Today's register")
                if day.is_working
                else _("The register of %(day)s") % {"day": in_words(day.next_working)},
                [register_row(register, day) for register in registers],
                empty=_("Nobody is expected here today") if day.is_working else day.note,
            ),
            follow_up_group([follow_up_row(missed) for missed in follow_ups]),
            meeting_group(meetings, day),
            group(
                "deadlines",
                _("Deadlines"),
                # Five groups are enough: a fall stands first among what is due.
                [task_row(line) for line in [*falls, *tasks]],
                more=Link(link_to("desk:tasks"), _("All tasks")),
                empty=_("Nothing is due within a week."),
            ),
            starting_here(user, day),
        ],
    )


def specialist(user: User, day: Day) -> Today:
    programmes = list(
        Programme.objects.visible_to(user)
        .running()
        .select_related("citizen", "type", "caseworker")
        .order_by("ends_on", "pk")[:100]
    )
    tasks = upcoming_tasks(user, day)
    meetings = meetings_of(user, day)
    cases = Link(link_to("desk:cases"), _("Open my citizens"), "people")
    return Today(
        title=greeting(user),
        lead=lead(len(meetings), 0, len(tasks), day),
        now=staff_now([], tasks, day, cases if programmes else None),
        groups=[
            meeting_group(meetings, day),
            group(
                "deadlines",
                _("Deadlines"),
                [task_row(line) for line in tasks],
                more=Link(link_to("desk:tasks"), _("All tasks")),
                empty=_("Nothing is due within a week."),
            ),
            group(
                "citizens",
                _("Citizens you are assigned to"),
                [
                    Row(
                        title=programme.citizen.name,
                        url=link_to("desk:case", programme.reference),
                        text=f"{programme.type.name} · {programme.caseworker.name}",
                    )
                    for programme in programmes
                ],
                more=Link(link_to("desk:cases"), _("All citizens")) if programmes else None,
                empty=_("No citizen is assigned to you. A caseworker or the team leader assigns you to a case."),
            ),
        ],
    )


def lead(meetings: int, follow_ups: int, tasks: int, day: Day) -> str:
    """The day in a line: `3 meetings · 1 to call · 4 deadlines within a week`."""
    if not day.is_working:
        return day.note
    parts = []
    if meetings:
        parts.append(ngettext("%(count)s meeting", "%(count)s meetings", meetings) % {"count": meetings})
    if follow_ups:
        parts.append(ngettext("%(count)s to call", "%(count)s to call", follow_ups) % {"count": follow_ups})
    if tasks:
        parts.append(
            ngettext("%(count)s deadline within a week", "%(count)s deadlines within a week", tasks) % {"count": tasks}
        )
    return " · ".join(parts)


def follow_up_group(rows: list[Row]) -> Group:
    return group(
        "follow_ups",
        _("To be called"),
        rows,
        more=Link(link_to("attendance:missed"), _("All missed")),
        empty=_("Everybody who was missing has been spoken with."),
    )


def apart(tasks: list[worklist_lines.Line]) -> tuple[list[worklist_lines.Line], list[worklist_lines.Line]]:
    """The falls in attendance, which have a group of their own, and everything else."""
    return [task for task in tasks if task.kind == FALL_TASK], [task for task in tasks if task.kind != FALL_TASK]


def fall_groups(falls: list[worklist_lines.Line]) -> list[Group]:
    """Who comes less than was usual, each with the reason; no group where nobody does (A10)."""
    return [group("falls", _("Attendance falls"), [task_row(line) for line in falls])] if falls else []


def notes_in_review(user: User) -> int:
    """How many of the user's closing notes wait for somebody else's approval (C2). One query."""
    return ClosingNote.objects.visible_to(user).filter(author=user, status=NoteStatus.IN_REVIEW).count()


def caseload(user: User, day: Day) -> dict:
    """The caseworker's running programmes beside the ceiling, with this week's starts and ends (P13). One query."""
    monday, sunday = week_of(day.of_interest)
    counts = Programme.objects.filter(caseworker=user, status__in=RUNNING).aggregate(
        running=Count("pk"),
        starting=Count("pk", filter=Q(starts_on__range=(monday, sunday))),
        ending=Count("pk", filter=Q(ends_on__range=(monday, sunday))),
    )
    return {**counts, "ceiling": CASELOAD_CEILING, "percent": min(100, counts["running"] * 100 // CASELOAD_CEILING)}


def since_last_working_day(user: User, day: Day) -> Group:
    """What others wrote in the user's cases since the last working day. One query."""
    previous = day.today - timedelta(days=1)
    while previous.weekday() > 4:
        previous -= timedelta(days=1)
    since = midnight(previous)
    entries = (
        Entry.objects.visible_to(user)
        .filter(
            citizen__in=Programme.objects.running().filter(caseworker=user).values("citizen"), happened_at__gte=since
        )
        .exclude(author=user)
        .select_related("citizen")
        .order_by("-happened_at", "-pk")[:6]
    )
    rows = [
        Row(
            title=entry.citizen.name,
            url=link_to("desk:case", entry.case) if entry.case.startswith("F") else entry.url,
            text=title_of(entry),
        )
        for entry in entries
    ]
    return Group(
        "since",
        _("Since %(day)s") % {"day": in_words(previous)},
        rows,
        empty=_("Nothing new has been recorded in your cases."),
    )


def register_row(register: Summary, day: Day) -> Row:
    tag = Tag("ok", "check-circle", _("Finished"))
    if register.blank:
        words = ngettext("%(count)s not marked", "%(count)s not marked", register.blank)
        tag = Tag("due", "clock", words % {"count": register.blank})
    url = link_to("attendance:register", register.workshop_id, day.of_interest)
    return Row(
        title=register.name,
        url=url,
        text=_("%(here)s here, %(away)s absent, %(expected)s expected")
        % {"here": register.here, "away": register.away, "expected": register.expected},
        tag=tag,
        actions=[Link(url, _("Open the register"), hint=register.name)],
    )


def register_now(register: Summary, day: Day) -> Now:
    sentence = ngettext(
        "%(count)s of %(expected)s is not marked yet in %(workshop)s.",
        "%(count)s of %(expected)s are not marked yet in %(workshop)s.",
        register.blank,
    ) % {"count": register.blank, "expected": register.expected, "workshop": register.name}
    url = link_to("attendance:register", register.workshop_id, day.of_interest)
    return Now(_("Start here"), sentence, "", Link(url, _("Open the register"), "clipboard-check"))


def starting_here(user: User, day: Day) -> Group:
    """Who begins in the user's workshops within a week. One query."""
    placements = (
        Placement.objects.filter(
            workshop__unit__in=user.reach.units,
            starts_on__range=(day.today, day.today + timedelta(days=7)),
            programme__in=Programme.objects.visible_to(user).running(),
        )
        .select_related("programme__citizen", "workshop__unit")
        .order_by("starts_on", "pk")[:20]
    )
    return group(
        "starting",
        _("Starting within a week"),
        [
            Row(
                title=placement.programme.citizen.name,
                url=link_to("desk:case", placement.programme.reference),
                text=placement.name(),
                tag=Tag(
                    "acc", "stars", _("today") if placement.starts_on == day.today else in_words(placement.starts_on)
                ),
            )
            for placement in placements
        ],
        empty=_("Nobody new starts in your workshop within a week."),
    )
