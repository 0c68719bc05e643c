"""Where a citizen works and when: placing in a workshop, at a workplace or on a course, changing the week from a day,
moving the last day (P5).

What was agreed on past days never changes: every change begins today or later. Each of these is one line on the
timeline, and attendance expects what is agreed now from that day on (A12).
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.log import record
from core.events import schedule_changed
from core.templatetags.dates import short_day
from journal.models import Audience
from programmes.access import grant_placement, withdraw_placement
from programmes.models import OpeningHours, Placement, Programme, ScheduleSlot, Workshop
from programmes.placements.placeable import (
    DAY,
    Elsewhere,
    NotPlaced,
    check_days,
    check_elsewhere,
    check_free,
    check_from,
    check_places,
    check_week,
    held,
    hold_placement,
    hold_workshop,
    lasts_until,
    nothing_twice,
    outside,
    taken_by,
)
from programmes.placements.schedules import WeekSlot, problems
from programmes.placements.weeks import Step, hours_of, minutes_of, schedule_of, steps_of, week_on
from programmes.telling import tell_case
from worklist.actions import clear_task

# What a caseworker is asked to look at when a workshop's opening hours changed: `programmes.places.opening_hours`.
TASKS = ("week_shortened", "week_outside")


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
        tell_stay("placed", placement, by=by, from_day=starts_on, day=starts_on.isoformat(), week_minutes=sum_of(week))
    return placement


def place_elsewhere(
    *, programme: Programme, where: Elsewhere, starts_on: date, ends_on: date, week: Sequence[WeekSlot], by: User
) -> Placement:
    """Agree on an internship or a course from `starts_on` to `ends_on`, with a week that is reported (P5, A11).

    NotPlaced as for `place`, but for the opening hours, and where the type knows no such thing.
    """
    with held(programme, by) as programme:
        check_elsewhere(programme, where)
        check_days(programme, starts_on, ends_on)
        check_week(week, None)
        check_free(programme, week, starts_on, ends_on)
        with nothing_twice():
            placement = Placement.objects.create(
                programme=programme, starts_on=starts_on, ends_on=ends_on, **asdict(where)
            )
            write(placement, week, starts_on, ends_on)
        tell_stay("placed", placement, by=by, from_day=starts_on, day=starts_on.isoformat(), week_minutes=sum_of(week))
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
        clear_task(kind="week_shortened", source=source_of_week(programme.pk), by=by)
        told = {
            "day": from_day.isoformat(),
            "week_minutes": step.minutes,
            "week_before": minutes_before,
        }
        tell_stay("week_changed", placement, by=by, from_day=from_day, **told)
    return step


def drop_step(*, placement: Placement, from_day: date, by: User) -> None:
    """Take back a coming step: the week before it goes on in its place (P12). NotPlaced unless one begins then."""
    with held(placement.programme, by) as programme:
        placement = hold_placement(placement, programme)
        slots = schedule_of(programme)
        own = [slot for slot in slots if slot.placement_id == placement.pk]
        is_ahead = from_day > timezone.localdate()
        before = week_on(own, from_day - DAY) if is_ahead else ()
        begins = [step for step in steps_of(own) if step.starts_on == from_day]
        if not before or not begins:
            raise NotPlaced(_("No agreed step begins on that day"), field="from_day")
        week = [WeekSlot(slot.weekday, slot.starts, slot.ends) for slot in before]
        check_week(week, placement.workshop)
        check_free(programme, week, from_day, begins[0].ends_on, besides=placement)
        minutes_before = sum(minutes_of(slot) for slot in week_on(slots, from_day))
        with nothing_twice():
            rewrite(placement, from_day, begins[0].ends_on, week)
        now = sum(minutes_of(slot) for slot in week_on(schedule_of(programme), from_day))
        told = {"day": from_day.isoformat(), "week_minutes": now, "week_before": minutes_before}
        tell_stay("week_changed", placement, by=by, from_day=from_day, **told)


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
            if workshop := placement.workshop:
                if workshop.unit.closed_on:
                    raise NotPlaced(_("%(workshop)s is closed") % {"workshop": workshop}, field="ends_on")
                check_places(programme, workshop, earlier + DAY, ends_on, field="ends_on")
            at_the_end = [slot for slot in placement.slots.all() if slot.valid_until == earlier]
            week = [WeekSlot(slot.weekday, slot.starts, slot.ends) for slot in at_the_end]
            taken = taken_by(programme, week, earlier + DAY, ends_on, besides=placement)
            for words in [*problems(week, placement.workshop).values(), *taken.values()]:
                raise NotPlaced(words, field="ends_on")
        with nothing_twice("ends_on"):
            placement.ends_on = ends_on
            placement.save(update_fields=["ends_on"])
        grant_placement(placement)
        kind = "placement_shortened" if ends_on < earlier else "placement_extended"
        tell_stay(kind, placement, by=by, from_day=min(ends_on, earlier) + DAY, day=ends_on.isoformat())
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
            raise NotPlaced(_("Something is noted on days of this placement. Choose its last day instead")) from error
        placement.pk = key
        withdraw_placement(placement, on=timezone.localdate() - DAY)
        tell_stay("placement_removed", placement, by=by, from_day=first, day=first.isoformat())


def change_contact(*, placement: Placement, contact_name: str, contact_phone: str, seen: str, by: User) -> None:
    """Somebody else is to be called at the workplace or on the course. `seen` is the `contact` that the page showed.

    NotPlaced for a workshop, whose contact persons are users, and when another one was written meanwhile (T13).
    """
    with held(placement.programme, by) as programme:
        placement = hold_placement(placement, programme)
        if not placement.is_reported:
            raise NotPlaced(_("A workshop has contact persons of its own"))
        if (placement.contact_name, placement.contact_phone) == (contact_name, contact_phone):
            return
        if placement.contact != seen:
            now = placement.contact or _("nobody")
            words = _("Somebody else has changed it meanwhile: %(contact)s") % {"contact": now}
            raise NotPlaced(words, field="contact_name")
        placement.contact_name, placement.contact_phone = contact_name, contact_phone
        placement.save(update_fields=["contact_name", "contact_phone"])
        record("workplace_contact_changed", by=by, subject=placement, citizen_id=programme.citizen_id)


def tell_told(*, programme: Programme, by: User) -> None:
    """The citizen knows of the week that new opening hours shortened: the task leaves the list."""
    with held(programme, by) as programme:
        clear_task(kind="week_shortened", source=source_of_week(programme.pk), by=by)
        record("week_told", by=by, subject=programme, citizen_id=programme.citizen_id)


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


def lies_outside(programme: Programme) -> bool:
    """Whether anything that is agreed from today on lies outside the opening hours. One query."""
    opening = OpeningHours.objects.filter(
        workshop=OuterRef("placement__workshop"),
        weekday=OuterRef("weekday"),
        opens__lte=OuterRef("starts"),
        closes__gte=OuterRef("ends"),
    )
    ahead = ScheduleSlot.objects.filter(
        programme=programme, valid_until__gte=timezone.localdate(), placement__workshop__isnull=False
    )
    return ahead.exclude(Exists(opening)).exists()


def source_of_week(pk: int) -> str:
    return f"programmes.programme:{pk}"


# What the timeline says of a placement without a workshop.
ELSEWHERE = {
    "placed": "stay_agreed",
    "placement_shortened": "stay_shortened",
    "placement_extended": "stay_extended",
    "placement_removed": "stay_removed",
}


def tell_stay(kind: str, placement: Placement, *, by: User, from_day: date, **told: Any) -> None:
    """One line on the timeline that leads to the week, one event in the log, and attendance follows (J1, A12)."""
    programme = placement.programme
    if not lies_outside(programme):
        clear_task(kind="week_outside", source=source_of_week(programme.pk), by=by)
    record(kind, by=by, subject=programme, citizen_id=programme.citizen_id, placement=placement.pk, **told)
    schedule_changed.send(Programme, programme=programme, from_day=from_day, by=by)
    names: dict[str, Any] = {}
    if placement.is_reported:
        kind = ELSEWHERE.get(kind, kind)
        names["place"] = names_of(placement)
    elif kind != "week_changed":
        names["workshop"] = str(placement.workshop)
    tell_case(
        kind,
        programme,
        by=by,
        audience=Audience.HEALTH if placement.tells_of_health else Audience.REFERRER,
        url=reverse("desk:week", args=[programme.reference]),
        source=f"programmes.placement:{placement.pk}",
        **names,
        **told,
    )


def names_of(placement: Placement) -> str | dict[str, str]:
    """The workplace, or the course and where it is held in all languages."""
    offered = placement.offered
    if offered is None:
        return placement.place or placement.course
    return {
        language: ", ".join(filter(None, [name, placement.place]))
        for language, name in offered.name.model_dump().items()
    }
