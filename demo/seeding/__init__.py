"""The demo's data: a centre in the middle of its work, made of invented people, the same for the same seed and day."""

from datetime import timedelta
from random import Random

from django.db import connection
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from attendance.expected import WEEKS_AHEAD, write_expected
from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from citizens.models import CaseAccess
from closing_notes.models import ClosingNote
from closing_notes.reminders import remind
from demo.seeding import guard
from demo.seeding.attendance import Registers
from demo.seeding.case import Case
from demo.seeding.closing import write_notes
from demo.seeding.documents import AT_ONCE, write_documents
from demo.seeding.journal import JOURNAL, write_beside, write_remarks
from demo.seeding.meetings import write_meetings
from demo.seeding.ordinary import Places, ordinary_cases
from demo.seeding.people import People
from demo.seeding.plans import Plans
from demo.seeding.programmes import References, write_programmes, write_teams
from demo.seeding.referrals import invent_requests, shares, write_accepted, write_drafts, write_requests
from demo.seeding.staff import LONG_AGO, hire, invite_somebody
from demo.seeding.storylines import told_cases
from demo.seeding.tasks import arrange_tasks
from demo.seeding.timeline import Timeline
from demo.seeding.traces import write_traces
from demo.seeding.twice import refer_somebody_twice
from demo.seeding.world import World, content
from demo.users import address
from journal.models import Entry
from meetings.reminders import ask_for_required, nag
from plans.models import FollowUp, Goal, Observation, Plan, StepRecord, Subgoal, Version
from programmes.access import source_of_citizen
from programmes.catalogue import latest_type, load_catalogue
from programmes.closing_days import closed_days, write_public_holidays
from programmes.models import ProgrammeType
from worklist.models import Task

FEWEST_CITIZENS, MOST_CITIZENS = 30, 20_000
FEWEST_WEEKS, MOST_WEEKS = 4, 260
TYPE = "individual_development"
# How long a programme is planned or under way, mostly.
USUAL_WEEKS = 16
BY = System("demo data")


def seed(*, citizens: int, weeks: int, seed: int, documents: int = AT_ONCE) -> World:
    """Replace the database's content by demo data; Refused where it is not ours to replace.

    `documents` PDFs are made at once, the others later by a worker. All in one transaction: another connection sees
    the old data or the new.
    """
    with acting(BY, why="demo data"):
        guard.check_may_replace()
        guard.empty()
        world = World(citizens=citizens, weeks=weeks, random=Random(seed), now=timezone.now())  # noqa: S311
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        build(world)
        write_documents(world, at_once=documents)
        world.book.write()
        world.book.set_counters()
        guard.mark()
    return world


def build(world: World) -> None:
    requests = sum(shares(world.citizens).values()) + 1
    stories = len(content("cases")["cases"]) + 1
    ordinary = world.citizens - requests - stories
    running = round(ordinary * min(1, USUAL_WEEKS / (world.weeks + 4))) + stories // 2
    hire(world, running=running)
    world.book.write()
    load_catalogue()
    found = latest_type(TYPE)
    assert found is not None  # noqa: S101
    world.type = ProgrammeType.objects.get(pk=found.pk)
    years = range(world.today.year - 1 - world.weeks // 52, world.today.year + 3)
    write_public_holidays(world.centre, years)
    world.closed = closed_days(world.centre, since=LONG_AGO)

    people, places, timeline, references = People(world), Places(world), Timeline(world), References(world)
    cases = told_cases(world, people)
    for case in cases:
        places.keep(case)
    cases += ordinary_cases(world, people, places, ordinary)
    invented = invent_requests(world, people)
    refer_somebody_twice(cases, invented)

    write_programmes(world, cases, references)
    write_accepted(world, cases, references, timeline)
    write_requests(world, invented, references)
    write_drafts(world, references)
    plans = Plans(world, timeline)
    for case in cases:
        plans.add(case)
        write_remarks(case, timeline)
    write_beside(world, cases)
    registers = Registers(world, cases, timeline)
    registers.fill()
    sign_in_as_jonas(world, cases)
    write_teams(world, cases)
    later = {Plan, Version, Goal, Subgoal, FollowUp, StepRecord, Observation, Task, Entry, ClosingNote, *JOURNAL}
    world.book.write(*[model for model in world.book.rows if model not in later])
    plans.write()
    # Without statistics the database would read whole tables for each of the many small questions that follow.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # What lies ahead, and the registers of all days, come from where they always come from (A12).
    first = min(slot.day for slot in world.book.of(ExpectedAttendance))
    world.book.set_counters()
    write_expected(since=first, until=world.today + timedelta(weeks=WEEKS_AHEAD), by=BY, judged=True)
    write_notes(world, cases, timeline)
    write_meetings(world, cases, timeline)
    write_traces(world, cases)
    arrange_tasks(world, cases)
    world.book.write()
    world.book.set_counters()
    invite_somebody(world)
    remind(world.today)
    nag(world.now)
    ask_for_required()


def sign_in_as_jonas(world: World, cases: list[Case]) -> None:
    """The first storyline's citizen has an account of his own."""
    case = cases[0]
    user = world.book.add(
        User(
            name=f"{case.citizen.first_name} {case.citizen.last_name}",
            email=address("citizen"),
            phone=case.citizen.phone,
            language="da",
            password=world.leader.password,
            created_at=world.at(case.decided_on, world.now.time()),
        )
    )
    membership = Membership(user=user, organisation=world.centre, role=Role.CITIZEN, starts_on=case.decided_on)
    world.book.add(membership)
    world.book.add(
        CaseAccess(
            citizen=case.citizen,
            centre=world.centre,
            role=Role.CITIZEN,
            user=user,
            starts_on=case.decided_on,
            source=source_of_citizen(case.citizen.pk),
        )
    )
