"""Raising and clearing tasks, called by the actions of the apps above inside their transaction; and the tasks that
people write down themselves. Putting off and handing over have a file of their own, `turns.py`."""

from datetime import date
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Unit, User
from audit.acting import acting
from audit.log import record
from citizens.models import Citizen
from core.exceptions import NotAllowed, Refused
from worklist.models import OWN, Task, Turn
from worklist.permissions import may_finish, may_rewrite, may_write_own


def raise_task(
    *,
    kind: str,
    source: str,
    due_on: date,
    url: str,
    citizen: Citizen | None = None,
    for_user: User | None = None,
    for_unit: Unit | None = None,
    for_leaders_of: Organisation | None = None,
    **params: str | int,
) -> None:
    """Put something on the worklist of a user, a unit or a centre's team leaders (J6); open already, it stays."""
    Task.objects.bulk_create(
        [
            Task(
                citizen=citizen,
                kind=kind,
                source=source,
                due_on=due_on,
                url=url,
                for_user=for_user,
                for_unit=for_unit,
                for_leaders_of=for_leaders_of,
                params=params,
            )
        ],
        ignore_conflicts=True,
    )


def clear_task(*, kind: str, source: str, by: User | None) -> None:
    """The real action was done: take its task off every list (J6)."""
    Task.objects.open().filter(kind=kind, source=source).update(done_at=timezone.now(), done_by=by)


def write_own(*, text: str, due_on: date, citizen: Citizen | None, by: User) -> Task:
    """Put something of one's own on one's list, about a citizen whose case one sees or about nobody (J6)."""
    with acting(by):
        if not may_write_own(by):
            raise NotAllowed
        check_own(text, due_on)
        check_citizen(citizen, by)
        task = Task.objects.create(
            citizen=citizen,
            kind=OWN,
            source=f"worklist.own:{uuid4()}",
            due_on=due_on,
            for_user=by,
            params={"text": text.strip()},
        )
        task.url = reverse("desk:task", args=[task.pk])
        task.save(update_fields=["url"])
        turn(task, Turn.Kind.WRITTEN, by=by, word=text.strip())
    return task


def rewrite_own(*, task: Task, text: str, due_on: date, citizen: Citizen | None, by: User) -> Task:
    """Change a task of one's own; what stood before is kept as a turn."""
    with acting(by):
        task = locked(task)
        if not may_rewrite(by, task):
            raise NotAllowed
        if due_on != task.due_on:
            check_own(text, due_on)
        if citizen is not None and citizen.pk != task.citizen_id:
            check_citizen(citizen, by)
        before = task.params.get("text", "")
        task.citizen, task.due_on, task.params = citizen, due_on, {"text": text.strip()}
        task.save(update_fields=["citizen", "due_on", "params"])
        turn(task, Turn.Kind.CHANGED, by=by, word=before)
    return task


def finish(*, task: Task, by: User) -> Task:
    """Tick off a task that somebody wrote down. Refused for the others: they leave when the deed itself is done."""
    with acting(by):
        task = locked(task)
        if task.kind != OWN:
            raise Refused(_("This task leaves the list by itself when it is done where it belongs"))
        if not may_finish(by, task):
            raise NotAllowed
        if task.done_at is None:
            task.done_at, task.done_by = timezone.now(), by
            task.save(update_fields=["done_at", "done_by"])
            turn(task, Turn.Kind.DONE, by=by)
    return task


def undo(*, task: Task, by: User) -> Task:
    """Put a task of one's own that was ticked off back on the list."""
    with acting(by):
        task = locked(task)
        if not may_finish(by, task):
            raise NotAllowed
        if task.done_at is not None:
            task.done_at = task.done_by = None
            task.save(update_fields=["done_at", "done_by"])
            turn(task, Turn.Kind.UNDONE, by=by)
    return task


def check_own(text: str, due_on: date) -> None:
    if not text.strip():
        raise Refused(_("Write what is to be done"))
    if due_on < timezone.localdate():
        raise Refused(_("Choose today or a later day"))


def check_citizen(citizen: Citizen | None, by: User) -> None:
    if citizen is not None and not Citizen.objects.visible_to(by).filter(pk=citizen.pk).exists():
        raise NotAllowed


def locked(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("citizen").get(pk=task.pk)


def turn(task: Task, kind: str, *, by: User, word: str = "") -> None:
    Turn.objects.create(task=task, kind=kind, by=by, word=word)
    record(f"task {kind.replace('_', ' ')}", by=by, subject=f"worklist.task:{task.pk}", citizen_id=task.citizen_id)
