"""How long a programme lasts: its planned end is moved by agreement, and every earlier end stays readable (P3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.models import CaseAccess
from core.calendar import last_day, monday_of
from core.events import period_changed, schedule_changed
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import short_day
from programmes.access import DAYS_AFTER_PLACEMENT, source_of_placement
from programmes.models import EndChange, Placement, Programme, ScheduleSlot
from programmes.pausing import locked, mail_referrer, tell_course
from programmes.permissions import may_work_on
from programmes.statuses import RUNNING, Status


@dataclass(frozen=True)
class Bounds:
    """Between which days the planned end may lie; None where the type sets no limit (P3)."""

    earliest: date
    latest: date | None


def bounds(programme: Programme) -> Bounds:
    """The type's shortest and longest length as days, counted from the start's ISO week (P2, P3)."""
    duration = programme.type.settings.duration
    shortest, longest = duration.minimum_weeks, duration.maximum_weeks
    earliest = last_day(programme.starts_on, shortest) if shortest else programme.starts_on
    return Bounds(earliest, last_day(programme.starts_on, longest) if longest else None)


def may_be_extended(programme: Programme) -> bool:
    latest = bounds(programme).latest
    can = programme.type.settings.duration.can_be_extended
    return can and programme.status in RUNNING and (latest is None or programme.ends_on < latest)


def may_be_shortened(programme: Programme) -> bool:
    earliest = max(bounds(programme).earliest, timezone.localdate())
    can = programme.type.settings.duration.can_be_shortened
    return can and programme.status in RUNNING and earliest < programme.ends_on


def problem_of(programme: Programme, new_end: date) -> str:
    """Why the programme cannot end on `new_end`; empty when it can (P3)."""
    duration = programme.type.settings.duration
    limits = bounds(programme)
    if programme.status not in RUNNING:
        return _("The programme has ended")
    if new_end == programme.ends_on:
        return _("The programme ends on this day already")
    if new_end > programme.ends_on and not duration.can_be_extended:
        return _("A programme of this type cannot be extended")
    if new_end < programme.ends_on and not duration.can_be_shortened:
        return _("A programme of this type cannot be shortened")
    if new_end < programme.starts_on:
        return _("The end must not lie before the start")
    # The limits bind the side to which the end is moved: a programme agreed beyond them may come nearer to them.
    if limits.latest and new_end > max(limits.latest, programme.ends_on):
        return ngettext(
            "This type lasts at most %(count)s week: until %(day)s",
            "This type lasts at most %(count)s weeks: until %(day)s",
            duration.maximum_weeks or 0,
        ) % {"count": duration.maximum_weeks, "day": short_day(limits.latest)}
    if new_end < min(limits.earliest, programme.ends_on):
        return ngettext(
            "This type lasts at least %(count)s week: until %(day)s",
            "This type lasts at least %(count)s weeks: until %(day)s",
            duration.minimum_weeks or 0,
        ) % {"count": duration.minimum_weeks, "day": short_day(limits.earliest)}
    if new_end < timezone.localdate():
        return _("The new end cannot lie in the past. A programme that has stopped is ended instead")
    return ""


def placements_to_the_end(programme: Programme) -> list[Placement]:
    """The placements that end with the programme, and so could follow a later end. One query."""
    found = programme.placements.filter(ends_on=programme.ends_on).select_related("workshop__unit")
    return list(found.order_by("workshop__unit__name", "pk"))


def move_end(
    *,
    programme: Programme,
    new_end: date,
    agreed_with: str,
    agreed_on: date,
    reason: str,
    by: User,
    following: Collection[int] = (),
) -> EndChange:
    """Extend or shorten the programme to `new_end`, its new last day (P3).

    When it is extended, the placements in `following` (ids) that ended with it last as long; when it is shortened, all
    are cut. A closing programme that is extended is under way again. Refused with what `problem_of` finds, when the
    agreement lies in the future, and by receivers of `period_changed` (an approved closing note).
    """
    today = timezone.localdate()
    with acting(by, why=reason):
        programme = locked(programme)
        if not may_work_on(by, programme):
            raise NotAllowed
        if problem := problem_of(programme, new_end):
            raise Refused(problem)
        if agreed_on > today:
            raise Refused(_("The agreement cannot lie in the future"))
        if not agreed_with.strip() or not reason.strip():
            raise Refused(_("Write who agreed and why"))
        earlier = programme.ends_on
        change = EndChange.objects.create(
            programme=programme,
            earlier_end=earlier,
            new_end=new_end,
            agreed_with=agreed_with.strip(),
            agreed_on=agreed_on,
            reason=reason,
            made_by=by,
        )
        ids = [one.pk for one in placements_to_the_end(programme) if one.pk in set(following)]
        programme.ends_on = new_end
        if change.is_extension and programme.status == Status.CLOSING:
            programme.status = Status.ACTIVE
        programme.save(update_fields=["ends_on", "status"])
        if change.is_extension:
            lengthen(ids, new_end)
        else:
            cut(programme, new_end)
        verb = "programme_extended" if change.is_extension else "programme_shortened"
        record(verb, by=by, subject=programme, citizen_id=programme.citizen_id, before=earlier.isoformat())
        schedule_changed.send(Programme, programme=programme, from_day=today, by=by)
        if not change.is_extension:
            forget_later(programme, new_end)
        period_changed.send(Programme, programme=programme, earlier_end=earlier, by=by)
        tell_course(programme, verb, body=reason, by=by, day=new_end, before=earlier, agreed_with=change.agreed_with)
        mail_referrer(programme, "end_moved")
    return change


def lengthen(placements: Collection[int], until: date) -> None:
    """Let the placements last until `until`, and their workshops see the case as long. Two statements."""
    try:
        with transaction.atomic():
            Placement.objects.filter(pk__in=placements).update(ends_on=until)
    except IntegrityError as error:
        raise Refused(_("Another placement lies in the way after the present end")) from error
    sources = [source_of_placement(pk) for pk in placements]
    CaseAccess.objects.filter(source__in=sources).update(ends_on=until + timedelta(days=DAYS_AFTER_PLACEMENT))


def cut(programme: Programme, until: date) -> None:
    """Let no placement last longer than `until`; those that only begin later go in `forget_later`. Three statements."""
    cut_off = list(programme.placements.filter(ends_on__gt=until, starts_on__lte=until).values_list("pk", flat=True))
    ScheduleSlot.objects.filter(placement__in=cut_off, valid_from__gt=until).delete()
    Placement.objects.filter(pk__in=cut_off).update(ends_on=until)
    sources = [source_of_placement(pk) for pk in cut_off]
    CaseAccess.objects.filter(source__in=sources).update(ends_on=until + timedelta(days=DAYS_AFTER_PLACEMENT))


def forget_later(programme: Programme, until: date) -> None:
    """Placements that would have begun after the new end never are; refused where something was noted on them."""
    later = programme.placements.filter(starts_on__gt=until)
    ids = list(later.values_list("pk", flat=True))
    if not ids:
        return
    try:
        ScheduleSlot.objects.filter(placement__in=ids).delete()
        later.delete()
    except ProtectedError as error:
        raise Refused(_("A placement begins after the new end. End it first")) from error
    CaseAccess.objects.filter(source__in=[source_of_placement(pk) for pk in ids]).update(
        ends_on=timezone.localdate() - timedelta(days=1)
    )


def crowded(programme: Programme, placements: Collection[Placement], until: date) -> list[str]:
    """The workshops without a free place in some week between the present end and `until`, by name (P10).

    The programme's own place is not counted. One query, whatever the number of weeks.
    """
    first = programme.ends_on + timedelta(days=1)
    workshops = {placement.workshop_id: placement.workshop for placement in placements}
    if not workshops or until < first:
        return []
    others = (
        Placement.objects.filter(
            workshop__in=workshops, starts_on__lte=until, ends_on__gte=first, programme__status__in=RUNNING
        )
        .exclude(programme=programme)
        .values_list("workshop", "programme", "starts_on", "ends_on")
    )
    rows = list(others)
    full = set()
    for pk, workshop in workshops.items():
        # Only at the beginning of somebody's stay can there be more than before.
        days = {first, *(max(starts, first) for place, _programme, starts, _ends in rows if place == pk)}
        most = max(
            len({who for place, who, starts, ends in rows if place == pk and starts <= day <= ends}) for day in days
        )
        if most >= workshop.places:
            full.add(workshop.unit.name)
    return sorted(full)


def lengths(programme: Programme) -> list[tuple[int, date]]:
    """Numbers of weeks more with the end that they give, for a page to offer: 2, 4, 8 and 13, as far as allowed."""
    found = []
    for weeks in (2, 4, 8, 13):
        day = monday_of(programme.ends_on) + timedelta(weeks=weeks, days=6)
        if not problem_of(programme, day):
            found.append((weeks, day))
    return found
