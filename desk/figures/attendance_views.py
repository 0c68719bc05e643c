"""Attendance in figures, as a page and as a file with the same filters in the address (A9, experience 11 and 22)."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.requests import SignedIn
from accounts.roles import Role
from attendance.figures.views import points
from audit.log import look
from audit.models import Access
from core.spreadsheet import CONTENT_TYPE
from desk.figures.attendance import Figures, attendance
from desk.figures.attendance_file import file_of


@require_GET
def figures(request: SignedIn) -> HttpResponse:
    """`?period=26w&workshop=3&type=<key>`; for team leaders, of their own centres (A9, F2)."""
    found = asked(request)
    look(request, f"attendance figures {found.query}", kind=Access.Kind.LIST)
    return render(request, "desk/attendance_figures.html", {"found": found, "change": points(found.change)})


@require_GET
def file(request: SignedIn) -> HttpResponse:
    """The page's figures for a spreadsheet program, small groups left out: it may leave the team."""
    found = asked(request)
    look(request, f"attendance figures {found.query}", kind=Access.Kind.EXPORT)
    response = HttpResponse(file_of(found), content_type=CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="trinvis-{timezone.localdate()}.xlsx"'
    return response


def asked(request: SignedIn) -> Figures:
    if not request.user.has_role(Role.TEAM_LEADER):
        raise PermissionDenied
    return attendance(request.user, request.GET)
