"""The list of tasks and a task's own page (J6). Nothing here changes anything."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from desk.lists.tasks import task_list
from programmes.models import Programme
from worklist.lines import history, line, owner_of
from worklist.models import OWN, Task
from worklist.permissions import can_wait, may_finish, may_give_back, may_rewrite

LARGEST_NUMBER = 2**63 - 1


@require_GET
def tasks(request: SignedIn) -> HttpResponse:
    """What is due for the user, or for a team leader's colleagues: overdue, today, later, put off."""
    listed = task_list(request.user, request.GET)
    look(request, f"tasks {listed.whose}", kind=Access.Kind.LIST)
    return render(request, "desk/tasks.html", {"list": listed})


@require_GET
def task(request: SignedIn, pk: int) -> HttpResponse:
    """One task: what it asks for, what can be done with it, and what was done with it so far."""
    found = Task.objects.within_reach_of(request.user).with_names().filter(pk=min(pk, LARGEST_NUMBER)).first()
    if found is None:
        raise Http404
    case = Programme.objects.visible_to(request.user).filter(citizen=found.citizen_id).order_by("-starts_on", "-pk")
    turns = found.turns.select_related("by", "to_user").order_by("-at", "-pk")
    is_open = found.done_at is None
    look(request, f"task {found.pk}", citizen_id=found.citizen_id)
    return render(
        request,
        "desk/task.html",
        {
            "task": found,
            "line": line(found),
            "owner": owner_of(found),
            "is_open": is_open,
            "is_own": found.kind == OWN,
            "case": case.values_list("reference", flat=True).first() if found.citizen_id else None,
            "can_wait": can_wait(found),
            "may_finish": may_finish(request.user, found),
            "may_rewrite": may_rewrite(request.user, found),
            "may_give_back": is_open and may_give_back(request.user, found),
            "is_mine": found.for_user_id == request.user.pk,
            "history": history(turns),
        },
    )
