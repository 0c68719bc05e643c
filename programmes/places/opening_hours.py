"""New opening hours of a workshop, and the agreed weeks that would lie outside them (P5).

Whoever changes the hours says what happens to these weeks: they are shortened from today on, as new versions, or they
stay until somebody agrees on others. Either way each caseworker gets a task. What was agreed on past days stays.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, time

from django.db import connection
from django.db.models import Q, TextChoices
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.log import record_each
from core.events import schedules_changed
from core.exceptions import Refused
from journal.models import Audience, Entry
from programmes.locking import locked_each
from programmes.models import Programme, ScheduleSlot, Workshop
from programmes.placements.placing import source_of_week
from programmes.placements.weeks import minutes_of, week_on
from programmes.statuses import RUNNING
from worklist.models import Task

Week = Mapping[int, tuple[time, time]]

# Ends each slot before the day, or takes it back where it had not begun, and agrees on what of it lies inside the new
# hours; nothing of it where the workshop is closed.
SHORTEN = """
    WITH hours AS (
        SELECT * FROM unnest(%(weekdays)s::int[], %(opens)s::time[], %(closes)s::time[]) AS h (weekday, opens, closes)
    ),
    outside AS (
        SELECT s.* FROM programmes_scheduleslot s WHERE s.id = ANY (%(slots)s)
    ),
    ended AS (
        UPDATE programmes_scheduleslot s SET valid_until = %(day)s::date - 1
        FROM outside o WHERE o.id = s.id AND s.valid_from < %(day)s RETURNING s.id
    ),
    gone AS (
        DELETE FROM programmes_scheduleslot s
        USING outside o WHERE o.id = s.id AND s.valid_from >= %(day)s RETURNING s.id
    )
    INSERT INTO programmes_scheduleslot
        (placement_id, programme_id, weekday, starts, ends, valid_from, valid_until)
    SELECT o.placement_id, o.programme_id, o.weekday, greatest(o.starts, h.opens), least(o.ends, h.closes),
        greatest(o.valid_from, %(day)s), o.valid_until
    FROM outside o JOIN hours h ON h.weekday = o.weekday
    WHERE greatest(o.starts, h.opens) < least(o.ends, h.closes)
"""


class Answer(TextChoices):
    """What happens to the agreed weeks that new opening hours leave outside."""

    SHORTEN = "shorten", _("Shorten the weeks to the new hours from today on. Each caseworker tells the citizen.")
    LEAVE = "leave", _("Leave the weeks as they are. Each caseworker agrees on a new week with the citizen.")


@dataclass(frozen=True)
class Outside:
    """One agreed weekly slot that new opening hours would leave outside; weekday 1 is Monday."""

    programme: Programme
    weekday: int
    starts: time
    ends: time
    pk: int = 0


class HoursAgreed(Refused):
    """Agreed hours lie outside the new opening hours, and nobody has said what happens to them; `slots` says whose
    (P5)."""

    def __init__(self, slots: list[Outside]) -> None:
        self.slots = slots
        citizens = len({one.programme.pk for one in slots})
        words = ngettext(
            "%(count)s citizen has agreed hours outside the new opening hours. Choose what happens to this week.",
            "%(count)s citizens have agreed hours outside the new opening hours. Choose what happens to these weeks.",
            citizens,
        )
        super().__init__(words % {"count": citizens})


def left_outside(workshop: Workshop, week: Week, *, since: date) -> list[Outside]:
    """Agreed hours of running programmes, valid from `since` on, that do not lie inside `week`. One query."""
    inside = Q(pk__in=[])
    for weekday, (opens, closes) in week.items():
        inside |= Q(weekday=weekday, starts__gte=opens, ends__lte=closes)
    slots = (
        ScheduleSlot.objects.filter(
            valid_until__gte=since,
            placement__workshop=workshop,
            placement__ends_on__gte=since,
            placement__programme__status__in=RUNNING,
            placement__programme__ends_on__gte=since,
        )
        .exclude(inside)
        .select_related("placement__programme__citizen")
        .order_by("placement__programme__reference", "weekday", "starts")
    )
    return [Outside(slot.placement.programme, slot.weekday, slot.starts, slot.ends, slot.pk) for slot in slots]


def hold_programmes(workshop: Workshop, week: Week, *, since: date) -> set[int]:
    """Hold the programmes whose weeks are touched, before the workshop itself as everybody does; returns their ids."""
    touched = {one.programme.pk for one in left_outside(workshop, week, since=since)}
    locked_each(Programme.objects.filter(pk__in=touched))
    return touched


def answer_for(workshop: Workshop, week: Week, slots: Collection[Outside], answer: Answer, *, by: User) -> None:
    """Do what was answered, and tell each caseworker; a fixed number of statements, however many citizens.

    The caller holds the programmes and the workshop.
    """
    today = timezone.localdate()
    programmes = {one.programme.pk: one.programme for one in slots}
    if answer == Answer.SHORTEN:
        shorten([one.pk for one in slots], week, today)
        schedules_changed.send(Programme, programmes=list(programmes), from_day=today, by=by)
        tell_timelines(workshop, programmes, today, by=by)
    kind = "week_shortened" if answer == Answer.SHORTEN else "week_outside"
    Task.objects.bulk_create(
        [
            Task(
                citizen_id=programme.citizen_id,
                kind=kind,
                source=source_of_week(programme.pk),
                due_on=today,
                url=reverse("desk:week", args=[programme.reference]),
                for_user_id=programme.caseworker_id,
                params={"workshop": workshop.unit.name},
            )
            for programme in programmes.values()
        ],
        ignore_conflicts=True,
    )
    of = [(programme.reference, programme.citizen_id) for programme in programmes.values()]
    record_each(kind, by=by, of=of, workshop=workshop.unit.name)


def shorten(slots: list[int], week: Week, day: date) -> None:
    """Let nothing of the slots (ids) lie outside `week` from `day` on; before it they stay. One statement."""
    weekdays = list(week)
    with connection.cursor() as cursor:
        cursor.execute(
            SHORTEN,
            {
                "weekdays": weekdays,
                "opens": [week[weekday][0] for weekday in weekdays],
                "closes": [week[weekday][1] for weekday in weekdays],
                "slots": slots,
                "day": day,
            },
        )


def tell_timelines(workshop: Workshop, programmes: Mapping[int, Programme], today: date, *, by: User) -> None:
    """One line in each case, with the hours of the first week that is shorter. Two statements."""
    agreed: dict[int, list[ScheduleSlot]] = {pk: [] for pk in programmes}
    for slot in ScheduleSlot.objects.filter(programme__in=programmes, valid_until__gte=today):
        agreed[slot.programme_id].append(slot)
    Entry.objects.bulk_create(
        Entry(
            kind="week_shortened",
            citizen_id=programme.citizen_id,
            centre_id=programme.centre_id,
            case=programme.reference,
            referring_organisation_id=programme.referring_organisation_id,
            author=by,
            audience=Audience.REFERRER,
            url=reverse("desk:week", args=[programme.reference]),
            params={
                "workshop": workshop.unit.name,
                "day": (first := max(today, programme.starts_on)).isoformat(),
                "week_minutes": sum(minutes_of(slot) for slot in week_on(agreed[pk], first)),
            },
        )
        for pk, programme in programmes.items()
    )
