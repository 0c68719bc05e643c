"""How long a programme lasts: its planned end is moved by agreement, and every earlier end stays readable (P3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation, User
from audit.acting import acting
from audit.log import record
from core.calendar import last_day
from core.events import period_changed, schedule_changed
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import short_day
from programmes.course.pausing import follow, mail_referrer, tell_course
from programmes.locking import locked
from programmes.models import EndChange, Placement, Programme
from programmes.permissions import may_work_on
from programmes.placements import placing
from programmes.places.crowding import crowded, lenders
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
    despite_full: bool = False,
    lent_from: str = "",
) -> EndChange:
    """Extend or shorten the programme to `new_end`, its new last day (P3).

    When it is extended, the placements in `following` (ids) that ended with it last as long; when it is shortened, all
    are cut. A closing programme that is extended is under way again. Where there are too few places (`crowding`) it is
    extended only with a place that another municipality lends from today on (`lent_from`), or when one says so
    (`despite_full`), which is kept in the log (P10). Refused with what `problem_of` finds, when the agreement lies in
    the future, by `programmes.placements.placing` (a workshop that is full), and by receivers of `period_changed`
    (an approved closing note).
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
        # One at a time in a centre, as acceptances are, so that two never get the last place (T13).
        Organisation.objects.select_for_update(no_key=True).get(pk=programme.centre_id)
        if lent_from:
            borrow(programme, new_end, lent_from)
        too_many = crowded(programme, new_end)
        if too_many and not despite_full:
            raise Refused(_("There are too few places: %(days)s") % {"days": "; ".join(map(str, too_many))})
        earlier = programme.ends_on
        change = EndChange.objects.create(
            programme=programme,
            earlier_end=earlier,
            new_end=new_end,
            agreed_with=agreed_with.strip(),
            agreed_on=agreed_on,
            reason=reason,
            despite_full=bool(too_many),
            lent_from=lent_from,
            made_by=by,
        )
        to_follow = [one for one in placements_to_the_end(programme) if one.pk in set(following)]
        if not change.is_extension:
            cut(programme, new_end, by=by)
        programme.ends_on = new_end
        if change.is_extension and programme.status == Status.CLOSING:
            programme.status = Status.ACTIVE
        programme.save(update_fields=["ends_on", "status", "lent_from"])
        follow(programme, on=today, by=by)
        if change.is_extension:
            for placement in to_follow:
                placing.move_last_day(placement=placement, ends_on=new_end, by=by)
        verb = "programme_extended" if change.is_extension else "programme_shortened"
        more = {"too_many": [str(one) for one in too_many]} if too_many else {}
        record(verb, by=by, subject=programme, citizen_id=programme.citizen_id, before=earlier.isoformat(), **more)
        schedule_changed.send(Programme, programme=programme, from_day=today, by=by)
        period_changed.send(Programme, programme=programme, earlier_end=earlier, by=by)
        tell_course(programme, verb, body=reason, by=by, day=new_end, before=earlier, agreed_with=change.agreed_with)
        mail_referrer(programme, "end_moved")
    return change


def borrow(programme: Programme, new_end: date, lent_from: str) -> None:
    """Put the programme on the place that the other municipality lends from today on; Refused where it has none."""
    lender = next((one for one in lenders(programme, new_end) if one.municipality == lent_from), None)
    if lender is None or new_end <= programme.ends_on:
        raise Refused(_("%(municipality)s has no place to lend") % {"municipality": lent_from})
    programme.lent_from = lender.municipality


def cut(programme: Programme, until: date, *, by: User) -> None:
    """Let no placement last longer than `until`; one that would only begin later is taken back."""
    for placement in programme.placements.filter(ends_on__gt=until).order_by("pk"):
        if placement.starts_on > until:
            placing.remove(placement=placement, by=by)
        else:
            placing.move_last_day(placement=placement, ends_on=until, by=by)
