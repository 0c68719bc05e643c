"""The weeks of internships and courses: reporting one of them (A11)."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from attendance.reported.forms import WeekReportForm
from attendance.reported.weeks import WrongReport, report_week, slots_of_week
from audit.log import look
from core.calendar import monday_of
from core.exceptions import NotAllowed
from core.http import UNPROCESSABLE
from programmes.models import ClosingDay, Programme
from programmes.permissions import may_work_on


@require_http_methods(["GET", "HEAD", "POST"])
def week(request: SignedIn, reference: str, monday: date) -> HttpResponse:
    """The agreed days of one ISO week with what happened on each; caseworker, coordinator and team leader report it."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related(
            "citizen", "type", "centre", "referring_organisation"
        ),
        reference=reference,
    )
    if not may_work_on(request.user, programme):
        raise NotAllowed
    look(request, f"week report {programme} {monday}", citizen_id=programme.citizen_id)
    slots = list(slots_of_week(programme, monday).select_related("placement", "marked_by"))
    for slot in slots:
        slot.placement.programme = programme
    names = {slot.placement_id: slot.placement.name(with_health=True) for slot in slots}
    form = WeekReportForm(request.POST if request.method == "POST" else None, slots=slots, names=names)
    if request.method == "POST" and form.is_valid():
        try:
            is_new = report_week(programme=programme, monday=monday, days=form.days, by=request.user)
        except WrongReport as refused:
            standing = dict(slots_of_week(programme, monday).values_list("pk", "standing_mark"))
            form.refuse(refused, standing)
        else:
            said = _("Week %(week)s is reported") if is_new else _("Week %(week)s stood so already")
            messages.success(request, said % {"week": monday.isocalendar().week})
            return redirect("attendance:citizen", programme.reference)
    last = monday + timedelta(days=6)
    context = {
        "programme": programme,
        "monday": monday,
        "sunday": last,
        "form": form,
        "lines": form.lines,
        "is_reported": bool(slots) and all(slot.state for slot in slots),
        "is_corrected": any(slot.state and slot.day < timezone.localdate() for slot in slots),
        "marked": max(
            ((slot.marked_at, slot.marked_by.name) for slot in slots if slot.marked_at and slot.marked_by), default=None
        ),
        "closed": ClosingDay.objects.filter(centre=programme.centre, day__range=(monday, last)).order_by("day"),
        "pauses": programme.pauses.filter(starts_on__lte=last).exclude(ends_on__lt=monday),
        "earlier": monday - timedelta(weeks=1),
        "later": monday + timedelta(weeks=1) if monday < monday_of(timezone.localdate()) else None,
    }
    return render(request, "attendance/week.html", context, status=UNPROCESSABLE if form.errors else 200)
