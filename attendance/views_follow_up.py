"""Follow-up of missed citizens, and one case's attendance (A7, A9)."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from attendance import figures
from attendance.actions import record_contact
from attendance.batch import LARGEST_KEY
from attendance.forms import ContactForm
from attendance.models import ContactAttempt, ExpectedAttendance, MissedAttendance, MissedStatus
from attendance.permissions import may_follow_up, may_see_days
from audit.log import look
from audit.models import Access
from core.charts import week_bars
from core.exceptions import NotAllowed, Refused
from programmes.models import Programme
from programmes.permissions import may_work_on

DAYS_SHOWN = 400
CHART_WEEKS = 8
LIST_AT_MOST = 300


def open_follow_ups(user: User) -> QuerySet[MissedAttendance]:
    """The flags that wait for a contact and that the user sees, the longest waiting first."""
    return (
        MissedAttendance.objects.visible_to(user)
        .waiting()
        .select_related("slot__citizen", "slot__programme__caseworker", "slot__workshop__unit")
        .order_by("due_on", "slot__starts", "pk")
    )


@require_safe
def missed(request: SignedIn) -> HttpResponse:
    """Everybody who was missed and whom nobody has spoken with yet (A7)."""
    if not request.user.has_role("contact_person", "caseworker", "team_leader"):
        raise NotAllowed
    found = list(open_follow_ups(request.user).annotate(tries=Count("attempts"))[: LIST_AT_MOST + 1])
    look(request, "missed attendance", kind=Access.Kind.LIST)
    return render(
        request,
        "attendance/missed.html",
        {"missed": found[:LIST_AT_MOST], "is_cut": len(found) > LIST_AT_MOST, "today": timezone.localdate()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: SignedIn, pk: int) -> HttpResponse:
    """One missed citizen: whom to ring, what was agreed, what was tried, and the form for what happened (A7)."""
    if pk > LARGEST_KEY:
        raise Http404
    found = get_object_or_404(
        MissedAttendance.objects.visible_to(request.user).select_related(
            "slot__citizen", "slot__programme__caseworker", "slot__workshop__unit", "followed_up_by", "cleared_by"
        ),
        pk=pk,
    )
    if not may_follow_up(request.user, found):
        raise NotAllowed
    citizen = found.slot.citizen
    look(request, f"missed {found.pk}", citizen_id=citizen.pk)
    form = ContactForm(request.POST or None, initial={"means": ContactAttempt.Means.PHONE})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                attempt = record_contact(missed=found, by=request.user, **form.cleaned_data)
            except Refused as refusal:
                messages.error(request, str(refusal))
                return redirect("attendance:contact", found.pk)
            said = (
                _("Written down. The follow-up is closed.")
                if attempt.was_reached
                else _("Written down. The follow-up stays open.")
            )
            messages.success(request, f"{citizen.name}: {said}")
            return redirect("desk:today")
        status = 422
    context = {
        "missed": found,
        "slot": found.slot,
        "citizen": citizen,
        "phone": "" if citizen.is_protected else citizen.phone,
        "may_uncover": citizen.is_protected and may_work_on(request.user, found.slot.programme),
        "attempts": found.attempts.select_related("by"),
        "is_open": found.status == MissedStatus.RAISED and not found.followed_up_at,
        "form": form,
    }
    return render(request, "attendance/contact.html", context, status=status)


@require_safe
def citizen(request: SignedIn, reference: str) -> HttpResponse:
    """One programme's attendance: figures and chart, and day by day for the staff around the case (A9)."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "type", "centre"), reference=reference
    )
    look(request, f"attendance {programme.reference}", citizen_id=programme.citizen_id)
    by_week = figures.weeks(programme)
    bars = week_bars(
        [(str(week.number), week.agreed, week.attended) for week in by_week[-CHART_WEEKS:]],
        sentence=_("Attended and agreed hours by week"),
    )
    days = None
    if may_see_days(request.user, programme):
        days = (
            ExpectedAttendance.objects.filter(programme=programme, day__lte=timezone.localdate())
            .select_related("workshop__unit", "missed", "marked_by")
            .order_by("-day", "starts")[:DAYS_SHOWN]
        )
    return render(
        request,
        "attendance/citizen.html",
        {
            "programme": programme,
            "total": figures.totals(programme),
            "recent": figures.last_four_weeks(programme),
            "weeks": by_week,
            "bars": bars,
            "reasons": figures.reasons(programme),
            "days": days,
            "today": timezone.localdate(),
        },
    )
