"""What must hold before a citizen is placed or a week agreed: who is held, which days, which hours (P5, P10)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import clock, short_day
from core.templatetags.dates import weekday as name_of_day
from programmes.locking import locked
from programmes.models import Placement, Programme, ScheduleSlot, Workshop
from programmes.permissions import may_work_on
from programmes.placements.schedules import WeekSlot, problems
from programmes.placements.weeks import steps_of
from programmes.places.capacity import free_places
from programmes.statuses import RUNNING

A_MONDAY = date(2024, 1, 1)
DAY = timedelta(days=1)


class NotPlaced(Refused):
    """It cannot be agreed so. `field` is the one it is about; `slots` says what is wrong with each of the week's."""

    def __init__(self, message: str, *, field: str = "", slots: Mapping[int, str] | None = None) -> None:
        self.field, self.slots = field, dict(slots or {})
        super().__init__(message)


@dataclass(frozen=True)
class Elsewhere:
    """An internship at a named workplace, or one of the type's weekly courses by its key, with whom to call there."""

    kind: str
    place: str = ""
    course: str = ""
    contact_name: str = ""
    contact_phone: str = ""


@contextmanager
def held(programme: Programme, by: User) -> Iterator[Programme]:
    """Acting on a running programme that the user may work on, alone with its citizen and the programme itself.

    Raises NotAllowed for others, NotPlaced when the programme has ended.
    """
    with acting(by):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        if programme.status not in RUNNING:
            raise NotPlaced(_("The programme has ended"))
        yield programme


def hold_workshop(workshop: Workshop, programme: Programme) -> Workshop:
    """The workshop as it is now, until we are done: nobody closes it, fills it or changes its hours meanwhile."""
    workshop = Workshop.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=workshop.pk)
    if workshop.unit.organisation_id != programme.centre_id:
        raise NotPlaced(_("Choose a workshop of the centre"))
    if workshop.unit.closed_on:
        raise NotPlaced(_("%(workshop)s is closed") % {"workshop": workshop})
    return workshop


def hold_placement(placement: Placement, programme: Programme) -> Placement:
    """The placement as it is now, with the workshop of one held; NotPlaced when it is gone or over."""
    found = programme.placements.filter(pk=placement.pk).first()
    if found is None:
        raise NotPlaced(_("This placement is not there any more"))
    if found.ends_on < timezone.localdate():
        raise NotPlaced(_("The placement is over"))
    if found.workshop_id:
        workshops = Workshop.objects.select_for_update(of=("self",), no_key=True).select_related("unit")
        found.workshop = workshops.get(pk=found.workshop_id)
    found.programme = programme
    return found


def check_elsewhere(programme: Programme, where: Elsewhere) -> None:
    """An internship at a named workplace, or a course, where the type has them."""
    said = programme.type.settings
    if where.kind == Placement.Kind.INTERNSHIP:
        if not said.uses_internships:
            raise NotPlaced(_("This type of programme uses no internships"))
        if not where.place.strip() or where.course:
            raise NotPlaced(_("Write the name of the workplace"), field="place")
    elif where.kind != Placement.Kind.COURSE or where.course not in {one.key for one in said.weekly_courses}:
        raise NotPlaced(_("Choose one of the courses that the type has"), field="course")


def outside(programme: Programme) -> str:
    """Why a day before its start or after its end cannot be."""
    period = f"{short_day(programme.starts_on)} – {short_day(programme.ends_on)}"
    return _("The programme runs %(period)s") % {"period": period}


def check_days(programme: Programme, starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise NotPlaced(_("The end must not lie before the start"), field="ends_on")
    if starts_on < timezone.localdate():
        raise NotPlaced(_("Choose today or a later day"), field="starts_on")
    if not programme.starts_on <= starts_on <= programme.ends_on:
        raise NotPlaced(outside(programme), field="starts_on")
    if ends_on > programme.ends_on:
        raise NotPlaced(outside(programme), field="ends_on")


def check_from(placement: Placement, from_day: date) -> None:
    if from_day < timezone.localdate():
        raise NotPlaced(_("Choose today or a later day. What was agreed on past days stays"), field="from_day")
    if not placement.starts_on <= from_day <= placement.ends_on:
        period = f"{short_day(placement.starts_on)} – {short_day(placement.ends_on)}"
        raise NotPlaced(_("The placement runs %(period)s") % {"period": period}, field="from_day")


def check_places(programme: Programme, workshop: Workshop, first: date, last: date, *, field: str) -> None:
    """A free place on every day of the range (P10)."""
    places = {one.workshop.pk: one for one in free_places(programme.centre, first, last)}
    if workshop.pk not in places or places[workshop.pk].free < 1:
        raise NotPlaced(_("No free places in %(workshop)s in that time") % {"workshop": workshop}, field=field)


def check_week(week: Sequence[WeekSlot], workshop: Workshop | None) -> None:
    """Something is agreed, inside the opening hours of a workshop, and nothing on top of another (P5)."""
    if not week:
        raise NotPlaced(_("Agree at least one day a week"), field="week")
    if found := problems(week, workshop):
        raise NotPlaced(next(iter(found.values())), field="week", slots=found)


def check_free(
    programme: Programme, week: Sequence[WeekSlot], first: date, last: date, *, besides: Placement | None = None
) -> None:
    if found := taken_by(programme, week, first, last, besides=besides):
        raise NotPlaced(next(iter(found.values())), field="week", slots=found)


def taken_by(
    programme: Programme, week: Sequence[WeekSlot], first: date, last: date, *, besides: Placement | None = None
) -> dict[int, str]:
    """What the citizen has agreed at the same hours already, by position in `week` (P5). One query.

    Of all running programmes of the citizen at the same centre; what another centre agreed is not told here (U1).
    """
    there = (
        ScheduleSlot.objects.filter(
            programme__citizen=programme.citizen_id,
            programme__centre=programme.centre_id,
            programme__status__in=RUNNING,
            programme__ends_on__gte=first,
            valid_from__lte=last,
            valid_until__gte=first,
        )
        .exclude(placement=besides)
        .select_related("placement__workshop__unit")
        .order_by("valid_until", "pk")
    )
    found: dict[int, str] = {}
    for slot in there:
        for position, wished in enumerate(week):
            if wished.weekday == slot.weekday and wished.starts < slot.ends and slot.starts < wished.ends:
                found[position] = _("%(day)s %(hours)s is agreed with %(workshop)s until %(last)s") % {
                    "day": name_of_day(A_MONDAY + DAY * (slot.weekday - 1)).capitalize(),
                    "hours": f"{clock(slot.starts)}–{clock(slot.ends)}",
                    "workshop": slot.placement.name(),
                    "last": short_day(slot.valid_until),
                }
    return found


def lasts_until(own: Sequence[ScheduleSlot], from_day: date, placement: Placement) -> date:
    """The day before the placement's next agreed step, or its end (P12)."""
    later = [step.starts_on for step in steps_of(own) if step.starts_on > from_day]
    return min(later) - DAY if later else placement.ends_on


@contextmanager
def nothing_twice(field: str = "week") -> Iterator[None]:
    """The database's own word, should somebody have been faster after all: the same answer, less precise."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise NotPlaced(_("There is already an agreed time at these hours"), field=field) from error
