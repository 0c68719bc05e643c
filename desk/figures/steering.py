"""Figures of one centre and one quarter for its steering group: never persons, no group under five (F2, F3, F5)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from accounts.roles import Role
from attendance.figures.sums import COUNTED
from attendance.models import ExpectedAttendance
from citizens.models import Gender
from closing_notes.models import ClosingNote
from closing_notes.statuses import Status as NoteStatus
from core.charts import curve
from core.templatetags.dates import hours, percent
from desk.figures.masking import Grouped, grouped, is_small, is_small_part
from desk.rows import Tile
from plans import shares
from programmes.models import Programme, ProgrammeType
from programmes.statuses import RUNNING, Status
from programmes.types.catalogue import outcome_names
from programmes.types.definition import UNKNOWN

QUARTERS_SHOWN = 5
TOO_FEW = gettext_lazy("fewer than five")


@dataclass(frozen=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def read(cls, text: str, *, latest: "Quarter") -> "Quarter":
        """`2026-4`; anything else, and what has not begun or lies too far back, is the latest one."""
        return next((one for one in latest.and_before() if one.key == text), latest)

    def and_before(self, count: int = QUARTERS_SHOWN) -> list["Quarter"]:
        """This quarter and those before it, the latest first."""
        found, quarter = [self], self
        while len(found) < count:
            quarter = Quarter.of(quarter.first - timedelta(days=1))
            found.append(quarter)
        return found

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        following = date(self.year + self.number // 4, self.number % 4 * 3 + 1, 1)
        return following - timedelta(days=1)

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number}"

    def __str__(self) -> str:
        return _("Quarter %(number)s, %(year)s") % {"number": self.number, "year": self.year}


@dataclass
class Measure:
    """One figure with what it means, and its rows by programme type: (label, cells)."""

    key: str
    title: str
    definition: str
    columns: list[str]
    rows: list[tuple[str, list[Any]]]


@dataclass
class Figures:
    centre: Organisation
    quarter: Quarter
    tiles: list[Tile]
    measures: list[Measure]
    chart: dict[str, Any] | None
    centres: list[Organisation] = field(default_factory=list)
    quarters: list[Quarter] = field(default_factory=list)


def centres_of(user: User) -> list[Organisation]:
    """The centres whose steering groups the user sits in, by name."""
    return list(Organisation.objects.filter(pk__in=user.reach.organisations_as(Role.STEERING_GROUP)).order_by("name"))


def figures_for(user: User, *, centre: str = "", quarter: str = "") -> Figures | None:
    """The page for one address; one centre at a time, or one could be found by taking it from all. None without one."""
    centres = centres_of(user)
    if not centres:
        return None
    latest = Quarter.of(timezone.localdate())
    found = figures_of(
        next((one for one in centres if str(one.pk) == centre), centres[0]), Quarter.read(quarter, latest=latest)
    )
    found.centres, found.quarters = centres, latest.and_before()
    return found


def figures_of(centre: Organisation, quarter: Quarter) -> Figures:
    """All figures of a centre and a quarter, in a fixed number of queries.

    Masked by persons. Only today's number of citizens is told: with an earlier one beside it, who started could be
    worked out from who ended (experience 22).
    """
    until = min(quarter.last, timezone.localdate())
    programmes = Programme.objects.filter(centre=centre).exclude(status=Status.NEVER_STARTED)
    ended = programmes.filter(ended_on__range=(quarter.first, until))
    running = citizens_by_type(programmes.filter(status__in=RUNNING, starts_on__lte=timezone.localdate()))
    begun = citizens_by_type(programmes.filter(starts_on__range=(quarter.first, until)))
    over = citizens_by_type(ended)
    in_quarter = programmes.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=quarter.first), starts_on__lte=until)
    attended = attendance_by_type(in_quarter, quarter.first, until)
    names = type_names()
    flow = grouped(begun, over)
    step_tile, steps = progression(ended, until, names, never_alone=flow.together)
    return Figures(
        centre,
        quarter,
        tiles=[
            figure(_("In a programme today"), running),
            *flow_tiles(begun, over),
            share_tile(attended),
            step_tile,
        ],
        measures=[
            *under_way(running, names),
            *starts_and_ends(begun, over, names, flow),
            *attended_share(attended, names),
            *steps,
            *outcomes(ended),
        ],
        chart=shares_over_time(programmes, quarter),
    )


def citizens_by_type(programmes: Any) -> dict[str, set[UUID]]:
    """Who stands in the programmes, by the type's key. One query."""
    found: dict[str, set[UUID]] = defaultdict(set)
    for key, citizen in programmes.order_by().values_list("type__key", "citizen_id"):
        found[key].add(citizen)
    return found


def everybody(groups: Mapping[str, set[UUID]], keys: Iterable[str] | None = None) -> set[UUID]:
    return set().union(*(groups.get(key, set()) for key in (groups if keys is None else keys)))


def type_names() -> dict[str, str]:
    """The newest name of each type by its key. One query."""
    return {one.key: one.name for one in ProgrammeType.objects.order_by("key", "-version").distinct("key")}


def figure(label: str, groups: Mapping[str, set[UUID]]) -> Tile:
    number = len(everybody(groups))
    return masked(label) if is_small(number) else Tile(label, str(number))


def masked(label: str) -> Tile:
    return Tile(label, "", foot=_("Fewer than five: not shown"), masked=True)


def withheld(label: str) -> Tile:
    """Not shown because of a few among them or beside them; that it were fewer than five itself would be untrue."""
    return Tile(label, "–", masked=True)


def flow_tiles(begun: Mapping[str, set[UUID]], over: Mapping[str, set[UUID]]) -> list[Tile]:
    """Who started and who ended; if one of them is too small, both are masked."""
    words = (_("Started"), _("Ended"))
    if any(is_small(len(everybody(groups))) for groups in (begun, over)):
        return [withheld(word) for word in words]
    return [figure(word, groups) for word, groups in zip(words, (begun, over), strict=True)]


def under_way(running: Mapping[str, set[UUID]], names: Mapping[str, str]) -> list[Measure]:
    if not running:
        return []
    definition = _("Citizens whose programme has started and has not ended, counted today. One may stand in two types.")
    found = grouped(running)
    rows = [(names.get(key, key), [str(len(running[key]))]) for key in found.shown]
    rows += rest(found, [str(len(everybody(running, found.together)))])
    return [Measure("running", _("In a programme today"), definition, [_("Citizens")], rows)]


def starts_and_ends(
    begun: Mapping[str, set[UUID]], over: Mapping[str, set[UUID]], names: Mapping[str, str], found: Grouped[str]
) -> list[Measure]:
    if not begun and not over:
        return []
    definition = _("Citizens whose programme started, and whose programme ended in whatever way, in the period.")

    def cells(keys: Iterable[str]) -> list[str]:
        return [str(len(everybody(groups, keys))) for groups in (begun, over)]

    rows = [(names.get(key, key), cells([key])) for key in found.shown] + rest(found, cells(found.together))
    return [Measure("flow", _("Started and ended"), definition, [_("Started"), _("Ended")], rows)]


def rest(found: Grouped[str], cells: list[Any]) -> list[tuple[str, list[Any]]]:
    """The row of all the types that are too small to stand alone, if there are any."""
    if not found.together:
        return []
    label = _("Other types together") if found.shown else _("All types together")
    return [(label, cells if found.may_show else [TOO_FEW] * len(cells))]


@dataclass
class Minutes:
    """Minutes agreed and attended, and whose they are."""

    persons: set[UUID] = field(default_factory=set)
    agreed: int = 0
    attended: int = 0

    def add(self, persons: set[UUID], agreed: int, attended: int) -> None:
        self.persons |= persons
        self.agreed += agreed
        self.attended += attended


def sum_of(minutes: Iterable[Minutes]) -> Minutes:
    total = Minutes()
    for one in minutes:
        total.add(one.persons, one.agreed, one.attended)
    return total


def attendance_by_type(programmes: Any, first: date, last: date) -> dict[str, Minutes]:
    """Minutes by type, of what was registered in the period. One query (A9)."""
    rows = (
        ExpectedAttendance.objects.filter(COUNTED, programme__in=programmes, day__range=(first, last))
        .order_by()
        .values_list("programme__type__key", "citizen")
        .annotate(agreed=Sum("agreed_minutes", default=0), attended=Sum("attended_minutes", default=0))
    )
    found: dict[str, Minutes] = defaultdict(Minutes)
    for key, citizen, agreed, attended in rows:
        if agreed:
            found[key].add({citizen}, agreed, attended)
    return found


def attended_share(minutes: Mapping[str, Minutes], names: Mapping[str, str]) -> list[Measure]:
    if not minutes:
        return []
    found = grouped({key: one.persons for key, one in minutes.items()})

    def cells(keys: Iterable[str]) -> list[str]:
        total = sum_of(minutes[key] for key in keys)
        return [percent(total.attended / total.agreed), hours(total.attended), hours(total.agreed)]

    rows = [(names.get(key, key), cells([key])) for key in found.shown]
    if found.together:
        rows += rest(found, cells(found.together))
    definition = _(
        "Attended hours of agreed hours, of what was registered in the period. Excused absence stays in the agreed "
        "hours."
    )
    columns = [_("Share"), _("Attended hours"), _("Agreed hours")]
    return [Measure("attended", _("Attended share"), definition, columns, rows)]


def share_tile(minutes: Mapping[str, Minutes]) -> Tile:
    label, total = _("Attended share"), sum_of(minutes.values())
    if not total.agreed:
        return Tile(label, "–", foot=_("Nothing is registered yet."))
    if is_small(len(total.persons)):
        return withheld(label)
    foot = _("%(attended)s of %(agreed)s hours") % {"attended": hours(total.attended), "agreed": hours(total.agreed)}
    return Tile(label, percent(total.attended / total.agreed), foot=foot)


def progression(
    ended: Any, until: date, names: Mapping[str, str], *, never_alone: Collection[str]
) -> tuple[Tile, list[Measure]]:
    """How many of the ended programmes have a step forward (L3), by type and by gender; masked by persons (F2).

    Types that stand together among those who ended, `never_alone`, do so here too: one of them could be taken away.
    """
    title = _("Step forward")
    counted = shares.count(ended, until=until)
    if not counted:
        return Tile(title, "–", foot=_("Nobody has ended yet.")), []
    whole = shares.share_of(counted)
    with_step = {row.citizen for row in counted if row.has_step}
    if any(is_small(len(some)) for some in (with_step, {row.citizen for row in counted if not row.has_step})) or (
        is_small_part(whole.progressed, whole.total)
    ):
        return withheld(title), []
    foot = _("%(number)s of %(total)s programmes") % {"number": whole.progressed, "total": whole.total}
    columns = [_("Share"), _("With a step forward"), _("Ended")]
    by_type = split(
        counted, lambda row: row.type, lambda key: names.get(key, key), _("Other types together"), never_alone
    )
    by_gender = split(counted, lambda row: row.gender, gender_name, _("The others together"))
    rows = [(_("All together"), share_cells(whole)), *by_type, *by_gender]
    measure = Measure("steps", title, shares.definition(ended=True), columns, rows)
    return Tile(title, percent(whole.share), foot=foot), [measure]


def split(
    counted: list[shares.Counted],
    key: Callable[[shares.Counted], str],
    name: Callable[[str], str],
    others: str,
    never_alone: Collection[str] = (),
) -> list[tuple[str, list[Any]]]:
    """The share by group. A group stands alone only when neither those with a step nor those without are few; the
    others stand together, and nothing stands where only one group does."""
    with_step: dict[str, set[UUID]] = defaultdict(set)
    without: dict[str, set[UUID]] = defaultdict(set)
    for row in counted:
        (with_step if row.has_step else without)[key(row)].add(row.citizen)
    found = grouped(with_step, without, never_alone=never_alone)
    if len(found.shown) + bool(found.together) < 2:
        return []
    rows = [(name(one), share_cells(shares.share_of(r for r in counted if key(r) == one))) for one in found.shown]
    if found.together:
        rest = shares.share_of(row for row in counted if key(row) in found.together)
        rows.append((others, share_cells(rest) if found.may_show else [TOO_FEW] * 3))
    return rows


def share_cells(share: shares.Share) -> list[Any]:
    return [percent(share.share) if share.share is not None else "–", str(share.progressed), str(share.total)]


def gender_name(key: str) -> str:
    return str(Gender(key).label)


def outcomes(ended: Any) -> list[Measure]:
    """How the programmes ended, those without a closing note among the unknown, so that nothing is left over (F2)."""
    stated = dict(
        ClosingNote.objects.filter(programme__in=ended, status__in=[NoteStatus.APPROVED, NoteStatus.DELIVERED])
        .order_by("programme_id", "-number")
        .distinct("programme_id")
        .values_list("programme_id", "outcome")
    )
    citizens: dict[str, set[UUID]] = defaultdict(set)
    for pk, citizen in ended.values_list("pk", "citizen_id"):
        citizens[stated.get(pk) or UNKNOWN].add(citizen)
    if not citizens:
        return []
    found = grouped(citizens)
    names = outcome_names()
    rows = [(names.get(key, key), [str(len(citizens[key]))]) for key in found.shown]
    if found.together:
        cell = str(len(everybody(citizens, found.together))) if found.may_show else TOO_FEW
        rows.append((_("Other outcomes together") if found.shown else _("All outcomes together"), [str(cell)]))
    definition = _("How the closing note says that the programmes of the period ended; without a note it is unknown.")
    return [Measure("outcomes", _("Outcomes"), definition, [_("Citizens")], rows)]


def shares_over_time(programmes: Any, quarter: Quarter) -> dict[str, Any] | None:
    """The attended share of the quarters up to this one, for components/curve.html; small ones are left out."""
    points = []
    for one in reversed(quarter.and_before()):
        until = min(one.last, timezone.localdate())
        sums = ExpectedAttendance.objects.filter(
            COUNTED, programme__in=programmes, day__range=(one.first, until)
        ).aggregate(
            persons=Count("citizen", distinct=True),
            agreed=Sum("agreed_minutes", default=0),
            attended=Sum("attended_minutes", default=0),
        )
        if sums["agreed"] and not is_small(sums["persons"]):
            points.append((str(one), float(round(100 * sums["attended"] / sums["agreed"]))))
    if len(points) < 2:
        return None
    return curve(points, lowest=0, highest=100, target=None, sentence=_("Attended share by quarter, in percent"))
