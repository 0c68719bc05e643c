"""Closing days of a centre: public holidays by the year, own days, and taking them away again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import Organisation
from accounts.requests import SignedIn
from core.exceptions import Refused
from programmes.places import closing_days as days
from programmes.setup.access import centre_of, closing_day_of
from programmes.setup.forms import ClosingDaysForm
from programmes.setup.place_views import answer, form_page

YEARS_BACK, YEARS_AHEAD = 1, 4


@form_page
def closing_days(request: SignedIn, pk: int) -> HttpResponse:
    """The closing days of `?year=`, this year's unless said, and the form that adds more."""
    centre = centre_of(request.user, pk)
    year = year_of(request.GET.get("year", ""))
    form = ClosingDaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        first, name = form.cleaned_data["first"], form.cleaned_data["name"]
        last = form.cleaned_data["last"] or first
        try:
            added = days.close_days(centre=centre, first=first, last=last, name=name, by=request.user)
        except Refused as refused:
            form.add_error("first", str(refused))
        else:
            messages.success(request, added_in_words(added))
            return redirect(address(centre, first.year))
    today = timezone.localdate()
    listed = list(centre.closing_days.filter(day__year=year).order_by("day"))
    closed = {one.day for one in listed}
    customary = [
        (day, name)
        for day, name in days.customary_days(centre.country, year).items()
        if day not in closed and day >= today
    ]
    missing = [day for day in days.public_holidays(centre.country, [year]) if day not in closed]
    return answer(
        request,
        "setup/closing_days.html",
        form,
        centre=centre,
        year=year,
        years=[(one, one == year) for one in range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)],
        rows=[(one, days.is_changeable(one.day)) for one in listed],
        customary=customary,
        missing=missing,
    )


@require_POST
def public_holidays(request: SignedIn, pk: int) -> HttpResponse:
    """Enter the public holidays of the posted `year`."""
    centre = centre_of(request.user, pk)
    year = year_of(request.POST.get("year", ""))
    try:
        added = days.fill_in_public_holidays(centre=centre, year=year, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, added_in_words(added))
    return redirect(address(centre, year))


@require_POST
def remove(request: SignedIn, pk: int) -> HttpResponse:
    closing_day = closing_day_of(request.user, pk)
    try:
        days.open_day(closing_day=closing_day, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The centre is open on that day again. Those who have agreed hours are expected"))
    return redirect(address(closing_day.centre, closing_day.day.year))


def added_in_words(count: int) -> str:
    if not count:
        return _("All public holidays of the year were there already")
    words = ngettext("%(count)s closing day entered", "%(count)s closing days entered", count)
    return words % {"count": count}


def year_of(text: str) -> int:
    """The year that was asked for; this year for anything else, however it was typed."""
    this = timezone.localdate().year
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this
    return year if this - YEARS_BACK <= year <= this + YEARS_AHEAD else this


def address(centre: Organisation, year: int) -> str:
    return f"{reverse('setup:closing_days', args=[centre.pk])}?year={year}"
