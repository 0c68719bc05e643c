"""The parts say their inputs, draw what they are given, and name only icons that exist."""

import datetime
import hashlib
import re

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import translation

from core.charts import curve, week_bars
from core.templatetags.components import icon, initials, tag, tel, width

COMPONENTS = settings.BASE_DIR / "templates" / "components"
VENDOR = settings.BASE_DIR / "static" / "vendor"
OURS = ["templates", "attendance", "plans", "referrals", "closing_notes", "desk", "demo", "journal", "worklist"]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def drawn(name: str, **inputs: object) -> str:
    return render_to_string(f"components/{name}.html", inputs)


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_each_part_says_its_inputs_in_its_first_line(path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("{# ")
    assert first.endswith(" #}")
    assert re.search(r"input", first, re.IGNORECASE)


def test_every_icon_that_is_named_exists():
    existing = set(re.findall(r'id="i-([a-z0-9-]+)"', (settings.BASE_DIR / "static" / "icons.svg").read_text()))
    named: dict[str, str] = {}
    for path in (path for folder in OURS for path in (settings.BASE_DIR / folder).rglob("*.html")):
        text = path.read_text()
        for name in re.findall(r'{% icon "([a-z0-9-]+)"', text) + re.findall(r'{% tag "\w+" "([a-z0-9-]+)"', text):
            named[name] = path.name
        for name in re.findall(r'icon_name="([a-z0-9-]+)"', text):
            named[name] = path.name
    assert named
    assert {name: where for name, where in named.items() if name not in existing} == {}


def test_vendored_files_are_as_their_checksums_say():
    rows = re.findall(
        r"^\| `([^`]+)` \| (\d+) \| `([0-9a-f]{64})` \|$", (VENDOR / "README.md").read_text(), re.MULTILINE
    )
    assert len(rows) == 11
    for name, size, checksum in rows:
        content = (VENDOR / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (int(size), checksum), name


def test_an_icon_is_hidden_from_screen_readers():
    assert icon("check-lg") == '<svg class="t-i" aria-hidden="true"><use href="/static/icons.svg#i-check-lg"/></svg>'


def test_a_status_has_a_word_and_escapes_it():
    assert "&lt;b&gt;" in tag("ok", "check-circle", "<b>")


def test_small_filters():
    assert initials("Åse Winther-Holm") == "ÅW"
    assert initials("") == ""
    assert tel("+45 10 42 18 36") == "tel:+4510421836"
    assert [width(value) for value in (-1, 0, 73.33, 250, None, "")] == [
        "0.0%",
        "0.0%",
        "73.3%",
        "100.0%",
        "0.0%",
        "0.0%",
    ]


def test_a_masked_figure_is_nowhere_in_the_page():
    page = drawn("stat_tile", label="Flexible job", number=3, of="of 4", foot="3 of 4", masked=True)
    assert "&lt; 5" in page
    assert "3" not in page


def test_the_weeks_show_where_one_is():
    page = drawn("week_track", week=6, weeks=13)
    assert page.count("<i") == 13
    assert page.count("t-past") == 5
    assert page.count("t-here") == 1
    assert 'aria-label="Week 6 of 13"' in page


def test_the_steps_are_said_in_words_too():
    page = drawn("step_scale", step=3, target=4, baseline=1, of=5)
    assert (page.count("<i"), page.count("t-was"), page.count("t-on"), page.count("t-aim")) == (5, 2, 1, 1)
    assert "step 3" in page
    assert "target 4" in page
    assert "no step yet" in drawn("step_scale", step=None, target=4)


def test_a_bar_stays_on_its_track():
    page = drawn("track", percent=140, target=83.33)
    assert 'width="100.0%"' in page
    assert 'x="83.3%"' in page
    assert "t-goalmark" not in drawn("track", percent=10)


def test_hours_are_bars_and_a_table():
    bars = week_bars([("46", 540, 480), ("47", 540, 540), ("48", 0, 0)], sentence="Attended hours")
    page = drawn("hours_chart", title="Hours a week", bars=bars)
    assert "Attended hours: 46: 8 / 9, 47: 9 / 9, 48: 0 / 0" in page
    assert page.count("<tr>") == 4
    assert week_bars([], sentence="Attended hours")["bars"] == []


def test_a_curve_is_a_line_and_a_table():
    drawing = curve([("week 1", 2), ("week 12", 7)], lowest=0, highest=10, target=8, sentence="Own rating")
    page = drawn("curve", title="Own rating", curve=drawing)
    assert 'points="30.0,86.0 288.0,41.0"' in page
    assert "t-keep" in page
    assert curve([], lowest=0, highest=10, target=None, sentence="Own rating")["line"] == ""


def test_a_table_names_its_cells_for_phones_and_its_order_for_screen_readers():
    columns = [
        {"label": "Citizen", "url": "?o=name", "sort": "ascending"},
        {"label": "Week"},
        {"label": ""},
    ]
    page = drawn("table", caption="Citizens", columns=columns, rows=[["Lone", 6, "Follow up"]])
    assert 'aria-sort="ascending"' in page
    assert '<th scope="row">Lone</th>' in page
    assert 'data-label="Week"' in page
    assert '<th scope="col"></th>' not in page


def test_what_people_wrote_is_escaped_in_every_part():
    evil = "<script>alert(1)</script>"
    entry = {"icon": "x", "title": evil, "on": evil, "author": evil, "audience": evil, "body": evil}
    voice = {"by": evil, "on": datetime.date(2026, 11, 23), "text": evil}
    subgoal = {"text": evil, "measure": evil, "who": evil, "staff": [voice], "own": [voice]}
    pages = [
        drawn("timeline", entries=[entry]),
        drawn("goal_card", goal={"title": evil, "own_words": evil, "area": evil}, subgoals=[subgoal]),
        drawn("row", title=evil, text=evil, url="/", when=evil),
        drawn("notice", kind="info", text=evil, strong=evil),
        drawn("what_now", sentence=evil, detail=evil),
        drawn("page_head", title=evil, lead=evil, over=evil),
        drawn("table", caption=evil, columns=[{"label": evil}], rows=[[evil]]),
        drawn("toast", text=evil),
    ]
    assert not [page for page in pages if "<script>alert" in page]


def test_tags_need_no_load():
    page = Template('{% icon "search" %}{{ day|short_day }}').render(Context({"day": datetime.date(2026, 11, 23)}))
    assert page.endswith("23 Nov 2026")
