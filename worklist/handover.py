"""What somebody who leaves hands on: the open tasks (U2)."""

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import ngettext

from accounts.leaving import OpenWork
from accounts.models import Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record_each
from citizens.models import CaseAccess
from worklist.models import STAFF, Task, TaskQuerySet, Turn


def owned_by(user: User, organisation: Organisation | None) -> TaskQuerySet:
    """The user's open tasks; at one organisation those about its cases, and those about nobody."""
    found = Task.objects.open().filter(for_user=user)
    if organisation is None:
        return found
    there = CaseAccess.objects.filter(citizen=OuterRef("citizen_id"))
    there = there.filter(Q(centre=organisation) | Q(organisation=organisation))
    return found.filter(Q(citizen__isnull=True) | Exists(there))


def open_tasks(sender: object, *, user: User, organisation: Organisation | None, **kwargs: object) -> list[OpenWork]:
    """Answer `work_asked`. One query."""
    count = owned_by(user, organisation).count()
    words = ngettext("%(count)s open task", "%(count)s open tasks", count)
    return [OpenWork(words % {"count": count}, count, {*STAFF, Role.REFERRER})]


def hand_over_tasks(
    sender: object,
    *,
    user: User,
    taker: User | None,
    by: User,
    organisation: Organisation | None = None,
    **kwargs: object,
) -> None:
    """Follow `user_leaving`: tasks follow the cases to the taker; what is about a case that the taker does not come to
    see goes to the centre's team leaders. Nobody gives a task back to the one who has left.
    """
    if taker is None:
        return
    with acting(by, why="handed over"):
        moved = list(owned_by(user, organisation).select_for_update(of=("self",)).order_by("pk"))
        rows = Task.objects.filter(pk__in=[task.pk for task in moved])
        comes_along = CaseAccess.objects.filter(
            user=user, role=Role.CASEWORKER, ends_on__isnull=True, citizen=OuterRef("citizen_id")
        )
        if organisation:
            comes_along = comes_along.filter(centre=organisation)
        seen = CaseAccess.objects.held_by(taker).filter(citizen=OuterRef("citizen_id"))
        led = CaseAccess.objects.current().filter(citizen=OuterRef("citizen_id"), role=Role.TEAM_LEADER)
        centre = led.filter(organisation=organisation) if organisation and organisation.is_centre else led
        fresh = {"handed_by": None, "handed_word": ""}
        out_of_sight = Q(citizen__isnull=False) & ~Exists(comes_along) & ~Exists(seen) & Exists(centre)
        rows.filter(out_of_sight).update(
            for_user=None, for_leaders_of=Subquery(centre.values("organisation")[:1]), **fresh
        )
        rows.filter(for_user=user).update(for_user=taker, **fresh)
        given = Turn.objects.filter(task=OuterRef("pk"), kind=Turn.Kind.HANDED, from_user=user)
        Task.objects.open().filter(Q(handed_by=user) | Exists(given)).exclude(handed_by=None).update(**fresh)
        of = [(f"worklist.task:{task.pk}", task.citizen_id) for task in moved]
        record_each("task taken over", by=by, of=of, before=user.pk, after=taker.pk)
