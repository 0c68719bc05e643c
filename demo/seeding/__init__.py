"""The demo's data: centres in the middle of their work, made of invented people, the same for the same seed and day."""

from datetime import timedelta
from random import Random
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import Membership, User
from accounts.roles import Role
from attendance.expected.writing import WEEKS_AHEAD, write_expected
from attendance.figures.falls import look_for_falls
from attendance.figures.roll_ups import count_dirty_days
from attendance.models import ExpectedAttendance
from attendance.reported.weeks import ask_for_reports
from audit.acting import System, acting
from citizens.models import CaseAccess
from closing_notes.models import ClosingNote
from closing_notes.reminders import remind
from demo.seeding import guard
from demo.seeding.absence import write_absence_reports
from demo.seeding.activities import write_activities
from demo.seeding.attendance import Registers
from demo.seeding.case import Case
from demo.seeding.closing import write_notes
from demo.seeding.documents import AT_ONCE, write_documents
from demo.seeding.falls import write_falls
from demo.seeding.internships import write_internships
from demo.seeding.journal import JOURNAL, write_beside, write_remarks
from demo.seeding.meetings import write_meetings
from demo.seeding.notices import write_notices
from demo.seeding.ordinary import WHOLE, Places, ordinary_cases
from demo.seeding.people import People
from demo.seeding.plans import Plans
from demo.seeding.programmes import References, write_programmes, write_teams
from demo.seeding.referrals import write_accepted
from demo.seeding.requests import invent_requests, shares, told_requests, write_drafts, write_requests
from demo.seeding.staff import LONG_AGO, found_organisations, hire, invite_somebody
from demo.seeding.starts import share_out
from demo.seeding.storylines import told_cases
from demo.seeding.tasks import arrange_tasks
from demo.seeding.timeline import Timeline
from demo.seeding.traces import write_traces
from demo.seeding.twice import refer_somebody_twice
from demo.seeding.world import World, content
from demo.users import address
from journal.models import Entry
from meetings.reminders import ask_for_required, nag
from plans.models import (
    Abandonment,
    Confirmation,
    Exemption,
    FollowUp,
    Goal,
    Observation,
    Plan,
    StepRecord,
    Subgoal,
    Summary,
    Version,
)
from programmes.access import source_of_citizen
from programmes.checklist.requirements import settle
from programmes.models import Offer, ProgrammeType
from programmes.places.closing_days import closed_days, write_public_holidays
from programmes.types.catalogue import latest_type, load_catalogue
from worklist.models import Task

FEWEST_CITIZENS, MOST_CITIZENS = 30, 20_000
FEWEST_WEEKS, MOST_WEEKS = 4, 260
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
    places = content("efforts")["centres"]
    found_organisations(world)
    load_catalogue()
    numbers = share_out_citizens(world, places)
    people, references = People(world), References(world)
    sites = []
    for place in places:
        here = world.at_centre(place)
        for type_key in place["types"]:
            found = latest_type(type_key)
            assert found is not None  # noqa: S101
            here.types[type_key] = ProgrammeType.objects.get(pk=found.pk)
        hire(here, running=expected_running(here, numbers[place["key"]]))
        world.book.write()
        write_public_holidays(here.centre, range(world.today.year - 5 - world.weeks // 52, world.today.year + 3))
        here.closed = closed_days(here.centre, since=LONG_AGO)
        offer(here)
        site = Site(here, people)
        site.tell(numbers[place["key"]])
        sites.append(site)
    for site in sites:
        site.write(references)
    later = {Plan, Version, Goal, Subgoal, Confirmation, FollowUp, StepRecord, Observation, Task, Entry, ClosingNote}
    later |= {Summary, Abandonment, Exemption} | JOURNAL
    world.book.write(*[model for model in world.book.rows if model not in later])
    sites[0].plans.write()
    # Without statistics the database would read whole tables for each of the many small questions that follow.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # What lies ahead, and the registers of all days, come from where they always come from (A12).
    first = min(slot.day for slot in world.book.of(ExpectedAttendance))
    world.book.set_counters()
    write_expected(since=first, until=world.today + timedelta(weeks=WEEKS_AHEAD), by=BY, judged=True)
    for site in sites:
        site.write_what_followed()
    world.book.write()
    world.book.set_counters()
    invite_somebody(sites[0].world)
    remind(world.today)
    nag(world.now)
    ask_for_required()
    settle(by=BY)
    ask_for_reports(at=world.now, by=BY)
    count_dirty_days()
    look_for_falls(by=BY)
    write_absence_reports([site.world for site in sites], by=BY)


def share_out_citizens(world: World, places: list[dict[str, Any]]) -> dict[str, int]:
    """How many ordinary cases each centre has; the first one has what is left over."""
    told = len(content("cases")["cases"]) + 1  # and Samira
    for place in places:
        told += sum(shares(place, world.citizens).values()) + len(told_requests(place, world.citizens))
        if world.citizens >= WHOLE:
            told += sum(len(text.get("referrals", {})) for text in place["types"].values())
    ordinary = world.citizens - told
    first, *others = places
    numbers = {place["key"]: int(min(ordinary * place["share"], place.get("at_most", ordinary))) for place in others}
    return {first["key"]: ordinary - sum(numbers.values()), **numbers}


def expected_running(world: World, number: int) -> dict[str, int]:
    """About how many programmes of each type run at a time, so that there are people and places enough."""
    running = {}
    for type_key, share in share_out(world.place, number).items():
        weeks = max(world.texts_of(type_key)["lengths"])
        running[type_key] = round(share * min(1, weeks / (max(world.weeks, weeks) + 4))) + 4
    return running


class Site:
    """One centre's cases, from the first word of them to the last row."""

    def __init__(self, world: World, people: People) -> None:
        self.world, self.people, self.timeline = world, people, Timeline(world)
        self.plans = Plans(world, self.timeline)

    def tell(self, ordinary: int) -> None:
        """Everything that happened, told and invented; no rows but the people's."""
        world, places = self.world, Places(self.world)
        world.told = told_cases(world, self.people)
        for case in world.told:
            places.keep(case)
        stories = list(world.told)
        self.cases = stories + ordinary_cases(world, self.people, places, ordinary)
        self.requests = invent_requests(world, self.people)
        if world.place.get("with_workshops"):
            refer_somebody_twice(self.cases, self.requests)

    def write(self, references: References) -> None:
        world, cases, timeline = self.world, self.cases, self.timeline
        write_programmes(world, cases, references, timeline)
        write_accepted(world, cases, references, timeline)
        write_requests(world, self.requests, references)
        write_drafts(world, references)
        for case in cases:
            self.plans.add(case)
            write_remarks(case, timeline)
        write_beside(world, cases)
        write_activities(world, cases, timeline)
        Registers(world, cases, timeline).fill()
        write_notices(world, cases)
        write_internships(world, cases, timeline)
        write_falls(world, cases, timeline)
        sign_in_as_citizen(world, cases)
        write_teams(world, cases)

    def write_what_followed(self) -> None:
        """What needs the figures of the registers, or comes last in time."""
        write_notes(self.world, self.cases, self.timeline)
        write_meetings(self.world, self.cases, self.timeline)
        write_traces(self.world, self.cases)
        arrange_tasks(self.world, self.cases)


def offer(world: World) -> None:
    """What the centre offers, for as long as it has been there; places and quotas are the type's (P10)."""
    for type_key in world.place["types"]:
        world.book.add(Offer(centre=world.centre, type_key=type_key, since=LONG_AGO))


def sign_in_as_citizen(world: World, cases: list[Case]) -> None:
    """The citizen of the first storyline under way, or of any case that is, has an account of their own."""
    running = [
        case for case in cases if case.is_running and case.starts_on <= world.today and not case.citizen.is_protected
    ]
    if not running:
        return
    case = min(running, key=lambda case: case.told is None)
    user = world.book.add(
        User(
            name=f"{case.citizen.first_name} {case.citizen.last_name}",
            email=address(world.place["citizen"]),
            phone=case.citizen.phone,
            language=case.citizen.language,
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
