"""Calendar files: read back by a real parser, right across the changes of the clock, and without secrets (J3)."""

import datetime

import icalendar
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organisation, User
from citizens.models import Citizen
from meetings.calendar_files import Method, calendar_file
from meetings.models import Meeting
from programmes.models import Programme
from tests.factories.meetings import COPENHAGEN, at

NOW = datetime.datetime(2026, 10, 20, 8, tzinfo=datetime.UTC)


def a_meeting(start: str = "2026-10-23 10:00", *, country: str = "DK", organiser: str = "Signe", **fields) -> Meeting:
    """Without a database: a file is made of what the row says."""
    centre = Organisation(name="Centre", country=country)
    programme = Programme(reference="F-2026-000007", citizen=Citizen(first_name="Torben"), centre=centre)
    starts_at = at(start)
    return Meeting(
        **{
            "pk": 7,
            "programme": programme,
            "organiser": User(name=organiser, email="signe@example.org"),
            "kind": "closing",
            "place": "Room 4",
            "starts_at": starts_at,
            "ends_at": starts_at + datetime.timedelta(hours=1),
            "changed_at": NOW,
            **fields,
        }
    )


def file_of(meeting: Meeting, method: Method = Method.REQUEST, *, language: str = "en", **receiver) -> str:
    return calendar_file(
        meeting, method, language=language, at=NOW, **{"email": "inger@example.org", "name": "Inger", **receiver}
    )


def read(text: str) -> tuple[icalendar.Calendar, icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(text)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def lines_of(text: str) -> list[str]:
    """Unfolded content lines, after looking at how they are folded (RFC 5545, 3.1)."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")


def test_a_parser_reads_what_was_agreed():
    calendar, event = read(file_of(a_meeting()))
    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert event["dtstart"].dt == at("2026-10-23 10:00")
    assert event["dtend"].dt == at("2026-10-23 11:00")
    assert (event["summary"], event["location"]) == ("Closing meeting, F-2026-000007", "Room 4")
    assert (event["status"], event["class"], event["sequence"]) == ("CONFIRMED", "PRIVATE", 0)
    assert str(event["organizer"]) == "mailto:signe@example.org"
    assert str(event["attendee"]) == "mailto:inger@example.org"


@pytest.mark.parametrize(
    ("before", "after", "offsets"),
    [
        ("2026-10-23 10:00", "2026-10-26 10:00", ("+0200", "+0100")),
        ("2026-03-27 08:30", "2026-03-30 08:30", ("+0100", "+0200")),
    ],
)
def test_a_meeting_moved_across_the_change_of_the_clock_keeps_its_hour(before, after, offsets):
    """J3: 25 October and 29 March 2026; the same uid, a higher number, ten o'clock on the wall both times."""
    meeting = a_meeting(before)
    _calendar, first = read(file_of(meeting))
    meeting.starts_at = at(after).astimezone(datetime.UTC)
    meeting.ends_at = meeting.starts_at + datetime.timedelta(hours=1)
    meeting.sequence = 1
    calendar, second = read(file_of(meeting))
    assert first["uid"] == second["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert tuple(event["dtstart"].dt.strftime("%z") for event in (first, second)) == offsets
    assert second["dtstart"].dt.strftime("%H:%M") == after[-5:]
    assert second["dtstart"].params["TZID"] == "Europe/Copenhagen"
    # The file's own rules say the same as the library's, for a reader that knows no time zones.
    [zone] = calendar.walk("VTIMEZONE")
    own = zone.to_tz(lookup_tzid=False)
    wall = datetime.datetime.fromisoformat(after)
    assert wall.replace(tzinfo=own).utcoffset() == at(after).utcoffset()


def test_a_swedish_centre_has_its_own_clock():
    calendar, event = read(file_of(a_meeting(country="SE"), language="sv"))
    assert event["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Stockholm"]


def test_a_cancelled_meeting_disappears_whatever_was_asked_for():
    """J3: the same uid with a higher number, so that calendars take it out."""
    meeting = a_meeting(status="cancelled", sequence=2)
    calendar, event = read(file_of(meeting, Method.PUBLISH))
    assert (calendar["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)


def test_the_file_says_nothing_of_the_citizen_nor_of_the_others():
    """T10: a calendar stands outside the house."""
    meeting = a_meeting(purpose="His back", companion="Sister Bodil", minutes="Ill", interpreter_name="Ali")
    text = "".join(lines_of(file_of(meeting)))
    for secret in ["Torben", "back", "Bodil", "Ill", "Ali"]:
        assert secret not in text


def test_who_has_no_account_gets_no_link():
    assert "URL" in file_of(a_meeting())
    assert "URL" not in file_of(a_meeting(), is_user=False)


@pytest.mark.parametrize(
    "payload",
    [
        "Room\r\nATTENDEE:mailto:evil@example.org",
        "Room\nEND:VEVENT\nBEGIN:VEVENT",
        'Room";CN="x\r\n X-EVIL:1',
        "a;b,c\\n\\,\\;:",
        "\x00\x0b\x85\u2028X-EVIL:1",
        "Ærø " * 60,
    ],
)
def test_what_people_type_is_never_a_line_of_its_own(payload):
    """T9: line ends, quotes and very long lines, in the place and in names."""
    text = file_of(a_meeting(place=payload, organiser=payload), name=payload)
    names = {line.partition(":")[0].partition(";")[0] for line in lines_of(text) if line}
    assert "X-EVIL" not in names
    assert sum(line.startswith(("ATTENDEE", "BEGIN:VEVENT")) for line in lines_of(text)) == 2
    _calendar, event = read(text)
    assert event["location"] == " ".join("".join(c if c.isprintable() else " " for c in payload).split())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    wall=st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 12, 31)),
    minutes=st.integers(5, 8 * 60),
    place=st.text(max_size=200),
)
def test_every_moment_and_place_comes_back(wall, minutes, place):
    starts_at = wall.replace(second=0, microsecond=0, tzinfo=COPENHAGEN).astimezone(datetime.UTC)
    meeting = a_meeting(place=place)
    meeting.starts_at, meeting.ends_at = starts_at, starts_at + datetime.timedelta(minutes=minutes)
    text = file_of(meeting)
    lines_of(text)
    _calendar, event = read(text)
    zone = event["dtstart"].dt
    assert zone.astimezone(datetime.UTC) == starts_at or zone.fold != starts_at.astimezone(COPENHAGEN).fold


def test_making_it_again_makes_the_same_file():
    with time_machine.travel(NOW, tick=False):
        assert file_of(a_meeting(uid=None)) == file_of(a_meeting(uid=None))
