"""What the programme's own data say: the one place that asks attendance and plans for a closing note (C1, C5).

`figures` is plain JSON, so that it can be frozen in the note at approval and read back years later as it was.
Minutes are whole minutes, days are ISO dates.
"""

from datetime import date, timedelta
from typing import Any, NotRequired, TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from attendance.figures import sums
from attendance.states import SICK, State
from core.life_areas import LifeArea
from journal.models import is_struck
from meetings.models import Meeting
from meetings.statuses import Status as MeetingStatus
from plans.evidence.observations import lately
from plans.models import FollowUp, Plan, TalkedAbout
from plans.permissions import Reading
from plans.progress import progress
from programmes.models import Placement, Programme
from programmes.statuses import RUNNING

# A note leaves the house, so what was seen about health is no part of it, just as health notes are none (J2).
AT_WORK = Reading(observations=True)
# Follow-ups stand beside meetings, which have kinds of their own.
PLAN_TALK = "plan"


class WeekFigures(TypedDict):
    year: int
    week: int
    agreed: int
    attended: int


class AbsenceFigures(TypedDict):
    state: str
    slots: int
    minutes: int


class AttendanceFigures(TypedDict):
    agreed: int
    attended: int
    sick: int
    weeks: list[WeekFigures]
    absences: list[AbsenceFigures]


class SubgoalFigures(TypedDict):
    key: str
    title: str
    baseline: str
    target: str
    step_from: int
    step_to: int
    step_target: int
    comment: str
    followed_up_on: str


class GoalFigures(TypedDict):
    title: str
    life_area: str
    own_words: str
    subgoals: list[SubgoalFigures]


class PlacementFigures(TypedDict):
    workshop: str
    starts_on: str
    ends_on: str


class FollowUpFigures(TypedDict):
    id: int
    held_on: str
    by: str
    comment: str


class ObservationFigures(TypedDict):
    id: int
    subgoal: str
    seen_on: str
    by: str
    text: str


class MeetingFigures(TypedDict):
    id: int
    kind: str
    held_on: str
    by: str
    minutes: str
    subgoals: NotRequired[list[str]]  # that were talked about; none of health, and none in notes approved before


class Figures(TypedDict):
    until: str
    attendance: AttendanceFigures
    goals: list[GoalFigures]
    placements: list[PlacementFigures]
    follow_ups: list[FollowUpFigures]
    accommodations: str
    observations: NotRequired[list[ObservationFigures]]  # notes approved before there were any have none
    meetings: NotRequired[list[MeetingFigures]]


def figures_of(programme: Programme) -> Figures:
    """All computed figures of the programme as they stand now, in eight queries however much there is."""
    until = last_day(programme)
    talks = talks_of(programme)
    return {
        "until": until.isoformat(),
        "attendance": attendance_of(programme, until=until),
        "goals": goals_of(programme),
        "placements": [
            {"workshop": name, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
            for name, starts_on, ends_on in Placement.objects.filter(programme=programme)
            .exclude(kind=Placement.Kind.COURSE)  # its name may tell about health, and the note leaves the house
            .order_by("starts_on", "pk")
            .values_list(Coalesce("workshop__unit__name", "place"), "starts_on", "ends_on")
        ],
        "follow_ups": [
            {"id": pk, "held_on": held_on.isoformat(), "by": by, "comment": text}
            for kind, pk, held_on, by, text, _about in talks
            if kind == PLAN_TALK
        ],
        "meetings": [
            {
                "id": pk,
                "kind": kind,
                "held_on": held_on.isoformat(),
                "by": by,
                "minutes": text,
                "subgoals": about,
            }
            for kind, pk, held_on, by, text, about in talks
            if kind != PLAN_TALK
        ],
        "accommodations": programme.accommodations,
        "observations": [
            {
                "id": one.pk,
                "subgoal": one.subgoal.title,
                "seen_on": one.seen_on.isoformat(),
                "by": one.by.name,
                "text": one.text,
            }
            for one in (lately(programme.plan, AT_WORK) if hasattr(programme, "plan") else [])
        ],
    }


def talks_of(programme: Programme) -> list[tuple[str, int, date, str, str, list[str]]]:
    """Follow-ups of the plan and meetings with minutes, in order: kind, id, day, by whom, what was said, and which
    subgoals the meeting was about. One query."""
    columns = ("kind", "pk", "held_on", "by_name", "text", "about")
    about = TalkedAbout.objects.filter(meeting=OuterRef("pk")).exclude(subgoal__goal__life_area=LifeArea.HEALTH)
    nothing = Value([], ArrayField(CharField()))
    follow_ups = FollowUp.objects.filter(plan__programme=programme).annotate(
        kind=Value(PLAN_TALK, CharField()), by_name=F("by__name"), text=F("comment"), about=nothing
    )
    meetings = (
        Meeting.objects.filter(programme=programme, status=MeetingStatus.HELD)
        .exclude(Q(minutes="") | Q(is_struck("meetings.meeting")))
        .annotate(
            held_on=TruncDate("starts_at"),
            by_name=F("organiser__name"),
            text=F("minutes"),
            about=ArraySubquery(about.values("subgoal__title")),
        )
    )
    both = follow_ups.order_by().values_list(*columns).union(meetings.order_by().values_list(*columns), all=True)
    return list(both.order_by("held_on", "pk"))


def last_day(programme: Programme) -> date:
    """The last day that figures count: today while the programme runs, otherwise its last."""
    if programme.status in RUNNING:
        return min(timezone.localdate(), programme.ends_on)
    return programme.ended_on or programme.ends_on


def attendance_of(programme: Programme, *, until: date) -> AttendanceFigures:
    """Attended and agreed minutes, by week and by reason, as A9 counts them; two queries."""
    counted = {week.monday: week for week in sums.weeks(programme, until=until)}
    # Agreed leave was not expected, so it is no absence.
    reasons = [reason for reason in sums.reasons(programme, until=until) if reason.state != State.LEAVE]
    return {
        "agreed": sum(week.agreed for week in counted.values()),
        "attended": sum(week.attended for week in counted.values()),
        "sick": sum(reason.minutes for reason in reasons if reason.state in SICK),
        "weeks": every_week({monday: (week.agreed, week.attended) for monday, week in counted.items()}),
        "absences": [{"state": reason.state, "slots": reason.slots, "minutes": reason.minutes} for reason in reasons],
    }


def every_week(counted: dict[date, tuple[int, int]]) -> list[WeekFigures]:
    """The weeks from the first to the last with a figure, by their Mondays; those between without any show nought."""
    found: list[WeekFigures] = []
    if not counted:
        return found
    monday, last = min(counted), max(counted)
    while monday <= last:
        agreed, attended = counted.get(monday, (0, 0))
        year, week, _weekday = monday.isocalendar()
        found.append({"year": year, "week": week, "agreed": agreed, "attended": attended})
        monday += timedelta(weeks=1)
    return found


def goals_of(programme: Programme) -> list[GoalFigures]:
    """The agreed goals with each subgoal's step at the start and now (L3), in three queries."""
    plan: Plan | None = getattr(programme, "plan", None)
    if plan is None:
        return []
    goals: dict[tuple[int, int], GoalFigures] = {}
    for one in progress(plan).subgoals:
        subgoal, goal = one.subgoal, one.subgoal.goal
        found = goals.setdefault(
            (goal.version_id, goal.pk),
            {"title": goal.title, "life_area": goal.life_area, "own_words": goal.own_words, "subgoals": []},
        )
        last = one.points[-1] if one.points else None
        found["subgoals"].append(
            {
                "key": str(subgoal.key),
                "title": subgoal.title,
                "baseline": subgoal.baseline,
                "target": subgoal.target,
                "step_from": one.baseline_step,
                "step_to": one.step,
                "step_target": one.target_step,
                "comment": last.comment if last else "",
                "followed_up_on": last.held_on.isoformat() if last else "",
            }
        )
    return list(goals.values())


def subgoals_of(counted: Any) -> list[SubgoalFigures]:
    """All subgoals of all goals, in the plan's order."""
    return [subgoal for goal in counted["goals"] for subgoal in goal["subgoals"]]
