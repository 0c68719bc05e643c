"""Meetings: those that the storylines tell, and for everybody else a start, what lies between, and a closing one."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse

from accounts.models import User
from core.calendar import next_working_day
from demo.seeding.case import Case, Stay
from demo.seeding.storylines import stories_of
from demo.seeding.texts import fill, find
from demo.seeding.timeline import Timeline
from demo.seeding.world import World, plus
from journal.models import Audience
from meetings.models import EarlierTime, Meeting, MeetingTask, Participant
from meetings.statuses import Kind, Means, Status
from meetings.telling import KIND_IDS
from programmes.statuses import Status as ProgrammeStatus
from worklist.models import Task

HELD_IN_TIME = 0.95
COMPANIONS = {"da": "Bisidder", "sv": "Stödperson"}
LENGTH = 60  # minutes
DAYS_FOR_A_TASK = 8
HOURS = [time(8, 30), time(9, 0), time(10, 0), time(10, 30), time(13, 0)]
COMPANION = re.compile(r"^(?P<who>.*?)\s*som bisidder$|^bisidder$")


@dataclass
class Talk:
    """One meeting as it is told, before it becomes rows."""

    kind: str
    day: date
    at: time
    users: list[User] = field(default_factory=list)
    guests: list[dict[str, str]] = field(default_factory=list)
    companion: str = ""
    minutes: str = ""
    tasks: list[tuple[str, User]] = field(default_factory=list)
    status: str = ""  # by the day, unless it is told
    not_held: dict[str, str] = field(default_factory=dict)
    moved_from: date | None = None
    moved_why: str = ""
    with_interpreter: bool = False
    means: str = Means.IN_PERSON
    with_citizen: bool = True


def write_meetings(world: World, cases: list[Case], timeline: Timeline) -> None:
    """Rows of all meetings with what they leave on timeline and worklist; told cases come first in `cases`."""
    writer = Meetings(world, timeline)
    stories = stories_of(world)
    for case, text in zip(cases, stories, strict=False):
        writer.tell(case, text["meetings"])
    for number, case in enumerate(cases[len(stories) :]):
        writer.invent(case, number)
    writer.show(cases[len(stories) :])


def sentences(text: str) -> str:
    """Each sentence with a capital, also where a protected name is `borgeren`."""
    return re.sub(r"(?<=[.!?] )[a-zæøå]", lambda found: found[0].upper(), text)


class Meetings:
    """Writes the meetings of one case after the other."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self.world, self.timeline = world, timeline
        self.people = {user.name.split()[0]: user for user in world.people} | {
            user.name.split()[0]: user for user in world.contact_persons.values()
        }

    def text(self, *path: str) -> Any:
        return find(self.world.place["meetings"], *path)

    def contact_person(self, stays: list[Stay]) -> list[User]:
        """Who leads the workshop, where there is one."""
        return [self.world.contact_persons[stay.workshop] for stay in stays]

    # What a storyline says

    def tell(self, case: Case, texts: list[dict[str, Any]]) -> None:
        for text in texts:
            day = self.world.working_day(case.wished_start + timedelta(days=text["day"]))
            if case.is_running and day > case.ends_on >= self.world.today:
                day = self.before_the_end(case, text["kind"])
            talk = Talk(text["kind"], day, time.fromisoformat(text["time"]), minutes=text["minutes"])
            talk.with_citizen = False
            for name in text["participants"]:
                self.read_name(case, talk, name)
            talk.tasks = [(what, self.owner(case, what)) for what in text["tasks"]]
            self.write(case, talk)
        self.hold_required(case, texts)
        if case.is_running and case.ends_on >= self.world.today:
            self.ensure_closing(case, texts)

    def before_the_end(self, case: Case, kind: str) -> date:
        """A story longer than the programme still meets while it runs: the closing meeting in the last week."""
        day = self.world.working_day_before(case.ends_on - timedelta(days=1 if kind == Kind.CLOSING else 7))
        return max(day, self.world.working_day(self.world.today + timedelta(days=1)))

    def read_name(self, case: Case, talk: Talk, name: str) -> None:
        """`Helle (jobcenter)`, `Bjarne`, `mand som bisidder`, `egen læge (telefon)`."""
        first = name.split()[0]
        if companion := COMPANION.match(name):
            talk.companion = (companion["who"] or COMPANIONS[case.citizen.language]).strip().capitalize()
        elif first in ("Borgeren", "Deltagaren", case.first_name):
            talk.with_citizen = True
        elif name.startswith("ikke truffet"):
            return
        elif first in self.people:
            talk.users.append(self.people[first])
        else:
            who, _, where = name.partition("(")
            where = where.rstrip(")").removeprefix("ejer af ")
            talk.guests.append({"name": who.strip().capitalize(), "organisation": where.capitalize()})

    def owner(self, case: Case, what: str) -> User:
        found = self.people.get(what.split()[0])
        return found if found in (case.caseworker, case.referrer) else case.caseworker

    def ensure_closing(self, case: Case, texts: list[dict[str, Any]]) -> None:
        if not any(text["kind"] == Kind.CLOSING for text in texts):
            self.write(case, self.closing(case))

    # What everybody else's case looks like

    def invent(self, case: Case, number: int) -> None:
        """A start meeting, talks on the way, a closing meeting; one in twelve was moved, one in fifteen not held."""
        if case.status == ProgrammeStatus.NEVER_STARTED:
            return
        start = self.talk(Kind.START, case.starts_on, users=[case.referrer] if number % 2 else [])
        self.write(case, start)
        for place, follow_up in enumerate(case.talks):
            talk = self.talk(self.kind_of_talk(case, place), follow_up.day)
            if number % 15 == 3 and place == 0:
                talk.status, talk.not_held = Status.NOT_HELD, self.text("not_held")[number % 4]
            elif number % 12 == 5:
                talk.moved_from = self.world.working_day_before(follow_up.day - timedelta(days=2))
                talk.moved_why = self.text("moved")[number % 4]
            self.write(case, talk)
        if case.next_talk_on and case.next_talk_on >= self.world.today:
            self.write(case, self.talk(self.kind_of_talk(case, len(case.talks)), case.next_talk_on))
        self.hold_required(case)
        if case.status != ProgrammeStatus.INTERRUPTED:
            self.write(case, self.closing(case))

    def kind_of_talk(self, case: Case, place: int) -> str:
        """What a follow-up of the plan is called where the type asks for guidance talks; else it is of both kinds."""
        asked = any(one.met_by == f"meeting:{Kind.DEVELOPMENT}" for one in case.type.settings.required)
        return Kind.DEVELOPMENT if asked else [Kind.FOLLOW_UP, Kind.DEVELOPMENT][place % 2]

    def hold_required(self, case: Case, told: list[dict[str, Any]] | None = None) -> None:
        """The meetings that the type asks for and that no talk brings about, most of them in time (P9)."""
        for requirement in case.type.settings.required:
            how, _colon, kind = requirement.met_by.partition(":")
            if how != "meeting" or kind == Kind.START or requirement.due is None:
                continue
            if told is None and kind == self.kind_of_talk(case, 0):
                continue
            every, once = requirement.due.every_weeks, requirement.due.days_after_start
            held = [case.wished_start + timedelta(days=text["day"]) for text in told or [] if text["kind"] == kind]
            users = self.contact_person(case.stays[-1:]) if kind == Kind.SUMMARY else [case.referrer]
            day = case.starts_on + timedelta(days=17 if every else max((once or 0) - 5, 0))
            while day <= min(case.last_day, self.world.last_working_day):
                moved = self.world.working_day(day)
                is_near = any(abs((one - moved).days) <= 14 for one in held)
                is_held = moved < self.world.today and not case.rests_on(moved) and not is_near
                if is_held and self.world.chance(HELD_IN_TIME):
                    self.write(case, self.talk(kind, moved, users=users))
                if every is None:
                    break
                day += timedelta(weeks=every)

    def talk(self, kind: str, day: date, **fields: Any) -> Talk:
        return Talk(kind, self.world.working_day(day), self.world.pick(HOURS), **fields)

    def closing(self, case: Case) -> Talk:
        """Agreed at the start for the last week; the referrer takes part."""
        day = self.world.working_day_before(case.last_day - timedelta(days=1))
        users = [case.referrer, *self.contact_person(case.stays[-1:])]
        return self.talk(Kind.CLOSING, max(day, case.starts_on), users=users)

    def show(self, cases: list[Case]) -> None:
        """What a demo must show: one that nags, one today, a three-way meeting with an interpreter, one called off."""
        world = self.world
        signe = world.first_caseworker
        next_week = world.today + timedelta(days=8)
        active = [c for c in cases if c.status == ProgrammeStatus.ACTIVE and c.starts_on < world.today]
        active = [case for case in active if case.ends_on >= next_week]
        own = [case for case in active if case.caseworker == signe] or active
        if not own:
            return
        case = own[0]
        nagging = self.talk(Kind.DEVELOPMENT, world.last_working_day, users=self.contact_person(case.stays[:1]))
        nagging.status = Status.PLANNED
        self.write(case, nagging)
        case = own[min(1, len(own) - 1)]
        day = world.today if world.is_working_day(world.today) else world.working_day(world.today)
        kind = Kind.SUMMARY if case.stays else Kind.DEVELOPMENT
        today = Talk(kind, day, time(13, 30), users=self.contact_person(case.stays[:1]))
        self.write(case, today)
        case = own[min(2, len(own) - 1)]
        three_way = self.talk(Kind.THREE_WAY, world.today + timedelta(days=6), users=[case.referrer])
        three_way.guests = [self.text("outside")[0]]
        three_way.with_interpreter = True
        self.write(case, three_way)
        off = self.talk(Kind.CROSS_SECTOR, world.today + timedelta(days=3), users=[case.referrer])
        off.status, off.moved_why = Status.CANCELLED, self.text("moved")[1]
        self.write(case, off)

    # Rows

    def write(self, case: Case, talk: Talk) -> None:
        world = self.world
        starts_at = world.at(talk.day, talk.at)
        ends_at = world.at(talk.day, plus(talk.at, LENGTH))
        status = talk.status or (Status.HELD if ends_at < world.now else Status.PLANNED)
        is_recorded = status in (Status.HELD, Status.NOT_HELD)
        texts = self.text("kinds", talk.kind)
        minutes = talk.minutes or sentences(fill(world.pick(texts["minutes"]), case.citizen))
        recorded_at = min(ends_at + timedelta(minutes=40), world.now)
        agreed_on = world.working_day(max(case.decided_on, min(talk.day - timedelta(days=14), case.starts_on)))
        agreed_at = min(world.office_hours(agreed_on), starts_at - timedelta(days=1), world.now)
        interpreter = self.text("interpreter") if talk.with_interpreter else {}
        shared = talk.kind in (Kind.START, Kind.CLOSING, Kind.THREE_WAY)
        meeting = world.book.add(
            Meeting(
                uid=world.uuid(),
                programme=case.programme,
                organiser=case.caseworker,
                kind=talk.kind,
                status=status,
                starts_at=starts_at,
                ends_at=ends_at,
                means=talk.means,
                place=world.pick(self.text("rooms")),
                with_citizen=talk.with_citizen,
                companion=talk.companion,
                interpreter_language=interpreter.get("language", ""),
                interpreter_name=interpreter.get("name", ""),
                is_interpreter_booked=bool(interpreter),
                purpose=texts["purpose"],
                minutes=minutes if status == Status.HELD else "",
                audience=Audience.REFERRER if shared else Audience.TEAM,
                not_held_by=talk.not_held.get("side", "") if status == Status.NOT_HELD else "",
                why=talk.not_held.get("why", "") or (talk.moved_why if status == Status.CANCELLED else ""),
                sequence=int(bool(talk.moved_from)) + (status == Status.CANCELLED),
                created_at=agreed_at,
                changed_at=recorded_at if is_recorded else agreed_at,
                recorded_at=recorded_at if is_recorded else None,
                recorded_by=case.caseworker if is_recorded else None,
            )
        )
        users = {user.pk: user for user in talk.users if user != case.caseworker}
        for user in users.values():
            world.book.add(Participant(meeting=meeting, user=user))
        for guest in talk.guests:
            world.book.add(Participant(meeting=meeting, **guest))
        if talk.moved_from:
            earlier = world.at(talk.moved_from, talk.at)
            world.book.add(
                EarlierTime(
                    meeting=meeting,
                    starts_at=earlier,
                    ends_at=earlier + timedelta(minutes=LENGTH),
                    why=talk.moved_why,
                    moved_at=min(earlier - timedelta(hours=20), world.now),
                    moved_by=case.caseworker,
                )
            )
        self.tell_timeline(case, meeting, agreed_at, talk)
        if status == Status.HELD:
            self.promise(case, meeting, talk.tasks or [(world.pick(texts["tasks"]), case.caseworker)], talk.day)

    def tell_timeline(self, case: Case, meeting: Meeting, agreed_at: datetime, talk: Talk) -> None:
        kinds = {
            Status.PLANNED: ("meeting_planned", agreed_at, ""),
            Status.HELD: ("meeting_held", meeting.changed_at, meeting.minutes),
            Status.NOT_HELD: ("meeting_not_held", meeting.changed_at, meeting.why),
            Status.CANCELLED: ("meeting_cancelled", agreed_at, ""),
        }
        kind, at, body = kinds[Status(meeting.status)]
        self.timeline.tell(
            case,
            kind,
            at,
            case.caseworker,
            audience=meeting.audience if meeting.status == Status.HELD else Audience.TEAM,
            body=body,
            url=reverse("meetings:detail", args=[meeting.pk]),
            source=meeting.source,
            meeting=str(KIND_IDS[talk.kind]),
            day=talk.day.isoformat(),
            time=talk.at.strftime("%H:%M"),
        )

    def promise(self, case: Case, meeting: Meeting, tasks: list[tuple[str, User]], day: date) -> None:
        """Done by now, but for those of the last days, which stand on their owners' lists."""
        world = self.world
        due_on = next_working_day(day + timedelta(days=DAYS_FOR_A_TASK), world.closed)
        for what, owner in tasks:
            is_done = due_on <= world.today or not case.is_running
            done_at = min(world.at(due_on, time(11, 0)), world.now) if is_done else None
            row = world.book.add(
                MeetingTask(
                    meeting=meeting,
                    what=what,
                    owner=owner,
                    due_on=due_on,
                    done_at=done_at,
                    done_by=owner if is_done else None,
                )
            )
            if not is_done:
                world.book.add(
                    Task(
                        citizen=case.citizen,
                        kind="meeting_task",
                        source=row.source,
                        for_user=owner,
                        due_on=due_on,
                        url=reverse("meetings:task", args=[row.pk]),
                        params={"what": what},
                        created_at=meeting.changed_at,
                    )
                )
