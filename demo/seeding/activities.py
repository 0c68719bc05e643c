"""Activities that were planned, attended or missed (P8), and what was said of the checklist by hand (P9)."""

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse

from accounts.models import User
from core.calendar import monday_of
from demo.seeding.case import Case
from demo.seeding.timeline import Timeline
from demo.seeding.world import World, plus
from journal.models import Audience
from programmes.activity_statuses import RECORDED, ActivityStatus
from programmes.models import Activity, Statement
from programmes.statuses import Status
from programmes.types.definition import Requirement

NAMESPACE = uuid.UUID("0f0b8a0c-4d7b-4a55-8a6e-9f3f4f0c2b61")
WEEKS_BACK, DAYS_AHEAD = 26, 13
LONG = 20  # weeks
OVERDUE_AT_MOST = 40  # days
DONE_BY_THEN = 0.93  # how much of what the checklist asks for was done in time
# A requirement of an activity that no rhythm brings about is done once, so long after the start.
ONCE_AT = time(10)


def write_activities(world: World, cases: list[Case], timeline: Timeline) -> None:
    writer = Activities(world, timeline)
    for case in cases:
        if case.status != Status.NEVER_STARTED and case.starts_on <= world.today:
            writer.add(case)


class Activities:
    """Writes the activities and statements of one case after the other."""

    def __init__(self, world: World, timeline: Timeline) -> None:
        self.world, self.timeline = world, timeline

    def add(self, case: Case) -> None:
        offered = {one.key: one for one in case.type.settings.activities}
        rhythms = self.world.texts_of(case.type.key).get("activities", {})
        for place, (key, rhythm) in enumerate(rhythms.items()):
            if key not in offered or not self.is_for(case, rhythm, place):
                continue
            for day in self.days(case, rhythm):
                self.write(case, key, day, rhythm, is_group=offered[key].is_group)
        for requirement in case.type.settings.required:
            self.meet(case, requirement, rhythms)

    def is_for(self, case: Case, rhythm: dict[str, Any], place: int) -> bool:
        """A story has what comes so many times, and of the rest only the first kind: its own words come before it."""
        if case.told is not None:
            is_short = case.ends_on - case.starts_on < timedelta(weeks=LONG)
            return is_short or "times" in rhythm or place <= 1
        return self.world.chance(rhythm.get("share", 1))

    def days(self, case: Case, rhythm: dict[str, Any]) -> list[date]:
        """Days of the rhythm within the programme and a fortnight ahead; of what goes on and on the last half year."""
        world = self.world
        first = monday_of(case.starts_on) + timedelta(weeks=rhythm.get("from_week", 1) - 1)
        last = min(case.last_day, world.today + timedelta(days=DAYS_AHEAD if case.status != Status.PAUSED else -1))
        until, since = rhythm.get("times", 10_000), case.starts_on
        if "times" not in rhythm:
            since = max(since, min(case.last_day, world.today) - timedelta(weeks=WEEKS_BACK))
        found = []
        for weekday in rhythm["days"]:
            day, count = first + timedelta(days=weekday - 1), 0
            while day <= last and count < until:
                moved = world.working_day(day)
                if since <= moved <= last and not case.rests_on(moved):
                    found.append(moved)
                day, count = day + timedelta(weeks=rhythm.get("every", 1)), count + 1
        return sorted(set(found))

    def write(self, case: Case, key: str, day: date, rhythm: dict[str, Any], *, is_group: bool) -> None:
        world = self.world
        starts = time.fromisoformat(rhythm.get("at", "10:00"))
        ends = plus(starts, rhythm.get("minutes", 60))
        batch = uuid.uuid5(NAMESPACE, f"{world.place['key']} {key}" if is_group else f"{case.programme.pk} {key}")
        begun = world.at(day, starts)
        status = self.status_on(case, key, begun)
        leader = self.leader(case, rhythm.get("led_by", "caseworker"))
        planned_at = min(world.at(case.decided_on, time(11)), begun - timedelta(days=1))
        row = world.book.add(
            Activity(
                programme=case.programme,
                kind=key,
                day=day,
                starts=starts,
                ends=ends,
                place=rhythm.get("place", ""),
                led_by=leader,
                status=status,
                batch=batch,
                group=uuid.uuid5(batch, day.isoformat()) if is_group else None,
                planned_by=case.caseworker,
                planned_at=planned_at,
                recorded_by=leader if status in RECORDED else None,
                recorded_at=min(world.at(day, plus(ends, 10)), world.now) if status in RECORDED else None,
            )
        )
        if status in RECORDED:
            self.tell(case, row, begun, leader)

    def status_on(self, case: Case, key: str, begun: datetime) -> str:
        if begun >= self.world.now - timedelta(minutes=90):
            return ActivityStatus.PLANNED
        if case.told is not None:
            told = case.told.get(begun.date())
            return ActivityStatus.MISSED if told else ActivityStatus.ATTENDED
        came = self.world.chance(min(0.97, case.steadiness + 0.04))
        # What must be in place and failed is made up for within three weeks.
        if begun < self.world.now - timedelta(weeks=3):
            came = came or any(one.met_by == f"activity:{key}" for one in case.type.settings.required)
        return ActivityStatus.ATTENDED if came else ActivityStatus.MISSED

    def leader(self, case: Case, who: str) -> User:
        if who == "specialist":
            by_function = dict(case.team) or {
                key: self.world.users[user] for key, user in self.world.place["specialists"].items()
            }
            text = self.world.texts_of(case.type.key).get("specialist", "")
            return by_function.get(text) or next(iter(by_function.values()))
        return case.caseworker

    def tell(self, case: Case, row: Activity, at: datetime, by: User) -> None:
        offered = next(one for one in case.type.settings.activities if one.key == row.kind)
        self.timeline.tell(
            case,
            f"activity_{row.status}",
            at,
            by,
            url=reverse("desk:activities", args=[case.programme.reference]),
            source=row.source,
            audience=Audience.HEALTH if offered.is_health else Audience.TEAM,
            activity=offered.name.model_dump(),
            day=row.day.isoformat(),
        )

    def meet(self, case: Case, requirement: Requirement, rhythms: dict[str, Any]) -> None:
        """What the checklist asks for was mostly done by its day; the rest is due or overdue (P9)."""
        how, _colon, what = requirement.met_by.partition(":")
        due = self.due_on(case, requirement)
        if due is None or how not in ("hand", "consent", "activity") or what in rhythms:
            return
        day = self.world.working_day(max(case.starts_on, due - timedelta(days=self.world.random.randint(0, 4))))
        if day > min(case.last_day, self.world.last_working_day):
            return
        is_old = due < self.world.today - timedelta(days=OVERDUE_AT_MOST)
        if case.told is None and how != "consent" and not is_old and not self.world.chance(DONE_BY_THEN):
            return
        if how == "activity":
            self.write(case, what, day, {"at": ONCE_AT.isoformat("minutes")}, is_group=False)
            return
        self.world.book.add(
            Statement(
                programme=case.programme,
                key=requirement.key,
                outcome=Statement.Outcome.DONE,
                on=day,
                said_by=case.caseworker,
                said_at=min(self.world.at(day, time(14, 15)), self.world.now),
            )
        )

    @staticmethod
    def due_on(case: Case, requirement: Requirement) -> date | None:
        due = requirement.due
        if due is None:
            return None
        if due.days_after_start is not None:
            return case.starts_on + timedelta(days=due.days_after_start)
        if due.days_before_end is not None:
            return case.ends_on - timedelta(days=due.days_before_end)
        return None
