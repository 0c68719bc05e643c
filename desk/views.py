"""Today, the case, the list, the search and the tasks: what spans the apps. Nothing here changes anything."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from desk import search as finding
from desk import today_leader, today_others, today_referrer, today_staff
from desk.case import case_of, checklist_of, head_of, hours_by_week, others_of, timeline_of
from desk.days import day_of
from desk.portfolio import portfolio, status_tag
from desk.rows import Group, Tag, link_to
from desk.today import Builder, task_row
from journal.timeline import GROUPS
from programmes.models import Programme
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
    role = request.user.role
    day = day_of(request.user)
    built = BUILDERS.get(role, today_others.no_role)(request.user, day)
    look(request, "today", kind=Access.Kind.LIST)
    template = f"desk/today_{role}.html" if role in TEMPLATES else "desk/today.html"
    return render(request, template, {"today": built, "day": day})


@require_GET
def case(request: SignedIn, reference: str) -> HttpResponse:
    """The case page with its timeline (J1); `?show=attendance` filters, `?before=` goes back in time."""
    programme = case_of(request.user, reference)
    if programme is None:
        raise Http404
    head = head_of(request.user, programme, current="timeline")
    show = request.GET.get("show", "")
    show = show if show in GROUPS else ""
    before = request.GET.get("before", "")
    page = timeline_of(
        request.user,
        programme,
        show=show,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )
    reads_requirements = not head.roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST})
    checklist = checklist_of(programme, timezone.localdate()) if reads_requirements else []
    look(request, f"case {programme.reference}", citizen_id=programme.citizen_id)
    return render(
        request,
        "desk/case.html",
        {
            "head": head,
            "page": page,
            "show": show,
            "chips": [(_("All"), link_to("desk:case", reference), not show)]
            + [(str(word), f"?show={key}", key == show) for key, word in GROUPS.items()],
            "checklist": checklist,
            "done": sum(item["state"] == "ok" for item in checklist),
            "bars": hours_by_week(programme),
            "accommodations": [line for line in programme.accommodations.splitlines() if line.strip()],
            "reasons": programme.accommodations_why if head.reads_reasons else "",
            "has_reasons": bool(programme.accommodations_why),
            "others": others_of(request.user, programme),
        },
    )


@require_GET
def cases(request: SignedIn) -> HttpResponse:
    """The citizens whose cases the user sees (experience 11). An address that holds an identity number is left at
    once (T10)."""
    if finding.looks_like_number(finding.cleaned(request.GET.get("q", ""))):
        messages.warning(request, number_refused())
        return redirect("desk:cases")
    listed = portfolio(request.user, request.GET)
    look(request, "cases", kind=Access.Kind.LIST)
    return render(request, "desk/cases.html", {"list": listed}, status=200 if listed.is_valid else 422)


@require_http_methods(["GET", "POST"])
def search(request: SignedIn) -> HttpResponse:
    """Find a case by part of a name or by reference (experience 10). What looks like an identity number is refused
    and never repeated: a form sends it by POST, and an address that holds one is left at once (T10)."""
    text = finding.cleaned((request.POST if request.method == "POST" else request.GET).get("q", ""))
    if finding.looks_like_number(text):
        messages.warning(request, number_refused())
        return redirect("desk:search")
    if request.method == "POST":
        return redirect(f"{request.path}?{urlencode({'q': text})}")
    found = None
    if reference := finding.as_reference(text):
        look(request, f"search {reference}", kind=Access.Kind.SEARCH)
        hit = finding.by_reference(request.user, reference)
        if hit is not None:
            return redirect("desk:case" if isinstance(hit, Programme) else "referrals:detail", hit.reference)
    elif text:
        found = finding.by_name(request.user, text)
        look(request, f"search by name, {len(found)} found", kind=Access.Kind.SEARCH)
    return render(request, "desk/search.html", {"q": text, "found": found, "results": results(found) if found else []})


def number_refused() -> str:
    return _("Identity numbers are not searched here. Use the name or the case number.")


def results(found: finding.Found) -> list[dict]:
    """Rows for what was found: programmes first, then referrals that are not programmes yet."""
    programmes = [
        {
            "title": programme.citizen.name,
            "url": link_to("desk:case", programme.reference),
            "text": f"{programme.type.name} · {programme.reference} · {programme.caseworker.name}",
            "tag": status_tag(programme),
        }
        for programme in found.programmes
    ]
    referrals = [
        {
            "title": referral.citizen.name if referral.citizen else referral.reference,
            "url": link_to("referrals:detail", referral.reference),
            "text": f"{referral.type.name} · {referral.reference}",
            "tag": str(Tag("info", "inbox", referral.get_status_display())),
        }
        for referral in found.referrals
    ]
    return [*programmes, *referrals]


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
