"""What speaks against a time without forbidding it: shown before anybody is invited (J3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.templatetags.dates import clock, full_day, short_day
from meetings.models import Meeting, zone_of
from programmes.models import ClosingDay, OpeningHours, Programme

# Where a centre has no workshop that says when it is open.
OFFICE_HOURS = (time(7, 0), time(17, 0))


@dataclass(frozen=True)
class Clash:
    """One warning; `key` says to the form that it has been seen."""

    key: str
    text: str


def clashes(
    programme: Programme,
    starts_at: datetime,
    ends_at: datetime,
    *,
    users: Collection[User],
    with_citizen: bool,
    place: str = "",
    besides: Meeting | None = None,
) -> list[Clash]:
    """Everything that speaks against the time, in four queries. `besides` is the meeting itself when it is moved."""
    zone = zone_of(programme.centre)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    found = []
    if ends_at <= timezone.now():
        found.append(Clash("past", _("The time is past, so nobody gets an invitation.")))
    if not programme.starts_on <= start.date() <= programme.ends_on:
        found.append(
            Clash(
                "programme",
                _("The day lies outside the programme, which runs from %(start)s to %(end)s.")
                % {"start": short_day(programme.starts_on), "end": short_day(programme.ends_on)},
            )
        )
    closed = ClosingDay.objects.filter(centre=programme.centre, day=start.date()).first()
    if closed:
        text = _("The centre is closed on %(day)s: %(name)s.") % {"day": full_day(closed.day), "name": closed.name}
        found.append(Clash("closed", text))
    elif hours := outside_hours(programme, start, end):
        found.append(Clash("hours", hours))
    if names_citizen(programme, place):
        text = _("The place goes into calendars outside the house. Leave the citizen's name out of it.")
        found.append(Clash("name", text))
    return found + double_booked(programme, starts_at, ends_at, users, with_citizen, besides)


def outside_hours(programme: Programme, start: datetime, end: datetime) -> str:
    """Why the time is not within working hours: the widest that a workshop of the centre has; empty when it is."""
    hours = OpeningHours.objects.filter(workshop__unit__organisation=programme.centre).aggregate(
        known=Min("pk"),
        opens=Min("opens", filter=Q(weekday=start.isoweekday())),
        closes=Max("closes", filter=Q(weekday=start.isoweekday())),
    )
    opens, closes = hours["opens"], hours["closes"]
    if hours["known"] is None and start.isoweekday() <= 5:
        opens, closes = OFFICE_HOURS
    if opens is None:
        return _("The centre is not open on that weekday.")
    if start.time() < opens or end.time() > closes:
        times = {"opens": clock(opens), "closes": clock(closes)}
        return _("That is outside working hours, which are %(opens)s to %(closes)s on that day.") % times
    return ""


def double_booked(
    programme: Programme,
    starts_at: datetime,
    ends_at: datetime,
    users: Collection[User],
    with_citizen: bool,
    besides: Meeting | None,
) -> list[Clash]:
    """Who has another meeting at the time. With whom and about what is not said: it may be another citizen's."""
    people = {user.pk: user for user in users}
    same = Q(programme__citizen=programme.citizen_id, with_citizen=True) if with_citizen else Q(pk__in=[])
    others = (
        Meeting.objects.planned()
        .filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
        .filter(same | Q(organiser__in=people) | Q(participants__user__in=people))
        .distinct()
        .select_related("programme__centre")
        .prefetch_related("participants")
    )
    found = []
    for other in others:
        if besides is not None and other.pk == besides.pk:
            continue
        times = {"start": clock(other.local_start.time()), "end": clock(other.local_end.time())}
        if with_citizen and other.with_citizen and other.programme.citizen_id == programme.citizen_id:
            text = _("The citizen has another meeting from %(start)s to %(end)s.") % times
            found.append(Clash(f"citizen-{other.pk}", text))
        there = {other.organiser_id, *(one.user_id for one in other.participants.all() if one.user_id)}
        for pk in sorted(there & set(people)):
            text = _("%(name)s has another meeting from %(start)s to %(end)s.") % {"name": people[pk].name, **times}
            found.append(Clash(f"user-{pk}-{other.pk}", text))
    return found


def names_citizen(programme: Programme, place: str) -> bool:
    """Whether a word of the citizen's name stands in the place."""
    citizen = programme.citizen
    words = {word.casefold() for word in f"{citizen.first_name} {citizen.last_name}".split() if len(word) > 2}
    return not words.isdisjoint(word.strip(",.:;()").casefold() for word in place.split())
