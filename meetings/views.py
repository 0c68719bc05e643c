"""Reading meetings: my week, a case's list, one meeting, its calendar file, a task that came out of it."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from core.calendar import midnight, monday_of
from core.exceptions import NotAllowed
from meetings import lines, recording
from meetings.calendar_files import Method, calendar_file
from meetings.models import Meeting, MeetingTask
from meetings.permissions import may_finish, may_write, reading
from meetings.statuses import Status
from programmes.models import Programme
from programmes.permissions import roles_in
from programmes.statuses import RUNNING

LIST_AT_MOST = 200
FIRST_WEEK, LAST_WEEK = date(1900, 1, 8), date(2100, 12, 20)


def meeting_or_404(request: SignedIn, pk: int) -> Meeting:
    """A meeting that the user may see, with its people; the look is logged (T1, T5)."""
    meeting = get_object_or_404(
        Meeting.objects.visible_to(request.user)
        .select_related(
            "organiser", "recorded_by", "programme__citizen", "programme__centre", "programme__type",
            "programme__caseworker", "programme__referring_organisation",
        )
        .prefetch_related("participants__user"),
        pk=pk,
    )  # fmt: skip
    look(request, f"meeting {meeting.pk} {meeting.programme.reference}", citizen_id=meeting.programme.citizen_id)
    return meeting


def programme_or_404(request: SignedIn, reference: str) -> Programme:
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related(
            "citizen", "centre", "type", "caseworker", "referring_organisation"
        ),
        reference=reference,
    )
    look(request, f"meetings {reference}", citizen_id=programme.citizen_id)
    return programme


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """The meetings in which the user takes part, week by week; those without a record first."""
    monday = week_of(request.GET.get("week", ""))
    found = lines.own(request.user)
    week = found.filter(starts_at__gte=midnight(monday), starts_at__lt=midnight(monday + timedelta(weeks=1))).order_by(
        "starts_at", "pk"
    )[:LIST_AT_MOST]
    waiting = unrecorded(request.user, found)
    look(request, "my meetings", kind=Access.Kind.LIST)
    context = {
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "previous": max(monday - timedelta(weeks=1), FIRST_WEEK),
        "next": min(monday + timedelta(weeks=1), LAST_WEEK),
        "is_this_week": monday == monday_of(timezone.localdate()),
        "days": by_day(lines.lines(week, request.user)),
        "waiting": lines.lines(waiting, request.user),
    }
    return render(request, "meetings/mine.html", context)


def unrecorded(user: User, found: QuerySet[Meeting]) -> list[Meeting]:
    """Those that wait for the user's word on what became of them."""
    if not user.has_role("caseworker", "team_leader"):
        return []
    meetings = found.filter(pk__in=Meeting.objects.unrecorded().values("pk")).order_by("starts_at", "pk")
    return [meeting for meeting in meetings[:LIST_AT_MOST] if may_write(user, meeting.programme)]


def week_of(written: str) -> date:
    """The Monday of the day in the address; this week's when there is none or it is no day."""
    try:
        monday = monday_of(date.fromisoformat(written))
    except (ValueError, OverflowError):
        return monday_of(timezone.localdate())
    return min(max(monday, FIRST_WEEK), LAST_WEEK)


def by_day(found: list[lines.Line]) -> list[tuple[str, list[lines.Line]]]:
    """The lines under the day that they have in common."""
    days: dict[str, list[lines.Line]] = {}
    for line in found:
        days.setdefault(line.on, []).append(line)
    return list(days.items())


@require_safe
def of_case(request: SignedIn, reference: str) -> HttpResponse:
    """The meetings of one case as far as the reader sees them: ahead, without a record, earlier (J3)."""
    programme = programme_or_404(request, reference)
    visible = lines.with_names(Meeting.objects.visible_to(request.user).filter(programme=programme))
    found = list(visible.order_by("-starts_at", "-pk")[:LIST_AT_MOST])
    writes = may_write(request.user, programme)
    groups: dict[str, list[Meeting]] = {"ahead": [], "waiting": [], "earlier": []}
    for meeting in found:
        is_planned = meeting.status == Status.PLANNED
        groups["earlier" if not is_planned else "waiting" if meeting.is_over else "ahead"].append(meeting)
    context = {
        "programme": programme,
        "may_write": writes and programme.status in RUNNING,
        "writes": writes,
        **{
            name: lines.lines(reversed(some) if name == "ahead" else some, request.user, names_citizen=False)
            for name, some in groups.items()
        },
    }
    return render(request, "meetings/case.html", context)


@require_safe
def detail(request: SignedIn, pk: int) -> HttpResponse:
    return render(request, "meetings/detail.html", page_of(request, meeting_or_404(request, pk)))


def page_of(request: SignedIn, meeting: Meeting) -> dict:
    """What the meeting's own page shows to this reader."""
    reads = reading(request.user, meeting)
    writes = may_write(request.user, meeting.programme)
    is_planned = meeting.status == Status.PLANNED
    return {
        "meeting": meeting,
        "programme": meeting.programme,
        "sees_case": bool(roles_in(request.user, meeting.programme)),
        "reads": reads,
        "may_write": writes,
        "may_change": writes and is_planned,
        "may_record": writes and meeting.status != Status.CANCELLED and meeting.starts_at <= timezone.now(),
        "asks": writes and meeting.is_unrecorded,
        "earlier_times": list(meeting.earlier_times.select_related("moved_by")),
        "tasks": [
            {"task": task, "may_finish": task.done_at is None and (writes or task.owner_id == request.user.pk)}
            for task in (meeting.tasks.select_related("owner", "done_by") if reads.tasks else [])
        ],
        "tag": lines.TAGS[Status(meeting.status)],
        "has_file": is_planned or meeting.status == Status.CANCELLED,
    }


@require_safe
def calendar(request: SignedIn, pk: int) -> HttpResponse:
    """The meeting for one's own calendar; a cancelled one takes it out again."""
    meeting = meeting_or_404(request, pk)
    if meeting.status not in (Status.PLANNED, Status.CANCELLED):
        raise Http404
    user = request.user
    text = calendar_file(
        meeting,
        Method.PUBLISH,
        language=get_language() or "da",
        email=user.email,
        name=user.name if user.role != "citizen" else "",
        at=meeting.changed_at,
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{meeting.programme.reference}-{meeting.pk}.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def task(request: SignedIn, pk: int) -> HttpResponse:
    """A task that came out of a meeting; its owner says that it is done (J6)."""
    seen = Meeting.objects.visible_to(request.user).values("pk")
    found = get_object_or_404(
        MeetingTask.objects.filter(meeting__in=seen).select_related(
            "owner", "done_by", "meeting__programme__citizen", "meeting__programme__centre", "meeting__organiser"
        ),
        pk=pk,
    )
    programme = found.meeting.programme
    look(request, f"meeting task {found.pk} {programme.reference}", citizen_id=programme.citizen_id)
    if not (may_finish(request.user, found) or reading(request.user, found.meeting).tasks):
        raise NotAllowed
    if request.method == "POST":
        recording.finish_task(task=found, by=request.user)
        messages.success(request, _("Done: %(what)s") % {"what": found.what})
        return redirect("meetings:detail", found.meeting_id)
    context = {"task": found, "meeting": found.meeting, "may_finish": may_finish(request.user, found)}
    return render(request, "meetings/task.html", context)
