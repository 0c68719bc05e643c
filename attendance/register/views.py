"""The register, its marks and the overview of the day (A2)."""

from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from attendance.expected.covering import covers
from attendance.models import ExpectedAttendance, Mark
from attendance.permissions import may_arrange
from attendance.register import batch
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import APPLIED, REFUSED, REPEATED, UNKNOWN, MarkResult, record_marks
from attendance.register.reading import MARKS, OTHER, REASONS, read_register, summaries, with_days_around
from attendance.states import HERE, State
from attendance.substitutes.standing_in import Markers, overview_of
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed
from core.templatetags.components import icon
from core.templatetags.dates import short_day, weekday
from programmes.models import Workshop

SHOWN_IN_HISTORY = 500


@require_safe
def overview(request: SignedIn) -> HttpResponse:
    """Today's registers of the user's workshops, unfinished ones first (experience 6)."""
    if not request.user.has_role("contact_person", "caseworker", "team_leader"):
        raise NotAllowed
    today = timezone.localdate()
    found = summaries(request.user, today, at=timezone.now())
    look(request, f"registers {today}", kind=Access.Kind.LIST)
    own, others = overview_of(request.user, found)
    context = {"places": own, "others": others, "day": today, "tomorrow": today + timedelta(days=1)}
    return render(request, "attendance/overview.html", context)


def workshop_or_404(request: SignedIn, pk: int, day: date) -> Workshop:
    """The workshop, where the user may see its register, with the days around `day`."""
    return get_object_or_404(with_days_around(Workshop.objects.visible_to(request.user), day), pk=pk)


@require_safe
def register(request: SignedIn, workshop: int, day: date) -> HttpResponse:
    """Who is expected in a workshop on a day, with five marks each; `slot` and `ask` in the address open one row."""
    found = workshop_or_404(request, workshop, day)
    slot, ask = request.GET.get("slot", ""), request.GET.get("ask", "")
    is_asked = slot.isascii() and slot.isdigit() and ask in (State.LATE, State.LEFT_EARLY, OTHER)
    asked = (int(slot[:20]), ask) if is_asked else None
    page = read_register(found, day, user=request.user, at=timezone.now(), ask=asked)
    look(request, f"register {found.pk} {day}", kind=Access.Kind.LIST)
    today = timezone.localdate()
    marks = buttons(day > today)
    # They differ only in which one is pressed, so they are drawn once for each and not for every row.
    drawn = {
        pressed: render_to_string("attendance/_marks.html", {"marks": marks, "pressed": pressed})
        for pressed in {row.pressed for row in page.rows}
    }
    for row in page.rows:
        row.buttons = drawn[row.pressed]
    return render(
        request,
        "attendance/register.html",
        {
            "register": page,
            "today": today,
            "is_past": day < today,
            "is_future": day > today,
            "earlier": day_in_words(page.earlier, today),
            "later": day_in_words(page.later, today),
            "marks": marks,
            "reasons": reasons(day, today),
            "may_arrange": may_arrange(request.user, found),
            # Shows the script how this language writes the clock.
            "sample_time": time(7, 5),
            # One token for all rows: thirty different ones would not compress.
            "csrf_token": get_token(request),
        },
    )


class Button(NamedTuple):
    """One of the five marks as every row shows it; its icon and word are drawn once for the page."""

    state: str
    kind: str
    key: str
    word: str
    html: str


def buttons(is_future: bool = False) -> list[Button]:
    """The marks of a row; of a coming day only what somebody can send word of."""
    return [
        Button(str(state), kind, key, str(word), format_html("{}{}", icon(name), word))
        for state, word, name, kind, key in MARKS
        if not is_future or state not in HERE
    ]


def reasons(day: date, today: date) -> list[tuple[str, str]]:
    """What stands behind "Other": (state, word); on a past day with the plain marks, since a reason goes with them, on
    a coming one without the no show."""
    states = [State.PRESENT, State.ILL, *REASONS] if day < today else REASONS
    if day > today:
        states = [state for state in REASONS if state != State.NO_SHOW]
    return [(state.value, str(state.label)) for state in states]


def day_in_words(day: date | None, today: date) -> str:
    """`Yesterday`, `Tomorrow`, a weekday of the nearest days, otherwise the date."""
    if day is None:
        return ""
    words = {0: _("Today"), 1: _("Tomorrow"), -1: _("Yesterday")}
    distance = (day - today).days
    if distance in words:
        return words[distance]
    return weekday(day).capitalize() if abs(distance) < 7 else short_day(day)


@require_safe
def history(request: SignedIn, workshop: int, day: date) -> HttpResponse:
    """Every mark of a register, with who made it and when (experience 2)."""
    found = workshop_or_404(request, workshop, day)
    marks = (
        Mark.objects.filter(slot__workshop=found, slot__day=day)
        .select_related("slot__citizen", "by")
        .order_by("-received_at", "pk")[:SHOWN_IN_HISTORY]
    )
    markers = Markers(found, day)
    lines = [(mark, markers.said(mark.by, mark.marked_at)) for mark in marks]
    look(request, f"register history {found.pk} {day}", kind=Access.Kind.LIST)
    return render(request, "attendance/history.html", {"workshop": found, "day": day, "marks": lines})


@require_POST
def marks(request: SignedIn) -> HttpResponse:
    """Marks as a JSON batch or from the plain form; both go through the same action (A2, A3)."""
    if request.content_type == "application/json":
        return marks_by_json(request)
    return marks_by_form(request)


def marks_by_json(request: SignedIn) -> JsonResponse:
    """`{"results": [{uuid, slot, status, message, state, from, until, flagged, standing}]}`, in the order of the marks;
    400 with `{"error": ...}` where there is no list of marks."""
    try:
        sent = batch.read_json(request.body)
    except batch.Malformed as error:
        return JsonResponse({"error": str(error)}, status=400)
    results = record_marks(marks=[one for one in sent if isinstance(one, MarkInput)], by=request.user)
    if any(result.status == UNKNOWN for result in results):
        look(request, "attendance:marks", kind=Access.Kind.DENIED)
    read = iter(results)
    answers = [unreadable(one) if isinstance(one, batch.Unreadable) else as_json(next(read)) for one in sent]
    return JsonResponse({"results": answers})


def unreadable(mark: batch.Unreadable) -> dict[str, Any]:
    """Refused; the page shows its row again as it stood."""
    return {"uuid": mark.number, "slot": mark.slot, "status": REFUSED, "message": mark.message}


def as_json(result: MarkResult) -> dict[str, Any]:
    return {
        "uuid": str(result.uuid),
        "slot": result.slot,
        "status": result.status,
        "message": result.message,
        "state": result.state,
        "from": f"{result.came_at:%H:%M}" if result.came_at else "",
        "until": f"{result.left_at:%H:%M}" if result.left_at else "",
        "flagged": result.is_flagged,
        "standing": str(result.standing or ""),
    }


def marks_by_form(request: SignedIn) -> HttpResponse:
    """One row's button, or "everyone else is here", without a script: back to the register with a word."""
    if "rest" in request.POST:
        return mark_the_rest(request)
    is_number = request.POST.get("slot", "").isascii() and request.POST.get("slot", "").isdigit()
    number = int(request.POST["slot"][:20]) if is_number else 0
    slot = (
        ExpectedAttendance.objects.filter(pk=number, workshop__in=Workshop.objects.visible_to(request.user))
        .select_related("citizen")
        .first()
    )
    if slot is None:
        denied(request)
        raise Http404
    page = reverse("attendance:register", args=[slot.workshop_id, slot.day])
    state = request.POST.get("state", "")
    asking = f"{page}?slot={slot.pk}&ask={OTHER}#s{slot.pk}"
    times = {State.LATE.value: "from", State.LEFT_EARLY.value: "until"}
    if state == OTHER or (state == slot.state and state not in times and state):
        return redirect(asking)
    sent = request.POST.dict()
    if state in times and not sent.get(times[state]):
        asking = f"{page}?slot={slot.pk}&ask={state}#s{slot.pk}"
        now = timezone.localtime()
        if slot.state == state or slot.day != now.date() or not slot.starts < now.time() < slot.ends:
            return redirect(asking)
        sent[times[state]] = f"{now:%H:%M}"
    else:
        page = f"{page}#s{slot.pk}"
    try:
        result = record_marks(marks=[batch.read_form(sent)], by=request.user)[0]
    except batch.Malformed as error:
        messages.error(request, str(error))
        return redirect(asking)
    if result.status not in (APPLIED, REPEATED):
        messages.error(request, f"{slot.citizen.name}: {result.message}")
        return redirect(asking)
    word = _("not marked") if not result.state else str(State(result.state).label)
    messages.success(request, f"{slot.citizen.name}: {word}")
    return redirect(asking if state in times and not request.POST.get(times[state]) else page)


def denied(request: SignedIn) -> None:
    """The address names nothing here, so the middleware has nothing to log: what was refused stood in the form (T5)."""
    Access.objects.create(
        user_id=request.user.pk, user_name=request.user.name, kind=Access.Kind.DENIED, what="attendance:marks"
    )


def mark_the_rest(request: SignedIn) -> HttpResponse:
    """Everybody whose slot has begun and who is not marked is here; notices and marks stay as they are (A2)."""
    workshop, day = request.POST.get("workshop", ""), request.POST.get("day", "")
    if not (workshop.isascii() and workshop.isdigit()):
        raise Http404
    try:
        on = date.fromisoformat(day)
        found = workshop_or_404(request, int(workshop[:20]), on)
    except (ValueError, Http404) as error:
        denied(request)
        raise Http404 from error
    now = timezone.localtime()
    blank = begun_and_blank(found, on, now)
    results = record_marks(marks=blank, by=request.user) if blank else []
    count = sum(result.status == APPLIED for result in results)
    if count:
        messages.success(
            request, ngettext("%(count)s marked as here", "%(count)s marked as here", count) % {"count": count}
        )
    else:
        messages.warning(request, _("Nobody was left to mark."))
    return redirect("attendance:register", found.pk, on)


def begun_and_blank(workshop: Workshop, day: date, now: datetime) -> list[MarkInput]:
    """A mark as present for each slot that has begun, is not covered now, and that nobody has marked (A2)."""
    slots = ExpectedAttendance.objects.filter(workshop=workshop, day=day, state=State.NOT_MARKED)
    if day >= now.date():
        slots = slots.filter(starts__lte=now.time()) if day == now.date() else slots.none()
    return [
        MarkInput(uuid=uuid4(), slot=slot.pk, state=State.PRESENT.value, at=now, is_rest=True)
        for slot in slots.order_by("pk")[: batch.AT_MOST]
        if not covers(slot, now.date(), now.time())
    ]
