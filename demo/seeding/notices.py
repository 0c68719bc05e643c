"""Word that was sent ahead, and a day that a workshop spends together (A2, A1)."""

from datetime import date, time, timedelta

from attendance.models import JointDay, LeftOut, Notice
from attendance.states import State
from demo.seeding.case import Case
from demo.seeding.texts import everyday
from demo.seeding.world import World

# Every so many of those who come has sent word, in turn for one of these.
EVERY = 7
KINDS = [State.TREATMENT, State.ILL, State.LEAVE]
DAYS_LOOKED_AHEAD = 12
APPOINTMENT = time(9), time(11)
TOGETHER = time(10), time(14)


def write_notices(world: World, cases: list[Case]) -> None:
    """Notices of some of those who come, for the days to come; the register of those days follows as it always does."""
    first = world.workshops.get("traevaerksted")
    coming = [case for case in cases if case.is_running and case.slots and not case.rests_on(world.today)]
    coming.sort(key=lambda case: first is None or case.slots[-1].workshop_id != first.pk)
    for number, case in enumerate(coming[::EVERY]):
        if (day := next_day(world, case)) is not None:
            give(world, case, KINDS[number % len(KINDS)], day)
    if first is not None:
        together = world.book.add(
            JointDay(
                workshop=first,
                day=second_sunday(world.today),
                starts=TOGETHER[0],
                ends=TOGETHER[1],
                name=everyday(world, coming[0].type, "joint_day"),
                arranged_by=world.contact_persons["traevaerksted"],
                arranged_at=world.at(world.last_working_day, time(13)),
            )
        )
        if (out := next((case for case in coming if case.slots[-1].workshop_id == first.pk), None)) is not None:
            world.book.add(LeftOut(joint_day=together, programme=out.programme))


def next_day(world: World, case: Case) -> date | None:
    """The first day after today on which the citizen has agreed hours."""
    days = (world.today + timedelta(days=number) for number in range(1, DAYS_LOOKED_AHEAD))
    return next((day for day in days if day not in world.closed and case.agreed_on(day)), None)


def give(world: World, case: Case, state: State, day: date) -> None:
    agreed = case.agreed_on(day)[0]
    is_part = state == State.TREATMENT and agreed.starts <= APPOINTMENT[0] and agreed.ends > APPOINTMENT[1]
    first, last = APPOINTMENT if is_part else (None, None)
    longer = {State.ILL: 2, State.LEAVE: 4}.get(state, 0)
    world.book.add(
        Notice(
            programme=case.programme,
            state=state,
            from_day=day,
            from_time=first,
            until_day=day + timedelta(days=longer),
            until_time=last,
            remark=everyday(world, case.type, "notices", state.value),
            given_by=case.caseworker,
            given_at=world.at(world.last_working_day, time(13, 20)),
        )
    )


def second_sunday(today: date) -> date:
    return today + timedelta(days=7 - today.isoweekday() + 7)
