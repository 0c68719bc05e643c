"""Today, the list and the tasks: what spans the apps. Nothing here changes anything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from desk import today_leader, today_others, today_referrer, today_staff
from desk.days import day_of
from desk.portfolio import portfolio
from desk.rows import Group
from desk.search import cleaned, looks_like_number
from desk.search_views import refuse_number
from desk.today import Builder, task_row
from worklist import lines as worklist_lines
from worklist.models import Task

BUILDERS: dict[str, Builder] = {
    Role.TEAM_LEADER: today_leader.team_leader,
    Role.CASEWORKER: today_staff.caseworker,
    Role.CONTACT_PERSON: today_staff.contact_person,
    Role.SPECIALIST: today_staff.specialist,
    Role.REFERRER: today_referrer.referrer,
    Role.STEERING_GROUP: today_others.steering_group,
    Role.CITIZEN: today_others.citizen,
    Role.ADMINISTRATOR: today_others.administrator,
}
TEMPLATES = [Role.TEAM_LEADER, Role.CASEWORKER, Role.REFERRER, Role.STEERING_GROUP, Role.CITIZEN]
TASKS_SHOWN = 200


@require_GET
def today(request: SignedIn) -> HttpResponse:
    """The start page of the user's role (experience 9)."""
    user = request.user.in_post()
    role = user.role
    day = day_of(user)
    built = BUILDERS.get(role, today_others.no_role)(user, day)
    look(request, "today", kind=Access.Kind.LIST)
    template = f"desk/today_{role}.html" if role in TEMPLATES else "desk/today.html"
    return render(request, template, {"today": built, "day": day})


@require_GET
def cases(request: SignedIn) -> HttpResponse:
    """The citizens whose cases the user sees (experience 11). An address that holds an identity number is left at
    once (T10)."""
    if looks_like_number(cleaned(request.GET.get("q", ""))):
        return refuse_number(request, "desk:cases")
    listed = portfolio(request.user, request.GET)
    look(request, "cases", kind=Access.Kind.LIST)
    return render(request, "desk/cases.html", {"list": listed}, status=200 if listed.is_valid else 422)


@require_GET
def tasks(request: SignedIn) -> HttpResponse:
    """Everything that is due for the user: overdue, today, later (J6)."""
    day = timezone.localdate()
    listed = worklist_lines.lines(
        Task.objects.visible_to(request.user).open().select_related("citizen").order_by("due_on", "pk")[:TASKS_SHOWN]
    )
    overdue = [task_row(line) for line in listed if line.due_on < day]
    due = [task_row(line) for line in listed if line.due_on == day]
    later = [task_row(line) for line in listed if line.due_on > day]
    look(request, "tasks", kind=Access.Kind.LIST)
    groups = [
        Group("overdue", _("Overdue"), overdue, len(overdue), empty=_("Nothing is overdue.")),
        Group("due", _("Due today"), due, len(due), empty=_("Nothing is due today")),
        Group("later", _("Later"), later, len(later), empty=_("Nothing is planned for later.")),
    ]
    return render(
        request,
        "desk/tasks.html",
        {"groups": groups, "is_empty": not listed, "shown": TASKS_SHOWN, "is_cut": len(listed) == TASKS_SHOWN},
    )
