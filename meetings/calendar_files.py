"""A meeting as a calendar file (RFC 5545), for inviting, changing, cancelling and for keeping (J3, experience 21).

A calendar stands outside the house: it is synchronised to telephones, shown on shared screens and read by secretaries.
So the file says kind, reference, time and place, and never who the citizen is, what the meeting is about, or who else
takes part: only the receiver is an attendee (docs/adr/0014).
"""

from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache

import icalendar
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings.models import Meeting, zone_of
from meetings.statuses import Means, Status


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


def calendar_file(
    meeting: Meeting,
    method: Method,
    *,
    language: str,
    email: str = "",
    name: str = "",
    is_user: bool = True,
    at: datetime | None = None,
) -> str:
    """The file for one receiver in their language, with CRLF line ends. `at` is the moment it is made, now unless said.

    The uid stays the same for the life of the meeting and `SEQUENCE` rises, so that the receiver's calendar moves and
    removes what it has. A cancelled meeting's file cancels, whatever was asked for.
    """
    if meeting.status == Status.CANCELLED:
        method = Method.CANCEL
    zone = zone_of(meeting.programme.centre)
    with translation.override(language):
        event = icalendar.Event()
        event.add("uid", f"{meeting.uid}@trinvis")
        event.add("sequence", meeting.sequence)
        event.add("dtstamp", (at or timezone.now()).astimezone(UTC).replace(microsecond=0))
        event.add("last-modified", meeting.changed_at.astimezone(UTC).replace(microsecond=0))
        event.add("dtstart", meeting.starts_at.astimezone(zone))
        event.add("dtend", meeting.ends_at.astimezone(zone))
        event.add("summary", plain(summary(meeting)))
        if where := plain(location(meeting)):
            event.add("location", where)
        if is_user:
            event.add("url", settings.SITE_URL + reverse("meetings:detail", args=[meeting.pk]))
        event.add("status", "CANCELLED" if method == Method.CANCEL else "CONFIRMED")
        event.add("class", "PRIVATE")
        event.add("organizer", address(meeting.organiser.email, meeting.organiser.name))
        if email:
            attendee = address(email, name)
            attendee.params["ROLE"] = "REQ-PARTICIPANT"
            attendee.params["PARTSTAT"] = "NEEDS-ACTION"
            event.add("attendee", attendee)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Trinvis//Trinvis//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method.value)
    calendar.add_component(time_zone(str(zone), meeting.starts_at.year))
    calendar.add_component(event)
    return calendar.to_ical().decode()


def summary(meeting: Meeting) -> str:
    """`Closing meeting, F-2026-000123`: nothing that a stranger at a shared screen may not read."""
    return f"{meeting.get_kind_display()}, {meeting.programme.reference}"


def location(meeting: Meeting) -> str:
    if meeting.means == Means.IN_PERSON:
        return meeting.place
    how = {Means.PHONE: _("By telephone"), Means.VIDEO: _("By video")}[Means(meeting.means)]
    return f"{how}: {meeting.place}" if meeting.place else how


def address(email: str, name: str) -> icalendar.vCalAddress:
    """A person as organiser or attendee. Quotes and line ends of a name would end the property, so they go."""
    found = icalendar.vCalAddress(f"mailto:{plain(email)}")
    if name := plain(name).replace('"', ""):
        found.params["CN"] = name
    return found


def plain(text: str) -> str:
    """On one line and without signs that steer: the library escapes the rest (T9)."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


@lru_cache(maxsize=64)
def time_zone(name: str, year: int) -> icalendar.Timezone:
    """The zone's rules from the year before to the year after, with its changes of clocks as the database has them."""
    zone = icalendar.Timezone.from_tzid(name, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
    zone.pop("COMMENT", None)
    return zone
