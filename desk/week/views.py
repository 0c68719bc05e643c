"""The agreed week of a case, and what changes it (P5, P12)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from audit.log import look
from core.exceptions import NotAllowed, Refused
from core.http import UNPROCESSABLE
from core.templatetags.dates import day as in_words
from desk.week.forms import ChangeForm, ContactForm, ElsewhereForm, LastDayForm, PlaceForm, WeekForm, day_of
from desk.week.page import next_monday, page_of
from programmes.models import Placement, Programme, Workshop
from programmes.permissions import may_work_on
from programmes.placements import placing
from programmes.placements.placeable import NotPlaced
from programmes.placements.weeks import schedule_of, week_on
from programmes.places.capacity import free_places

form_page = require_http_methods(["GET", "HEAD", "POST"])


def case_or_404(request: SignedIn, reference: str, *, to_change: bool = True) -> Programme:
    """The programme of a case that the user may see (404), and work on when it is to be changed (403)."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "centre", "type"), reference=reference
    )
    if to_change and not may_work_on(request.user, programme):
        raise NotAllowed
    look(request, f"agreed week of {programme}", citizen_id=programme.citizen_id)
    return programme


def placement_or_404(programme: Programme, pk: int) -> Placement:
    placements = programme.placements.select_related("workshop__unit").prefetch_related("workshop__opening_hours")
    placement = get_object_or_404(placements, pk=pk)
    placement.programme = programme
    return placement


@require_safe
def week(request: SignedIn, reference: str) -> HttpResponse:
    """Placements with their steps, the week as a picture, and the hours beside those attended."""
    programme = case_or_404(request, reference, to_change=False)
    context = {"programme": programme, "page": page_of(request.user, programme), "today": timezone.localdate()}
    return render(request, "desk/week.html", context)


@require_safe
def new(request: SignedIn, reference: str) -> HttpResponse:
    """The centre's open workshops with their free places in the rest of the programme, and what else the type knows."""
    programme = case_or_404(request, reference)
    first = max(timezone.localdate(), programme.starts_on)
    uses_workshops = programme.type.settings.uses_workshops
    places = free_places(programme.centre, first, max(first, programme.ends_on)) if uses_workshops else []
    return render(request, "desk/week_new.html", {"programme": programme, "places": places})


@form_page
def place(request: SignedIn, reference: str, workshop: int) -> HttpResponse:
    """Place the citizen in one workshop."""
    programme = case_or_404(request, reference)
    found = get_object_or_404(
        Workshop.objects.open()
        .filter(unit__organisation=programme.centre)
        .select_related("unit")
        .prefetch_related("opening_hours"),
        pk=workshop,
    )
    initial = {"starts_on": max(timezone.localdate(), programme.starts_on), "ends_on": programme.ends_on}
    form = PlaceForm(request.POST if request.method == "POST" else None, workshop=found, initial=initial)

    def agree(data: dict[str, Any]) -> str:
        placing.place(programme=programme, workshop=found, by=request.user, **data)
        return _("%(workshop)s is agreed from %(day)s") % {"workshop": found, "day": in_words(data["starts_on"])}

    return answer(request, programme, form, agree, title=_("Place in %(workshop)s") % {"workshop": found})


@form_page
def elsewhere(request: SignedIn, reference: str, kind: str) -> HttpResponse:
    """Agree on an internship or a course, as far as the type has them."""
    programme = case_or_404(request, reference)
    said = programme.type.settings
    is_internship = kind == Placement.Kind.INTERNSHIP
    if not (said.uses_internships if is_internship else kind == Placement.Kind.COURSE and said.weekly_courses):
        raise Http404
    initial = {"starts_on": max(timezone.localdate(), programme.starts_on), "ends_on": programme.ends_on}
    data = request.POST if request.method == "POST" else None
    form = ElsewhereForm(data, courses=said.weekly_courses, is_internship=is_internship, initial=initial)

    def agree(data: dict[str, Any]) -> str:
        placement = placing.place_elsewhere(programme=programme, by=request.user, **data)
        words = {"workshop": placement.name(with_health=True), "day": in_words(data["starts_on"])}
        return _("%(workshop)s is agreed from %(day)s") % words

    title = _("Agree on an internship") if is_internship else _("Agree on a course or treatment")
    return answer(request, programme, form, agree, title=title)


@form_page
def change(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Another week in a placement from a day on; `from` in the address suggests the day."""
    programme = case_or_404(request, reference)
    placement = placement_or_404(programme, pk)
    from_day = day_of(request.GET.get("from", "")) or next_monday(placement)
    own = [slot for slot in schedule_of(programme) if slot.placement_id == placement.pk]
    form = ChangeForm(
        request.POST if request.method == "POST" else None,
        workshop=placement.workshop,
        week=week_on(own, from_day) or week_on(own, placement.starts_on),
        initial={"from_day": from_day},
    )

    def agree(data: dict[str, Any]) -> str:
        step = placing.change_week(placement=placement, by=request.user, **data)
        return _("The new week is agreed from %(first)s to %(last)s") % {
            "first": in_words(step.starts_on),
            "last": in_words(step.ends_on),
        }

    title = _("Another week in %(workshop)s") % {"workshop": placement.name(with_health=True)}
    return answer(request, programme, form, agree, title=title, placement=placement)


def answer(
    request: SignedIn,
    programme: Programme,
    form: WeekForm,
    agree: Callable[[dict[str, Any]], str],
    **context: Any,
) -> HttpResponse:
    """The form, or the page of the week once it was agreed; a refusal stands beside what it is about."""
    if request.method == "POST" and form.is_valid():
        try:
            said = agree(form.agreed)
        except NotPlaced as refused:
            form.refuse(refused)
        else:
            messages.success(request, said)
            return redirect("desk:week", programme.reference)
    context |= {"programme": programme, "form": form}
    return render(request, "desk/week_form.html", context, status=UNPROCESSABLE if form.errors else 200)


@form_page
def end(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Another last day of a placement; one that has not begun can be taken back here."""
    programme = case_or_404(request, reference)
    placement = placement_or_404(programme, pk)
    data = request.POST if request.method == "POST" else None
    form = LastDayForm(data, initial={"ends_on": placement.ends_on})
    if request.method == "POST" and form.is_valid():
        try:
            placing.move_last_day(placement=placement, by=request.user, **form.cleaned_data)
        except NotPlaced as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("Saved"))
            return redirect("desk:week", reference)
    context = {
        "programme": programme,
        "placement": placement,
        "name": placement.name(with_health=True),
        "form": form,
        "is_ahead": placement.starts_on > timezone.localdate(),
    }
    return render(request, "desk/week_end.html", context, status=UNPROCESSABLE if form.errors else 200)


@form_page
def contact(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Somebody else is to be called at the workplace or on the course."""
    programme = case_or_404(request, reference)
    placement = placement_or_404(programme, pk)
    if not placement.is_reported:
        raise Http404
    now = {"contact_name": placement.contact_name, "contact_phone": placement.contact_phone, "seen": placement.contact}
    form = ContactForm(request.POST if request.method == "POST" else None, initial=now)
    if request.method == "POST" and form.is_valid():
        try:
            placing.change_contact(placement=placement, by=request.user, **form.cleaned_data)
        except NotPlaced as refused:
            form.refuse(refused)
            # Who saves again has read what stands there now.
            form.data = request.POST.copy()
            form.data["seen"] = placement.contact
        else:
            messages.success(request, _("Saved"))
            return redirect("desk:week", reference)
    context = {"programme": programme, "name": placement.name(with_health=True), "form": form}
    return render(request, "desk/week_contact.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_POST
def remove(request: SignedIn, reference: str, pk: int) -> HttpResponse:
    """Take back a placement that has not begun."""
    placement = placement_or_404(case_or_404(request, reference), pk)
    return done(request, reference, lambda: placing.remove(placement=placement, by=request.user))


@require_POST
def drop(request: SignedIn, reference: str, pk: int, day: str) -> HttpResponse:
    """Take back a coming step: the week before it goes on."""
    placement = placement_or_404(case_or_404(request, reference), pk)
    from_day = day_of(day)
    if from_day is None:
        raise Http404
    return done(request, reference, lambda: placing.drop_step(placement=placement, from_day=from_day, by=request.user))


@require_POST
def told(request: SignedIn, reference: str) -> HttpResponse:
    """The citizen knows of the shortened week: its task leaves the list."""
    programme = case_or_404(request, reference)
    return done(request, reference, lambda: placing.tell_told(programme=programme, by=request.user))


def done(request: SignedIn, reference: str, action: Callable[[], None]) -> HttpResponse:
    try:
        action()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Saved"))
    return redirect("desk:week", reference)
