"""Who has taken a step forward, by type, period and gender, for the team leader of the centre (L3, F2, F3)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import Role
from citizens.models import Gender
from desk.figures.offered import OfferedForm
from desk.figures.steering import Quarter
from plans import shares
from plans.shares import Counted, Share
from programmes.models import Programme, ProgrammeType
from programmes.statuses import Status

YEARS_SHOWN = 2
CASES_SHOWN = 100
ENDED, UNDER_WAY = "ended", "running"
# The target of the catalogue that this figure answers (F3).
TARGET = "step_progression"


@dataclass(frozen=True)
class Period:
    """A quarter or a year; its last day is today at the latest."""

    key: str
    label: str
    first: date
    last: date


def periods() -> list[Period]:
    """The quarters that the steering group sees, and the years; the present quarter first."""
    today = timezone.localdate()
    found = [Period(one.key, str(one), one.first, min(one.last, today)) for one in Quarter.of(today).and_before()]
    for year in range(today.year, today.year - YEARS_SHOWN, -1):
        label = _("The year %(year)s") % {"year": year}
        found.append(Period(str(year), label, date(year, 1, 1), min(date(year, 12, 31), today)))
    return found


class ProgressionForm(OfferedForm):
    """What is counted."""

    period = forms.ChoiceField(label=gettext_lazy("Period"))
    type = forms.ChoiceField(label=gettext_lazy("Programme type"), required=False)
    counted = forms.ChoiceField(label=gettext_lazy("Counted"))


@dataclass(frozen=True)
class Line:
    """One type's figures, and those of each gender."""

    key: str
    name: str
    share: Share
    genders: list[Share]
    target: int | None = None  # percent

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 79.9 is not yet 80 (F3)."""
        return 100 * self.share.progressed // self.share.total if self.share.total else 0

    @property
    def is_reached(self) -> bool:
        return self.target is not None and self.share.total > 0 and self.percent >= self.target


@dataclass(frozen=True)
class CaseLine:
    """One case behind a figure, for those who may see it."""

    programme: Programme
    counted: Counted


@dataclass
class Progression:
    form: ProgressionForm
    period: Period
    is_ended: bool
    definition: str
    lines: list[Line]
    total: Line
    genders: list[str]
    type: str = ""
    cases: list[CaseLine] = field(default_factory=list)
    more_cases: int = 0


def progression(user: User, data: QueryDict) -> Progression:
    """The page for one address, in six queries however many programmes there are."""
    offered = periods()
    centres = user.reach.organisations_as(Role.TEAM_LEADER)
    programmes = Programme.objects.filter(centre__in=centres).exclude(status=Status.NEVER_STARTED)
    types = newest_types(programmes)
    form = ProgressionForm(
        data,
        {
            "period": [(one.key, one.label) for one in offered],
            "type": [("", _("All")), *((key, one.name) for key, one in types.items())],
            "counted": [(ENDED, _("Ended in the period")), (UNDER_WAY, _("Under way in the period"))],
        },
    )
    chosen = form.cleaned_data
    period = next(one for one in offered if one.key == chosen["period"])
    is_ended = chosen["counted"] == ENDED
    counted = shares.count(in_period(programmes, period, is_ended=is_ended), until=period.last)
    if chosen["type"]:
        counted = [row for row in counted if row.type == chosen["type"]]
    genders = [gender for gender in Gender.values if any(row.gender == gender for row in counted)]
    by_type: dict[str, list[Counted]] = defaultdict(list)
    for row in counted:
        by_type[row.type].append(row)
    found = Progression(
        form=form,
        period=period,
        is_ended=is_ended,
        definition=shares.definition(ended=is_ended),
        lines=[
            line(key, one.name, by_type[key], genders, target_of(one)) for key, one in types.items() if key in by_type
        ],
        total=line("", _("All together"), counted, genders),
        genders=[str(Gender(gender).label) for gender in genders],
        type=chosen["type"],
    )
    if chosen["type"]:
        found.cases, found.more_cases = cases(user, counted)
    return found


def newest_types(programmes: Any) -> dict[str, ProgrammeType]:
    """The newest version of each type that the centres use, by key, sorted by name. One query."""
    rows = (
        ProgrammeType.objects.filter(key__in=programmes.order_by().values("type__key"))
        .order_by("key", "-version")
        .distinct("key")
    )
    return {one.key: one for one in sorted(rows, key=lambda one: one.name.casefold())}


def in_period(programmes: Any, period: Period, *, is_ended: bool) -> Any:
    if is_ended:
        return programmes.filter(ended_on__range=(period.first, period.last))
    return programmes.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=period.first), starts_on__lte=period.last)


def target_of(programme_type: ProgrammeType) -> int | None:
    """The percentage that the type aims for, if it names one (F3)."""
    return next((one.percent for one in programme_type.settings.targets if one.key == TARGET), None)


def line(key: str, name: str, rows: Iterable[Counted], genders: list[str], target: int | None = None) -> Line:
    rows = list(rows)
    split = [shares.share_of(row for row in rows if row.gender == gender) for gender in genders]
    return Line(key, name, shares.share_of(rows), split, target)


def cases(user: User, counted: list[Counted]) -> tuple[list[CaseLine], int]:
    """The first cases behind the figure that the reader may see, those that stand still first, and how many more there
    are (F5). Two queries, and rows of those that are shown alone."""
    by_programme = {row.programme: row for row in counted}
    visible = Programme.objects.visible_to(user).filter(pk__in=by_programme).order_by("starts_on", "pk")
    order = [by_programme[pk] for pk in visible.values_list("pk", flat=True)]
    order.sort(key=lambda row: (row.has_step, row.has_follow_up))
    shown = (
        Programme.objects.select_related("citizen", "caseworker")
        .defer("citizen__identity_number", "citizen__identity_index")
        .in_bulk([row.programme for row in order[:CASES_SHOWN]])
    )
    found = [CaseLine(shown[row.programme], row) for row in order[:CASES_SHOWN]]
    return found, len(counted) - len(found)
