"""Figures week by week as the pages show them: rows of a table, and the two charts of the same numbers (A9, P12)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.calendar import monday_of
from core.charts_by_week import hours_by_week, share_by_week
from core.tables import Column, Table
from core.templatetags.dates import hours, percent, short_day

# A week's share jumps; that of so many weeks up to it shows where it goes.
RUNNING_WEEKS = 4


@dataclass(frozen=True)
class Sums:
    """Minutes agreed (of what was registered), attended and ill, slots that nobody registered, and those of internship
    and course that are to be reported yet (A11)."""

    agreed: int = 0
    attended: int = 0
    ill: int = 0
    not_registered: int = 0
    to_report: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.agreed + other.agreed,
            self.attended + other.attended,
            self.ill + other.ill,
            self.not_registered + other.not_registered,
            self.to_report + other.to_report,
        )

    @property
    def share(self) -> float | None:
        """Attended of agreed minutes, 0 to 1; None when nothing was registered."""
        return self.attended / self.agreed if self.agreed else None

    @property
    def sickness_share(self) -> float | None:
        """Minutes ill or child ill of agreed minutes."""
        return self.ill / self.agreed if self.agreed else None


@dataclass(frozen=True)
class WeekRow:
    """One ISO week; `planned` are the minutes of the agreed week, None where it is nobody's one week, and `running` is
    the share of the four weeks up to it."""

    monday: date
    planned: int | None
    sums: Sums
    running: float | None

    @property
    def number(self) -> int:
        return self.monday.isocalendar().week


def total(sums: Iterable[Sums]) -> Sums:
    return sum(sums, start=Sums())


def rows(
    by_monday: Mapping[date, Sums], *, first: date, last: date, planned: Mapping[date, int] | None = None
) -> list[WeekRow]:
    """A row for each week from the Monday `first` to the one of `last`, those in which nothing was agreed too.

    `by_monday` may begin earlier: the first weeks' `running` shares look back there.
    """
    mondays = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    found = []
    for monday in mondays:
        near = [monday - timedelta(weeks=number) for number in range(RUNNING_WEEKS)]
        here = by_monday.get(monday, Sums())
        # In a week without hours the line has a gap: nothing is known of it.
        running = total(by_monday.get(one, Sums()) for one in near).share if here.agreed else None
        found.append(WeekRow(monday, None if planned is None else planned.get(monday, 0), here, running))
    return found


def charts(weeks: Sequence[WeekRow], *, target: float | None = None) -> dict[str, Any]:
    """Both charts of the weeks."""
    return {
        "hours": hours_by_week(
            [(str(week.number), week.planned, week.sums.agreed, week.sums.attended) for week in weeks],
            sentence=_("Attended and agreed hours by week"),
        ),
        "share": share_by_week(
            [(str(week.number), week.sums.share, week.running) for week in weeks],
            sentence=_("Attended share by week"),
            target=target,
        ),
    }


def table(weeks: Sequence[WeekRow], *, with_illness: bool = False) -> Table:
    """The numbers of the charts; the agreed week where it is known, days to be reported where there are some."""
    columns = [
        Column(_("Agreed"), lambda week: hours(week.sums.agreed)),
        Column(_("Attended"), lambda week: hours(week.sums.attended)),
        Column(_("Share"), lambda week: percent(week.sums.share) or "–"),
        Column(_("4 weeks"), lambda week: percent(week.running) or "–"),
    ]
    if any(week.planned is not None for week in weeks):
        columns.insert(0, Column(_("Agreed week"), lambda week: hours(week.planned)))
    if with_illness:
        columns.append(Column(_("Ill"), lambda week: percent(week.sums.sickness_share) or "–"))
    columns.append(Column(_("Not registered"), lambda week: week.sums.not_registered))
    if any(week.sums.to_report for week in weeks):
        columns.append(Column(_("To be reported"), lambda week: week.sums.to_report))
    return Table(Column(_("Week"), number_and_day), columns, weeks)


def number_and_day(week: WeekRow) -> SafeString:
    return format_html('{} <span class="t-muted fw-normal">{}</span>', week.number, short_day(week.monday))


def change(by_day: Mapping[date, Sums], until: date) -> float | None:
    """The trend: the share of the four weeks that end with `until` less that of the four before; None without both."""
    length = timedelta(weeks=RUNNING_WEEKS)
    last = total(sums for day, sums in by_day.items() if until - length < day <= until).share
    before = total(sums for day, sums in by_day.items() if until - 2 * length < day <= until - length).share
    return None if last is None or before is None else last - before


def add_up(by_day: Mapping[date, Sums]) -> dict[date, Sums]:
    """The sums of each ISO week, by its Monday."""
    found: dict[date, Sums] = {}
    for day, sums in by_day.items():
        monday = monday_of(day)
        found[monday] = found.get(monday, Sums()) + sums
    return found
