"""The timeline is filtered by kinds, author, period and words, goes both ways, pages and prints (experience 13)."""

import datetime
import re
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from audit.models import Access
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.journal import EntryFactory

pytestmark = pytest.mark.django_db
UTC = datetime.UTC


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def ask(signed_in, case, *, page="case", user=None, status=200, **asked) -> str:
    response = signed_in(user or case.caseworker).get(reverse(f"desk:{page}", args=[case.programme.reference]), asked)
    assert response.status_code == status
    return response.content.decode()


def shown(html: str) -> list[str]:
    """The numbered entries in the order of the page."""
    return re.findall(r"entry (\w+)\.", html)


@pytest.fixture
def case():
    """Entries of three kinds, two authors and three days."""
    case = a_case()
    other = user_with_role("specialist", case.programme.centre, name="Karen Blom")
    for kind, author, day in [
        ("missed", None, 27),
        ("plan_confirmed", case.caseworker, 28),
        ("note", other, 29),
        ("note", case.caseworker, 30),
    ]:
        EntryFactory(
            programme=case.programme, kind=kind, author=author, params={"number": 1}, body=f"entry {kind}{day}.",
            happened_at=datetime.datetime(2026, 11, day, 12, tzinfo=UTC),
        )  # fmt: skip
    return case


def test_several_kinds_at_once_and_each_chip_adds_or_takes_away_its_own(signed_in, case):
    html = ask(signed_in, case, show=["attendance", "plan"])
    assert shown(html) == ["plan_confirmed28", "missed27"]
    chips = {
        word: unescape(url) for url, word in re.findall(r'<a class="t-chip" href="([^"]*)"[^>]*>([^<]+)</a>', html)
    }
    assert chips["Plan"] == "?show=attendance"
    assert chips["Notes"] == "?show=attendance&show=plan&show=note"
    assert chips["All"] == reverse("desk:case", args=[case.programme.reference])


def test_by_author(signed_in, case):
    html = ask(signed_in, case, filters="1")
    author = re.search(r'<option value="(\d+)">Karen Blom', html)[1]
    assert shown(ask(signed_in, case, author=author)) == ["note29"]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("29.11.26", "", ["note30", "note29"]),
        ("", "28/11-2026", ["plan_confirmed28", "missed27"]),
        ("2026-11-28", "2026-11-29", ["note29", "plan_confirmed28"]),
        ("1.1.2100", "31.12.2100", []),
    ],
)
def test_by_period_both_days_included(signed_in, case, since, until, expected):
    assert shown(ask(signed_in, case, since=since, until=until)) == expected


def test_a_day_begins_at_the_centres_midnight(signed_in):
    case = a_case()
    EntryFactory(
        programme=case.programme, body="entry late.", happened_at=datetime.datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
    )
    assert shown(ask(signed_in, case, since="28.11.26")) == ["late"]
    assert shown(ask(signed_in, case, until="27.11.26")) == []


def test_by_words_in_any_form(signed_in, case):
    EntryFactory(programme=case.programme, body="entry found. Har bygget fuglekasser.")
    assert shown(ask(signed_in, case, q="fuglekasse")) == ["found"]
    assert "Nothing fits the filters" in ask(signed_in, case, q="helikopter")


def test_oldest_first_and_newest_first(signed_in, case):
    newest = shown(ask(signed_in, case))
    assert shown(ask(signed_in, case, order="oldest")) == newest[::-1]


@pytest.mark.parametrize("order", ["", "oldest"])
def test_paging_keeps_the_filters_and_loses_and_doubles_nothing(signed_in, order):
    case = a_case()
    moment = datetime.datetime(2026, 11, 27, 12, tzinfo=UTC)
    for number in range(70):
        # Several at the same moment, as one action tells them.
        EntryFactory(
            programme=case.programme,
            kind="note",
            body=f"entry {number}. bus",
            happened_at=moment + datetime.timedelta(minutes=number // 4),
        )
        EntryFactory(programme=case.programme, kind="missed", params={}, body="entry other. bus")
    seen: list[str] = []
    query = {"show": "note", "q": "bus", "order": order}
    client = signed_in(case.caseworker)
    address = reverse("desk:case", args=[case.programme.reference])
    html = client.get(address, query).content.decode()
    for _ in range(3):
        seen += shown(html)
        older = re.search(r'<p class="mt-3[^>]*><a class="t-link" href="([^"]+)"', html)
        if not older:
            break
        html = client.get(address + unescape(older[1])).content.decode()
    expected = [str(number) for number in range(70)]
    assert seen == (expected if order else expected[::-1])


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"since": "1.1.0001"},
        {"until": "31.12.9999"},
        {"since": "30.11.26", "until": "29.11.26"},
        {"author": "nobody"},
        {"author": "99999999"},
        {"order": "sideways"},
    ],
)
def test_a_wrong_filter_is_named_and_kept_and_hides_nothing(signed_in, case, asked):
    """Experience 17."""
    html = ask(signed_in, case, status=422, **asked)
    assert "Error:" in html
    assert "There is something to correct" in html
    assert "entry note30." in html or "since" in asked
    typed = next(iter(asked.values()))
    assert typed in html


@pytest.mark.parametrize("asked", [{"before": "x"}, {"before": "9" * 40}, {"before": "-1"}, {"show": "nonsense"}])
def test_an_address_that_somebody_made_up_shows_the_timeline(signed_in, case, asked):
    assert len(shown(ask(signed_in, case, **asked))) == 4


@pytest.mark.parametrize("role", ["caseworker", "team_leader", "contact_person", "referrer", "specialist", "citizen"])
def test_the_paper_holds_the_whole_timeline_under_the_same_filters_and_is_logged(signed_in, role):
    """Experience 13, 24, T5."""
    case = a_case()
    for number in range(90):
        EntryFactory(programme=case.programme, audience="shared_referrer", body=f"entry {number}.")
        EntryFactory(programme=case.programme, audience="shared_citizen", body=f"entry {number}.")
    html = ask(signed_in, case, page="print", user=case.user(role))
    assert set(shown(html)) == {str(number) for number in range(90)}
    assert "Torben Sejersen" in html
    assert "2 Dec 2026" in html
    assert "<thead>" in html
    access = Access.objects.get(user_id=case.user(role).pk)
    assert (access.kind, access.citizen_id) == (Access.Kind.PRINT, case.citizen.pk)


def test_the_paper_says_what_it_was_narrowed_to(signed_in, case):
    html = ask(signed_in, case, page="print", show="note", since="29.11.26", author=str(case.caseworker.pk))
    assert shown(html) == ["note30"]
    assert "From: 29 Nov 2026" in html
    assert f"Author: {case.caseworker.name}" in html


def test_a_protected_name_is_masked_on_paper(signed_in):
    case = a_case(citizen__is_protected=True)
    html = ask(signed_in, case, page="print")
    assert "Sejersen" not in html
    assert "Protected name" in html


def test_a_stranger_prints_nothing(signed_in, case):
    stranger = user_with_role("caseworker", case.programme.centre)
    ask(signed_in, case, page="print", user=stranger, status=404)


@pytest.mark.parametrize(
    ("page", "asked", "most"),
    [
        ("case", {}, 12),
        ("case", {"q": "entry", "show": ["note"]}, 12),
        ("case", {"filters": "1"}, 13),
        ("print", {}, 9),
    ],
)
def test_it_costs_the_same_for_2_and_for_200(signed_in, django_assert_max_num_queries, page, asked, most):
    case = a_case()
    client = signed_in(case.caseworker)
    url = reverse(f"desk:{page}", args=[case.programme.reference])
    for number in (2, 198):
        for _ in range(number):
            EntryFactory(programme=case.programme, body="entry x.")
        with django_assert_max_num_queries(most):
            assert client.get(url, asked).status_code == 200
