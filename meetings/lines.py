"""Meetings as lists show them, in the reader's language: the week, the case, everybody's Today (experience 9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from citizens.models import CaseAccess
from core.calendar import midnight
from core.templatetags.components import tag
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words
from meetings.models import Meeting, taking_part
from meetings.statuses import Means, Status

DAYS_AHEAD = 7
AT_MOST = 20
TAGS = {
    Status.PLANNED: ("calm", "calendar-event"),
    Status.HELD: ("ok", "check-circle"),
    Status.NOT_HELD: ("due", "dash-circle"),
    Status.CANCELLED: ("calm", "dash-circle"),
}


@dataclass(frozen=True)
class Line:
    """One meeting: `when` is its time of day, `on` its day in words."""

    pk: int
    day: date
    on: str
    when: str
    title: str
    text: str
    url: str
    tag: str
    is_unrecorded: bool


def upcoming(user: User, day: date | None = None, *, days: int = DAYS_AHEAD) -> list[Line]:
    """The user's own planned meetings from `day` (today unless said) for a week, the next first. Two queries.

    Whoever is invited; for a citizen their own. What is over already today is still there until it is recorded.
    """
    first = day or timezone.localdate()
    meetings = (
        own(user)
        .filter(status=Status.PLANNED)
        .filter(starts_at__gte=midnight(first), starts_at__lt=midnight(first + timedelta(days=days)))
        .order_by("starts_at", "pk")[:AT_MOST]
    )
    return lines(meetings, user)


def own(user: User) -> QuerySet[Meeting]:
    """The meetings in which the user takes part, with what a line shows."""
    meetings = Meeting.objects.visible_to(user)
    mine = taking_part(user)
    if Role.CITIZEN in user.reach.roles:
        held = CaseAccess.objects.held_by(user).filter(role=Role.CITIZEN, citizen=OuterRef("programme__citizen_id"))
        mine |= Q(Exists(held), with_citizen=True)
    return with_names(meetings.filter(mine))


def with_names(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    return (
        meetings.select_related("programme__citizen", "programme__centre", "organiser")
        .defer("programme__citizen__identity_number", "programme__citizen__identity_index")
        .prefetch_related("participants__user")
    )


def lines(meetings: Iterable[Meeting], user: User, *, names_citizen: bool = True) -> list[Line]:
    """The meetings in the order given; asks nothing when they come from `with_names`.

    A citizen's own list names the organiser, everybody else's the citizen.
    """
    return [line(meeting, user, names_citizen=names_citizen) for meeting in meetings]


def line(meeting: Meeting, user: User, *, names_citizen: bool = True) -> Line:
    start, end = meeting.local_start, meeting.local_end
    is_own = user.role == Role.CITIZEN
    who = meeting.programme.citizen.name if names_citizen and not is_own else ""
    kind = str(meeting.get_kind_display())
    parts = [kind if who else "", place_of(meeting), meeting.organiser.name if is_own else ""]
    word = str(meeting.get_status_display())
    colour, icon = TAGS[Status(meeting.status)]
    return Line(
        pk=meeting.pk,
        day=start.date(),
        on=day_in_words(start.date()),
        when=f"{clock(start.time())}–{clock(end.time())}",
        title=who or kind,
        text=" · ".join(part for part in parts if part),
        url=reverse("meetings:detail", args=[meeting.pk]),
        tag=tag(colour, icon, word) if meeting.status != Status.PLANNED else "",
        is_unrecorded=meeting.is_unrecorded,
    )


def place_of(meeting: Meeting) -> str:
    """Where, in few words: a telephone number or a link stands on the meeting's own page."""
    return meeting.place if meeting.means == Means.IN_PERSON else str(meeting.get_means_display())


def day_in_words(on: date) -> str:
    """`Monday 23 November`, with a capital and, in another year, its figures."""
    text = in_words(on)
    if on.year != timezone.localdate().year:
        text = f"{text} {on.year}"
    return text[:1].upper() + text[1:]
