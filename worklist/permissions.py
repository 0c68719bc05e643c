"""Who may do what with a task."""

from accounts.models import User
from accounts.roles import Role
from worklist.models import OWN, STAFF, Task
from worklist.wording import WORDING

# The others have a start page, but no list of their own.
WRITERS = (*STAFF, Role.REFERRER, Role.ADMINISTRATOR)


def may_write_own(user: User) -> bool:
    """Everybody who has a list of tasks writes down their own; citizens and steering groups have none."""
    return user.has_role(*WRITERS)


def may_finish(user: User, task: Task) -> bool:
    """Only a task that somebody wrote down is ticked off, by whose it is; the others go when the deed is done."""
    return task.kind == OWN and task.for_user_id == user.pk


def may_rewrite(user: User, task: Task) -> bool:
    return may_finish(user, task) and task.done_at is None


def may_give_back(user: User, task: Task) -> bool:
    """Who got it gives it back; who handed it over takes it back (J6)."""
    return task.handed_by_id is not None and user.pk in (task.for_user_id, task.handed_by_id)


def can_wait(task: Task) -> bool:
    """Whether it may be put off at all: somebody who did not come is contacted the same day (A4)."""
    wording = WORDING.get(task.kind)
    return wording is None or wording.can_wait


def doers(task: Task) -> tuple[str, ...]:
    """The roles in a case that can do what the task asks for."""
    wording = WORDING.get(task.kind)
    return wording.roles if wording else WRITERS
