"""The shared tablet: who is there, a PIN, locking it; and making a device one (T7, experience 28)."""

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import SharedTablet, TabletPin, Unit
from accounts.pin_sessions import begin_by_pin
from accounts.requests import SignedIn
from accounts.sessions import BEGAN, TABLET, now
from accounts.tablets import (
    enter_pin,
    is_worth_trying,
    make_tablet,
    mark_device,
    may_have_pin,
    moment,
    people_at,
    set_pin,
    tablet_of,
    units_for_tablets,
    why_weak,
    withdraw_tablet,
)
from core.exceptions import NotAllowed, Refused
from core.forms import Form
from core.http import TOO_MANY, UNPROCESSABLE


def pin_field(label: Any, **kwargs: Any) -> forms.CharField:
    attrs = {"inputmode": "numeric", "autocomplete": "off", "class": "t-w-m"}
    return forms.CharField(label=label, max_length=20, widget=forms.PasswordInput(attrs=attrs), **kwargs)


class PinForm(Form):
    """What is typed on the pad."""

    pin = pin_field(gettext_lazy("PIN"))


class NewPinForm(Form):
    """A PIN for this tablet, twice."""

    pin = pin_field(gettext_lazy("New PIN"), help_text=gettext_lazy("Four to six digits, for this tablet only."))
    again = pin_field(gettext_lazy("The PIN again"))

    def clean_pin(self) -> str:
        pin = self.cleaned_data["pin"].strip()
        if weakness := why_weak(pin):
            raise forms.ValidationError(weakness)
        return pin

    def clean_again(self) -> str:
        again = self.cleaned_data["again"].strip()
        if self.cleaned_data.get("pin", again) != again:
            raise forms.ValidationError(_("The two are not the same"))
        return again


class TabletForm(Form):
    """Which workshop's, and how one tells it from the others."""

    unit = forms.ModelChoiceField(label=gettext_lazy("Workshop"), queryset=Unit.objects.none(), empty_label=None)
    name = forms.CharField(
        label=gettext_lazy("Name of the tablet"), max_length=60, help_text=gettext_lazy("For instance “by the door”.")
    )


def way_back(request: HttpRequest) -> str:
    """Where one was before, on this site; empty for anything else."""
    there = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if is_ours and there.startswith("/") else ""


@require_safe
@never_cache
def users(request: HttpRequest) -> HttpResponse:
    """Who has a PIN on this tablet; on any other device the sign-in page."""
    if request.user.is_authenticated:
        return redirect("attendance:overview")
    tablet = tablet_of(request)
    if tablet is None:
        return redirect_to_login(way_back(request) or "/", reverse("account_login"))
    people = [(row.user, is_worth_trying(row)) for row in people_at(tablet)]
    return render(
        request, "accounts/tablet_users.html", {"tablet": tablet, "people": people, "next": way_back(request)}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter(request: HttpRequest, user: int) -> HttpResponse:
    """The PIN of one of them. Wrong, locked and run out are told alike."""
    if request.user.is_authenticated:
        return redirect("attendance:overview")
    tablet = tablet_of(request)
    if tablet is None:
        return redirect("account_login")
    person = get_object_or_404(people_at(tablet), user=user).user
    form, status = PinForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="pin"):
            form.add_error(None, _("Too many tries. Wait a little"))
            status = TOO_MANY
        elif row := enter_pin(tablet=tablet, user_id=person.pk, pin=form.cleaned_data["pin"].strip()):
            begin_by_pin(request, row)
            return redirect(way_back(request) or "attendance:overview")
        else:
            words = _("The PIN is not right, or it needs your password first. After five wrong ones it is locked")
            form.add_error("pin", words)
    context = {"tablet": tablet, "person": person, "form": form, "next": way_back(request)}
    status = UNPROCESSABLE if form.errors and status == 200 else status
    return render(request, "accounts/tablet_enter.html", context, status=status)


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """End the session: to the names on the shared tablet, or to the sign-in page with a password."""
    back = way_back(request)
    logout(request)
    if "password" in request.POST or tablet_of(request) is None:
        return redirect_to_login(back or "/", reverse("account_login"))
    return redirect("tablet_users")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def pin(request: SignedIn) -> HttpResponse:
    """The user's own PIN on this tablet; only after a full sign-in here, which lasts from then."""
    tablet = tablet_of(request)
    if tablet is None or TABLET not in request.session:
        raise Http404
    if not may_have_pin(request.user, tablet):
        raise NotAllowed
    form = NewPinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        began = moment(request.session.get(BEGAN, now()))
        try:
            set_pin(tablet=tablet, pin=form.cleaned_data["pin"], signed_in_at=began, by=request.user)
        except Refused as refused:
            form.add_error("pin", str(refused))
        else:
            messages.success(request, _("From now on your name and the PIN let you in on this tablet"))
            return redirect("attendance:overview")
    has_one = TabletPin.objects.filter(tablet=tablet, user=request.user).exists()
    context = {"tablet": tablet, "form": form, "has_one": has_one}
    return render(request, "accounts/tablet_pin.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def tablets(request: SignedIn) -> HttpResponse:
    """The shared tablets of the user's workshops, and making the device in hand one of them."""
    units = units_for_tablets(request.user)
    if not units:
        raise NotAllowed
    form = TabletForm(request.POST or None, initial={"unit": units[0].pk})
    form.fields["unit"].queryset = units  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            tablet, secret = make_tablet(by=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            request.session[TABLET] = tablet.pk
            messages.success(request, _("This is a shared tablet of %(workshop)s now") % {"workshop": tablet.unit.name})
            response = redirect("tablet_pin")
            mark_device(response, secret)
            return response
    shared = SharedTablet.objects.in_use().filter(unit__in=units).select_related("unit").order_by("unit__name", "pk")
    context = {"form": form, "tablets": shared, "here": tablet_of(request)}
    return render(request, "accounts/tablets.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    """A device is shared no more, wherever it is."""
    known = SharedTablet.objects.filter(unit__in=units_for_tablets(request.user))
    tablet = get_object_or_404(known, pk=pk)
    withdraw_tablet(tablet=tablet, by=request.user)
    messages.success(request, _("%(name)s is no shared tablet any more") % {"name": tablet.name})
    return redirect("tablets")
