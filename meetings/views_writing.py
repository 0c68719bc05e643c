"""Writing meetings: agreeing, changing, moving, cancelling, and saying what became of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from core.exceptions import NotAllowed, Refused
from core.forms import ReasonForm
from core.http import CONFLICT, UNPROCESSABLE
from core.templatetags.dates import clock
from meetings import actions, forms, recording
from meetings.models import Meeting
from meetings.permissions import may_write, reading
from meetings.statuses import Status
from meetings.views import meeting_or_404, programme_or_404
from programmes.statuses import RUNNING

WRITE = ["GET", "HEAD", "POST"]


def own_meeting_or_404(request: SignedIn, pk: int) -> Meeting:
    """The meeting for those who write it; who only reads it gets 403, and who no longer reads struck minutes (K3)."""
    meeting = meeting_or_404(request, pk)
    is_closed = meeting.status == Status.HELD and not reading(request.user, meeting).minutes
    if is_closed or not may_write(request.user, meeting.programme):
        raise NotAllowed
    return meeting


def sent(request: SignedIn) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


@require_http_methods(WRITE)
def new(request: SignedIn, reference: str) -> HttpResponse:
    """Agree a meeting. What speaks against the time is shown once, before anybody is invited."""
    programme = programme_or_404(request, reference)
    if not may_write(request.user, programme):
        raise NotAllowed
    if programme.status not in RUNNING:
        messages.error(request, _("The programme has ended, so no meeting can be planned"))
        return redirect("meetings:case", reference)
    form = forms.NewMeetingForm(
        sent(request),
        programme=programme,
        initial=forms.NewMeetingForm.first(programme, request.GET.get("kind", ""), request.GET.get("day", "")),
    )
    rows = forms.outside_rows(sent(request))
    form.formsets = (rows,)
    context: dict[str, Any] = {"programme": programme, "form": form, "rows": rows, "meeting": None}
    if request.method != "POST":
        return render(request, "meetings/form.html", context)
    if not form.is_valid():
        return render(request, "meetings/form.html", context, status=UNPROCESSABLE)
    if form.unseen(form.warnings()):
        return render(request, "meetings/form.html", {**context, "clashes": form.found})
    try:
        meeting = actions.plan(
            programme=programme,
            details=form.details(),
            starts_at=form.cleaned_data["starts_at"],
            ends_at=form.cleaned_data["ends_at"],
            users=form.invited(),
            outside=forms.outside_of(rows),
            uid=form.cleaned_data["uid"],
            by=request.user,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "meetings/form.html", context, status=UNPROCESSABLE)
    messages.success(
        request,
        _("The meeting is written down") if meeting.is_over else _("The meeting is agreed, and everybody is invited"),
    )
    return redirect("meetings:detail", meeting.pk)


@require_http_methods(WRITE)
def edit(request: SignedIn, pk: int) -> HttpResponse:
    """Change what is agreed beside the time."""
    meeting = own_meeting_or_404(request, pk)
    if meeting.status != Status.PLANNED:
        messages.error(request, str(actions.refusal(meeting)))
        return redirect("meetings:detail", pk)
    initial: dict[str, Any] = {name: getattr(meeting, name) for name in [*actions.DETAILS, "version"]}
    initial["users"] = [one.user_id for one in meeting.participants.all() if one.user_id]
    form = forms.ChangeForm(sent(request), programme=meeting.programme, meeting=meeting, initial=initial)
    rows = forms.outside_rows(sent(request), meeting)
    form.formsets = (rows,)
    context: dict[str, Any] = {"programme": meeting.programme, "form": form, "rows": rows, "meeting": meeting}
    if request.method != "POST":
        return render(request, "meetings/form.html", context)
    if not form.is_valid():
        return render(request, "meetings/form.html", context, status=UNPROCESSABLE)
    if form.unseen(form.warnings()):
        return render(request, "meetings/form.html", {**context, "clashes": form.found})
    try:
        actions.change(
            meeting=meeting,
            details=form.details(),
            users=form.invited(),
            outside=forms.outside_of(rows),
            version=form.cleaned_data["version"],
            by=request.user,
        )
    except actions.Stale as stale:
        return both(request, "meetings/form.html", context, stale)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("meetings:detail", pk)
    messages.success(request, _("The meeting is changed"))
    return redirect("meetings:detail", pk)


@require_http_methods(WRITE)
def move(request: SignedIn, pk: int) -> HttpResponse:
    """Give the meeting another time."""
    meeting = own_meeting_or_404(request, pk)
    if meeting.status != Status.PLANNED:
        messages.error(request, str(actions.refusal(meeting)))
        return redirect("meetings:detail", pk)
    start, end = meeting.local_start, meeting.local_end
    form = forms.MoveForm(
        sent(request),
        meeting=meeting,
        initial={
            "day": None if meeting.is_over else start.date(),
            "starts": start.time(),
            "ends": end.time(),
            "version": meeting.version,
        },
    )
    context: dict[str, Any] = {"programme": meeting.programme, "form": form, "meeting": meeting}
    if request.method != "POST":
        return render(request, "meetings/move.html", context)
    if not form.is_valid():
        return render(request, "meetings/move.html", context, status=UNPROCESSABLE)
    if form.unseen(form.warnings()):
        return render(request, "meetings/move.html", {**context, "clashes": form.found})
    try:
        actions.move(
            meeting=meeting,
            starts_at=form.cleaned_data["starts_at"],
            ends_at=form.cleaned_data["ends_at"],
            why=form.cleaned_data["why"],
            version=form.cleaned_data["version"],
            by=request.user,
        )
    except actions.Stale as stale:
        return both(request, "meetings/move.html", context, stale)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "meetings/move.html", context, status=UNPROCESSABLE)
    messages.success(request, _("The meeting is moved, and everybody is told"))
    return redirect("meetings:detail", pk)


@require_http_methods(WRITE)
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Call the meeting off."""
    meeting = own_meeting_or_404(request, pk)
    form = ReasonForm(sent(request), label=_("Why is it cancelled?"))
    return ask(
        request,
        meeting,
        form,
        title=_("Cancel the meeting"),
        lead=_("Everybody who is invited is told, and it leaves their calendars."),
        submit=_("Cancel the meeting"),
        deed=lambda: actions.cancel(meeting=meeting, why=form.cleaned_data["why"], by=request.user),
        done=_("The meeting is cancelled, and everybody is told"),
        is_open=meeting.status == Status.PLANNED,
    )


@require_http_methods(WRITE)
def not_held(request: SignedIn, pk: int) -> HttpResponse:
    """Say that the meeting was not held, why, and by whose side."""
    meeting = own_meeting_or_404(request, pk)
    form = forms.NotHeldForm(sent(request))
    return ask(
        request,
        meeting,
        form,
        title=_("The meeting was not held"),
        lead=_("Why, and by whose side, stays with the meeting."),
        submit=_("Save"),
        deed=lambda: recording.record_not_held(
            meeting=meeting, side=form.cleaned_data["side"], why=form.cleaned_data["why"], by=request.user
        ),
        done=_("It is written down that the meeting was not held"),
        is_open=meeting.status in (Status.PLANNED, Status.HELD),
    )


def ask(
    request: SignedIn,
    meeting: Meeting,
    form: Any,
    *,
    title: str,
    lead: str,
    submit: str,
    deed: Any,
    done: str,
    is_open: bool,
) -> HttpResponse:
    """A page with a short form and one deed. A stale page says what became of the meeting."""
    context = {
        "programme": meeting.programme,
        "meeting": meeting,
        "form": form,
        "title": title,
        "lead": lead,
        "submit": submit,
    }
    if not is_open:
        messages.error(request, str(actions.refusal(meeting)))
        return redirect("meetings:detail", meeting.pk)
    if request.method != "POST":
        return render(request, "meetings/ask.html", context)
    if not form.is_valid():
        return render(request, "meetings/ask.html", context, status=UNPROCESSABLE)
    try:
        deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("meetings:detail", meeting.pk)
    messages.success(request, done)
    return redirect("meetings:detail", meeting.pk)


@require_http_methods(WRITE)
def minutes(request: SignedIn, pk: int) -> HttpResponse:
    """Write the minutes, say that the meeting was held, and give out its tasks."""
    meeting = own_meeting_or_404(request, pk)
    if meeting.status not in (Status.PLANNED, Status.HELD, Status.NOT_HELD):
        messages.error(request, str(actions.refusal(meeting)))
        return redirect("meetings:detail", pk)
    initial = {"minutes": meeting.minutes, "audience": meeting.audience, "version": meeting.version}
    form = forms.MinutesForm(sent(request), initial=initial)
    rows = forms.task_rows(sent(request), meeting)
    form.formsets = (rows,)
    context: dict[str, Any] = {
        "programme": meeting.programme,
        "meeting": meeting,
        "form": form,
        "rows": rows,
        "tasks": meeting.tasks.select_related("owner"),
        "has_begun": meeting.starts_at <= timezone.now(),
    }
    if request.method != "POST":
        return render(request, "meetings/minutes.html", context)
    if not form.is_valid():
        return render(request, "meetings/minutes.html", context, status=UNPROCESSABLE)
    try:
        recording.record_held(
            meeting=meeting,
            minutes=form.cleaned_data["minutes"],
            audience=form.cleaned_data["audience"],
            tasks=forms.promises_of(rows),
            version=form.cleaned_data["version"],
            by=request.user,
        )
    except actions.Stale as stale:
        return both(request, "meetings/minutes.html", context, stale)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "meetings/minutes.html", context, status=UNPROCESSABLE)
    messages.success(request, _("The minutes are saved"))
    return redirect("meetings:detail", pk)


@require_POST
def autosave(request: SignedIn, pk: int) -> HttpResponse:
    """Save the minutes while they are typed; the answer says when, or that somebody else wrote too (T13)."""
    meeting = own_meeting_or_404(request, pk)
    form = forms.MinutesForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"text": form.error_list[0].message}, status=UNPROCESSABLE)
    try:
        meeting = recording.save_minutes(
            meeting=meeting,
            minutes=form.cleaned_data["minutes"],
            audience=form.cleaned_data["audience"],
            version=form.cleaned_data["version"],
            by=request.user,
        )
    except Refused as refusal:
        return JsonResponse({"text": str(refusal)}, status=CONFLICT)
    said = _("Saved %(time)s") % {"time": clock(timezone.now())}
    return JsonResponse({"version": meeting.version, "autosave": request.path, "text": said})


def both(request: SignedIn, template: str, context: dict[str, Any], stale: actions.Stale) -> HttpResponse:
    """What was typed stays in the fields, what somebody else saved stands beside it; saving again takes ours (T13)."""
    form = context["form"]
    form.data = form.data.copy()
    form.data["version"] = str(stale.meeting.version)
    form.add_error(None, str(stale))
    return render(request, template, {**context, "standing": stale.meeting}, status=CONFLICT)
