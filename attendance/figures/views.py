"""One case's attendance in figures (A9), and the warning of a fall in it (A10)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from attendance.figures import by_week, sums
from attendance.figures.falls import in_words, settle
from attendance.figures.forms import SettleForm
from attendance.models import EarlyWarning, ExpectedAttendance
from attendance.permissions import STAFF
from attendance.reported.weeks import weeks_of
from audit.log import look
from core.calendar import monday_of
from core.exceptions import Refused
from core.http import UNPROCESSABLE
from programmes.models import Programme
from programmes.permissions import may_work_on, reads_courses, roles_in
from programmes.placements.weeks import minutes_by_week, schedule_of

DAYS_SHOWN = 400
WEEKS_SHOWN = 26
# Weeks that can be looked at, the usual first; nothing here reads further back than the last.
PERIODS = (12, 26, 52, 104)


@require_safe
def citizen(request: SignedIn, reference: str) -> HttpResponse:
    """`?weeks=26`: one programme's attendance in figures and charts, and day by day for the staff around it (A9)."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "type", "centre"), reference=reference
    )
    look(request, f"attendance {programme.reference}", citizen_id=programme.citizen_id)
    return render(request, "attendance/citizen.html", page(request, programme, SettleForm()))


@require_http_methods(["POST"])
def settle_warning(request: SignedIn, pk: int) -> HttpResponse:
    """Somebody has seen the warning or talked with the citizen; back to the case's attendance (A10)."""
    found = get_object_or_404(
        EarlyWarning.objects.visible_to(request.user).select_related(
            "programme__citizen", "programme__type", "programme__centre"
        ),
        pk=pk,
    )
    programme = found.programme
    look(request, f"attendance {programme.reference}", citizen_id=programme.citizen_id)
    form = SettleForm(request.POST)
    if not form.is_valid():
        return render(request, "attendance/citizen.html", page(request, programme, form), status=UNPROCESSABLE)
    try:
        settle(warning=found, by=request.user, **form.cleaned_data)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Written down. The warning is settled."))
    return redirect("attendance:citizen", programme.reference)


def page(request: SignedIn, programme: Programme, form: SettleForm) -> dict[str, Any]:
    """What the page shows; staff around the case get the days and the warning, others the sums (A9, A10)."""
    roles = roles_in(request.user, programme)
    is_staff = bool(roles & STAFF)
    until = min(timezone.localdate(), programme.ended_on or date.max)
    chosen = period_of(request.GET.get("weeks", ""))
    begins = monday_of(programme.starts_on)
    first = max(begins, monday_of(until) - timedelta(weeks=chosen - 1))
    # The four weeks of the first week's line and of the trend lie before the period.
    by_day = sums.sums_by_day(programme, since=first - timedelta(weeks=8), until=until)
    mondays = [first + timedelta(weeks=number) for number in range((until - first).days // 7 + 1)]
    planned = minutes_by_week(schedule_of(programme), mondays)
    weeks = by_week.rows(by_week.add_up(by_day), first=first, last=until, planned=planned)
    days = None
    if is_staff:
        days = named(
            ExpectedAttendance.objects.filter(programme=programme, day__range=(first, timezone.localdate()))
            .select_related("workshop__unit", "placement", "missed", "marked_by")
            .order_by("-day", "starts")[:DAYS_SHOWN],
            programme,
            with_health=reads_courses(roles),
        )
    warning = EarlyWarning.objects.visible_to(request.user).open().filter(programme=programme).first()
    return {
        "programme": programme,
        "periods": [(word, number, number == chosen) for number, word in periods(begins, until)],
        "total": by_week.total(sums for day, sums in by_day.items() if day >= first),
        "recent": by_week.total(sums for day, sums in by_day.items() if day > until - timedelta(weeks=4)),
        "change": points(by_week.change(by_day, until)),
        "weeks": weeks,
        "charts": by_week.charts(weeks),
        "table": by_week.table(weeks),
        "reasons": sums.reasons(programme, since=first, until=until),
        "days": days,
        "reported_weeks": weeks_of(programme, at_most=WEEKS_SHOWN) if is_staff else [],
        "may_report": may_work_on(request.user, programme),
        "warning": warning,
        "warning_in_words": in_words(warning) if warning else "",
        "rule": programme.type.settings.early_warning,
        "form": form,
        "today": timezone.localdate(),
    }


def period_of(asked: str) -> int:
    """The number of weeks in the address; anything that is not offered is the usual one."""
    return int(asked) if asked in map(str, PERIODS) else PERIODS[0]


def periods(begins: date, until: date) -> list[tuple[int, str]]:
    """The periods that differ for this programme: the last one offered holds all of it, if it is not too long."""
    length = (monday_of(until) - begins).days // 7 + 1
    words = {
        number: ngettext("The last week", "The last %(count)s weeks", number) % {"count": number} for number in PERIODS
    }
    offered = [number for place, number in enumerate(PERIODS) if place == 0 or PERIODS[place - 1] < length]
    if length <= offered[-1]:
        words[offered[-1]] = _("The whole programme")
    return [(number, words[number]) for number in offered]


def points(change: float | None) -> str:
    """`8 points more than in the four weeks before`; empty where there is nothing to compare with."""
    if change is None:
        return ""
    count = round(abs(change) * 100)
    if count == 0:
        return _("as in the four weeks before")
    if change > 0:
        said = ngettext(
            "%(count)s point more than in the four weeks before",
            "%(count)s points more than in the four weeks before",
            count,
        )
    else:
        said = ngettext(
            "%(count)s point less than in the four weeks before",
            "%(count)s points less than in the four weeks before",
            count,
        )
    return said % {"count": count}


def named(
    slots: QuerySet[ExpectedAttendance] | Iterable[ExpectedAttendance], programme: Programme, *, with_health: bool
) -> list[tuple[ExpectedAttendance, str]]:
    """Each slot with where it was, as far as the reader may know (J2)."""
    found = []
    for slot in slots:
        slot.placement.programme = programme
        where = str(slot.workshop) if slot.workshop else slot.placement.name(with_health=with_health)
        found.append((slot, where))
    return found
