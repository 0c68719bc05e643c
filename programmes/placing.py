"""Where a citizen works and when: placing in a workshop, changing the week from a day, moving the last day (P5).

What was agreed on past days never changes: every change begins today or later. Each of these is one line on the
timeline, and attendance expects what is agreed now from that day on (A12).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.models import Citizen
from core.events import schedule_changed
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import clock, short_day
from core.templatetags.dates import weekday as name_of_day
from journal.actions import tell
from journal.models import Audience
from programmes.access import grant_placement, withdraw_placement
from programmes.capacity import free_places
from programmes.models import OpeningHours, Placement, Programme, ScheduleSlot, Workshop
from programmes.pausing import outside
from programmes.permissions import may_work_on
from programmes.schedules import WeekSlot, problems
from programmes.statuses import RUNNING
from programmes.weeks import Step, hours_of, minutes_of, schedule_of, steps_of, week_on
from worklist.models import Task

A_MONDAY = date(2024, 1, 1)
DAY = timedelta(days=1)
# What a caseworker is asked to look at when a workshop's opening hours changed: `programmes.opening_hours`.
TASKS = ("week_shortened", "week_outside")


class NotPlaced(Refused):
    """It cannot be agreed so. `field` is the one it is about; `slots` says what is wrong with each of the week's."""

    def __init__(self, message: str, *, field: str = "", slots: Mapping[int, str] | None = None) -> None:
        self.field, self.slots = field, dict(slots or {})
        super().__init__(message)


def place(
    *, programme: Programme, workshop: Workshop, starts_on: date, ends_on: date, week: Sequence[WeekSlot], by: User
) -> Placement:
    """Place the citizen in a workshop from `starts_on` to `ends_on`, both included, with a week (P5).

    NotPlaced outside the programme, in the past, in a closed or full workshop, outside its opening hours, and where
    other hours are agreed already. Of two who place at once in the same hours, the second gets that.
    """
    with held(programme, by) as programme:
        if not programme.type.settings.uses_workshops:
            raise NotPlaced(_("This type of programme uses no workshops"))
        workshop = hold_workshop(workshop, programme)
        check_days(programme, starts_on, ends_on)
        for other in programme.placements.filter(workshop=workshop, starts_on__lte=ends_on, ends_on__gte=starts_on):
            raise NotPlaced(
                _("%(workshop)s is agreed from %(first)s to %(last)s already. Change that week instead")
                % {"workshop": workshop, "first": short_day(other.starts_on), "last": short_day(other.ends_on)},
                field="starts_on",
            )
        check_places(programme, workshop, starts_on, ends_on, field="starts_on")
        check_week(week, workshop)
        check_free(programme, week, starts_on, ends_on)
        with nothing_twice():
            placement = Placement.objects.create(
                programme=programme, workshop=workshop, starts_on=starts_on, ends_on=ends_on
            )
            write(placement, week, starts_on, ends_on)
        grant_placement(placement)
        told = {"workshop": workshop.unit.name, "day": starts_on.isoformat(), "week_minutes": sum_of(week)}
        tell_case("placed", placement, by=by, from_day=starts_on, **told)
    return placement


def change_week(*, placement: Placement, from_day: date, week: Sequence[WeekSlot], by: User) -> Step:
    """Agree another week from `from_day` on, today or later, until the next agreed step or the placement's end (P5).

    Returns the step that holds from that day. NotPlaced as for `place`, and when nothing differs. What is agreed on
    earlier days, and from the next step on, stays as it is (P12).
    """
    with held(placement.programme, by) as programme:
        placement = hold_placement(placement, programme)
        check_from(placement, from_day)
        check_week(week, placement.workshop)
        slots = schedule_of(programme)
        own = [slot for slot in slots if slot.placement_id == placement.pk]
        before = week_on(own, from_day)
        if hours_in(week) == sorted(hours_of(slot)[1:] for slot in before):
            raise NotPlaced(_("This week is agreed already"), field="from_day")
        until = lasts_until(own, from_day, placement)
        check_free(programme, week, from_day, until, besides=placement)
        minutes_before = sum(minutes_of(slot) for slot in week_on(slots, from_day))
        with nothing_twice():
            rewrite(placement, from_day, until, week)
        now = week_on(schedule_of(programme), from_day)
        step = Step(from_day, until, now)
        clear_tasks(programme, by, "week_shortened")
        told = {"day": from_day.isoformat(), "week_minutes": step.minutes, "week_before": minutes_before}
        tell_case("week_changed", placement, by=by, from_day=from_day, **told)
    return step


def drop_step(*, placement: Placement, from_day: date, by: User) -> None:
    """Take back a coming step: the week before it goes on in its place (P12). NotPlaced unless one begins then."""
    with held(placement.programme, by) as programme:
        placement = hold_placement(placement, programme)
        slots = schedule_of(programme)
        own = [slot for slot in slots if slot.placement_id == placement.pk]
        before = week_on(own, from_day - DAY)
        begins = [step for step in steps_of(own) if step.starts_on == from_day]
        if from_day <= timezone.localdate() or not before or not begins:
            raise NotPlaced(_("No agreed step begins on that day"), field="from_day")
        week = [WeekSlot(slot.weekday, slot.starts, slot.ends) for slot in before]
        check_week(week, placement.workshop)
        check_free(programme, week, from_day, begins[0].ends_on, besides=placement)
        minutes_before = sum(minutes_of(slot) for slot in week_on(slots, from_day))
        with nothing_twice():
            rewrite(placement, from_day, begins[0].ends_on, week)
        now = sum(minutes_of(slot) for slot in week_on(schedule_of(programme), from_day))
        told = {"day": from_day.isoformat(), "week_minutes": now, "week_before": minutes_before}
        tell_case("week_changed", placement, by=by, from_day=from_day, **told)


def move_last_day(*, placement: Placement, ends_on: date, by: User) -> Placement:
    """Let a placement end earlier or last longer, within the programme; the week that is agreed at its end goes on.

    The new last day is today or later. NotPlaced as for `place` on the days that are added.
    """
    with held(placement.programme, by) as programme:
        placement = hold_placement(placement, programme)
        earlier = placement.ends_on
        if ends_on == earlier:
            raise NotPlaced(_("This is the last day already"), field="ends_on")
        if ends_on < max(timezone.localdate(), placement.starts_on):
            raise NotPlaced(_("The last day cannot lie before the first, or in the past"), field="ends_on")
        if ends_on > programme.ends_on:
            raise NotPlaced(outside(programme), field="ends_on")
        if ends_on > earlier:
            if placement.workshop.unit.closed_on:
                raise NotPlaced(_("%(workshop)s is closed") % {"workshop": placement.workshop}, field="ends_on")
            check_places(programme, placement.workshop, earlier + DAY, ends_on, field="ends_on")
            at_the_end = [slot for slot in placement.slots.all() if slot.valid_until == earlier]
            week = [WeekSlot(slot.weekday, slot.starts, slot.ends) for slot in at_the_end]
            taken = taken_by(programme, week, earlier + DAY, ends_on, besides=placement)
            for words in [*problems(week, placement.workshop).values(), *taken.values()]:
                raise NotPlaced(words, field="ends_on")
        with nothing_twice("ends_on"):
            placement.ends_on = ends_on
            placement.save(update_fields=["ends_on"])
        grant_placement(placement)
        told = {"workshop": placement.workshop.unit.name, "day": ends_on.isoformat()}
        kind = "placement_shortened" if ends_on < earlier else "placement_extended"
        tell_case(kind, placement, by=by, from_day=min(ends_on, earlier) + DAY, **told)
    return placement


def remove(*, placement: Placement, by: User) -> None:
    """Take back a placement that has not begun. NotPlaced from its first day on, and where somebody has already noted
    something on its days."""
    with held(placement.programme, by) as programme:
        placement = hold_placement(placement, programme)
        if placement.starts_on <= timezone.localdate():
            raise NotPlaced(_("The placement has begun. Choose its last day instead"))
        key, first = placement.pk, placement.starts_on
        placement.slots.all().delete()
        schedule_changed.send(Programme, programme=programme, from_day=first, by=by)
        try:
            with transaction.atomic():
                placement.delete()
        except ProtectedError as error:
            raise NotPlaced(
                _("Something is noted in the register on days of this placement. Choose its last day instead")
            ) from error
        placement.pk = key
        withdraw_placement(placement, on=timezone.localdate() - DAY)
        told = {"workshop": placement.workshop.unit.name, "day": first.isoformat()}
        tell_case("placement_removed", placement, by=by, from_day=first, **told)


def tell_told(*, programme: Programme, by: User) -> None:
    """The citizen knows of the week that new opening hours shortened: the task leaves the list."""
    with held(programme, by) as programme:
        clear_tasks(programme, by, "week_shortened")


# What is held and looked at before anything is written.


@contextmanager
def held(programme: Programme, by: User) -> Iterator[Programme]:
    """Acting on a running programme that the user may work on, alone with its citizen and the programme itself.

    The citizen first, as whoever merges two does; the locks let rows that name them be written meanwhile.
    """
    with acting(by):
        Citizen.objects.select_for_update(no_key=True).only("pk").get(programmes=programme.pk)
        programme = (
            Programme.objects.select_for_update(of=("self",), no_key=True)
            .select_related("citizen", "centre", "type", "referring_organisation")
            .get(pk=programme.pk)
        )
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
    """The placement as it is now, with its workshop held; NotPlaced when it is gone or over."""
    found = programme.placements.filter(pk=placement.pk).first()
    if found is None:
        raise NotPlaced(_("This placement is not there any more"))
    if found.ends_on < timezone.localdate():
        raise NotPlaced(_("The placement is over"))
    found.workshop = (
        Workshop.objects.select_for_update(of=("self",), no_key=True).select_related("unit").get(pk=found.workshop_id)
    )
    found.programme = programme
    return found


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


def check_week(week: Sequence[WeekSlot], workshop: Workshop) -> None:
    """Something is agreed, inside the opening hours and nothing on top of another (P5)."""
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
                    "workshop": slot.placement.workshop,
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


# What is written.


def rewrite(placement: Placement, first: date, last: date, week: Sequence[WeekSlot]) -> None:
    """Let `week` and nothing else be agreed in the placement from `first` to `last`; before and after it stays.

    A fixed number of statements. The caller holds the programme.
    """
    reaching = placement.slots.filter(valid_from__lt=first, valid_until__gte=first)
    after = [again(slot, last + DAY, slot.valid_until) for slot in reaching if slot.valid_until > last]
    reaching.update(valid_until=first - DAY)
    inside = placement.slots.filter(valid_from__gte=first, valid_from__lte=last)
    inside.filter(valid_until__lte=last).delete()
    inside.update(valid_from=last + DAY)
    ScheduleSlot.objects.bulk_create(after)
    write(placement, week, first, last)


def write(placement: Placement, week: Sequence[WeekSlot], first: date, last: date) -> None:
    ScheduleSlot.objects.bulk_create(
        ScheduleSlot(
            placement=placement,
            programme_id=placement.programme_id,
            weekday=slot.weekday,
            starts=slot.starts,
            ends=slot.ends,
            valid_from=first,
            valid_until=last,
        )
        for slot in week
    )


def again(slot: ScheduleSlot, first: date, last: date) -> ScheduleSlot:
    return ScheduleSlot(
        placement_id=slot.placement_id,
        programme_id=slot.programme_id,
        weekday=slot.weekday,
        starts=slot.starts,
        ends=slot.ends,
        valid_from=first,
        valid_until=last,
    )


def hours_in(week: Sequence[WeekSlot]) -> list[tuple]:
    return sorted((slot.weekday, slot.starts, slot.ends) for slot in week)


def sum_of(week: Sequence[WeekSlot]) -> int:
    return sum(slot.minutes for slot in week)


def clear_tasks(programme: Programme, by: User, kind: str) -> None:
    """Take the task about the week off the list. One statement."""
    Task.objects.open().filter(kind=kind, source=source_of_week(programme.pk)).update(
        done_at=timezone.now(), done_by=by
    )


def lies_outside(programme: Programme) -> bool:
    """Whether anything that is agreed from today on lies outside the opening hours. One query."""
    opening = OpeningHours.objects.filter(
        workshop=OuterRef("placement__workshop"),
        weekday=OuterRef("weekday"),
        opens__lte=OuterRef("starts"),
        closes__gte=OuterRef("ends"),
    )
    ahead = ScheduleSlot.objects.filter(programme=programme, valid_until__gte=timezone.localdate())
    return ahead.exclude(Exists(opening)).exists()


def source_of_week(pk: int) -> str:
    return f"programmes.programme:{pk}"


def tell_case(kind: str, placement: Placement, *, by: User, from_day: date, **told: str | int) -> None:
    """One line on the timeline that leads to the week, one event in the log, and attendance follows (J1, A12)."""
    programme = placement.programme
    if not lies_outside(programme):
        clear_tasks(programme, by, "week_outside")
    record(kind, by=by, subject=programme, citizen_id=programme.citizen_id, placement=placement.pk, **told)
    schedule_changed.send(Programme, programme=programme, from_day=from_day, by=by)
    tell(
        kind,
        citizen=programme.citizen,
        centre=programme.centre,
        case=programme.reference,
        referring_organisation=programme.referring_organisation,
        by=by,
        audience=Audience.REFERRER,
        url=reverse("desk:week", args=[programme.reference]),
        source=f"programmes.placement:{placement.pk}",
        **told,
    )
