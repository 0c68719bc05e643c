"""Some citizens work at a named workplace beside everything else: reported week by week, the last one due (A11)."""

from collections.abc import Iterator
from copy import copy
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from attendance.models import ExpectedAttendance, Mark
from attendance.states import State
from demo.seeding.case import Case
from demo.seeding.people import phone
from demo.seeding.timeline import Timeline
from demo.seeding.world import World, content, plus
from journal.models import Audience
from programmes.models import Placement, ScheduleSlot
from programmes.statuses import Status

WEEKS_BACK = 6  # so long ago the internship began, at most
AFTERNOON = (time(13), time(15))


def write_internships(world: World, cases: list[Case], timeline: Timeline) -> None:
    """As many internships as the centre has workplaces, the first caseworker's citizens first."""
    here = content("internships").get(world.place["key"])
    if here is None:
        return
    chance = Random(f"{world.place['key']} {world.today}")  # noqa: S311 (so that nothing else is invented otherwise)
    able = [case for case in cases if case.type.key in here["types"] and is_under_way(world, case)]
    able.sort(key=lambda case: case.caseworker != world.first_caseworker)
    for number, (case, text) in enumerate(zip(able, here["places"], strict=False)):
        internship = Internship(world, case, timeline, chance, text, here["said"])
        if internship.hours:
            internship.write(is_due=number == 0)


def is_under_way(world: World, case: Case) -> bool:
    """A steady programme with some weeks behind it and some ahead, and no story of its own that it would spoil."""
    is_long = case.starts_on <= world.this_monday - timedelta(weeks=4) and case.last_day > world.today
    is_plain = case.told is None and not case.pauses and not case.citizen.is_protected
    return is_long and is_plain and case.status == Status.ACTIVE


class Internship:
    """One citizen at one workplace."""

    def __init__(
        self,
        world: World,
        case: Case,
        timeline: Timeline,
        chance: Random,
        text: dict[str, Any],
        said: list[dict[str, Any]],
    ) -> None:
        self.world, self.case, self.timeline = copy(world), case, timeline
        self.world.random = chance
        self.text, self.said = text, said
        weeks = (world.this_monday - case.starts_on).days // 7
        self.first = world.this_monday - timedelta(weeks=min(WEEKS_BACK, weeks - 2))
        self.hours = {day: hours for day in text["days"] if (hours := self.hours_on(day))}

    def hours_on(self, weekday: int) -> tuple[time, time] | None:
        """The workplace's hours where nothing else is agreed on that weekday, or the afternoon after it (P5)."""
        ends = [slot.ends for week in self.case.weeks for slot in week.slots if slot.weekday == weekday]
        if not ends:
            return time.fromisoformat(self.text["from"]), time.fromisoformat(self.text["until"])
        return AFTERNOON if max(ends) <= AFTERNOON[0] else None

    def write(self, *, is_due: bool) -> None:
        placement = self.agree()
        for monday in self.mondays():
            slots = [self.expect(placement, day) for day in self.days_of(monday)]
            is_over = monday < self.world.this_monday
            if slots and is_over and not (is_due and monday == self.world.this_monday - timedelta(weeks=1)):
                self.report(monday, slots)

    def agree(self) -> Placement:
        world, case = self.world, self.case
        placement = world.book.add(
            Placement(
                programme=case.programme,
                kind=Placement.Kind.INTERNSHIP,
                place=self.text["place"],
                contact_name=self.text["contact"],
                contact_phone=phone(world),
                starts_on=self.first,
                ends_on=case.ends_on,
            )
        )
        for weekday, (starts, ends) in self.hours.items():
            world.book.add(
                ScheduleSlot(
                    placement=placement,
                    programme=case.programme,
                    weekday=weekday,
                    starts=starts,
                    ends=ends,
                    valid_from=self.first,
                    valid_until=case.ends_on,
                )
            )
        self.timeline.tell(
            case,
            "stay_agreed",
            world.at(world.working_day_before(self.first), time(10, 40)),
            case.caseworker,
            audience=Audience.REFERRER,
            url=f"/cases/{case.programme.reference}/week/",
            source=f"programmes.placement:{placement.pk}",
            place=self.text["place"],
            day=self.first.isoformat(),
            week_minutes=sum(minutes_between(*hours) for hours in self.hours.values()),
        )
        return placement

    def mondays(self) -> Iterator[date]:
        monday = self.first
        while monday <= self.world.this_monday:
            yield monday
            monday += timedelta(weeks=1)

    def days_of(self, monday: date) -> Iterator[date]:
        for weekday in self.hours:
            day = monday + timedelta(days=weekday - 1)
            if day <= self.world.today and self.world.is_working_day(day):
                yield day

    def expect(self, placement: Placement, day: date) -> ExpectedAttendance:
        starts, ends = self.hours[day.isoweekday()]
        return self.world.book.add(
            ExpectedAttendance(
                citizen=self.case.citizen,
                programme=self.case.programme,
                placement=placement,
                day=day,
                starts=starts,
                ends=ends,
            )
        )

    def report(self, monday: date, slots: list[ExpectedAttendance]) -> None:
        """On the Monday after it, by the caseworker: one day otherwise than as agreed where the file says so."""
        world = self.world
        morning = time(9, world.random.randint(5, 55))
        at = min(world.at(world.working_day(monday + timedelta(weeks=1)), morning), world.now)
        number = (monday - self.first).days // 7 % len(self.said)
        agreed = attended = 0
        for slot in slots:
            told = self.said[number] if slot is slots[-1] else {}
            self.mark(slot, told, at)
            length = minutes_between(slot.starts, slot.ends)
            agreed += length
            attended += length - told.get("minutes", 0) if not told or "minutes" in told else 0
        self.timeline.tell(
            self.case,
            "week_reported",
            at,
            self.case.caseworker,
            url=f"/attendance/case/{self.case.programme.reference}/",
            source=f"attendance.week:{self.case.programme.pk}:{monday.isoformat()}",
            week=monday.isocalendar().week,
            agreed_minutes=agreed,
            attended_minutes=attended,
        )

    def mark(self, slot: ExpectedAttendance, told: dict[str, Any], at: datetime) -> None:
        slot.state = State(told.get("state", State.PRESENT))
        if slot.state == State.LATE:
            slot.came_at = plus(slot.starts, told["minutes"])
        if slot.state == State.LEFT_EARLY:
            slot.left_at = plus(slot.ends, -told["minutes"])
        slot.remark, slot.marked_at, slot.marked_by = told.get("remark", ""), at, self.case.caseworker
        slot.standing_mark = self.world.uuid()
        self.world.book.add(
            Mark(
                id=slot.standing_mark,
                slot=slot,
                state=slot.state,
                came_at=slot.came_at,
                left_at=slot.left_at,
                remark=slot.remark,
                marked_at=at,
                received_at=at,
                by=self.case.caseworker,
            )
        )


def minutes_between(starts: time, ends: time) -> int:
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
