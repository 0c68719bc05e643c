"""The register of a day on paper, and the next day's arrivals on the screen and on paper (experience 6, 24)."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from attendance.register.sheets import next_day_of, sheets_of
from attendance.register.views import workshop_or_404
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed
from programmes.models import Workshop


@require_safe
def sheet(request: SignedIn, workshop: int, day: date) -> HttpResponse:
    """One register with empty boxes to tick."""
    found = workshop_or_404(request, workshop, day)
    look(request, f"register {found.pk} {day}", kind=Access.Kind.PRINT)
    sheets = sheets_of([found], day, user=request.user)
    context = {"sheets": sheets, "day": day, "has_boxes": True, "workshop": found, "now": timezone.now()}
    return render(request, "attendance/sheet.html", context)


@require_safe
def arrivals(request: SignedIn) -> HttpResponse:
    """Who is expected in the user's workshops on the next day that anybody is, a sheet for each workshop."""
    if not request.user.has_role("contact_person", "caseworker", "team_leader"):
        raise NotAllowed
    workshops = list(
        Workshop.objects.visible_to(request.user).open().select_related("unit").order_by("unit__name", "pk")
    )
    day = next_day_of(workshops, timezone.localdate())
    found = sheets_of(workshops, day, user=request.user) if day else []
    look(request, f"arrivals {day or ''}".strip(), kind=Access.Kind.LIST)
    context = {"sheets": [one for one in found if one.lines], "day": day, "has_boxes": False, "now": timezone.now()}
    return render(request, "attendance/sheet.html", context)
