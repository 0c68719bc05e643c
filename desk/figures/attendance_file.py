"""The same figures as a file that may leave the team: no group of fewer than five persons, also not by subtraction
(experience 22). The page's sums know no persons, so whose they are is asked of the slots."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _

from attendance.by_week import Sums, total
from attendance.figures import COUNTED
from attendance.models import ExpectedAttendance
from attendance.states import HERE, State
from core.spreadsheet import Cell, Percent, Sheet, workbook
from core.templatetags.dates import short_day
from desk.figures.attendance import REPORTED, Figures
from desk.figures.masking import grouped, is_small
from desk.figures.steering import TOO_FEW


def file_of(found: Figures) -> bytes:
    """The file of a page, in three queries more; whatever belongs to a few is told together or not at all."""
    slots = slots_of(found)
    whole = {citizen for (citizen,) in slots.values_list("citizen").distinct()}
    if is_small(len(whole)):
        return workbook([Sheet(_("Attendance"), [], [], [*about(found), str(TOO_FEW)])])
    return workbook([by_line(found, slots), by_weeks(found, slots), by_reason(found, slots)])


def slots_of(found: Figures) -> Any:
    """The slots that the page's sums were counted from."""
    chosen, period = found.chosen, found.period
    slots = ExpectedAttendance.objects.filter(
        COUNTED, programme__centre__in=found.centres, day__range=(period.first, period.last)
    ).order_by()
    if chosen["type"]:
        slots = slots.filter(programme__type__key=chosen["type"])
    if chosen["workshop"] == REPORTED:
        return slots.filter(workshop__isnull=True)
    return slots.filter(workshop=chosen["workshop"]) if chosen["workshop"] else slots


def about(found: Figures) -> list[str]:
    """What was asked, and what is left out."""
    choices = [dict(found.form.fields[name].choices)[found.chosen[name]] for name in ("workshop", "type")]  # type: ignore[attr-defined]
    return [
        f"{found.period.label} ({short_day(found.period.first)} – {short_day(found.period.last)})",
        " · ".join(map(str, choices)),
        _("Groups of fewer than five citizens do not stand alone."),
    ]


def persons_by(rows: Iterable[tuple]) -> dict[Any, set[UUID]]:
    """Sets of citizens by what stands before them in the rows; several columns make a tuple."""
    found: dict[Any, set[UUID]] = defaultdict(set)
    for *key, citizen in rows:
        found[key[0] if len(key) == 1 else tuple(key)].add(citizen)
    return found


def cells(sums: Sums) -> list[Cell]:
    return [
        None if sums.share is None else Percent(sums.share),
        sums.attended / 60,
        sums.agreed / 60,
        None if sums.sickness_share is None else Percent(sums.sickness_share),
        sums.not_registered,
    ]


def columns(*first: str) -> list[str]:
    words = [_("Attended share"), _("Attended hours"), _("Agreed hours"), _("Sickness share"), _("Not registered")]
    return [*first, *words]


def together(may_show: bool, sums: Iterable[Sums], *labels: str) -> list[Cell]:
    """The row of all that are too small to stand alone."""
    return [*labels, *(cells(total(sums)) if may_show else [str(TOO_FEW)] * 5)]


def by_line(found: Figures, slots: Any) -> Sheet:
    persons = persons_by(slots.values_list("workshop", "programme__type__key", "citizen").distinct())
    groups = grouped(persons)
    rows: list[list[Cell]] = [
        [line.where, line.name, *cells(line.sums)] for line in found.lines if (line.workshop, line.type) in groups.shown
    ]
    if groups.together:
        rest = (line.sums for line in found.lines if (line.workshop, line.type) in groups.together)
        rows.append(together(groups.may_show, rest, _("The others together"), ""))
    rows.append([found.total.name, "", *cells(found.total.sums)])
    return Sheet(_("By workshop"), columns(_("Workshop"), _("Programme type")), rows, about(found))


def by_weeks(found: Figures, slots: Any) -> Sheet:
    rows = slots.annotate(monday=TruncWeek("day")).values_list("monday", "citizen").distinct()
    groups = grouped(persons_by(rows))
    shown: Collection = set(groups.shown)
    lines: list[list[Cell]] = [
        [week.number, week.monday, *cells(week.sums)] for week in found.weeks if week.monday in shown
    ]
    if groups.together:
        rest = (week.sums for week in found.weeks if week.monday in groups.together)
        lines.append(together(groups.may_show, rest, _("The others together"), ""))
    return Sheet(_("By week"), columns(_("Week"), _("Monday")), lines, about(found))


def by_reason(found: Figures, slots: Any) -> Sheet:
    """A reason that few have told is health of theirs: it stands with others or not at all."""
    rows = slots.exclude(state__in=HERE).values_list("state", "citizen").distinct()
    persons: dict[str, set[UUID]] = defaultdict(set)
    for state, citizen in rows:
        persons[state or State.NO_SHOW.value].add(citizen)
    groups = grouped(persons)
    lines: list[list[Cell]] = [
        [one.label, one.slots, one.minutes / 60] for one in found.reasons if one.state in groups.shown
    ]
    if groups.together:
        rest = [one for one in found.reasons if one.state in groups.together]
        figures = [sum(one.slots for one in rest), sum(one.minutes for one in rest) / 60]
        lines.append([_("Other reasons together"), *(figures if groups.may_show else [str(TOO_FEW)] * 2)])
    return Sheet(_("Absence by reason"), [_("Reason"), _("Days"), _("Hours")], lines, about(found))
