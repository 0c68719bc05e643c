"""The team leader's page of all places, today and ahead (P10)."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.requests import SignedIn
from accounts.roles import Role
from audit import log
from audit.models import Access
from core.exceptions import NotAllowed
from core.forms import Form
from core.http import UNPROCESSABLE
from referrals.capacity import places_of_leader
from referrals.fields import BoundedDateField

AHEAD = timedelta(days=365 * 2)


class DayForm(Form):
    on = BoundedDateField(
        label=_("On this day"),
        required=False,
        earliest=timedelta(0),
        latest=AHEAD,
        error_messages={"out_of_range": _("Choose a day from today to two years from now")},
    )


def capacity(request: SignedIn) -> HttpResponse:
    """Free, taken, coming and lent: per type and municipality, per workshop, per caseworker, on `?on=`, today unless
    said (P10)."""
    if not request.user.has_role(Role.TEAM_LEADER):
        raise NotAllowed
    form = DayForm(request.GET if request.GET.get("on") else None)
    is_wrong = form.is_bound and not form.is_valid()
    today = timezone.localdate()
    on = (form.cleaned_data["on"] if form.is_bound and not is_wrong else None) or today
    log.look(request, "capacity", kind=Access.Kind.LIST)
    context = {
        "form": form,
        "on": on,
        "is_ahead": on > today,
        "centres": places_of_leader(request.user, on, is_ahead=on > today),
    }
    return render(request, "referrals/capacity.html", context, status=UNPROCESSABLE if is_wrong else 200)
