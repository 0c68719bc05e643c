"""Giving, changing and taking back a notice of absence (A2)."""

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from attendance.models import Notice
from attendance.notices.forms import NoticeForm, empty, written
from attendance.notices.giving import away_of, change_notice, give_notice, take_back_notice
from attendance.permissions import may_give_notice
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from core.templatetags.dates import day as in_words
from programmes.models import Programme
from programmes.statuses import RUNNING


def back_from(request: HttpRequest, programme: Programme) -> str:
    """Where the user came from, or the case's attendance."""
    sent = request.GET.get("next", "")
    is_here = url_has_allowed_host_and_scheme(sent, {request.get_host()}, require_https=request.is_secure())
    return sent if sent and is_here else reverse("attendance:citizen", args=[programme.reference])


def day_asked(request: HttpRequest) -> date | None:
    """The day of the address; none where it names no day."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return None


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: SignedIn, reference: str) -> HttpResponse:
    """The citizen has sent word: why, and from when until when."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "type", "centre"), reference=reference
    )
    if not may_give_notice(request.user, programme):
        raise NotAllowed
    look(request, f"notice {programme.reference}", citizen_id=programme.citizen_id)
    back = back_from(request, programme)
    if programme.status not in RUNNING:
        messages.error(request, _("The programme has ended."))
        return redirect(back)
    form = NoticeForm(request.POST or None, programme=programme, initial=empty(day_asked(request)))
    if request.method == "POST" and form.is_valid():
        try:
            notice = give_notice(programme=programme, by=request.user, **form.answer)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{programme.citizen.name}: {said(notice)}")
            return redirect(back)
    return page(request, programme, form, back=back)


def said(notice: Notice) -> str:
    """`Away from Monday 23 November until Wednesday 25 November.`"""
    if notice.from_day == notice.until_day:
        return _("Away on %(day)s.") % {"day": in_words(notice.from_day)}
    days = {"day": in_words(notice.from_day), "until": in_words(notice.until_day)}
    return _("Away from %(day)s until %(until)s.") % days


def page(
    request: SignedIn, programme: Programme, form: NoticeForm, *, back: str, notice: Notice | None = None
) -> HttpResponse:
    context = {"programme": programme, "form": form, "back": back, "notice": notice}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "attendance/notice.html", context, status=status)


def notice_or_404(request: SignedIn, pk: int) -> Notice:
    """A notice of a case that the user sees; 403 where others give its notices."""
    notices = Notice.objects.visible_to(request.user).select_related(
        "programme__citizen", "programme__type", "programme__centre", "given_by", "taken_back_by"
    )
    found = get_object_or_404(notices, pk=pk)
    if not may_give_notice(request.user, found.programme):
        raise NotAllowed
    look(request, f"notice {found.pk}", citizen_id=found.programme.citizen_id)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedIn, pk: int) -> HttpResponse:
    """Longer, shorter, or for another reason; what somebody marked since stays as it is."""
    notice = notice_or_404(request, pk)
    programme, before = notice.programme, away_of(notice)
    back = back_from(request, programme)
    if notice.taken_back_at:
        messages.error(request, _("This notice is taken back already."))
        return redirect(back)
    form = NoticeForm(
        request.POST or None,
        programme=programme,
        before=before,
        initial=written(notice.state, before, notice.remark),
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_notice(notice=notice, by=request.user, **form.answer)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{programme.citizen.name}: {said(changed)}")
            return redirect(back)
    return page(request, programme, form, back=back, notice=notice)


@require_POST
def take_back(request: SignedIn, pk: int) -> HttpResponse:
    """The citizen comes after all."""
    notice = notice_or_404(request, pk)
    try:
        take_back_notice(notice=notice, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{notice.programme.citizen.name}: {_('The notice is taken back.')}")
    return redirect(back_from(request, notice.programme))
