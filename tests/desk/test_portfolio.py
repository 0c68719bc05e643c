import datetime
from html import unescape

import pytest
import time_machine

from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import MembershipFactory, user_with_role
from tests.factories.attendance import SlotFactory
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from tests.factories.worklist import TaskFactory

pytestmark = pytest.mark.django_db
URL = "/cases/"

# The difficult names in the order in which a reader of each language expects them.
NAMES = [
    ("Øjvind", "Ærtebjerg"),
    ("Aage", "Aagaard"),
    ("Åse", "Åkjær"),
    ("Karen-Margrethe", "Winther-Holm"),
    ("Anne-Mette", "Højlund Krogh"),
    ("Östen", "Ängquist"),
    ("Ea", "Bo"),
    ("Abdulrahman", "Al-Hamdani"),
    ("Małgorzata", "Wiśniewski"),
    ("Ngoc", "Nguyen"),
    ("Sólrun", "á Lakjuni"),
    ("Jens-Ole", "O'Neill Præstegaard"),
]
LIKE_BOTH = ["Bo", "Højlund Krogh", "Nguyen", "O'Neill Præstegaard", "Winther-Holm", "Wiśniewski"]
DANISH = ["á Lakjuni", "Al-Hamdani", *LIKE_BOTH, "Ängquist", "Ærtebjerg", "Aagaard", "Åkjær"]
SWEDISH = ["á Lakjuni", "Aagaard", "Al-Hamdani", *LIKE_BOTH, "Åkjær", "Ängquist", "Ærtebjerg"]


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def page(signed_in, user, query="", status=200) -> str:
    response = signed_in(user).get(URL + query)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize(("language", "order"), [("da", DANISH), ("sv", SWEDISH)])
def test_names_sort_as_the_reader_expects(signed_in, language, order):
    """Experience 26: Å last in Danish, Å before Ä before Ö in Swedish."""
    case = a_case("Only", "Bo")
    for first, last in NAMES:
        if last != "Bo":
            ProgrammeFactory(centre=case.programme.centre, citizen=CitizenFactory(first_name=first, last_name=last))
    reader = user_with_role("team_leader", case.programme.centre, language=language)
    html = unescape(page(signed_in, reader))
    places = [html.index(f" {last}</a>") for last in order]
    assert places == sorted(places)
    backwards = unescape(page(signed_in, reader, "?sort=-name"))
    places = [backwards.index(f" {last}</a>") for last in order]
    assert places == sorted(places, reverse=True)


def test_only_visible_programmes_are_listed(signed_in):
    """T1."""
    own, other = a_case(), a_case("Torben", "Fremmed")
    for role in ("caseworker", "team_leader", "contact_person", "referrer", "specialist", "citizen"):
        html = page(signed_in, own.user(role), "?status=all")
        assert "Sejersen" in html
        assert "Fremmed" not in html
        assert other.programme.caseworker.name not in html


def test_filters_and_sorting_stay_in_the_address(signed_in):
    """Experience 11."""
    case = a_case()
    ended = ProgrammeFactory(
        centre=case.programme.centre,
        caseworker=case.caseworker,
        status="completed",
        ended_on=TODAY,
        citizen__last_name="Afsluttet",
    )
    leader = case.team_leader
    assert "Afsluttet" not in page(signed_in, leader)
    html = page(signed_in, leader, "?status=completed&sort=end")
    assert "Afsluttet" in html
    assert "Sejersen" not in html
    assert "status=completed&amp;sort=-end" in html
    assert "Sejersen" in page(signed_in, leader, f"?workshop={case.placement.workshop.pk}")
    assert "Sejersen" in page(signed_in, leader, f"?caseworker={case.caseworker.pk}&type=individual_development")
    assert "Sejersen" in page(signed_in, leader, "?q=sejer")
    assert "Afsluttet" in page(signed_in, leader, f"?status=all&q={ended.reference}")
    assert "No citizen fits" in page(signed_in, leader, "?q=nobody")


def test_a_wrong_filter_is_named_and_lists_nobody(signed_in):
    case = a_case()
    html = page(signed_in, case.team_leader, "?status=nonsense&caseworker=999999", status=422)
    assert "There is something to correct" in html
    assert "Sejersen" not in html
    for query in ("?page=-1", "?page=999", "?page=x", "?sort=x", "?sort=citizen__identity_index", "?q=%25"):
        assert signed_in(case.team_leader).get(URL + query).status_code in (200, 422)


def test_another_centres_people_are_no_choice(signed_in):
    """T1: the choices of the filters tell no names either."""
    own, other = a_case(), a_case()
    html = page(signed_in, own.team_leader)
    assert own.caseworker.name in html
    assert f'value="{other.caseworker.pk}"' not in html
    assert f'value="{own.caseworker.pk}"' not in page(signed_in, own.referrer)


def test_a_protected_name_is_masked_and_not_found_by_name(signed_in):
    """Experience 27."""
    case = a_case(citizen__is_protected=True)
    assert "Sejersen" not in page(signed_in, case.caseworker)
    html = page(signed_in, case.caseworker, "?q=Sejer")
    assert case.programme.reference not in html


def test_the_list_shows_week_attendance_and_the_next_step(signed_in):
    case = a_case()
    TaskFactory(citizen=case.citizen, for_user=case.caseworker, due_on=datetime.date(2026, 12, 1))
    SlotFactory(placement=case.placement, day=TODAY, state="present")
    html = page(signed_in, case.caseworker)
    for words in ("<b>2</b>", "of 13", "4 of 4 hours", "1 day overdue"):
        assert words in html


def test_the_list_costs_the_same_for_5_and_for_300(signed_in, django_assert_max_num_queries):
    """At most eight queries, session, user and log included; the test's client adds one."""
    case = a_case()
    client = signed_in(case.team_leader)
    for number in (5, 295):
        for _ in range(number):
            placement = PlacementFactory(
                programme__centre=case.programme.centre,
                programme__caseworker=case.caseworker,
                workshop=case.placement.workshop,
            )
            TaskFactory(citizen=placement.programme.citizen, for_leaders_of=case.programme.centre)
        with django_assert_max_num_queries(9):
            html = client.get(URL).content.decode()
    assert 'rel="next"' in html
    assert "Page 2" in client.get(f"{URL}?page=2").content.decode()


def test_a_statement_that_is_kept_follows_the_posts_and_the_day(signed_in):
    """T1, T7: the second page is asked as the reader is then, and of the day that it is then."""
    own, other = a_case(), a_case("Åse", "Fremmed")
    workshop = own.placement.workshop.unit.name

    def row(html: str) -> str:
        return html.split(own.programme.reference)[1]

    html = page(signed_in, own.team_leader)
    assert workshop in row(html)
    assert "Fremmed" not in html
    assert f'value="{other.caseworker.pk}"' not in html
    MembershipFactory(user=own.team_leader, role="team_leader", organisation=other.programme.centre)
    html = page(signed_in, own.team_leader)
    assert "Fremmed" in html
    assert f'value="{other.caseworker.pk}"' in html
    with time_machine.travel(NINE, tick=False) as clock:
        clock.shift(own.placement.ends_on - TODAY + datetime.timedelta(days=1))
        assert workshop not in row(page(signed_in, own.team_leader))


@pytest.mark.parametrize("sort", ["name", "-name", ""])
def test_a_protected_name_stands_apart_and_not_between_its_neighbours(signed_in, sort):
    """T10: where it sorts would tell how it begins."""
    case = a_case("Only", "Bo")
    for last, is_protected in [("Aa", False), ("Ba", True), ("Cc", False)]:
        ProgrammeFactory(
            centre=case.programme.centre, citizen=CitizenFactory(last_name=last, is_protected=is_protected)
        )
    html = unescape(page(signed_in, case.team_leader, f"?sort={sort}"))
    assert html.index("Protected name") > max(html.index(f" {last}</a>") for last in ("Aa", "Bo", "Cc"))
