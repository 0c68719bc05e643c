"""The pages of activities: those of a case, a group's register, and what a centre offered (P8)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from desk.activities import pages as shown
from desk.activities.forms import GroupForm, OutcomeForm, PlanForm, colleagues
from desk.figures.steering import Quarter
from desk.rows import link_to
from desk.search.cases import sort_column
from programmes import activities
from programmes.activity_statuses import ActivityStatus
from programmes.models import Activity, Programme
from programmes.permissions import roles_in
from programmes.statuses import RUNNING

WRITE = ["GET", "HEAD", "POST"]
EARLIER_SHOWN = 20
EVER = timedelta(days=365 * 100)


def programme_or_404(request: SignedIn, reference: str) -> Programme:
    return get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "centre", "type", "caseworker"),
        reference=reference,
    )


@require_GET
def of_case(request: SignedIn, reference: str) -> HttpResponse:
    """The activities of one case, as far as the reader sees them."""
    programme = programme_or_404(request, reference)
    found = shown.of_case(request.user, programme, roles_in(request.user, programme))
    look(request, f"activities of {programme}", citizen_id=programme.citizen_id)
    kind = request.GET.get("kind", "")
    new = link_to("desk:new_activity", reference)
    return render(
        request,
        "desk/activities.html",
        {
            "programme": programme,
            "found": found,
            "may_plan": found.may_plan and programme.status in RUNNING and bool(found.counts),
            "new_url": f"{new}?{urlencode({'kind': kind})}" if kind in [one.kind for one in found.counts] else new,
        },
    )


@require_http_methods(WRITE)
def new(request: SignedIn, reference: str) -> HttpResponse:
    """Plan one activity or a weekly series for a citizen."""
    programme = programme_or_404(request, reference)
    if not shown.may_plan(request.user, programme):
        raise NotAllowed
    kinds = [(one.key, str(one)) for one in programme.type.settings.activities]
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        kinds=kinds,
        people=colleagues(programme.centre),
        user=request.user,
        initial={"kind": request.GET.get("kind", "")},
    )
    look(request, f"activities of {programme}", citizen_id=programme.citizen_id)
    if request.method == "POST" and form.is_valid():
        try:
            planned = activities.plan(
                programmes=[programme],
                details=form.details(),
                days=form.days(),
                batch=form.cleaned_data["batch"],
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            words = ngettext("Planned %(count)s time", "Planned %(count)s times", len(planned))
            messages.success(request, words % {"count": len(planned)})
            return redirect("desk:activities", reference)
    context = {"programme": programme, "form": form}
    return render(request, "desk/activity_new.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(WRITE)
def activity(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """One activity with its remark. POST with `status` and `seen` says what became of it, in one tap; one undoes it."""
    programme = programme_or_404(request, reference)
    row = get_object_or_404(Activity.objects.select_related("led_by", "recorded_by"), pk=pk, programme=programme)
    row.programme = programme
    roles = roles_in(request.user, programme)
    if roles.isdisjoint(shown.READ_REMARKS):
        raise NotAllowed
    form = OutcomeForm(request.POST if "remark" in request.POST else None, initial={"remark": row.remark})
    look(request, f"activity {row.pk} of {programme}", citizen_id=programme.citizen_id)
    may_record = shown.recordable(request.user).filter(pk=pk).exists()
    if request.method == "POST":
        if not may_record:
            raise NotAllowed
        status, seen = asked(request)
        has_remark = "remark" in request.POST
        if status in ActivityStatus.values and (not has_remark or form.is_valid()):
            remark = form.cleaned_data["remark"].strip() if has_remark else None
            return recorded(request, row, status, seen, remark)
        if status not in ActivityStatus.values:
            messages.error(request, _("Choose what became of it"))
    today = timezone.localdate()
    line = shown.line(
        row, may_record=may_record, reads_remarks=True, reads_health=True, today=today, undone_within=EVER
    )
    context = {"programme": programme, "line": line, "form": form, "may_record": may_record}
    return render(request, "desk/activity.html", context, status=UNPROCESSABLE if request.method == "POST" else 200)


def recorded(request: SignedIn, row: Activity, status: str, seen: str, remark: str | None) -> HttpResponse:
    """Record and go back to the list, with the way back in the message."""
    before = row.status
    try:
        found = activities.record_outcome(activity=row, status=status, seen=seen, remark=remark, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        undo = ""
        if found.status != before:
            back = {"status": before, "seen": found.status}
            undo = f"{link_to('desk:activity', row.programme.reference, row.pk)}?{urlencode(back)}"
        messages.success(request, said(found.status), extra_tags=undo)
    return redirect("desk:activities", row.programme.reference)


def said(status: str) -> str:
    return {
        ActivityStatus.ATTENDED: _("Recorded: took part"),
        ActivityStatus.MISSED: _("Recorded: did not come"),
        ActivityStatus.CANCELLED: _("Cancelled"),
        ActivityStatus.PLANNED: _("It is planned again"),
    }[ActivityStatus(status)]


def asked(request: SignedIn) -> tuple[str, str]:
    """What it becomes and what the page showed; the undo of a message has both in its address."""
    data: Mapping[str, str] = request.POST if "status" in request.POST else request.GET
    return data.get("status", ""), data.get("seen", "")


@require_GET
def groups(request: SignedIn) -> HttpResponse:
    """The group activities of the user's cases; what waits for its register first."""
    plans_groups(request)
    found = shown.groups_of(request.user)
    look(request, "group activities", kind=Access.Kind.LIST)
    today = timezone.localdate()
    return render(
        request,
        "desk/groups.html",
        {
            "due": [one for one in found if one.is_due],
            "ahead": [one for one in reversed(found) if not one.is_due and one.day > today],
            "earlier": [one for one in found if not one.is_due and one.day <= today][:EARLIER_SHOWN],
        },
    )


def plans_groups(request: SignedIn) -> None:
    if not request.user.has_role(Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST):
        raise NotAllowed


@require_http_methods(WRITE)
def new_group(request: SignedIn) -> HttpResponse:
    """Plan a group: first what, then who of those whose programme offers it."""
    plans_groups(request)
    programmes = shown.plannable(request.user)
    kinds = shown.group_kinds(programmes)
    kind = request.POST.get("kind") or request.GET.get("kind") or ""
    look(request, "group activities", kind=Access.Kind.LIST)
    context: dict[str, Any] = {"kinds": kinds, "kind": kinds.get(kind, "")}
    if kind not in kinds:
        return render(
            request, "desk/group_new.html", context, status=UNPROCESSABLE if request.method == "POST" else 200
        )
    able = [one for one in programmes if (offered := activities.offered_in(one, kind)) and offered.is_group]
    form = GroupForm(
        request.POST if request.method == "POST" else None,
        kinds=[(kind, kinds[kind])],
        programmes=able,
        people=colleagues(able[0].centre),
        user=request.user,
        initial={"kind": kind},
    )
    if request.method == "POST" and form.is_valid():
        try:
            planned = activities.plan(
                programmes=form.chosen(),
                details=form.details(),
                days=form.days(),
                batch=form.cleaned_data["batch"],
                is_group=True,
                by=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The group is planned"))
            return redirect("desk:group", planned[0].group)
    context["form"] = form
    return render(request, "desk/group_new.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(WRITE)
def group(request: SignedIn, group: UUID) -> HttpResponse:
    """Who came, in one list like a register; every row is a form of its own, and the rest are marked at once (P8)."""
    rows = list(
        shown.recordable(request.user)
        .filter(group=group)
        .select_related("programme__citizen", "programme__type", "led_by")
        .defer("programme__citizen__identity_number", "programme__citizen__identity_index")
        .order_by("programme__citizen__is_protected", f"programme__citizen__{sort_column()}", "pk")
    )
    if not rows:
        raise Http404
    for row in rows:
        look(request, f"group activity of {row.programme}", citizen_id=row.programme.citizen_id)
    if request.method == "POST":
        try:
            found = activities.record_outcomes(outcomes=outcomes_of(request, rows), by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            undo = ""
            if len(found) == 1:
                [before] = [row.status for row in rows if row.pk == found[0].pk]
                back = {"pk": found[0].pk, "status": before, "seen": found[0].status}
                undo = f"{link_to('desk:group', group)}?{urlencode(back)}" if before != found[0].status else ""
            messages.success(request, _("Saved"), extra_tags=undo)
        return redirect("desk:group", group)
    today = timezone.localdate()
    lines = [
        shown.line(row, may_record=True, reads_remarks=True, reads_health=True, today=today, undone_within=EVER)
        for row in rows
    ]
    context = {
        "lines": lines,
        "first": lines[0],
        "is_due": rows[0].day <= today,
        "blank": sum(row.status == ActivityStatus.PLANNED for row in rows),
        "here": sum(row.status == ActivityStatus.ATTENDED for row in rows),
        "away": sum(row.status == ActivityStatus.MISSED for row in rows),
    }
    return render(request, "desk/group.html", context)


def outcomes_of(request: SignedIn, rows: list[Activity]) -> dict[int, tuple[str, str]]:
    """By id, what it becomes and what the page showed. `everybody=attended` fills blanks only."""
    if request.POST.get("everybody") in ActivityStatus.values:
        status = request.POST["everybody"]
        return {row.pk: (status, row.status) for row in rows if row.status == ActivityStatus.PLANNED}
    data: Mapping[str, str] = request.POST if "pk" in request.POST else request.GET
    chosen = [row for row in rows if str(row.pk) == data.get("pk")]
    if not chosen or data.get("status") not in ActivityStatus.values:
        raise Refused(_("Choose what became of it"))
    return {chosen[0].pk: (data["status"], data.get("seen", ""))}


@require_GET
def offered(request: SignedIn) -> HttpResponse:
    """What the leader's centres offered in a quarter, what was attended and missed: `?quarter=2026-4` (P8)."""
    centres = request.user.reach.organisations_as(Role.TEAM_LEADER)
    if not centres:
        raise NotAllowed
    latest = Quarter.of(timezone.localdate())
    quarter = Quarter.read(request.GET.get("quarter", ""), latest=latest)
    look(request, "activities offered", kind=Access.Kind.LIST)
    rows = shown.offered_at(centres, quarter.first, quarter.last)
    context = {"rows": rows, "quarter": quarter, "quarters": latest.and_before()}
    return render(request, "desk/offered.html", context)
