"""Putting off, handing over and giving back: what one does with a task beside doing it (J6).

Each takes many tasks at once and costs the same for one and for fifty. All of them change, or none.
"""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.models import CaseAccess
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import day
from worklist.colleagues import colleagues_of
from worklist.models import Task, TaskQuerySet, Turn
from worklist.permissions import can_wait, doers, may_give_back

# Longer than this a task is not put off but agreed anew, where it belongs.
LONGEST_SNOOZE = 14
MOST_AT_ONCE = 200


def snooze(*, tasks: Collection[int], until: date, why: str, by: User) -> int:
    """Take open tasks off the lists until a day, with a reason; returns how many (J6).

    The first deadline stays, so rules and team leader count on from there; on the day they come back by themselves.
    Refused for a day that is not within the next two weeks, and for what cannot wait (A4).
    """
    today = timezone.localdate()
    why = why.strip()
    if not why:
        raise Refused(_("Write why it has to wait"))
    if until <= today:
        raise Refused(_("Choose a day after today"))
    if until > today + timedelta(days=LONGEST_SNOOZE):
        raise Refused(
            _("A task can be put off for two weeks at most, to %(day)s")
            % {"day": day(today + timedelta(days=LONGEST_SNOOZE))}
        )
    with acting(by, why=why):
        chosen = taken(tasks, by=by)
        if urgent := [task for task in chosen if not can_wait(task)]:
            raise Refused(
                _("Somebody who did not come is contacted the same day, so this cannot wait: %(names)s")
                % {"names": names(urgent)}
            )
        rows(chosen).update(snoozed_until=until, snoozed_by=by, snooze_reason=why, times_snoozed=F("times_snoozed") + 1)
        Turn.objects.bulk_create(
            Turn(task=task, kind=Turn.Kind.SNOOZED, by=by, word=why, until=until) for task in chosen
        )
        note("task put off", chosen, by=by)
    return len(chosen)


def wake(*, tasks: Collection[int], by: User) -> int:
    """Bring tasks that were put off back to the lists at once; returns how many."""
    with acting(by):
        chosen = [task for task in taken(tasks, by=by) if task.is_snoozed]
        rows(chosen).update(snoozed_until=None)
        Turn.objects.bulk_create(Turn(task=task, kind=Turn.Kind.WOKEN, by=by) for task in chosen)
        note("task brought back", chosen, by=by)
    return len(chosen)


def hand_over(*, tasks: Collection[int], to: User, word: str, by: User) -> int:
    """Give open tasks to a colleague who may see the citizens and can do what is asked; returns how many (J6, T1).

    What was put off comes back, because the new owner agreed to nothing. Refused with the names of those citizens
    whose case the colleague does not see.
    """
    with acting(by, why=word.strip()):
        chosen = taken(tasks, by=by)
        if not colleagues_of(by).filter(pk=to.pk).exists():
            raise Refused(_("Tasks are handed over to colleagues at your own place only"))
        if all(task.for_user_id == to.pk and not task.for_unit_id for task in chosen):
            raise Refused(_("%(name)s has the task already") % {"name": to.name})
        if problem := why_not(to, chosen):
            raise Refused(problem)
        Turn.objects.bulk_create(
            Turn(
                task=task,
                kind=Turn.Kind.HANDED,
                by=by,
                word=word.strip(),
                to_user=to,
                from_user_id=task.for_user_id,
                from_unit_id=task.for_unit_id,
                from_leaders_of_id=task.for_leaders_of_id,
            )
            for task in chosen
        )
        rows(chosen).update(
            for_user=to,
            for_unit=None,
            for_leaders_of=None,
            handed_by=by,
            handed_word=word.strip(),
            snoozed_until=None,
        )
        note("task handed over", chosen, by=by, to=to.pk)
    return len(chosen)


def give_back(*, tasks: Collection[int], word: str = "", by: User) -> int:
    """Put tasks back to where they were before they were handed over; the one who handed them over may also take
    them back. Returns how many."""
    with acting(by, why=word.strip()):
        chosen = [task for task in taken(tasks, by=by) if task.handed_by_id]
        if not chosen:
            raise Refused(_("The task is not handed over any more"))
        if not all(may_give_back(by, task) for task in chosen):
            raise NotAllowed
        handovers = last_handovers(chosen)
        for task in chosen:
            last, *earlier = handovers[task.pk]
            task.for_user_id, task.for_unit_id, task.for_leaders_of_id = (
                last.from_user_id, last.from_unit_id, last.from_leaders_of_id,
            )  # fmt: skip
            before = next((turn for turn in earlier if turn.to_user_id == task.for_user_id), None)
            task.handed_by_id = before.by_id if before else None
            task.handed_word = before.word if before else ""
        Task.objects.bulk_update(
            chosen, ["for_user", "for_unit", "for_leaders_of", "handed_by", "handed_word"], batch_size=MOST_AT_ONCE
        )
        Turn.objects.bulk_create(
            Turn(task=task, kind=Turn.Kind.GIVEN_BACK, by=by, word=word.strip(), to_user_id=task.for_user_id)
            for task in chosen
        )
        note("task given back", chosen, by=by)
    return len(chosen)


def taken(tasks: Collection[int], *, by: User) -> list[Task]:
    """The open ones of these tasks, locked; NotAllowed when one is out of reach, Refused when none is open any more."""
    if len(tasks) > MOST_AT_ONCE:
        raise Refused(_("Choose at most %(count)s tasks at once") % {"count": MOST_AT_ONCE})
    found = list(
        Task.objects.within_reach_of(by)
        .filter(pk__in=tasks)
        .select_for_update(of=("self",))
        .select_related("citizen")
        .defer("citizen__identity_number", "citizen__identity_index")
        .order_by("pk")
    )
    if len(found) != len(set(tasks)):
        raise NotAllowed
    chosen = [task for task in found if task.done_at is None]
    if not chosen:
        raise Refused(ngettext("The task is done already", "The tasks are done already", len(found)))
    return chosen


def why_not(to: User, tasks: Iterable[Task]) -> str:
    """Why the colleague cannot have these tasks, with names; empty when nothing stands against it. One query."""
    tasks = list(tasks)
    held: dict[object, set[str]] = {}
    about = {task.citizen_id for task in tasks if task.citizen_id}
    access = CaseAccess.objects.held_by(to).filter(citizen__in=about).values_list("citizen_id", "role")
    for citizen, role in access:
        held.setdefault(citizen, set()).add(role)
    if unseen := [task for task in tasks if task.citizen_id and task.citizen_id not in held]:
        return _("%(colleague)s may not see the case of %(names)s. Nothing was handed over") % {
            "colleague": to.name,
            "names": names(unseen),
        }
    unable = [task for task in tasks if task.citizen_id and held[task.citizen_id].isdisjoint(doers(task))]
    if unable:
        return _("%(colleague)s cannot do this in the case of %(names)s. Nothing was handed over") % {
            "colleague": to.name,
            "names": names(unable),
        }
    return ""


def last_handovers(tasks: Iterable[Task]) -> dict[int, list[Turn]]:
    """By task, how it was handed over, newest first, without what was given back. One query."""
    found: dict[int, list[Turn]] = {}
    turns = Turn.objects.filter(
        task__in=[task.pk for task in tasks], kind__in=[Turn.Kind.HANDED, Turn.Kind.GIVEN_BACK]
    ).order_by("at", "pk")
    for turn in turns:
        stack = found.setdefault(turn.task_id, [])
        if turn.kind == Turn.Kind.HANDED:
            stack.append(turn)
        elif stack:
            stack.pop()
    return {task: stack[::-1] for task, stack in found.items()}


def rows(tasks: Iterable[Task]) -> TaskQuerySet:
    return Task.objects.filter(pk__in=[task.pk for task in tasks])


def names(tasks: Iterable[Task]) -> str:
    return ", ".join(dict.fromkeys(task.citizen.name for task in tasks if task.citizen))


def note(verb: str, tasks: list[Task], *, by: User, **detail: object) -> None:
    """One event for all of them; about a citizen when they are all about the same one."""
    citizens = {task.citizen_id for task in tasks}
    record(
        verb,
        by=by,
        subject=", ".join(f"worklist.task:{task.pk}" for task in tasks[:1]),
        citizen_id=citizens.pop() if len(citizens) == 1 else None,
        tasks=[task.pk for task in tasks],
        **detail,
    )
