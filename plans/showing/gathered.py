"""A plan with all that it rests on, subgoal by subgoal: what was seen, attendance, meetings, steps (C5, L3, L4)."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.figures.sums import COUNTED
from attendance.models import ExpectedAttendance
from core.life_areas import Indicator
from core.templatetags.dates import hours, percent, short_day
from journal.models import is_struck
from meetings.models import Meeting, zone_of
from meetings.statuses import Status as MeetingStatus
from plans.evidence.observations import readable
from plans.models import Goal, Observation, Plan, Subgoal, TalkedAbout, Version
from plans.permissions import Reading
from plans.progress import PlanProgress, SubgoalProgress, progress, wordings_of
from plans.statuses import Status
from plans.steps import STEPS
from programmes.models import Programme

# The newest of one subgoal; more stand on the page of observations.
OBSERVATIONS_SHOWN = 10
MEETINGS_SHOWN = 60


@dataclass(frozen=True)
class Held:
    """A meeting of the case that was held."""

    pk: int
    kind: str
    day: date
    by: str
    about: frozenset[UUID]  # keys of the subgoals that were talked about


@dataclass(frozen=True)
class Stretch:
    """Attendance from one follow-up to the next; minutes of what was registered (A9)."""

    first: date
    last: date
    agreed: int
    attended: int

    def __str__(self) -> str:
        """`23. nov. – 14. dec.: 18 of 24 agreed hours, 75 %`."""
        words = {
            "first": short_day(self.first),
            "last": short_day(self.last),
            "attended": hours(self.attended),
            "agreed": hours(self.agreed),
        }
        if not self.agreed:
            return _("%(first)s – %(last)s: nothing registered") % words
        share = percent(self.attended / self.agreed)
        return _("%(first)s – %(last)s: %(attended)s of %(agreed)s agreed hours, %(share)s") % {**words, "share": share}


@dataclass(frozen=True)
class Days:
    """Minutes up to and including each day on which something was registered, so that any stretch is two look-ups."""

    days: list[date]
    agreed: list[int]
    attended: list[int]

    def between(self, first: date, last: date) -> Stretch | None:
        """The sums of the days from `first` to `last`, both included; None when the last lies before the first."""
        if last < first:
            return None
        start, end = bisect_left(self.days, first), bisect_right(self.days, last)
        return Stretch(first, last, self.agreed[end] - self.agreed[start], self.attended[end] - self.attended[start])


@dataclass
class SubgoalPart:
    """One subgoal with what was gathered on it, each in order of time."""

    subgoal: Subgoal
    progress: SubgoalProgress | None
    wordings: list[tuple[int, str]]
    observations: list[Observation] = field(default_factory=list)
    more_observations: int = 0
    attendance: list[Stretch] = field(default_factory=list)
    meetings: list[Held] = field(default_factory=list)  # that it was talked about at
    same_day: list[Held] = field(default_factory=list)  # that were held on the day of a follow-up, and name no subgoal


@dataclass
class GoalPart:
    goal: Goal
    subgoals: list[SubgoalPart]


@dataclass
class WholePlan:
    """Everything of one plan for one reader. `version` is None when nothing of it is for the reader yet."""

    plan: Plan
    version: Version | None = None
    goals: list[GoalPart] = field(default_factory=list)
    progress: PlanProgress = field(default_factory=PlanProgress)
    attendance: Stretch | None = None
    meetings: list[Held] = field(default_factory=list)

    @property
    def is_confirmed(self) -> bool:
        return self.version is not None and self.version.status == Status.CONFIRMED


def whole_plan(plan: Plan, *, user: User, reading: Reading) -> WholePlan:
    """The plan in force, or before there is one the draft for those who read drafts; in eight queries, however many
    subgoals, follow-ups, meetings and days there are."""
    found = WholePlan(plan, version=version_for(plan, reading))
    if found.version is None:
        return found
    programme = plan.programme
    goals: list[Goal] = list(reading.goals(found.version.goals.prefetch_related("subgoals")))
    if found.is_confirmed:
        found.progress = progress(plan, reading)
    found.meetings = held_meetings(programme, user)
    days = attended_days(programme)
    found.attendance = days.between(programme.starts_on, last_day(programme))
    seen = observations_of(plan, reading)
    by_key = found.progress.by_key()
    for goal in goals:
        subgoals = [part(one, by_key.get(one.key), found, days, seen) for one in goal.subgoals.all()]
        found.goals.append(GoalPart(goal, subgoals))
    return found


def version_for(plan: Plan, reading: Reading) -> Version | None:
    """The newest confirmed version, or before there is one the draft for who reads drafts. One query."""
    versions = list(plan.versions.select_related("confirmed_by"))
    confirmed = [one for one in versions if one.status == Status.CONFIRMED]
    if confirmed:
        return confirmed[-1]
    return versions[-1] if versions and reading.drafts else None


def part(
    subgoal: Subgoal,
    one: SubgoalProgress | None,
    found: WholePlan,
    days: Days,
    seen: dict[UUID, list[Observation]],
) -> SubgoalPart:
    observations = seen.get(subgoal.key, [])
    made = SubgoalPart(
        subgoal=subgoal,
        progress=one,
        wordings=list(zip(STEPS, wordings_of(subgoal), strict=True)),
        observations=observations[:OBSERVATIONS_SHOWN],
        more_observations=max(0, len(observations) - OBSERVATIONS_SHOWN),
    )
    talked = {point.held_on for point in one.points} if one else set()
    made.meetings = [meeting for meeting in found.meetings if subgoal.key in meeting.about]
    made.same_day = [meeting for meeting in found.meetings if not meeting.about and meeting.day in talked]
    if subgoal.indicator in (Indicator.SHARE, Indicator.HOURS):
        made.attendance = stretches(days, found.plan.programme, sorted(talked))
    return made


def observations_of(plan: Plan, reading: Reading) -> dict[UUID, list[Observation]]:
    """What was seen by the subgoal's key, newest first. One query."""
    found: dict[UUID, list[Observation]] = defaultdict(list)
    for one in readable(plan.observations.standing(), reading).select_related("subgoal", "by"):
        found[one.subgoal.key].append(one)
    return found


def held_meetings(programme: Programme, user: User) -> list[Held]:
    """The newest meetings that were held and that the reader sees, in order of time, by the centre's clock.

    One query.
    """
    rows = (
        Meeting.objects.visible_to(user)
        .filter(programme=programme, status=MeetingStatus.HELD)
        .exclude(Q(is_struck("meetings.meeting")))
        .annotate(about=ArraySubquery(TalkedAbout.objects.filter(meeting=OuterRef("pk")).values("subgoal__key")))
        .select_related("organiser")
        .order_by("-starts_at", "-pk")[:MEETINGS_SHOWN]
    )
    zone = zone_of(programme.centre)
    return [
        Held(
            one.pk,
            str(one.get_kind_display()),
            one.starts_at.astimezone(zone).date(),
            one.organiser.name,
            frozenset(one.about),
        )
        for one in reversed(rows)
    ]


def attended_days(programme: Programme) -> Days:
    """What was registered until today. One query (A9)."""
    rows = list(
        ExpectedAttendance.objects.filter(COUNTED, programme=programme, day__lte=timezone.localdate())
        .order_by("day")
        .values_list("day")
        .annotate(agreed=Sum("agreed_minutes", default=0), attended=Sum("attended_minutes", default=0))
    )
    agreed = accumulate((row[1] for row in rows), initial=0)
    attended = accumulate((row[2] for row in rows), initial=0)
    return Days([row[0] for row in rows], list(agreed), list(attended))


def stretches(days: Days, programme: Programme, talked: list[date]) -> list[Stretch]:
    """Attendance between the follow-ups, the first from the programme's start, the last until now."""
    until = last_day(programme)
    found, first = [], programme.starts_on
    for last in [*(day for day in talked if day < until), until]:
        if one := days.between(first, last):
            found.append(one)
            first = last + timedelta(days=1)
    return found


def last_day(programme: Programme) -> date:
    return min(timezone.localdate(), programme.ended_on or programme.ends_on)
