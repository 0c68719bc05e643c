import datetime

import factory

from attendance.models import ExpectedAttendance
from closing_notes.evidence import figures_of
from closing_notes.models import ClosingNote
from plans.models import FollowUp, Goal, Plan, StepRecord, Subgoal, Version
from programmes.models import Placement, Programme
from tests.factories.accounts import user_with_role
from tests.factories.base import Factory
from tests.factories.programmes import MONDAY, PlacementFactory

NOON = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)
SECTIONS = {
    "content": "He worked in the kitchen. [2]",
    "attendance": "He has attended most days. [1]",
    "goals": "He moved forward.",
    "resources": "Careful and friendly.",
    "opportunities": "More hours.",
    "accommodations": "Lifts at most 8 kg.",
    "recommendation": "A job with fixed tasks.",
    "sources": ["attendance", "placements"],
}


class ClosingNoteFactory(Factory):
    """A draft in which every section is written; `in_review` waits for approval, `delivered` has been delivered."""

    class Meta:
        model = ClosingNote

    class Params:
        in_review = factory.Trait(status="in_review")
        approved = factory.Trait(
            status="approved",
            approved_at=NOON,
            approved_by=factory.LazyAttribute(lambda o: user_with_role("team_leader", o.programme.centre)),
            figures=factory.LazyAttribute(lambda o: figures_of(o.programme)),
        )
        delivered = factory.Trait(approved=True, status="delivered", delivered_at=NOON)

    programme = factory.LazyAttribute(lambda o: PlacementFactory().programme)
    author = factory.LazyAttribute(lambda o: o.programme.caseworker)
    sections = factory.LazyFunction(lambda: dict(SECTIONS))
    outcome = "wage_subsidy"


class PlanFactory(Factory):
    class Meta:
        model = Plan


class VersionFactory(Factory):
    class Meta:
        model = Version

    number = 1
    confirmed_at = NOON
    citizen_agreed_on = MONDAY
    status = "draft"


class GoalFactory(Factory):
    class Meta:
        model = Goal

    life_area = "work"


class SubgoalFactory(Factory):
    class Meta:
        model = Subgoal


class FollowUpFactory(Factory):
    class Meta:
        model = FollowUp


class StepRecordFactory(Factory):
    class Meta:
        model = StepRecord


class SlotFactory(Factory):
    class Meta:
        model = ExpectedAttendance


def with_plan(programme: Programme, subgoals: int = 2, title: str = "Comes four days a week") -> Plan:
    """A confirmed plan with one goal, each of its subgoals moved from step 1 to step 3 at a follow-up."""
    plan = PlanFactory(programme=programme)
    version = VersionFactory(plan=plan, confirmed_by=programme.caseworker)
    goal = GoalFactory(version=version, position=1, title="Back to work", own_words="I can do it.")
    rows = [
        SubgoalFactory(goal=goal, position=place, title=f"{title} {place}", baseline="1 day", target="4 days")
        for place in range(1, subgoals + 1)
    ]
    confirm(version)
    talk = FollowUpFactory(
        plan=plan, held_on=MONDAY + datetime.timedelta(weeks=4), by=programme.caseworker, comment="Went well."
    )
    for row in rows:
        StepRecordFactory(follow_up=talk, subgoal=row, step=3, comment="Came by himself")
    return plan


def confirm(version: Version) -> None:
    from audit.acting import System, acting

    with acting(System("test")):
        Version.objects.filter(pk=version.pk).update(status="confirmed")


def with_attendance(programme: Programme, days: int = 8, ill: int = 1, missed: int = 1) -> None:
    """So many Mondays from 8 to 12 in the programme's first placement; the first ones ill, the next ones no show."""
    placement = Placement.objects.filter(programme=programme).first() or PlacementFactory(programme=programme)
    states = ["ill"] * ill + ["no_show"] * missed
    for number in range(days):
        SlotFactory(
            citizen=programme.citizen,
            programme=programme,
            placement=placement,
            workshop=placement.workshop,
            day=programme.starts_on + datetime.timedelta(weeks=number),
            starts=datetime.time(8),
            ends=datetime.time(12),
            state=states[number] if number < len(states) else "present",
        )
