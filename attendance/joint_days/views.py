"""A workshop's joint days: those ahead, another one, and calling one off (A1, P7)."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from attendance.joint_days.arranging import arrange_joint_day, cancel_joint_day, who_may_come
from attendance.joint_days.forms import JointDayForm
from attendance.models import JointDay, LeftOut
from attendance.permissions import may_arrange
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from core.templatetags.dates import day as in_words
from programmes.models import Programme, Workshop


@require_http_methods(["GET", "HEAD", "POST"])
def joint_days(request: SignedIn, workshop: int) -> HttpResponse:
    """The workshop's joint days from today on, and the form for another one."""
    found = get_object_or_404(Workshop.objects.visible_to(request.user).select_related("unit"), pk=workshop)
    if not may_arrange(request.user, found):
        raise NotAllowed
    form = JointDayForm(request.POST or None, candidates=who_may_come(found, request.user))
    look(request, f"joint days {found.pk}", kind=Access.Kind.LIST)
    if request.method == "POST" and form.is_valid():
        try:
            arranged = arrange_joint_day(workshop=found, left_out=form.left_out, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("day", str(refusal))
        else:
            messages.success(request, expected_in_words(arranged, len(form.left_out)))
            return redirect("attendance:joint_days", found.pk)
    seen = LeftOut.objects.filter(programme__in=Programme.objects.visible_to(request.user))
    ahead = (
        JointDay.objects.filter(workshop=found, day__gte=timezone.localdate())
        .select_related("arranged_by")
        .prefetch_related(Prefetch("left_out", seen.select_related("programme__citizen")))
    )
    context = {"workshop": found, "form": form, "ahead": ahead, "today": timezone.localdate()}
    return render(request, "attendance/joint_days.html", context, status=UNPROCESSABLE if form.errors else 200)


def expected_in_words(arranged: JointDay, left_out: int) -> str:
    words = {"day": in_words(arranged.day), "number": left_out}
    if not left_out:
        return _("Everybody of the workshop is expected on %(day)s.") % words
    return (
        ngettext(
            "Everybody of the workshop but one is expected on %(day)s.",
            "Everybody of the workshop but %(number)s is expected on %(day)s.",
            left_out,
        )
        % words
    )


@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Nobody is expected after all."""
    seen = JointDay.objects.filter(workshop__in=Workshop.objects.visible_to(request.user))
    joint_day = get_object_or_404(seen, pk=pk)
    try:
        cancel_joint_day(joint_day=joint_day, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Called off: %(name)s") % {"name": joint_day.name})
    return redirect("attendance:joint_days", joint_day.workshop_id)
