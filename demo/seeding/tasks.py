"""Tasks that were put off and handed over, and those that people wrote down themselves (J6)."""

from datetime import time, timedelta

from django.urls import reverse

from demo.seeding.case import Case
from demo.seeding.texts import fill
from demo.seeding.world import World, content
from worklist.models import OWN, Task, Turn


def arrange_tasks(world: World, cases: list[Case]) -> None:
    """Give some of the open tasks a turn; the same ones for the same seed."""
    texts = content(world.place["tasks"])
    here = {case.citizen.pk for case in cases}
    staff = {user.pk for users in world.caseworkers.values() for user in users}
    waiting = [
        task
        for task in world.book.of(Task)
        if task.done_at is None and task.citizen_id in here and task.for_user_id in staff
    ]
    # Those of the caseworker who signs in with one click come first.
    signe = world.first_caseworker
    waiting.sort(key=lambda task: (task.for_user != signe, task.due_on, task.pk))
    for text in texts["put_off"]:
        put_off(world, take(waiting, text["kind"]), text)
    for text in texts["handed_over"]:
        hand_over(world, take(waiting, text["kind"]), text)
    for text in texts["own"]:
        write_own(world, cases, text)


def take(waiting: list[Task], kind: str) -> Task | None:
    """The next one of this kind, which then is no longer among them."""
    found = next((task for task in waiting if task.kind == kind), None)
    if found is not None:
        waiting.remove(found)
    return found


def put_off(world: World, task: Task | None, text: dict) -> None:
    if task is None or task.for_user is None or task.citizen is None:
        return
    task.snoozed_until = world.working_day(world.today + timedelta(days=text["days"]))
    task.snoozed_by = task.for_user
    task.snooze_reason = fill(text["why"], task.citizen)
    task.times_snoozed = 1
    world.book.add(
        Turn(
            task=task,
            kind=Turn.Kind.SNOOZED,
            by=task.for_user,
            at=world.at(world.last_working_day, time(14, 20)),
            word=task.snooze_reason,
            until=task.snoozed_until,
        )
    )


def hand_over(world: World, task: Task | None, text: dict) -> None:
    """From the caseworker to the team leader, who sees every case of the centre."""
    if task is None or task.for_user is None or task.citizen is None:
        return
    owner, task.for_user = task.for_user, world.leader
    task.handed_by, task.handed_word = owner, fill(text["word"], task.citizen)
    world.book.add(
        Turn(
            task=task,
            kind=Turn.Kind.HANDED,
            by=owner,
            at=world.at(world.last_working_day, time(13, 5)),
            word=task.handed_word,
            from_user=owner,
            to_user=world.leader,
        )
    )


def write_own(world: World, cases: list[Case], text: dict) -> None:
    by = world.users[text["by"]]
    running = [
        case
        for case in cases
        if case.is_running and (case.caseworker == by or world.contact_persons.get(case.workshop) == by)
    ]
    about = running[len(world.book.of(Turn)) % len(running)] if text["citizen"] and running else None
    citizen = about.citizen if about else None
    words = fill(text["text"], citizen) if citizen else text["text"]
    written = world.at(world.last_working_day, time(9, 45))
    task = world.book.add(
        Task(
            citizen=citizen,
            kind=OWN,
            source=f"worklist.own:{world.uuid()}",
            for_user=by,
            due_on=world.working_day(world.today + timedelta(days=text["days"])),
            params={"text": words},
            created_at=written,
        )
    )
    task.url = reverse("desk:task", args=[task.pk])
    world.book.add(Turn(task=task, kind=Turn.Kind.WRITTEN, by=by, at=written, word=words))
    if text.get("done"):
        task.done_at, task.done_by = world.at(world.last_working_day, time(15, 10)), by
        world.book.add(Turn(task=task, kind=Turn.Kind.DONE, by=by, at=task.done_at))
