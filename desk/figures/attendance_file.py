"""The same figures as a file that may leave the team: no group of fewer than five persons, also not by subtraction
(experience 22). The page's sums know no persons, so whose they are is asked of the slots."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _

from attendance.figures.by_week import Sums, total
from attendance.figures.sums import COUNTED
from attendance.models import ExpectedAttendance
from attendance.states import HERE, SICK, State
from core.spreadsheet import Cell, Percent, Sheet, workbook
from core.templatetags.dates import short_day
from desk.figures.attendance import REPORTED, Figures
from desk.figures.masking import Grouped, grouped, is_small
from desk.figures.steering import TOO_FEW


def file_of(found: Figures) -> bytes:
    """The file of a page, in six queries more; whatever belongs to a few is told together or not at all."""
    slots = slots_of(found)
    if is_small(slots.filter(agreed_minutes__gt=0).values("citizen").distinct().count()):
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
    return slots.filter(workshop=int(chosen["workshop"])) if chosen["workshop"] else slots


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


def cells(sums: Sums, *, tells_illness: bool) -> list[Cell]:
    ill = str(TOO_FEW) if not tells_illness else None if sums.sickness_share is None else Percent(sums.sickness_share)
    share = None if sums.share is None else Percent(sums.share)
    return [share, sums.attended / 60, sums.agreed / 60, ill, sums.not_registered, sums.to_report]


def columns(*first: str) -> list[str]:
    shares = [_("Attended share"), _("Attended hours"), _("Agreed hours"), _("Sickness share")]
    return [*first, *shares, _("Not registered"), _("To be reported")]


def rows_of(
    groups: Grouped, sums: list[tuple[Any, list[Cell], Sums]], ill: Mapping[Any, set[UUID]], rest: list[Cell]
) -> tuple[list[list[Cell]], bool]:
    """The rows of the groups that stand alone and of the others together, and whether illness is told.

    It is told in no row where one of them has a few who were ill: from the others and the whole they would be known.
    """
    together = set().union(*(ill.get(key, set()) for key in groups.together))
    told = [*(ill.get(key, set()) for key in groups.shown), together, set().union(*ill.values())]
    tells_illness = not any(is_small(len(some)) for some in told)
    rows = [[*first, *cells(one, tells_illness=tells_illness)] for key, first, one in sums if key in groups.shown]
    if groups.together:
        left = total(one for key, _first, one in sums if key in groups.together)
        figures: list[Cell] = [str(TOO_FEW)] * 6
        rows.append([*rest, *(cells(left, tells_illness=tells_illness) if groups.may_show else figures)])
    return rows, tells_illness


def by_line(found: Figures, slots: Any) -> Sheet:
    names = ("workshop", "programme__type__key", "citizen")
    expected = slots.filter(agreed_minutes__gt=0)
    groups = grouped(persons_by(expected.values_list(*names).distinct()))
    ill = persons_by(expected.filter(state__in=SICK).values_list(*names).distinct())
    sums: list = [((line.workshop, line.type), [line.where, line.name], line.sums) for line in found.lines]
    rows, tells_illness = rows_of(groups, sums, ill, [_("The others together"), ""])
    rows.append([found.total.name, "", *cells(found.total.sums, tells_illness=tells_illness)])
    return Sheet(_("By workshop"), columns(_("Workshop"), _("Programme type")), rows, about(found))


def by_weeks(found: Figures, slots: Any) -> Sheet:
    expected = slots.filter(agreed_minutes__gt=0).annotate(monday=TruncWeek("day"))
    groups = grouped(persons_by(expected.values_list("monday", "citizen").distinct()))
    ill = persons_by(expected.filter(state__in=SICK).values_list("monday", "citizen").distinct())
    sums: list = [(week.monday, [week.number, week.monday], week.sums) for week in found.weeks]
    rows, _told = rows_of(groups, sums, ill, [_("The others together"), ""])
    return Sheet(_("By week"), columns(_("Week"), _("From Monday")), rows, about(found))


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
