import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from audit.models import Access
from desk.search.cases import by_name, looks_like_number
from tests.desk.cast import NINE, a_case
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import ProgrammeFactory
from tests.factories.referrals import ReferralFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def search(signed_in, user, text, **extra):
    return signed_in(user).get(reverse("desk:search"), {"q": text}, **extra)


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Øjvind", "Ærtebjerg", "oejvind aertebjerg"),
        ("Aage", "Aagaard", "åge"),
        ("Åse", "Åkjær", "aakjaer"),
        ("Östen", "Ängquist", "oesten"),
        ("Ea", "Bo", "Bo"),
        ("Abdulrahman", "Al-Hamdani", "hamdani"),
        ("Małgorzata", "Wiśniewski", "wisniewski"),
        ("Sólrun", "á Lakjuni", "LAKJUNI"),
        ("Ayaan", "", "ayaan"),
        ("Jens-Ole", "O'Neill Præstegaard", "o'neill præste"),
    ],
)
def test_a_name_is_found_by_part_and_by_either_spelling(signed_in, first, last, typed):
    """Experience 10: æ/ae, ø/oe and å/aa find each other."""
    case = a_case(first, last)
    response = search(signed_in, case.caseworker, typed)
    assert reverse("desk:case", args=[case.programme.reference]) in response.content.decode()


def test_only_what_the_user_may_see_is_found_and_the_count_tells_no_more(signed_in):
    """T1."""
    own, other = a_case("Torben", "Sejersen"), a_case("Torben", "Fremmed")
    html = search(signed_in, own.caseworker, "torben").content.decode()
    assert "1 case found" in html
    assert "Fremmed" not in html
    html = search(signed_in, own.caseworker, other.programme.reference).content.decode()
    assert "No match" in html


def test_a_reference_leads_straight_to_the_case(signed_in):
    case = a_case()
    referral = ReferralFactory(centre=case.programme.centre)
    year, number = case.programme.reference[2:].split("-")
    for typed in (case.programme.reference, case.programme.reference.lower(), f"f {year} {int(number)}"):
        assert search(signed_in, case.caseworker, typed).url == reverse("desk:case", args=[case.programme.reference])
    assert search(signed_in, case.team_leader, referral.reference).url == reverse(
        "referrals:detail", args=[referral.reference]
    )
    assert search(signed_in, case.caseworker, referral.reference).status_code == 200


def test_a_protected_name_is_not_found_by_name_but_by_its_reference(signed_in):
    """Experience 27."""
    case = a_case(citizen__is_protected=True)
    assert "No match" in search(signed_in, case.caseworker, "Sejersen").content.decode()
    assert search(signed_in, case.caseworker, case.programme.reference).status_code == 302


@pytest.mark.parametrize("number", ["740389-0001", "7403890001", "740389 0001", "19900602-0003"])
def test_an_identity_number_in_an_address_is_refused_and_not_repeated(signed_in, number):
    """T10."""
    case = a_case()
    client = signed_in(case.caseworker)
    response = client.get(reverse("desk:search"), {"q": number})
    assert response.url == reverse("desk:search")
    assert "not searched there" in str(next(iter(get_messages(response.wsgi_request))))
    assert number not in client.get(response.url).content.decode()
    assert not any(number in access.what for access in Access.objects.all())


def test_a_search_is_logged_without_the_name(signed_in):
    """T5."""
    case = a_case()
    search(signed_in, case.caseworker, "Sejersen")
    access = Access.objects.get(user_id=case.caseworker.pk)
    assert access.kind == Access.Kind.SEARCH
    assert "Sejersen" not in access.what


@pytest.mark.parametrize("text", ["%", "_", "\\", "\x01", "x" * 30_000, "';--", "   ", "<script>alert(1)</script>"])
def test_strange_input_finds_nothing_and_breaks_nothing(signed_in, text):
    case = a_case()
    response = search(signed_in, case.caseworker, text)
    assert response.status_code == 200
    assert "Sejersen" not in response.content.decode()
    assert "<script>alert" not in response.content.decode()


@pytest.mark.parametrize("role", ["contact_person", "referrer", "specialist", "team_leader", "citizen"])
def test_every_role_finds_its_own(signed_in, role):
    case = a_case()
    assert "1 case found" in search(signed_in, case.user(role), "sejer").content.decode()


def test_each_search_of_a_user_is_for_its_own_words():
    """The statement is kept between them (ADR 33)."""
    case = a_case("Torben", "Sejersen")
    asked = {"sejer": 1, "lunde": 0, "torben sejer": 1, "torben lunde": 0, "to": 1, "xy": 0, "s%n": 0}
    for text, found in asked.items():
        assert (text, len(by_name(case.team_leader, text).hits)) == (text, found)


def test_the_search_costs_the_same_for_one_and_for_sixty(signed_in, django_assert_max_num_queries):
    case = a_case()
    client = signed_in(case.team_leader)
    for number in (1, 59):
        for _ in range(number):
            ProgrammeFactory(centre=case.programme.centre, caseworker=case.caseworker)
        with django_assert_max_num_queries(9):
            assert client.get(reverse("desk:search"), {"q": "bjerg"}).status_code == 200


def test_part_of_a_name_has_a_trigram_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'citizens_search_name'")
        assert "gin_trgm_ops" in cursor.fetchone()[0]


@pytest.mark.parametrize(
    "typed", ["Torben 740389-0001", "cpr: 740389/0001", "740389–0001 Sejersen", "74.03.89.0001", "7403890001x"]
)
@pytest.mark.parametrize("page", ["search", "cases"])
def test_an_identity_number_among_other_words_leaves_the_address_at_once(signed_in, typed, page):
    """T10: neither the search nor the list of citizens keeps it."""
    case = a_case()
    client = signed_in(case.caseworker)
    response = client.get(reverse(f"desk:{page}"), {"q": typed})
    assert response.url == reverse(f"desk:{page}")
    html = client.get(response.url).content.decode()
    assert "not searched there" in html
    assert "0001x" not in html
    assert "740389" not in html


@pytest.mark.parametrize("typed", ["F-2026-000123", "f2026000123", "H 2026 000123", "Hansen 2026"])
def test_a_reference_is_no_identity_number(typed):
    assert not looks_like_number(typed)


@pytest.mark.parametrize(
    ("first", "last", "typed"),
    [
        ("Torben", "Sejersen", "sejresen"),
        ("Torben", "Sejersen", "torben sejerssen"),
        ("Øjvind", "Ærtebjerg", "ærtebjreg"),
        ("Mohammad", "Al-Hamdani", "mohamad"),
        ("Anders", "Nielsen", "nilsen"),
    ],
)
def test_a_misspelt_name_is_found_among_the_similar_ones(signed_in, first, last, typed):
    """Experience 10: typos. What is found exactly does not come twice."""
    case = a_case(first, last)
    html = search(signed_in, case.caseworker, typed).content.decode()
    assert "Similar names" in html
    assert html.count(f'href="{reverse("desk:case", args=[case.programme.reference])}"') == 1


def test_a_name_that_is_written_right_shows_no_similar_ones_beside_itself(signed_in):
    case = a_case("Torben", "Sejersen")
    html = search(signed_in, case.caseworker, "sejersen").content.decode()
    assert "Similar names" not in html
    assert html.count(f'href="{reverse("desk:case", args=[case.programme.reference])}"') == 1


def test_names_that_begin_so_come_before_names_that_only_hold_it(signed_in):
    case = a_case("Kristian", "Abel")
    for last_name in ("Bering", "Ringsted", "Søring"):
        citizen = CitizenFactory(first_name="Xenia", last_name=last_name)
        ProgrammeFactory(citizen=citizen, centre=case.programme.centre, caseworker=case.caseworker)
    html = search(signed_in, case.caseworker, "ring").content.decode()
    places = [html.index(name) for name in ("Ringsted", "Bering", "Søring")]
    assert places == sorted(places)


@pytest.mark.parametrize("typed", ["{number}", "{padded}", "{year}-{number}", "{year} {number}"])
def test_the_last_part_of_a_reference_is_enough(signed_in, typed):
    case = a_case()
    year, padded = case.programme.reference[2:].split("-")
    html = search(
        signed_in, case.caseworker, typed.format(year=year, padded=padded, number=int(padded))
    ).content.decode()
    assert reverse("desk:case", args=[case.programme.reference]) in html


def suggest(signed_in, user, text) -> str:
    response = signed_in(user).post(reverse("desk:suggestions"), {"q": text})
    assert response.status_code == 200
    return response.content.decode()


def test_the_palette_suggests_cases_and_the_texts(signed_in):
    case = a_case()
    html = suggest(signed_in, case.caseworker, "sejer")
    assert f'href="{reverse("desk:case", args=[case.programme.reference])}"' in html
    assert "1 case found" in html
    assert "in=texts" in html
    assert "No case found, 1 similar name" in suggest(signed_in, case.caseworker, "sejresen")


@pytest.mark.parametrize("text", ["", "   ", "\x00", "%", "<b>", "x" * 30_000])
def test_the_palette_survives_strange_input(signed_in, text):
    case = a_case()
    html = suggest(signed_in, case.caseworker, text)
    assert "Sejersen" not in html
    assert "<b>" not in html.replace("<b>Torben", "")


def test_the_palette_does_not_look_a_number_up_while_it_is_typed(signed_in):
    """T10: not one beginning of the number gets into an address or the log."""
    case = a_case()
    number = "740389-0001"
    for length in range(1, len(number) + 1):
        html = suggest(signed_in, case.caseworker, number[:length])
        assert number[:length] not in html or length < 10
    assert "Find the citizen with this identity number" in html
    assert not any("740389" in access.what or "0001" in access.what for access in Access.objects.all())


def test_the_list_of_citizens_finds_by_the_same_rules(signed_in):
    """One way of finding names: typos and short references too."""
    case = a_case()
    client = signed_in(case.caseworker)
    html = client.get(reverse("desk:cases"), {"q": "sejresen"}).content.decode()
    assert "These names are similar" in html
    assert case.programme.reference in html
    short = str(int(case.programme.reference[-6:]))
    assert case.programme.reference in client.get(reverse("desk:cases"), {"q": short}).content.decode()
    assert "These names are similar" not in client.get(reverse("desk:cases"), {"q": "torben"}).content.decode()
