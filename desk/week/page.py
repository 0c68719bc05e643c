"""The agreed week of a case: placements with their steps, a picture of the week, and the hours beside those attended
(P5, P12)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from accounts.models import User
from attendance.figures import sums
from core.calendar import monday_of
from core.templatetags.dates import clock, hours, short_day
from core.templatetags.dates import day as in_words
from desk.rows import Link, link_to
from programmes.models import Placement, Programme, ScheduleSlot
from programmes.permissions import may_work_on, reads_courses, roles_in
from programmes.placements.placing import TASKS, source_of_week
from programmes.placements.weeks import Step, minutes_by_week, minutes_of, mondays_of, schedule_of, steps_of, week_on
from programmes.statuses import RUNNING
from worklist.models import Task

# What the reader may read of each placement's name, by its id.
Names = Mapping[int, str]
# The picture of a week, in units of its drawing.
LEFT, TOP, HOUR, WIDTH, KEY = 44, 24, 22, 320, 20
FIRST_HOUR, LAST_HOUR = 7, 15
ROOM_FOR_TWO_LINES, ROOM_FOR_ONE = 38, 18
# What of a name fits into the key below; the table behind the picture has all of it.
KEY_LETTERS = 24
# The chart of hours; a longer programme shows the weeks around now.
BASE, CHART_TOP, BAR = 104, 14, 22
WEEKS_SHOWN, WEEKS_BACK = 26, 13


@dataclass(frozen=True)
class Agreed:
    """One step of a placement as a row: from when, until when, which hours, and what can be done."""

    step: Step
    period: str
    week: str
    is_present: bool
    actions: list[Link]


@dataclass(frozen=True)
class Place:
    """A placement that is or comes."""

    placement: Placement
    name: str
    period: str
    steps: list[Agreed]
    actions: list[Link]
    is_ahead: bool
    contact: tuple[str, str] = ("", "")  # whom to call at the workplace, for those who work on the case


@dataclass
class WeekPage:
    """Everything on the page; what the reader may not change has no actions."""

    places: list[Place]
    before: list[Place]
    pictures: list[dict[str, Any]]
    ramp: dict[str, Any] | None
    may_change: bool
    tasks: list[Task] = field(default_factory=list)


def page_of(user: User, programme: Programme) -> WeekPage:
    """A fixed number of queries, however many placements and steps."""
    today = timezone.localdate()
    slots = schedule_of(programme)
    placements = list(
        programme.placements.select_related("workshop__unit").order_by("starts_on", "workshop__unit__name", "pk")
    )
    works_on_it = may_work_on(user, programme)
    may_change = programme.status in RUNNING and works_on_it
    with_health = reads_courses(roles_in(user, programme))
    names = {one.pk: one.name(with_health=with_health) for one in placements}
    places = [place_of(one, names[one.pk], slots, may_change, works_on_it, today) for one in placements]
    tasks = list(Task.objects.open().filter(kind__in=TASKS, source=source_of_week(programme.pk)) if may_change else [])
    return WeekPage(
        places=[one for one in places if one.placement.ends_on >= today and programme.status in RUNNING],
        before=[one for one in places if one.placement.ends_on < today or programme.status not in RUNNING],
        pictures=pictures_of(slots, today, names) if programme.status in RUNNING else [],
        ramp=ramp_of(programme, slots, today) if slots else None,
        may_change=may_change,
        tasks=tasks,
    )


def place_of(
    placement: Placement,
    name: str,
    slots: Sequence[ScheduleSlot],
    may_change: bool,
    works_on_it: bool,
    today: date,
) -> Place:
    programme = placement.programme
    own = steps_of([slot for slot in slots if slot.placement_id == placement.pk])
    hint = name
    is_ahead = placement.starts_on > today
    actions = []
    if may_change and placement.ends_on >= today:
        actions = [
            Link(link_to("desk:week_change", programme.reference, placement.pk), _("Change the week"), "pencil", hint),
            Link(link_to("desk:week_end", programme.reference, placement.pk), _("Last day"), "calendar-event", hint),
        ]
    if actions and placement.is_reported:
        where = link_to("desk:week_contact", programme.reference, placement.pk)
        actions.append(Link(where, _("Change the contact"), "telephone", hint))
    return Place(
        placement=placement,
        name=name,
        contact=(placement.contact_name, placement.contact_phone) if works_on_it else ("", ""),
        period=period_in_words(placement.starts_on, placement.ends_on),
        steps=[agreed(programme, placement, step, number, may_change, today) for number, step in enumerate(own)],
        actions=actions,
        is_ahead=is_ahead,
    )


def agreed(
    programme: Programme, placement: Placement, step: Step, number: int, may_change: bool, today: date
) -> Agreed:
    """A coming step, but for the placement's first, can be changed and taken back on its own (P12)."""
    actions = []
    if may_change and step.starts_on > today and number:
        address = link_to("desk:week_change", programme.reference, placement.pk)
        drop = link_to("desk:week_drop", programme.reference, placement.pk, step.starts_on.isoformat())
        hint = short_day(step.starts_on)
        actions = [
            Link(f"{address}?from={step.starts_on.isoformat()}", _("Change"), "pencil", hint),
            Link(drop, _("Take back"), "arrow-counterclockwise", hint, method="post"),
        ]
    return Agreed(
        step=step,
        period=period_in_words(step.starts_on, step.ends_on),
        week=week_in_words(step.slots),
        is_present=step.starts_on <= today <= step.ends_on,
        actions=actions,
    )


def period_in_words(first: date, last: date) -> str:
    return f"{short_day(first)} – {short_day(last)}"


def week_in_words(slots: Sequence[ScheduleSlot]) -> str:
    """`Mon 8.00–12.00, Wed 8.00–12.00`."""
    return ", ".join(f"{WEEKDAYS_ABBR[slot.weekday - 1]} {clock(slot.starts)}–{clock(slot.ends)}" for slot in slots)


def pictures_of(slots: Sequence[ScheduleSlot], today: date, names: Names) -> list[dict[str, Any]]:
    """The week of today and the next that is agreed, at most two; a place looks alike in both."""
    steps = [step for step in steps_of(slots) if step.ends_on >= today][:2]
    places = list(dict.fromkeys(names[slot.placement_id] for step in steps for slot in step.slots))
    found = []
    for step in steps:
        is_present = step.starts_on <= today
        title = _("The week now") if is_present else _("From %(day)s") % {"day": in_words(step.starts_on)}
        found.append(picture_of(step.slots, title, names, places))
    return found


def picture_of(
    slots: Sequence[ScheduleSlot], title: str, names_by_place: Names, places: Sequence[str]
) -> dict[str, Any]:
    """Days across and hours down, a box for each slot, for `desk/_week_picture.html`.

    `places` are the names in both pictures; every other one is drawn hollow.
    """
    days = list(range(1, max([5, *(slot.weekday for slot in slots)]) + 1))
    first = min([FIRST_HOUR, *(slot.starts.hour for slot in slots)])
    last = max([LAST_HOUR, *(slot.ends.hour + (slot.ends.minute > 0) for slot in slots)])
    column = (WIDTH - LEFT) / len(days)
    where = {slot.pk: names_by_place[slot.placement_id] for slot in slots}
    names = list(dict.fromkeys(where.values()))
    boxes = []
    for slot in slots:
        y, end = depth(slot.starts, first), depth(slot.ends, first)
        middle = LEFT + column * (days.index(slot.weekday) + 0.5)
        boxes.append(
            {
                "x": f"{middle - column / 2 + 2:.1f}",
                "y": f"{y:.1f}",
                "width": f"{column - 4:.1f}",
                "height": f"{end - y:.1f}",
                "middle": f"{middle:.1f}",
                "text_y": f"{y + 15:.1f}",
                "last_y": f"{end - 6:.1f}",
                "starts": clock(slot.starts) if end - y >= ROOM_FOR_ONE else "",
                "ends": clock(slot.ends) if end - y >= ROOM_FOR_TWO_LINES else "",
                "is_other": places.index(where[slot.pk]) % 2,
            }
        )
    minutes = {name: sum(minutes_of(slot) for slot in slots if where[slot.pk] == name) for name in names}
    return {
        "title": title,
        "total": sum(minutes.values()),
        "height": TOP + HOUR * (last - first) + 14 + KEY * len(names),
        "width": WIDTH,
        "left": LEFT,
        "days": [
            {"x": f"{LEFT + column * (place + 0.5):.1f}", "name": str(WEEKDAYS_ABBR[day - 1])}
            for place, day in enumerate(days)
        ],
        "hours": [
            {
                "y": TOP + HOUR * (hour - first),
                "text_y": TOP + HOUR * (hour - first) + 4,
                "label": clock(time(hour % 24)),
            }
            for hour in range(first, last + 1, 2)
        ],
        "boxes": boxes,
        "workshops": [
            {
                "name": name if len(name) <= KEY_LETTERS else f"{name[: KEY_LETTERS - 1].rstrip(' ,')}…",
                "minutes": minutes[name],
                "is_other": places.index(name) % 2,
                "y": (y := TOP + HOUR * (last - first) + 14 + KEY * place),
                "text_y": y + 11,
            }
            for place, name in enumerate(names)
        ],
        "rows": [
            {
                "day": str(WEEKDAYS[slot.weekday - 1]).capitalize(),
                "hours": f"{clock(slot.starts)}–{clock(slot.ends)}",
                "workshop": where[slot.pk],
            }
            for slot in slots
        ],
        "in_words": f"{title}: {week_in_words(slots)}",
    }


def depth(at: time, first: int) -> float:
    return TOP + HOUR * (at.hour - first + at.minute / 60)


def ramp_of(programme: Programme, slots: Sequence[ScheduleSlot], today: date) -> dict[str, Any]:
    """The agreed hours of each week as steps, those attended as bars beside them (P12, A9). One query."""
    mondays = mondays_of(programme)
    if len(mondays) > WEEKS_SHOWN:
        here = sum(monday <= today for monday in mondays)
        start = min(max(here - WEEKS_BACK, 0), len(mondays) - WEEKS_SHOWN)
        mondays = mondays[start : start + WEEKS_SHOWN]
    attended = {week.monday: week.attended for week in sums.weeks(programme)}
    planned = minutes_by_week(slots, mondays)
    most = max([*planned.values(), *(attended.get(monday, 0) for monday in mondays)]) or 1
    weeks: list[dict[str, Any]] = []
    line: list[str] = []
    for place, monday in enumerate(mondays):
        x = 4 + BAR * place
        level = BASE - (BASE - CHART_TOP) * planned[monday] / most
        line += [f"{x},{level:.1f}", f"{x + BAR},{level:.1f}"]
        is_over = monday <= today
        tall = (BASE - CHART_TOP) * attended.get(monday, 0) / most
        weeks.append(
            {
                "number": monday.isocalendar().week,
                "monday": monday,
                "agreed": planned[monday],
                "attended": attended.get(monday, 0) if is_over else None,
                "is_now": monday == monday_of(today),
                "x": x + 4,
                "y": f"{BASE - tall:.1f}",
                "height": f"{tall:.1f}",
                "width": BAR - 8,
                "middle": x + BAR / 2,
                "is_labelled": place % (1 if len(mondays) <= 13 else 2) == 0,
            }
        )
    told = ", ".join(
        _("week %(number)s: %(attended)s of %(agreed)s")
        % {"number": week["number"], "attended": hours(week["attended"]), "agreed": hours(week["agreed"])}
        for week in weeks
        if week["attended"] is not None
    )
    return {
        "weeks": weeks,
        "line": " ".join(line),
        "width": 8 + BAR * len(mondays),
        "sentence": growth_in_words(slots, today),
        "in_words": f"{_('Agreed and attended hours by week')}: {told or '–'}",
    }


def growth_in_words(slots: Sequence[ScheduleSlot], today: date) -> str:
    """What the steps are heading for; hours that rise step by step are the normal case (P12)."""
    steps = steps_of(slots)
    first, last = steps[0], steps[-1]
    now = sum(minutes_of(slot) for slot in week_on(slots, today))
    coming = [step for step in steps if step.starts_on > today]
    if coming:
        return _("%(now)s hours a week now, %(then)s from %(day)s, as agreed.") % {
            "now": hours(now),
            "then": hours(coming[0].minutes),
            "day": in_words(coming[0].starts_on),
        }
    if last.minutes > first.minutes:
        return _("The hours have risen as agreed, from %(first)s to %(last)s a week.") % {
            "first": hours(first.minutes),
            "last": hours(last.minutes),
        }
    return _("%(hours)s hours a week are agreed.") % {"hours": hours(last.minutes)}


def next_monday(placement: Placement) -> date:
    """What a change is suggested to begin with: the next Monday inside the placement, or its first coming day."""
    today = timezone.localdate()
    if placement.starts_on > today:
        return placement.starts_on
    monday = monday_of(today) + timedelta(weeks=1)
    return monday if monday <= placement.ends_on else today
