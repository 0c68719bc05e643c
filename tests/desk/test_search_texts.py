"""Words are found in notes and other texts in any form, by those who read them and by nobody else (J1, J2)."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audit.models import Access
from desk.search.texts import START, STOP, snippet_of
from tests.desk.cast import NINE, a_case
from tests.factories.journal import EntryFactory
from tests.factories.programmes import ProgrammeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def texts(signed_in, user, words: str) -> str:
    response = signed_in(user).get(reverse("desk:search"), {"q": words, "in": "texts"})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("body", "typed"),
    [
        ("Har bygget en fuglekasse.", "fuglekasserne"),
        ("Vi talte om værkstedets maskiner.", "maskine"),
        ("Hon har byggt fågelholkar i verkstaden.", "fågelholk"),
        ("Ringede til Peter Ængquist.", "ængquist"),
    ],
)
def test_word_forms_of_both_languages_are_found_and_marked(signed_in, body, typed):
    case = a_case()
    EntryFactory(programme=case.programme, body=body)
    html = texts(signed_in, case.caseworker, typed)
    assert "1 text found" in html
    assert "<mark>" in html
    assert reverse("desk:case", args=[case.programme.reference]) in html


def test_a_snippet_shows_the_words_and_not_the_whole_text(signed_in):
    case = a_case()
    body = f"{'Langt før dette skete der andet. ' * 60}Endelig kom biavleren. {'Og længe efter mere. ' * 60}"
    EntryFactory(programme=case.programme, body=body)
    html = texts(signed_in, case.caseworker, "biavler")
    assert "<mark>biavleren</mark>" in html
    assert html.count("Langt før") < 5


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert('bier')</script> bier",
        '<img src=x onerror=alert(1)> bier & "honning"',
        f"{START}<b>bier</b>{STOP} {STOP}{START} bier",
        "</mark><mark onclick=x>bier</mark>",
    ],
)
def test_nothing_in_a_text_becomes_markup(signed_in, body):
    """T9."""
    case = a_case()
    EntryFactory(programme=case.programme, body=body)
    html = texts(signed_in, case.caseworker, "bier")
    snippet = html[html.index("t-snippet") :].split("</p>")[0]
    assert "<mark>" in snippet
    assert not any(tag in snippet for tag in ("<script", "<img", "<b>", "onclick=x>bier<"))
    assert START not in html
    assert STOP not in html


def test_marks_that_do_not_pair_are_left_out():
    assert snippet_of(f"{STOP}a {START}b{STOP} {START}<c>") == "a <mark>b</mark> &lt;c&gt;"


@pytest.mark.parametrize("words", ["%", "'", '"', '"bier', "-bier", "& | !", "\\", "og", "x" * 5000, "a:b", "!!", "()"])
def test_strange_words_find_nothing_and_break_nothing(signed_in, words):
    case = a_case()
    EntryFactory(programme=case.programme, body="Bygger bistader.")
    html = texts(signed_in, case.caseworker, words)
    assert "<mark>" not in html


def test_each_citizen_whose_words_are_shown_is_in_the_log(signed_in):
    """T5."""
    case = a_case()
    EntryFactory(programme=case.programme, body="Bygger bistader.")
    EntryFactory(programme=case.programme, body="Maler bistader.")
    texts(signed_in, case.caseworker, "bistader")
    access = Access.objects.get(user_id=case.caseworker.pk)
    assert (access.kind, access.citizen_id) == (Access.Kind.SEARCH, case.citizen.pk)
    assert "bistader" not in access.what


def test_what_was_struck_out_is_found_by_nobody_across_cases(signed_in):
    """K3: neither by its author nor by the team leader, who both read it in the case."""
    case = a_case()
    now = timezone.now()
    EntryFactory(programme=case.programme, body="Bistader.", struck_at=now, struck_by=case.caseworker, struck_why="x")
    for user in (case.caseworker, case.team_leader, case.contact_person):
        assert "No text holds these words" in texts(signed_in, user, "bistader")


def test_what_is_written_about_a_protected_citizen_leads_nobody_there(signed_in):
    """Experience 27: the name stands in the texts, so they are searched in the case itself."""
    case = a_case(citizen__is_protected=True)
    EntryFactory(programme=case.programme, body="Torben Sejersen har bygget bistader.")
    for words in ("Sejersen", "sejersens", "bistader"):
        assert "No text holds these words" in texts(signed_in, case.caseworker, words)
    url = reverse("desk:case", args=[case.programme.reference])
    assert "bistader" in signed_in(case.caseworker).get(url, {"q": "bistade"}).content.decode()


def test_a_text_search_costs_the_same_for_one_and_for_sixty(signed_in, django_assert_max_num_queries):
    case = a_case()
    clients = [signed_in(user) for user in (case.caseworker, case.team_leader)]
    for count in (1, 59):
        for _ in range(count):
            other = ProgrammeFactory(centre=case.programme.centre, caseworker=case.caseworker)
            EntryFactory(programme=other, body="Bistader.")
        for client in clients:
            with django_assert_max_num_queries(8):
                response = client.get(reverse("desk:search"), {"q": "bistader", "in": "texts"})
    assert "There are older ones" in response.content.decode()


def test_an_entry_of_the_referral_leads_to_the_case(signed_in):
    case = a_case()
    EntryFactory(programme=case.programme, case="H-2026-000001", kind="referral_submitted", body="Kender bistader.")
    html = texts(signed_in, case.contact_person, "bistader")
    assert reverse("desk:case", args=[case.programme.reference]) in html
