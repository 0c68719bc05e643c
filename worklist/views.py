"""What one does with tasks; the list itself and a task's own page span the apps and live in `desk`."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from citizens.models import Citizen
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from core.templatetags.dates import day
from worklist import actions, turns
from worklist.forms import HandOverForm, OwnTaskForm, SnoozeForm
from worklist.lines import lines
from worklist.models import OWN, Task
from worklist.permissions import may_rewrite, may_write_own

LARGEST_NUMBER = 2**63 - 1


@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """A task of one's own (J6); `?citizen=` from a case page chooses the citizen."""
    if not may_write_own(request.user):
        raise NotAllowed
    chosen = citizen_named(request)
    form = OwnTaskForm(
        request.POST or None, user=request.user, chosen=chosen, initial={"citizen": chosen.pk if chosen else None}
    )
    if request.method == "POST" and form.is_valid():
        try:
            task = actions.write_own(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("It is on your list, due %(day)s.") % {"day": day(task.due_on)})
            return redirect(way_back(request))
    look(request, "new task", citizen_id=chosen.pk if chosen else None, kind=Access.Kind.LIST)
    return page(request, "worklist/own.html", form, title=_("A task of my own"))


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change a task of one's own."""
    task = reached(request.user, [pk])[0]
    if not may_rewrite(request.user, task):
        raise NotAllowed
    initial = {"text": task.params.get("text", ""), "due_on": task.due_on, "citizen": task.citizen_id}
    form = OwnTaskForm(request.POST or None, user=request.user, task=task, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rewrite_own(task=task, by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The task is changed."))
            return redirect("desk:task", task.pk)
    look(request, f"task {task.pk}", citizen_id=task.citizen_id)
    return page(request, "worklist/own.html", form, title=_("Change the task"), task=task)


@require_POST
def done(request: SignedIn, pk: int) -> HttpResponse:
    task = reached(request.user, [pk])[0]
    try:
        actions.finish(task=task, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        undo_url = reverse("worklist:undo", args=[task.pk])
        messages.success(request, _("Ticked off."), extra_tags=f"{undo_url}?{urlencode({'back': way_back(request)})}")
    look(request, f"task {task.pk}", citizen_id=task.citizen_id)
    return redirect(way_back(request))


@require_POST
def undo(request: SignedIn, pk: int) -> HttpResponse:
    task = reached(request.user, [pk])[0]
    if task.kind != OWN:
        raise NotAllowed
    actions.undo(task=task, by=request.user)
    messages.success(request, _("It is on your list again."))
    look(request, f"task {task.pk}", citizen_id=task.citizen_id)
    return redirect(way_back(request))


@require_http_methods(["GET", "POST"])
def snooze(request: SignedIn) -> HttpResponse:
    """Put off the chosen tasks, with a day and a reason (J6)."""
    tasks = chosen_tasks(request)
    if not tasks:
        return nothing_chosen(request)
    form = SnoozeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            count = turns.snooze(tasks=[task.pk for task in tasks], by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            words = ngettext(
                "The task comes back on %(day)s.", "%(count)s tasks come back on %(day)s.", count
            )  # fmt: skip
            messages.success(
                request,
                words % {"count": count, "day": day(form.cleaned_data["until"])},
                extra_tags=address("worklist:wake", tasks, way_back(request)),
            )
            return redirect(way_back(request))
    look_at(request, tasks)
    title = ngettext("Put the task off", "Put %(count)s tasks off", len(tasks)) % {"count": len(tasks)}
    return page(request, "worklist/chosen.html", form, title=title, submit=_("Put off"), tasks=tasks)


@require_POST
def wake(request: SignedIn) -> HttpResponse:
    """Bring what was put off back at once."""
    tasks = chosen_tasks(request)
    if not tasks:
        return nothing_chosen(request)
    try:
        turns.wake(tasks=[task.pk for task in tasks], by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Back on the list."))
    look_at(request, tasks)
    return redirect(way_back(request))


@require_http_methods(["GET", "POST"])
def hand_over(request: SignedIn) -> HttpResponse:
    """Give the chosen tasks to a colleague who may see the citizens (J6)."""
    tasks = chosen_tasks(request)
    if not tasks:
        return nothing_chosen(request)
    form = HandOverForm(request.POST or None, user=request.user, tasks=tasks)
    if request.method == "POST" and form.is_valid():
        to = form.to_user
        try:
            count = turns.hand_over(
                tasks=[task.pk for task in tasks], to=to, word=form.cleaned_data["word"], by=request.user
            )
        except Refused as refused:
            form.add_error("to", str(refused))
        else:
            words = ngettext("%(name)s has the task now.", "%(name)s has the %(count)s tasks now.", count)
            if to == request.user:
                words = ngettext("You have the task now.", "You have the %(count)s tasks now.", count)
            messages.success(
                request,
                words % {"name": to.name, "count": count},
                extra_tags=address("worklist:give_back", tasks, way_back(request)),
            )
            return redirect(way_back(request))
    look_at(request, tasks)
    title = ngettext("Hand the task over", "Hand %(count)s tasks over", len(tasks)) % {"count": len(tasks)}
    return page(
        request, "worklist/chosen.html", form, title=title, submit=_("Hand over"), tasks=tasks,
        nobody=not form.colleagues,
    )  # fmt: skip


@require_POST
def give_back(request: SignedIn) -> HttpResponse:
    """Back to where it was before it was handed over."""
    tasks = chosen_tasks(request)
    if not tasks:
        return nothing_chosen(request)
    try:
        count = turns.give_back(tasks=[task.pk for task in tasks], by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        words = ngettext("The task is back where it came from.", "The tasks are back where they came from.", count)
        messages.success(request, words)
    look_at(request, tasks)
    return redirect(way_back(request))


def chosen_tasks(request: SignedIn) -> list[Task]:
    """The tasks that the address or the form names; 404 when one of them does not exist for the user (T1)."""
    named = request.GET.getlist("task") + request.POST.getlist("task")
    numbers = {int(text) for text in named if text.isascii() and text.isdigit() and len(text) < 20}
    if len(numbers) < len(set(named)):
        raise Http404
    return reached(request.user, numbers)


def reached(user: User, numbers: list[int] | set[int]) -> list[Task]:
    numbers = set(numbers)
    if numbers and max(numbers) > LARGEST_NUMBER:
        raise Http404
    found = list(Task.objects.within_reach_of(user).filter(pk__in=numbers).with_names().order_by("due_on", "pk"))
    if len(found) != len(numbers):
        raise Http404
    return found


def nothing_chosen(request: SignedIn) -> HttpResponse:
    messages.warning(request, _("Tick the tasks first that it is about."))
    return redirect(way_back(request))


def look_at(request: SignedIn, tasks: list[Task]) -> None:
    """One line in the log for each citizen whose tasks are shown (T5)."""
    for citizen in {task.citizen_id for task in tasks}:
        look(request, "tasks", citizen_id=citizen)


def page(
    request: SignedIn, template: str, form: object, *, tasks: list[Task] | None = None, **context: object
) -> HttpResponse:
    context["back"] = way_back(request)
    context["chosen"] = lines(tasks or [])
    return render(
        request, template, {"form": form, **context}, status=UNPROCESSABLE if getattr(form, "errors", None) else 200
    )  # fmt: skip


def address(name: str, tasks: list[Task], back: str) -> str:
    """Where the deed is undone, and where one stands afterwards."""
    return f"{reverse(name)}?{urlencode([('task', task.pk) for task in tasks] + [('back', back)])}"


def way_back(request: SignedIn) -> str:
    """Where the user came from, when that is a page of ours; otherwise the list."""
    back = request.POST.get("back") or request.GET.get("back") or ""
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/"):
        return back
    return reverse("desk:tasks")


def citizen_named(request: SignedIn) -> Citizen | None:
    """The citizen in the address, if the user may see the case; 404 otherwise."""
    named = request.GET.get("citizen", "")
    if not named:
        return None
    try:
        found = Citizen.objects.visible_to(request.user).filter(pk=UUID(named)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found
