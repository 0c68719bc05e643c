"""What a citizen reads about the own programmes: plan, attendance, meetings, what is shared (L5, J1)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from attendance.figures import sums
from attendance.models import ExpectedAttendance
from attendance.states import State
from citizens.models import CaseAccess
from core.charts import week_bars
from core.life_areas import LifeArea
from core.templatetags.components import tel
from core.templatetags.dates import clock, day
from desk.rows import Link, Row
from journal import timeline
from journal.models import Audience, Entry
from meetings.models import Meeting, zone_of
from plans.models import LAST_STEP, Plan
from plans.permissions import reading
from plans.progress import SubgoalProgress, progress_of
from plans.requests import KEPT
from plans.showing.tablet import SIGNS
from plans.steps import STEPS
from programmes.models import Programme
from programmes.statuses import RUNNING

WEEKS_SHOWN, DAYS_SHOWN, MEETINGS_SHOWN, ENTRIES_SHOWN = 6, 10, 10, 30


def own_programmes(user: User) -> list[Programme]:
    """The programmes that the user is the citizen of: those under way, or else the last that ended. One query."""
    own = CaseAccess.objects.held_by(user).filter(
        role=Role.CITIZEN, user=user, citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id")
    )
    found = list(
        Programme.objects.filter(Exists(own))
        .select_related("citizen", "type", "caseworker", "centre")
        .defer("citizen__identity_number", "citizen__identity_index", "accommodations_why")
        .order_by("-starts_on", "-pk")[:20]
    )
    return [programme for programme in found if programme.status in RUNNING] or found[:1]


@dataclass(frozen=True)
class Help:
    """Whom to call: the caseworker of a programme."""

    name: str
    title: str
    phone: str
    call: Link | None


def helpers_of(programmes: list[Programme]) -> list[Help]:
    """The caseworkers of the programmes, each once."""
    people = {programme.caseworker_id: programme.caseworker for programme in programmes}
    return [
        Help(
            person.name,
            person.title or _("your caseworker"),
            person.phone,
            Link(tel(person.phone), _("Call %(name)s") % {"name": person.name.split()[0]}, "telephone")
            if person.phone
            else None,
        )
        for person in people.values()
    ]


@dataclass
class OwnGoal:
    """One subgoal, shown alone and large."""

    number: int
    total: int
    title: str
    goal: str
    sign: str
    own_words: str
    step: int
    baseline: int
    target: int
    wording: str
    aim: str
    case: str  # the programme's reference
    name: str  # of the field that a tap sends
    own_step: int | None  # where the citizen last said to stand
    wordings: list[tuple[int, str]]
    may_say: bool


def own_goals(programmes: list[Programme]) -> list[OwnGoal]:
    """Every subgoal that is agreed in the plans now, in the plans' order (L4). Three queries."""
    plans = list(Plan.objects.filter(programme__in=programmes).order_by("pk"))
    of_plan = {one.pk: one for one in programmes}
    cases = {plan.pk: of_plan[plan.programme_id] for plan in plans}
    found: list[tuple[Programme, SubgoalProgress]] = []
    for pk, one in progress_of(plans, reading({Role.CITIZEN})).items():
        found += [(cases[pk], subgoal) for subgoal in one.subgoals if subgoal.is_current]
    return [
        OwnGoal(
            number=number,
            total=len(found),
            title=one.subgoal.title,
            goal=one.subgoal.goal.title,
            sign=SIGNS.get(LifeArea(one.subgoal.goal.life_area), "flag"),
            own_words=one.subgoal.goal.own_words,
            step=one.step,
            baseline=one.baseline_step,
            target=LAST_STEP,
            wording=one.wordings[one.step - 1],
            aim=one.wordings[LAST_STEP - 1],
            case=programme.reference,
            name=f"{KEPT}{one.subgoal.key}",
            own_step=one.own_step,
            wordings=list(zip(STEPS, one.wordings, strict=True)),
            may_say=programme.status in RUNNING,
        )
        for number, (programme, one) in enumerate(found, start=1)
    ]


@dataclass
class OwnAttendance:
    recent: sums.Totals
    bars: dict[str, Any] | None
    days: list[Row] = field(default_factory=list)


def recent_of(programmes: list[Programme]) -> sums.Totals:
    """Hours of the last four weeks in all the programmes together. One query."""
    today = timezone.localdate()
    since = today - timedelta(weeks=sums.RECENT_WEEKS) + timedelta(days=1)
    totals = sums.totals_of([one.pk for one in programmes], since=since, until=today).values()
    return sums.Totals(agreed=sum(one.agreed for one in totals), attended=sum(one.attended for one in totals))


def own_attendance(programmes: list[Programme]) -> OwnAttendance:
    """The last four weeks, hours by week, and the next agreed days; of what was registered (A9)."""
    today = timezone.localdate()
    weeks = sums.weeks(programmes[0], since=today - timedelta(weeks=WEEKS_SHOWN)) if programmes else []
    bars = week_bars(
        [(str(week.number), week.agreed, week.attended) for week in weeks if week.agreed][-WEEKS_SHOWN:],
        sentence=_("Attended and agreed hours by week"),
    )
    slots = (
        ExpectedAttendance.objects.filter(programme__in=programmes, day__gte=today, state=State.NOT_MARKED)
        .select_related("workshop__unit", "placement")
        .order_by("day", "starts")[:DAYS_SHOWN]
    )
    return OwnAttendance(
        recent=recent_of(programmes),
        bars=bars if bars["bars"] else None,
        days=[
            Row(
                title=capital(day(slot.day)),
                text=f"{clock(slot.starts)}–{clock(slot.ends)} · {where_for_citizen(slot, programmes)}",
            )
            for slot in slots
        ],
    )


def where_for_citizen(slot: ExpectedAttendance, programmes: list[Programme]) -> str:
    """The workshop, the workplace or the course, which the citizen knows the name of."""
    slot.placement.programme = next(one for one in programmes if one.pk == slot.programme_id)
    return str(slot.workshop) if slot.workshop else slot.placement.name(with_health=True)


def own_meetings(user: User, programmes: list[Programme]) -> list[Row]:
    """The meetings that lie ahead and that the citizen takes part in, the next one first (J3). One query."""
    found = (
        Meeting.objects.visible_to(user)
        .planned()
        .filter(programme__in=programmes, with_citizen=True, ends_at__gte=timezone.now())
        .select_related("programme__centre", "organiser")
        .order_by("starts_at")[:MEETINGS_SHOWN]
    )
    rows = []
    for meeting in found:
        starts = in_zone(meeting.starts_at, zone_of(meeting.programme.centre))
        when = f"{capital(day(starts.date()))}, {clock(starts.time())}"
        parts = [meeting.get_kind_display(), meeting.organiser.name, meeting.place]
        rows.append(Row(title=when, text=" · ".join(part for part in parts if part)))
    return rows


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone)


def shared_with(user: User, programmes: list[Programme]) -> list[timeline.Line]:
    """What the timelines of the programmes share with the citizen, newest first (J2). One query."""
    here = Q()
    for programme in programmes:
        here |= Q(citizen=programme.citizen_id, centre=programme.centre_id)
    if not here:
        return []
    entries = (
        Entry.objects.visible_to(user)
        .filter(here, audience=Audience.CITIZEN)
        .select_related("author")
        .order_by("-happened_at", "-pk")[:ENTRIES_SHOWN]
    )
    return timeline.lines(entries, roles={Role.CITIZEN})


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
