"""The case page and its timeline on paper. Nothing here changes anything."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from core.http import UNPROCESSABLE
from desk.case.checklist import checklist_of
from desk.case.head import case_of, head_of
from desk.case.page import actions_of, hours_by_week, others_of
from desk.case.timeline import Timeline, holds_number
from desk.search.views import refuse_number


@require_GET
def case(request: SignedIn, reference: str) -> HttpResponse:
    """The case page with its timeline (J1): `?show=attendance&show=plan`, `q`, `author`, `since`, `until`, `order`.

    `?before=` is the entry after which to go on. An address that holds an identity number is left at once (T10).
    """
    if holds_number(request.GET):
        return refuse_number(request, "desk:case", reference)
    programme = case_of(request.user, reference)
    if programme is None:
        raise Http404
    head = head_of(request.user, programme, current="timeline")
    asked = Timeline(request.user, programme, request.GET)
    reads_requirements = not head.roles.isdisjoint({Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST})
    checklist = checklist_of(programme, timezone.localdate()) if reads_requirements else []
    look(request, f"case {programme.reference}", citizen_id=programme.citizen_id)
    return render(
        request,
        "desk/case.html",
        {
            "head": head,
            "asked": asked,
            "form": asked.form,
            "page": asked.page(),
            "checklist": checklist,
            "done": sum(item["state"] == "ok" for item in checklist),
            "bars": hours_by_week(head),
            "accommodations": [line for line in programme.accommodations.splitlines() if line.strip()],
            "reasons": programme.accommodations_why if head.reads_reasons else "",
            "has_reasons": bool(programme.accommodations_why),
            "actions": actions_of(head),
            "others": others_of(request.user, programme),
        },
        status=200 if asked.form.is_valid() else UNPROCESSABLE,
    )


@require_GET
def print_timeline(request: SignedIn, reference: str) -> HttpResponse:
    """The whole timeline, narrowed as the page was, to be printed on A4 and logged as that (experience 13, 24, T5)."""
    if holds_number(request.GET):
        return refuse_number(request, "desk:print", reference)
    programme = case_of(request.user, reference)
    if programme is None:
        raise Http404
    asked = Timeline(request.user, programme, request.GET, for_print=True)
    lines, is_cut = asked.whole()
    look(request, f"timeline of {programme.reference}", citizen_id=programme.citizen_id, kind=Access.Kind.PRINT)
    return render(
        request,
        "desk/print.html",
        {"programme": programme, "lines": lines, "is_cut": is_cut, "asked": asked, "now": timezone.now()},
    )
