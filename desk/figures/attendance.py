"""Attendance of a team leader's centres by workshop, type and week, from sums counted ahead (A9, docs/adr/0023).

The page stays in the team and masks nothing. The file may leave it: there no group of fewer than five persons stands
alone, and none can be found by taking the others away (experience 22).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db import connection
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.roles import Role
from attendance.figures import by_week
from attendance.figures.by_week import Sums, WeekRow
from attendance.figures.roll_ups import is_waiting
from attendance.states import State
from core.calendar import monday_of
from core.tables import Column, Table
from core.templatetags.dates import hours, percent
from desk.figures.offered import Kind, OfferedForm, offered_at
from desk.figures.progression import Period
from desk.figures.progression import periods as quarters_and_years

WEEKS = (13, 26, 52)
# What has no workshop is reported by the week (A11).
REPORTED = "reported"
# The aim of the catalogue that the sickness share answers (F3).
TARGET = "sickness"
WHERE = """
    f.centre_id = ANY(%(centres)s) AND f.day BETWEEN %(first)s AND %(last)s
    AND (%(type)s = '' OR f.type_key = %(type)s)
    AND (%(any)s OR f.workshop_id IS NOT DISTINCT FROM %(workshop)s::bigint)
"""
# One reading for the lines and for the weeks: each row belongs to one of the two. Weeks are numbered from the first.
SUMS = f"""
    SELECT f.workshop_id, f.type_key, (f.day - %(monday)s::date) / 7 AS week, GROUPING(f.type_key) AS is_week,
        sum(f.agreed)::bigint, sum(f.attended)::bigint, sum(f.ill)::bigint,
        coalesce(sum(f.blank) FILTER (WHERE f.day < %(today)s AND f.workshop_id IS NOT NULL), 0)::bigint,
        coalesce(sum(f.blank) FILTER (WHERE f.day < %(today)s AND f.workshop_id IS NULL), 0)::bigint,
        sum(f.late)::bigint, sum(f.missed)::bigint
    FROM attendance_dayfigure f
    WHERE {WHERE}
    GROUP BY GROUPING SETS ((f.workshop_id, f.type_key), ((f.day - %(monday)s::date) / 7))
"""  # noqa: S608 (only our own constants)
# Many days are alike in who was absent why: they are taken together before they are taken apart.
REASONS = f"""
    SELECT a.state, sum(days * (a.counted ->> 0)::bigint)::bigint, sum(days * (a.counted ->> 1)::bigint)::bigint
    FROM (SELECT f.absence, count(*) AS days FROM attendance_dayfigure f WHERE {WHERE} GROUP BY f.absence) alike
    CROSS JOIN LATERAL jsonb_each(alike.absence) AS a (state, counted)
    GROUP BY a.state
"""  # noqa: S608 (only our own constants)


class AttendanceForm(OfferedForm):
    """What is counted."""

    period = forms.ChoiceField(label=gettext_lazy("Period"))
    workshop = forms.ChoiceField(label=gettext_lazy("Workshop"), required=False)
    type = forms.ChoiceField(label=gettext_lazy("Programme type"), required=False)


@dataclass(frozen=True)
class Line:
    """One workshop's figures of one type; `aim` is the share of sickness in percent that the type aims for at most."""

    workshop: int | None
    type: str
    where: str
    name: str
    sums: Sums
    late: int
    missed: int
    aim: int | None = None

    @property
    def sickness_percent(self) -> int:
        return round(100 * (self.sums.sickness_share or 0))

    @property
    def keeps_aim(self) -> bool:
        return self.aim is not None and (self.sums.sickness_share or 0) * 100 <= self.aim


@dataclass(frozen=True)
class Reason:
    """One reason of absence: slots, minutes, and its part of the agreed minutes."""

    state: str
    slots: int
    minutes: int
    agreed: int

    @property
    def label(self) -> str:
        return str(State(self.state).label) if self.state in State.values else self.state

    @property
    def share(self) -> float:
        return self.minutes / self.agreed if self.agreed else 0.0


@dataclass
class Figures:
    form: AttendanceForm
    period: Period
    centres: list[int]
    lines: list[Line]
    total: Line
    weeks: list[WeekRow]
    charts: dict[str, Any]
    week_table: Table
    table: Table
    reasons: list[Reason]
    change: float | None
    is_waiting: bool
    aims: list[Line] = field(default_factory=list)
    query: str = ""

    @property
    def four_weeks(self) -> float | None:
        """The share of the last four weeks of the period."""
        return by_week.total(week.sums for week in self.weeks[-by_week.RUNNING_WEEKS :]).share

    @property
    def chosen(self) -> dict[str, str]:
        return self.form.cleaned_data


def periods(today: date) -> list[Period]:
    """The last weeks, whole ones; then the quarters and years that other figures offer."""
    found = [
        Period(
            f"{count}w",
            ngettext("The last week", "The last %(count)s weeks", count) % {"count": count},
            monday_of(today) - timedelta(weeks=count - 1),
            today,
        )
        for count in WEEKS
    ]
    return found + quarters_and_years()


def attendance(user: User, data: QueryDict) -> Figures:
    """The page for one address, in four queries however many slots there are."""
    today = timezone.localdate()
    offered = periods(today)
    centres = sorted(user.reach.organisations_as(Role.TEAM_LEADER))
    workshops, types = offered_at(centres)
    workshops[REPORTED] = _("Internships and courses")
    form = AttendanceForm(
        data,
        {
            "period": [(one.key, one.label) for one in offered],
            "workshop": [("", _("All")), *workshops.items()],
            "type": [("", _("All")), *((key, one.name) for key, one in types.items())],
        },
    )
    chosen = form.cleaned_data
    period = next(one for one in offered if one.key == chosen["period"])
    asked = parameters(centres, chosen, period, today)
    lines, by_monday = sums_of(asked, workshops, types)
    weeks = by_week.rows(by_monday, first=monday_of(period.first), last=period.last)
    total = Line(
        None,
        "",
        "",
        _("All together"),
        by_week.total(line.sums for line in lines),
        sum(line.late for line in lines),
        sum(line.missed for line in lines),
    )
    aims = [line for line in by_type(lines) if line.aim is not None and line.sums.agreed]
    return Figures(
        form=form,
        period=period,
        centres=centres,
        lines=lines,
        total=total,
        weeks=weeks,
        charts=by_week.charts(weeks),
        week_table=by_week.table(weeks, with_illness=True),
        table=table(lines, total),
        reasons=reasons_of(asked, total.sums.agreed),
        change=change_of(weeks),
        is_waiting=is_waiting(period.first, period.last, (int(key) for key in workshops if key != REPORTED)),
        aims=aims,
        query="&".join(f"{name}={value}" for name, value in chosen.items() if value),
    )


def parameters(centres: list[int], chosen: Mapping[str, str], period: Period, today: date) -> dict[str, Any]:
    workshop = chosen["workshop"]
    return {
        "centres": centres,
        "first": period.first,
        "monday": monday_of(period.first),
        "last": period.last,
        "today": today,
        "type": chosen["type"],
        "any": not workshop,
        "workshop": int(workshop) if workshop and workshop != REPORTED else None,
    }


def sums_of(
    asked: dict[str, Any], workshops: Mapping[str, str], types: Mapping[str, Kind]
) -> tuple[list[Line], dict[date, Sums]]:
    """The lines by workshop and type, and the sums of each week by its Monday; one query."""
    lines, weeks = [], {}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, asked)
        for workshop, key, week, is_week, *counted, late, missed in cursor.fetchall():
            sums = Sums(*counted)
            if is_week:
                weeks[asked["monday"] + timedelta(weeks=week)] = sums
            else:
                where = workshops.get(REPORTED if workshop is None else str(workshop), "")
                kind = types.get(key)
                name, aim = (kind.name, kind.most(TARGET)) if kind else (key, None)
                lines.append(Line(workshop, key, where, name, sums, late, missed, aim))
    lines.sort(key=lambda line: (line.workshop is None, line.where.casefold(), line.name.casefold()))
    return lines, weeks


def by_type(lines: Iterable[Line]) -> list[Line]:
    """The lines of each type added up: an aim is the whole type's."""
    found: dict[str, Line] = {}
    for line in lines:
        so_far = found.get(line.type)
        sums = so_far.sums + line.sums if so_far else line.sums
        found[line.type] = Line(None, line.type, "", line.name, sums, 0, 0, line.aim)
    return list(found.values())


def reasons_of(asked: dict[str, Any], agreed: int) -> list[Reason]:
    """Absence by reason, in the order of the register; one query."""
    with connection.cursor() as cursor:
        cursor.execute(REASONS, asked)
        found = [Reason(state, slots, minutes, agreed) for state, slots, minutes in cursor.fetchall()]
    order = State.values
    return sorted(found, key=lambda one: order.index(one.state) if one.state in order else len(order))


def table(lines: list[Line], total: Line) -> Table:
    """The lines, and what they are together; days to be reported where there are some."""
    columns = [
        Column(_("Programme type"), lambda line: line.name if line.type else "", is_number=False),
        Column(_("Attended share"), lambda line: percent(line.sums.share) or "–"),
        Column(_("Attended hours"), lambda line: hours(line.sums.attended)),
        Column(_("Agreed hours"), lambda line: hours(line.sums.agreed)),
        Column(_("Ill"), lambda line: percent(line.sums.sickness_share) or "–"),
        Column(_("Came late"), lambda line: line.late),
        Column(_("Without a word"), lambda line: line.missed),
        Column(_("Not registered"), lambda line: line.sums.not_registered),
    ]
    if total.sums.to_report:
        columns.append(Column(_("To be reported"), lambda line: line.sums.to_report))
    first = Column(_("Workshop"), lambda line: line.where if line.type else line.name)
    return Table(first, columns, [*lines, total] if len(lines) > 1 else lines)


def change_of(weeks: list[WeekRow]) -> float | None:
    """The trend within the period: the share of its last four weeks less that of the four before."""
    return by_week.change(
        {week.monday: week.sums for week in weeks}, weeks[-1].monday if weeks else timezone.localdate()
    )
