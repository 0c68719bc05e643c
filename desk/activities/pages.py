"""The activities of a case and of a centre as pages show them (P8)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words
from desk.rows import Tag, link_to
from desk.search.cases import sort_column
from programmes.activities import Counted, counts_of, offered_in
from programmes.activity_statuses import RECORDED, ActivityStatus
from programmes.models import Activity, Programme, ProgrammeType
from programmes.permissions import on_teams_of, worked_on_by

# Who reads what was remarked, and by whom it is led; the workshop reads when and where, the referrer the counts (P8).
READ_REMARKS = {Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST}
READ_EACH = {*READ_REMARKS, Role.CONTACT_PERSON, Role.CITIZEN}
# Others are not told of which kind it is when that tells about health (J2).
READ_HEALTH = {*READ_REMARKS, Role.CITIZEN}
SHOWN = 200
# In lists; afterwards on the page of the activity.
UNDONE_WITHIN = timedelta(days=14)
TAGS = {
    ActivityStatus.PLANNED: ("calm", "calendar-event"),
    ActivityStatus.ATTENDED: ("ok", "check-circle"),
    ActivityStatus.MISSED: ("due", "dash-circle"),
    ActivityStatus.CANCELLED: ("calm", "dash-circle"),
}


@dataclass(frozen=True)
class Line:
    """One activity; `marks` are the buttons that say what became of it: status, word, icon."""

    activity: Activity
    title: str
    when: str
    text: str
    tag: Tag | None
    url: str = ""
    marks: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class CaseActivities:
    counts: list[Counted]
    waiting: list[Line]
    ahead: list[Line]
    earlier: list[Line]
    may_plan: bool
    reads_each: bool
    reads_remarks: bool


def of_case(user: User, programme: Programme, roles: set[str]) -> CaseActivities:
    """What the reader sees of a case's activities: everybody the counts, staff and citizen each of them. Three
    queries."""
    today = timezone.localdate()
    reads_remarks, reads_health = not roles.isdisjoint(READ_REMARKS), not roles.isdisjoint(READ_HEALTH)
    found = CaseActivities(
        counts=counts_of(programme, with_health=reads_health),
        waiting=[],
        ahead=[],
        earlier=[],
        may_plan=may_plan(user, programme),
        reads_each=not roles.isdisjoint(READ_EACH),
        reads_remarks=reads_remarks,
    )
    if not found.reads_each:
        return found
    rows = list(
        Activity.objects.filter(programme=programme)
        .select_related("led_by", "recorded_by")
        .order_by("-day", "-starts", "-pk")[:SHOWN]
    )
    everything = found.may_plan and Programme.objects.filter(worked_on_by(user), pk=programme.pk).exists()
    for row in rows:
        row.programme = programme
        may_record = everything or (found.may_plan and row.led_by_id == user.pk)
        one = line(row, may_record=may_record, reads_remarks=reads_remarks, reads_health=reads_health, today=today)
        if row.status != ActivityStatus.PLANNED:
            found.earlier.append(one)
        elif row.day > today:
            found.ahead.insert(0, one)
        else:
            found.waiting.append(one)
    return found


def may_plan(user: User, programme: Programme) -> bool:
    """Who works on the case plans anything, a specialist of its team what they lead themselves. One query."""
    return Programme.objects.filter(worked_on_by(user) | on_teams_of(user), pk=programme.pk).exists()


def line(
    row: Activity,
    *,
    may_record: bool,
    reads_remarks: bool,
    reads_health: bool,
    today: date,
    undone_within: timedelta = UNDONE_WITHIN,
) -> Line:
    offered = offered_in(row.programme, row.kind)
    title = str(offered) if offered else row.kind
    parts = [row.place]
    if offered and offered.is_health and not reads_health:
        title, parts = _("Appointment"), []
    if reads_remarks:
        parts += [_("led by %(name)s") % {"name": row.leader} if row.leader else "", row.remark]
    colour, icon = TAGS[ActivityStatus(row.status)]
    is_planned = row.status == ActivityStatus.PLANNED
    return Line(
        activity=row,
        title=title,
        when=when(row),
        text=" · ".join(part for part in parts if part),
        tag=None if is_planned else Tag(colour, icon, str(row.get_status_display())),
        url=link_to("desk:activity", row.programme.reference, row.pk) if reads_remarks else "",
        marks=marks(row, today) if may_record and (is_planned or row.day >= today - undone_within) else [],
    )


def marks(row: Activity, today: date) -> list[tuple[str, str, str]]:
    """What can be said now; what was said long ago is taken back on the activity's own page."""
    if row.status != ActivityStatus.PLANNED:
        return [(ActivityStatus.PLANNED, _("Undo"), "arrow-counterclockwise")]
    found = []
    if row.day <= today:
        found.append((ActivityStatus.ATTENDED.value, _("Took part"), "check-lg"))
        found.append((ActivityStatus.MISSED.value, _("Did not come"), "dash-circle"))
    return [*found, (ActivityStatus.CANCELLED.value, _("Cancel it"), "")]


def when(row: Activity) -> str:
    """`Monday 23 November 10.00–11.00`."""
    text = in_words(row.day)
    if row.day.year != timezone.localdate().year:
        text = f"{text} {row.day.year}"
    hours = "–".join(clock(time) for time in (row.starts, row.ends) if time)
    return f"{text[:1].upper()}{text[1:]} {hours}".strip()


@dataclass(frozen=True)
class Group:
    """One day of a group: how many are expected, and how many are recorded."""

    group: Any
    day: date
    title: str
    when: str
    place: str
    people: int
    recorded: int
    is_due: bool


def groups_of(user: User) -> list[Group]:
    """The group activities of cases that the user works on or leads, next ones first, then the latest. Two queries."""
    today = timezone.localdate()
    rows = (
        recordable(user)
        .filter(group__isnull=False, day__gte=today.replace(year=today.year - 1, day=1))
        .exclude(status=ActivityStatus.CANCELLED)
        .order_by()
        .values("group", "kind", "day", "starts", "place")
        .annotate(
            people=Count("pk"), recorded=Count("pk", filter=Q(status__in=RECORDED)), type=Max("programme__type_id")
        )
        .order_by("-day", "-starts")[:SHOWN]
    )
    rows = list(rows)
    names = kind_names({row["type"] for row in rows})
    return [
        Group(
            group=row["group"],
            day=row["day"],
            title=names.get(row["kind"], row["kind"]),
            when=when(Activity(day=row["day"], starts=row["starts"])),
            place=row["place"],
            people=row["people"],
            recorded=row["recorded"],
            is_due=row["day"] <= today and row["recorded"] < row["people"],
        )
        for row in rows
    ]


def recordable(user: User) -> Any:
    """The activities whose outcome the user says, as far as they see the case."""
    own = Q(led_by=user) & on_teams_of(user, "programme__")
    return Activity.objects.visible_to(user).filter(worked_on_by(user, "programme__") | own)


def plannable(user: User) -> list[Programme]:
    """The running programmes for which the user plans groups, by name. One query."""
    return list(
        Programme.objects.visible_to(user)
        .running()
        .filter(worked_on_by(user) | on_teams_of(user))
        .select_related("type", "citizen", "centre")
        .defer("citizen__identity_number", "citizen__identity_index")
        .order_by("citizen__is_protected", f"citizen__{sort_column()}", "pk")
    )


def group_kinds(programmes: Iterable[Programme]) -> dict[str, str]:
    """What can be planned for a group in any of the programmes: key and name."""
    types = {programme.type_id: programme.type for programme in programmes}.values()
    found = {one.key: str(one) for kept in types for one in kept.settings.activities if one.is_group}
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))


def kind_names(types: Iterable[int]) -> dict[str, str]:
    """The names of all activities of these versions of types, by key. One query."""
    versions = ProgrammeType.objects.filter(pk__in=types).order_by("version")
    return {one.key: str(one) for version in versions for one in version.settings.activities}


@dataclass(frozen=True)
class Offered:
    """One kind at a centre in a period: how often it was offered, attended, missed, and to how many citizens."""

    type: str
    name: str
    offered: int
    attended: int
    missed: int
    waiting: int
    citizens: int


def offered_at(centres: Iterable[int], first: date, last: date) -> list[Offered]:
    """What was offered in the period, by type and kind, most offered first; what was cancelled was not offered (P8).

    Two queries, however many activities.
    """
    rows = list(
        Activity.objects.filter(programme__centre__in=centres, day__range=(first, last))
        .exclude(status=ActivityStatus.CANCELLED)
        .order_by()
        .values("programme__type__key", "kind")
        .annotate(
            type=Max("programme__type_id"),
            offered=Count("pk"),
            attended=Count("pk", filter=Q(status=ActivityStatus.ATTENDED)),
            missed=Count("pk", filter=Q(status=ActivityStatus.MISSED)),
            citizens=Count("programme__citizen", distinct=True),
        )
    )
    types = {one.pk: one for one in ProgrammeType.objects.filter(pk__in={row["type"] for row in rows})}
    found = []
    for row in rows:
        kept = types[row["type"]]
        names = {one.key: str(one) for one in kept.settings.activities}
        found.append(
            Offered(
                type=kept.name,
                name=names.get(row["kind"], row["kind"]),
                offered=row["offered"],
                attended=row["attended"],
                missed=row["missed"],
                waiting=row["offered"] - row["attended"] - row["missed"],
                citizens=row["citizens"],
            )
        )
    return sorted(found, key=lambda one: (one.type.casefold(), -one.offered, one.name.casefold()))
