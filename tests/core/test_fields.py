"""Dates, times and hours as people write them (experience 18)."""

import contextlib
import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.fields import DateField, HoursField, LongTextField, TimeField, parse_date, parse_hours, parse_time
from core.forms import Form, ReasonForm

THE_DAY = datetime.date(2026, 11, 23)
pytestmark = pytest.mark.usefixtures("in_november")


@pytest.fixture
def in_november():
    with time_machine.travel("2026-11-23T09:00:00+01:00", tick=False), translation.override("da"):
        yield


@pytest.mark.parametrize(
    "written",
    [
        "23.11.26",
        "23/11-2026",
        "2026-11-23",
        "231126",
        "23112026",
        "20261123",
        "23-11-26",
        "23. 11. 2026",
        "23/11 2026",
        "23. november 2026",
        "23. nov. 2026",
        "23 nov 26",
        " 23.11.26 ",
        "23.11.2026",
        "2026.11.23",
        "23 November 2026",
    ],
)
def test_a_day_is_read_as_people_write_it(written):
    assert parse_date(written) == THE_DAY


@pytest.mark.parametrize("written", ["261123", "26-11-23", "2026-11-23", "20261123", "23/11-2026", "23 november 2026"])
def test_a_swede_writes_the_year_first(written):
    with translation.override("sv"):
        assert parse_date(written) == THE_DAY


@pytest.mark.parametrize(
    "written",
    [
        "",
        "x",
        "32.1.26",
        "29.2.26",
        "0.0.00",
        "23.11",
        "1.1.1899",
        "1.1.2101",
        "1.1.0001",
        "31.12.9999",
        "23.13.26",
        "23.11.026",
        "2026-11",
        "23..26",
        "²³.11.26",
        "23 blomst 2026",
        "23.11.26\x00",
        "9" * 5000,
        "00000000",
    ],
)
def test_what_is_no_day_is_refused_in_words(written):
    field = DateField(required=True)
    with pytest.raises(ValidationError):
        field.clean(written)
    with pytest.raises(ValueError):  # noqa: PT011
        parse_date(written)


def test_two_figures_for_a_year_are_the_coming_twenty_or_the_last_eighty():
    assert [parse_date(f"1.1.{year}").year for year in ("26", "46", "47", "89", "00")] == [2026, 2046, 1947, 1989, 2000]


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)))
def test_every_day_comes_back_from_every_way_of_writing_it(day):
    for pattern in ("%d.%m.%Y", "%d/%m-%Y", "%Y-%m-%d", "%d%m%Y", "%Y%m%d"):
        assert parse_date(day.strftime(pattern)) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_fields(text):
    for field in (DateField(required=False), TimeField(required=False), HoursField(required=False)):
        with contextlib.suppress(ValidationError):
            field.clean(text)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("7.30", (7, 30)),
        ("0730", (7, 30)),
        ("7:30", (7, 30)),
        ("730", (7, 30)),
        ("07.30", (7, 30)),
        ("7", (7, 0)),
        ("kl. 7.30", (7, 30)),
        ("14", (14, 0)),
        ("1430", (14, 30)),
        ("7,30", (7, 30)),
        ("00.00", (0, 0)),
    ],
)
def test_a_time_is_read_as_people_write_it(written, meant):
    assert parse_time(written) == datetime.time(*meant)


@pytest.mark.parametrize("written", ["", "24.00", "7.60", "7.5", "half seven", "12345", "-7", "7.30.15"])
def test_what_is_no_time_is_refused(written):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_time(written)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("7,5", 450),
        ("7.5", 450),
        ("7½", 450),
        ("½", 30),
        ("7:30", 450),
        ("7.30", 450),
        ("7", 420),
        ("7,25", 435),
        ("7.25", 435),
        ("7.15", 435),
        ("0", 0),
        ("37", 2220),
        ("7,30", 438),
        ("7,75", 465),
        ("7.00", 420),
        ("37¼", 2235),
    ],
)
def test_hours_are_read_as_people_write_them(written, minutes):
    assert parse_hours(written) == minutes


@pytest.mark.parametrize("written", ["", "7.33", "7:60", "-1", "169", "1000", "seven", "7,555", "½½"])
def test_what_is_no_number_of_hours_is_refused(written):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_hours(written)


class Absence(Form):
    on = DateField(label="Date", help_text="Any way you like")
    at = TimeField(label="Time", required=False)
    reason = LongTextField(label="Reason")


def test_the_weekday_and_the_week_are_said_back_and_tied_to_the_field():
    with translation.override("en"):
        form = Absence({"on": "23/11-2026", "reason": "x"})
        assert form["on"].echo == "Monday in week 48"
        assert 'aria-describedby="id_on_helptext id_on_echo"' in str(form["on"])


def test_a_wrong_date_says_how_to_write_it_and_keeps_what_was_typed():
    with translation.override("en"):
        form = Absence({"on": "31.2.26", "reason": "x"})
        assert not form.is_valid()
        assert form.errors["on"] == ["Write the date as day.month.year, e.g. 23.11.26"]
        assert form["on"].echo == ""
        assert 'value="31.2.26"' in str(form["on"])


@pytest.mark.parametrize(("language", "shown"), [("da", "23.11.2026"), ("sv", "2026-11-23"), ("en", "23/11/2026")])
def test_a_day_is_shown_in_the_field_as_it_may_be_typed_again(language, shown):
    with translation.override(language):
        field = str(Absence(initial={"on": THE_DAY, "at": datetime.time(7, 30)})["on"])
        assert f'value="{shown}"' in field
        assert parse_date(shown) == THE_DAY


def test_long_text_is_refused_whole_with_a_reason(settings):
    form = Absence({"on": "23.11.26", "reason": "x" * (settings.MAX_TEXT_LENGTH + 1)})
    assert not form.is_valid()
    assert "20001" in form.errors["reason"][0].replace(".", "").replace("\xa0", "")
    assert Absence({"on": "23.11.26", "reason": "x" * settings.MAX_TEXT_LENGTH}).is_valid()
    assert "maxlength" not in str(form["reason"]), "the browser would cut the text without a word"


def test_nul_bytes_are_refused_beside_the_field():
    form = Absence({"on": "23.11.26", "reason": "a\x00b"})
    assert list(form.errors) == ["reason"]


def test_lines_of_a_browser_count_once():
    form = Absence({"on": "23.11.26", "reason": "a\r\nb"})
    assert form.is_valid()
    assert form.cleaned_data["reason"] == "a\nb"


@pytest.mark.parametrize(
    ("why", "error"),
    [
        ("", "Write the reason"),
        ("She is 140389-1234", "Leave the number out of the reason"),
        ("19890314 1234 is hers", "Leave the number out of the reason"),
        ("Case F-2026-000123, telephone 87 65 43 21", None),
    ],
)
def test_a_reason_is_given_and_holds_no_identity_number(why, error):
    """T10: a reason is kept in logs, read by others and sent by mail."""
    form = ReasonForm({"why": why}, label="Why?")
    with translation.override("en"):
        assert form.errors.get("why", [None])[0] == error
