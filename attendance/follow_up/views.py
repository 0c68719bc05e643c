"""Follow-up of missed citizens (A7)."""

from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from attendance.follow_up.contacts import record_contact
from attendance.follow_up.escalation import clock_of
from attendance.follow_up.forms import ContactForm, RestForm
from attendance.follow_up.resting import USUAL_DAYS, lift_rest, rest_of, rest_reminders
from attendance.models import ContactAttempt, MissedAttendance, MissedStatus, Rest
from attendance.permissions import may_follow_up
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from programmes.permissions import may_work_on

LIST_AT_MOST = 300
# Another name than the field has in the form of the contact.
REST_ID = "rest_%s"


def open_follow_ups(user: User) -> QuerySet[MissedAttendance]:
    """The flags that wait for a contact and that the user sees: those that went on to others first, then the longest
    waiting; those whose reminders rest last."""
    rests = Rest.objects.standing().filter(programme=OuterRef("slot__programme_id"))
    return (
        MissedAttendance.objects.visible_to(user)
        .waiting()
        .select_related("slot__citizen", "slot__programme__caseworker", "slot__workshop__unit")
        .annotate(rest_until=Subquery(rests.values("until")[:1]), rest_by=Subquery(rests.values("by__name")[:1]))
        .order_by(F("rest_until").asc(nulls_first=True), "-escalation", "due_on", "slot__starts", "pk")
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
    found = missed_of(request, pk)
    form = ContactForm(request.POST) if request.method == "POST" else new_contact_form(usual_rest())
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                attempt = record_contact(missed=found, by=request.user, **form.answers)
            except Refused as refusal:
                messages.error(request, str(refusal))
                return redirect("attendance:contact", found.pk)
            said = (
                _("Written down. The follow-up is closed.")
                if attempt.was_reached
                else _("Written down. The follow-up stays open.")
            )
            messages.success(request, f"{found.slot.citizen.name}: {said}")
            return redirect("desk:today")
        status = UNPROCESSABLE
    return contact_page(request, found, form=form, status=status)


@require_POST
def rest(request: SignedIn, pk: int) -> HttpResponse:
    """Let the automatic reminders of the case rest until a day, or bring them back (A8)."""
    found = missed_of(request, pk)
    try:
        if "lift" in request.POST:
            lift_rest(missed=found, by=request.user)
            messages.success(request, _("The reminders are back."))
            return redirect("attendance:contact", found.pk)
        form = RestForm(request.POST, auto_id=REST_ID)
        if not form.is_valid():
            return contact_page(request, found, form=form, status=UNPROCESSABLE)
        rest_reminders(missed=found, until=form.cleaned_data["rest_until"], by=request.user)
        messages.success(request, _("The reminders rest."))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("attendance:contact", found.pk)


def new_contact_form(usual: date) -> ContactForm:
    return ContactForm(initial={"means": ContactAttempt.Means.PHONE, "rest_until": usual})


def usual_rest() -> date:
    """The day on which the reminders come back unless somebody says another."""
    return timezone.localdate() + timedelta(days=USUAL_DAYS)


def missed_of(request: SignedIn, pk: int) -> MissedAttendance:
    """The flag, if it is the user's to follow up; the look is logged (T1, T5)."""
    found = get_object_or_404(
        MissedAttendance.objects.visible_to(request.user).select_related(
            "slot__citizen", "slot__programme__caseworker", "slot__workshop__unit", "followed_up_by", "cleared_by"
        ),
        pk=pk,
    )
    if not may_follow_up(request.user, found):
        raise NotAllowed
    look(request, f"missed {found.pk}", citizen_id=found.slot.citizen_id)
    return found


def contact_page(
    request: SignedIn, found: MissedAttendance, *, form: ContactForm | RestForm, status: int
) -> HttpResponse:
    """The page of a follow-up around the form that was filled in wrong, or a fresh one."""
    citizen = found.slot.citizen
    usual = usual_rest()
    resting = rest_of(found.slot.programme)
    is_open = found.status == MissedStatus.RAISED and not found.followed_up_at
    context = {
        "missed": found,
        "slot": found.slot,
        "citizen": citizen,
        "phone": "" if citizen.is_protected else citizen.phone,
        "may_uncover": citizen.is_protected and may_work_on(request.user, found.slot.programme),
        "attempts": found.attempts.select_related("by"),
        "is_open": is_open,
        "form": form,  # whose errors the title tells
        "contact_form": form if isinstance(form, ContactForm) else new_contact_form(usual),
        "rest_form": form if isinstance(form, RestForm) else RestForm(initial={"rest_until": usual}, auto_id=REST_ID),
        "rest": resting,
        "clock": clock_of(found, rest=resting, at=timezone.now()) if is_open else None,
    }
    return render(request, "attendance/contact.html", context, status=status)
