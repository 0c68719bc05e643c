"""The case page: head, timeline, and what stands beside it. Nothing here changes anything."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from desk.case import actions_of, hours_by_week, others_of
from desk.case_head import case_of, head_of
from desk.case_timeline import timeline_of
from desk.checklist import checklist_of
from desk.rows import link_to
from journal.timeline import GROUPS


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
            "actions": actions_of(head),
            "others": others_of(request.user, programme),
        },
    )
