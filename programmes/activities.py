"""What a programme offers is planned, attended or missed, and counted (P8): for one citizen, or for several at once.

Everything works on sets, so that a group of thirty costs what one citizen costs.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.leaving import OpenWork
from accounts.models import Organisation, User
from accounts.roles import Role
from audit.acting import Actor, acting
from audit.log import record_each
from core.events import cover_changed
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import short_day
from journal.models import Audience, Entry
from programmes.activity_statuses import MOVES, RECORDED, ActivityStatus
from programmes.checklist.requirements import settle
from programmes.locking import locked_each
from programmes.models import Activity, ClosingDay, Programme
from programmes.permissions import on_teams_of, worked_on_by
from programmes.statuses import RUNNING
from programmes.telling import tell_case
from programmes.types import definition

# A series is planned for at most a year of weeks.
AT_MOST = 52
LED_BY = (Role.CASEWORKER, Role.SPECIALIST, Role.TEAM_LEADER, Role.CONTACT_PERSON)


@dataclass(frozen=True)
class Details:
    """What is planned beside the days: which of the type's activities, when, where, and who leads it."""

    kind: str
    starts: time | None = None
    ends: time | None = None
    place: str = ""
    led_by: User | None = None
    led_by_name: str = ""
    remark: str = ""


def series(first: date, *, times: int = 1, until: date | None = None) -> list[date]:
    """The day, and the same weekday in the weeks after: so many times, or until a day (included)."""
    count = min(times, AT_MOST) if until is None else min((until - first).days // 7 + 1, AT_MOST)
    return [first + timedelta(weeks=week) for week in range(max(count, 1))]


def plan(
    *, programmes: Collection[Programme], details: Details, days: Collection[date], batch: UUID, by: User,
    is_group: bool = False,
) -> list[Activity]:  # fmt: skip
    """Plan an activity on these days for one citizen, or as a group for several of the same centre (P8).

    A series leaves out days on which the centre is closed or a citizen's programme does not run. `batch` comes from
    the form: sent twice it is one, and something else under it is refused (T12). NotAllowed for who works on one of the
    cases in no way; a specialist plans what they lead themselves. Refused when nothing is left to plan, in words.
    """
    with acting(by):
        chosen = locked_each(Programme.objects.filter(pk__in=[programme.pk for programme in programmes]))
        if there := list(Activity.objects.filter(batch=batch).select_related("programme")):
            if {one.planned_by_id for one in there} != {by.pk}:
                raise NotAllowed
            said = {(one.kind, one.group is not None, one.programme_id) for one in there}
            if said != {(details.kind, is_group, programme.pk) for programme in chosen}:
                raise Refused(_("This form was sent already. Open a new one"))
            return there
        refuse_strangers(chosen, details, by=by)
        refuse_kind(chosen, details.kind, is_group=is_group)
        closed = closed_days(chosen, days)
        planned = [
            Activity(
                programme=programme,
                day=day,
                batch=batch,
                group=uuid5(batch, day.isoformat()) if is_group else None,
                planned_by=by,
                **vars(details),
            )
            for programme in chosen
            for day in days_that_fit(programme, days, closed=closed)
        ]
        Activity.objects.bulk_create(planned)
        told = {one.programme_id: one for one in reversed(planned)}
        counts = Counter(one.programme_id for one in planned)
        tell_each(
            [told[programme.pk] for programme in chosen],
            "activity_planned" if max(counts.values()) == 1 else "activity_series",
            by=by,
            extra=lambda one: {"day": one.day.isoformat(), "times": counts[one.programme_id]},
        )
        record_each(
            "activity_planned", by=by, of=[(one.source, one.programme.citizen_id) for one in planned], kind=details.kind
        )
        settle([programme.pk for programme in chosen], by=by)
        tell_cover(planned, by=by)
    return planned


def refuse_strangers(programmes: Collection[Programme], details: Details, *, by: User) -> None:
    """NotAllowed unless the user works on every one of the cases, or is on the teams of those left: Refused where
    somebody else leads the activity there."""
    wanted = {programme.pk for programme in programmes}
    if not wanted:
        raise Refused(_("Choose at least one citizen"))
    allowed = worked_on_by(by) | on_teams_of(by) if details.led_by == by else worked_on_by(by)
    if Programme.objects.filter(allowed, pk__in=wanted).count() < len(wanted):
        if Programme.objects.filter(worked_on_by(by) | on_teams_of(by), pk__in=wanted).count() == len(wanted):
            raise Refused(_("You plan what you lead yourself. Choose yourself as the one who leads it"))
        raise NotAllowed
    if len({programme.centre_id for programme in programmes}) > 1:
        raise Refused(_("A group has citizens of one centre"))


def refuse_kind(programmes: Iterable[Programme], kind: str, *, is_group: bool) -> None:
    for programme in programmes:
        offered = offered_in(programme, kind)
        if offered is None or (is_group and not offered.is_group):
            raise Refused(_("%(name)s's programme does not offer this") % {"name": programme.citizen.name})
        if programme.status not in RUNNING:
            raise Refused(_("The programme of %(name)s has ended") % {"name": programme.citizen.name})


def offered_in(programme: Programme, kind: str) -> definition.Activity | None:
    """The activity of the programme's type by its key."""
    return next((one for one in programme.type.settings.activities if one.key == kind), None)


def closed_days(programmes: list[Programme], days: Iterable[date]) -> set[date]:
    closed = ClosingDay.objects.filter(centre=programmes[0].centre_id, day__in=days)
    return set(closed.values_list("day", flat=True))


def days_that_fit(programme: Programme, days: Collection[date], *, closed: set[date]) -> list[date]:
    """The days on which the centre is open and the programme runs; Refused, in words, when none is left."""
    within = [day for day in days if programme.starts_on <= day <= programme.ends_on]
    if not within:
        words = {"name": programme.citizen.name, "first": short_day(programme.starts_on)}
        words["last"] = short_day(programme.ends_on)
        raise Refused(_("The programme of %(name)s runs from %(first)s to %(last)s") % words)
    fitting = [day for day in within if day not in closed]
    if not fitting:
        raise Refused(_("The centre is closed on %(day)s") % {"day": short_day(within[0])})
    return fitting


def record_outcome(*, activity: Activity, status: str, seen: str = "", remark: str | None = None, by: User) -> Activity:
    """Say what became of one activity; `planned` takes it back. See `record_outcomes`."""
    [found] = record_outcomes(outcomes={activity.pk: (status, seen)}, remark=remark, by=by)
    return found


def record_outcomes(*, outcomes: Mapping[int, tuple[str, str]], remark: str | None = None, by: User) -> list[Activity]:
    """Say what became of several activities: by id, what it becomes and what the page showed (P8).

    The same again changes nothing. Refused for a day that has not come, for a move that the table does not know, and
    when somebody else said something else since the page was opened (T13): then nothing is written at all.
    """
    today = timezone.localdate()
    with acting(by):
        rows = list(
            Activity.objects.select_for_update(of=("self",))
            .filter(pk__in=outcomes)
            .select_related("programme__citizen", "programme__centre", "programme__type", "led_by")
            .order_by("pk")
        )
        refuse_recording(rows, by=by)
        changed = []
        for row in rows:
            status, seen = outcomes[row.pk]
            if row.status == status:
                continue
            if seen and seen != row.status:
                words = {"name": row.programme.citizen.name, "status": row.get_status_display().lower()}
                raise Refused(_("Somebody else has recorded it meanwhile. %(name)s stands as: %(status)s") % words)
            if status not in MOVES[row.status]:
                raise Refused(_("It stands as %(status)s. Undo that first") % {"status": row.get_status_display()})
            if status in RECORDED and row.day > today:
                raise Refused(_("The day has not come yet"))
            last = row.programme.ended_on or row.programme.ends_on
            if row.status == ActivityStatus.CANCELLED and row.day > last:
                raise Refused(_("The programme ends on %(day)s") % {"day": short_day(last)})
            row.status = status
            is_planned = status == ActivityStatus.PLANNED
            row.recorded_by, row.recorded_at = (None, None) if is_planned else (by, timezone.now())
            if remark is not None:
                row.remark = remark
            changed.append(row)
        Activity.objects.bulk_update(changed, ["status", "recorded_by", "recorded_at", "remark"])
        retell(changed, by=by)
        for status in {row.status for row in changed}:
            of = [(row.source, row.programme.citizen_id) for row in changed if row.status == status]
            record_each("activity_undone" if status == ActivityStatus.PLANNED else f"activity_{status}", by=by, of=of)
        if changed:
            settle(sorted({row.programme_id for row in changed}), by=by)
            tell_cover(changed, by=by)
    return rows


def tell_cover(activities: Collection[Activity], *, by: Actor) -> None:
    """Attendance hears that hours of the citizens are agreed otherwise."""
    programmes = sorted({one.programme_id for one in activities})
    cover_changed.send(Activity, programmes=programmes, days={one.day for one in activities}, by=by)


def refuse_recording(rows: Collection[Activity], *, by: User) -> None:
    """NotAllowed unless each is of a case the user works on, or one that they lead on its team."""
    wanted = [row.pk for row in rows]
    own = Q(led_by=by) & on_teams_of(by, "programme__")
    if Activity.objects.filter(worked_on_by(by, "programme__") | own, pk__in=wanted).count() < len(wanted):
        raise NotAllowed


def retell(changed: Collection[Activity], *, by: User) -> None:
    """The timeline says what stands now; what it said before is struck out (K3)."""
    Entry.objects.filter(source__in=[row.source for row in changed], struck_at__isnull=True).exclude(
        kind__in=["activity_planned", "activity_series"]
    ).update(struck_at=timezone.now(), struck_by=by, struck_why=_("Undone"))
    for status in ActivityStatus:
        if status != ActivityStatus.PLANNED:
            some = [row for row in changed if row.status == status]
            tell_each(some, f"activity_{status}", by=by, extra=lambda one: {"day": one.day.isoformat()})


def tell_each(some: Collection[Activity], kind: str, *, by: Actor, extra: Any) -> None:
    """One line a case for the team, in one statement (J1)."""
    Entry.objects.bulk_create(
        Entry(
            kind=kind,
            citizen_id=one.programme.citizen_id,
            centre_id=one.programme.centre_id,
            case=one.programme.reference,
            referring_organisation_id=one.programme.referring_organisation_id,
            author=by if isinstance(by, User) else None,
            audience=Audience.HEALTH if is_health(one) else Audience.TEAM,
            happened_at=moment_of(one) if kind in ("activity_attended", "activity_missed") else timezone.now(),
            url=reverse("desk:activities", args=[one.programme.reference]),
            source=one.source,
            params={"activity": names_of(one), **extra(one)},
        )
        for one in some
    )


def moment_of(activity: Activity) -> datetime:
    begins = timezone.make_aware(datetime.combine(activity.day, activity.starts or time(12)))
    return min(begins, timezone.now())


def names_of(activity: Activity) -> dict[str, str]:
    """What the type calls it, in all languages."""
    offered = offered_in(activity.programme, activity.kind)
    if offered is None:
        return dict.fromkeys(("da", "sv", "en"), activity.kind)
    return offered.name.model_dump()


def is_health(activity: Activity) -> bool:
    """Whether its kind tells about the citizen's health."""
    offered = offered_in(activity.programme, activity.kind)
    return offered is not None and offered.is_health


def end_with_programme(sender: Any, *, programme: Programme, by: Actor, **signal: Any) -> None:
    """The programme has ended: what was planned after its last day is cancelled."""
    cancel_after(programme, programme.ended_on or timezone.localdate(), by=by)


def end_with_period(sender: Any, *, programme: Programme, earlier_end: date, by: Actor, **signal: Any) -> None:
    """The planned end was moved: what was planned after an end that came nearer is cancelled, the citizen's part of a
    group too (P3). Nothing is planned again by itself when the end is moved back."""
    if programme.ends_on < earlier_end and (times := cancel_after(programme, programme.ends_on, by=by)):
        tell_case(
            "activities_cancelled",
            programme,
            by=by,
            url=reverse("desk:activities", args=[programme.reference]),
            day=programme.ends_on.isoformat(),
            times=times,
        )


def cancel_after(programme: Programme, day: date, *, by: Actor) -> int:
    """Cancel what is planned after the day; how many. Inside the caller's `acting`, three statements at most."""
    after = Activity.objects.filter(programme=programme, status=ActivityStatus.PLANNED, day__gt=day)
    rows = list(after.select_for_update(of=("self",)).order_by("pk"))
    if rows:
        after.update(status=ActivityStatus.CANCELLED, recorded_by=by.pk, recorded_at=timezone.now())
        record_each("activity_cancelled", by=by, of=[(row.source, programme.citizen_id) for row in rows])
    return len(rows)


def led_by(user: User, organisation: Organisation | None) -> Any:
    found = Activity.objects.filter(led_by=user, status=ActivityStatus.PLANNED)
    return found.filter(programme__centre=organisation) if organisation else found


def open_activities(
    sender: object, *, user: User, organisation: Organisation | None, **kwargs: object
) -> list[OpenWork]:
    """Answer `work_asked`: what the user is to lead. One query."""
    count = led_by(user, organisation).count()
    return [OpenWork(_("Planned activities: %(count)s") % {"count": count}, count, set(LED_BY))]


def hand_over_activities(
    sender: object,
    *,
    user: User,
    taker: User | None,
    by: User,
    organisation: Organisation | None = None,
    **kwargs: object,
) -> None:
    """Follow `user_leaving`: the taker leads what is planned (U2)."""
    if taker is not None:
        with acting(by, why="handed over"):
            found = led_by(user, organisation).select_related("programme").select_for_update(of=("self",))
            rows = list(found.order_by("pk"))
            Activity.objects.filter(pk__in=[row.pk for row in rows]).update(led_by=taker)
            of = [(row.source, row.programme.citizen_id) for row in rows]
            record_each("activity_handed_over", by=by, of=of, before=user.pk, after=taker.pk)


@dataclass(frozen=True)
class Counted:
    """How often one kind of activity was planned, attended and missed; `usual` is what the type says."""

    name: str
    kind: str
    planned: int
    attended: int
    missed: int
    usual: int | None = None


def counts_of(programme: Programme, *, with_health: bool) -> list[Counted]:
    """Every kind that the type offers, in its order; `planned` are those still to come or to be recorded (P8). One
    query. Without health, kinds whose name tells of it are left out (J2)."""
    found: dict[str, dict[str, int]] = {}
    rows = Activity.objects.filter(programme=programme).order_by().values("kind", "status").annotate(count=Count("pk"))
    for row in rows:
        found.setdefault(row["kind"], {})[row["status"]] = row["count"]
    counted = []
    for offered in programme.type.settings.activities:
        if offered.is_health and not with_health:
            continue
        by_status = found.get(offered.key, {})
        planned, attended, missed = (by_status.get(status, 0) for status in (ActivityStatus.PLANNED, *RECORDED))
        counted.append(Counted(str(offered), offered.key, planned, attended, missed, usual=offered.times))
    return counted
