"""The page of people around a case: team, the citizen's own access, a protected name (P1, P13, experience 27)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from audit.models import Access, Event
from programmes.models import TeamMember
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import user_with_role
from tests.factories.programmes import TeamMemberFactory

pytestmark = pytest.mark.django_db
SECRET = {"citizen__is_protected": True, "citizen__phone": "28 44 55 66", "citizen__address": "Hemmelig Gade 7"}


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def page_of(case) -> str:
    return reverse("desk:people", args=[case.programme.reference])


def to(name: str, case, *args) -> str:
    return reverse(f"desk:{name}", args=[case.programme.reference, *args])


def team_data(user, **fields) -> dict:
    return {"person": user.pk, "function": "psychologist", "starts_on": "2.12.2026", "ends_on": ""} | fields


@pytest.mark.parametrize(("role", "status"), [
    ("caseworker", 200), ("team_leader", 200), ("specialist", 200), ("contact_person", 403), ("referrer", 403),
    ("citizen", 403),
])  # fmt: skip
def test_who_reads_the_page(signed_in, role, status):
    """What a psychologist is there for tells of health, so a workshop does not read it (P16)."""
    case = a_case()
    assert signed_in(case.user(role)).get(page_of(case)).status_code == status
    assert signed_in(case.user(role)).get(page_of(a_case())).status_code == 404


def test_the_page_takes_as_many_queries_for_one_as_for_thirty(signed_in, django_assert_max_num_queries):
    case = a_case()
    TeamMemberFactory(programme=case.programme)
    client = signed_in(case.caseworker)
    client.get(page_of(case))
    with django_assert_max_num_queries(40) as few:
        client.get(page_of(case))
    for _ in range(30):
        TeamMemberFactory(programme=case.programme)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(page_of(case))


def test_a_specialist_is_added_and_sees_the_citizen_on_today(signed_in):
    case = a_case("Torben", "Sejersen")
    user = user_with_role("specialist", case.programme.centre, name="Sofie Brandt", title="psykolog")
    client = signed_in(case.caseworker)
    assert "Sofie Brandt, psykolog" in client.get(page_of(case)).text
    assert "Torben Sejersen" not in signed_in(user).get("/").text
    assert client.post(to("team_add", case), team_data(user)).status_code == 302
    html = client.get(page_of(case)).text
    assert "Psychologist · since 2 Dec 2026" in html
    assert "Torben Sejersen" in signed_in(user).get("/").text
    assert signed_in(user).get(reverse("desk:case", args=[case.programme.reference])).status_code == 200


@pytest.mark.parametrize("fields", [
    {"person": ""}, {"person": "999999"}, {"person": "x"}, {"function": "boss"}, {"starts_on": ""},
    {"starts_on": "1.1.0001"}, {"starts_on": "1.1.9999"}, {"starts_on": "x" * 20_001}, {"starts_on": "2.12.26\x00"},
    {"ends_on": "1.12.2026"}, {"function": "deputy"}, {"ends_on": "31.2.2027"},
])  # fmt: skip
def test_what_cannot_be_is_an_error_beside_the_field_and_changes_nothing(signed_in, fields):
    case = a_case()
    user = user_with_role("specialist", case.programme.centre)
    answer = signed_in(case.caseworker).post(to("team_add", case), team_data(user, **fields))
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert not TeamMember.objects.exists()


def test_somebody_on_the_team_leaves_it(signed_in):
    case = a_case()
    member = TeamMemberFactory(programme=case.programme)
    client = signed_in(case.team_leader)
    assert client.post(to("team_end", case, member.pk), {"on": "1.12.2026"}).status_code == 422
    assert client.post(to("team_end", case, member.pk), {"on": "2.12.2026"}).status_code == 302
    member.refresh_from_db()
    assert member.ends_on == TODAY
    assert signed_in(member.user).get(page_of(case)).status_code == 404


def test_a_member_of_another_team_is_not_ended_from_here(signed_in):
    case, other = a_case(), TeamMemberFactory()
    assert signed_in(case.caseworker).get(to("team_end", case, other.pk)).status_code == 404


def test_who_was_on_the_team_stands_below(signed_in):
    case = a_case()
    TeamMemberFactory(programme=case.programme, ends_on=TODAY - datetime.timedelta(days=1))
    assert "Was on the team" in signed_in(case.caseworker).get(page_of(case)).text


def test_a_deputy_opens_what_the_caseworker_opens(signed_in):
    """P13."""
    case = a_case()
    deputy = user_with_role("caseworker", case.programme.centre)
    plan = reverse("closing_notes:edit", args=[case.programme.reference])
    assert signed_in(deputy).get(plan).status_code == 404
    signed_in(case.caseworker).post(to("team_add", case), team_data(deputy, function="deputy", ends_on="4.12.2026"))
    assert signed_in(deputy).get(plan).status_code in (200, 302)
    assert signed_in(deputy).get(page_of(case)).text.count("Add to the team") == 1


def test_access_is_given_and_ended_from_the_page(signed_in):
    case = a_case(citizen__phone="28 44 55 66")
    client = signed_in(case.caseworker)
    assert "28 44 55 66" in client.get(page_of(case)).text
    client.post(to("own_access", case))
    assert "End the access" in client.get(page_of(case)).text
    client.post(to("own_access", case), {"do": "end"})
    assert "Give access" in client.get(page_of(case)).text


def test_a_protected_name_is_shown_with_a_reason_for_a_quarter_of_an_hour(signed_in, wednesday):
    """Experience 27."""
    case = a_case("Torben", "Sejersen", **SECRET)
    client = signed_in(case.caseworker)
    html = client.get(page_of(case)).text
    assert "Sejersen" not in html
    assert "28 44 55 66" not in html
    assert client.post(to("uncover", case), {"why": " "}).status_code == 422
    assert client.post(to("uncover", case), {"why": "Must send a letter"}).status_code == 302
    html = client.get(page_of(case)).text
    for told in ("Torben Sejersen", "28 44 55 66", "Hemmelig Gade 7"):
        assert told in html
    wednesday.shift(15 * 60 + 1)
    assert "Sejersen" not in client.get(page_of(case)).text


def test_uncovering_is_logged_with_its_reason_and_every_look(signed_in):
    """Experience 27, T5."""
    case = a_case(**SECRET)
    client = signed_in(case.caseworker)
    client.post(to("uncover", case), {"why": "Must send a letter"})
    client.get(page_of(case))
    looks = Access.objects.filter(kind=Access.Kind.REVEAL, citizen_id=case.citizen.pk).order_by("pk")
    assert [look.reason for look in looks] == ["Must send a letter", ""]
    assert Event.objects.filter(verb="protected_name_uncovered").count() == 1


def test_uncovering_holds_for_this_user_and_case_only(signed_in):
    case, other = a_case("Torben", "Sejersen", **SECRET), a_case("Åse", "Winther", **SECRET)
    leader = case.team_leader
    signed_in(case.caseworker).post(to("uncover", case), {"why": "Must send a letter"})
    assert "Sejersen" not in signed_in(leader).get(page_of(case)).text
    client = signed_in(case.caseworker)
    client.post(to("uncover", case), {"why": "Must send a letter"})
    assert "Winther" not in client.get(page_of(other)).text
    for page in ("/", "/cases/", reverse("desk:case", args=[case.programme.reference])):
        assert "Sejersen" not in client.get(page).text


@pytest.mark.parametrize("role", ["specialist", "contact_person", "referrer", "citizen"])
def test_nobody_else_uncovers(signed_in, role):
    case = a_case("Torben", "Sejersen", **SECRET)
    client = signed_in(case.user(role))
    assert client.post(to("uncover", case), {"why": "I am curious"}).status_code == 403
    assert "Sejersen" not in client.get(page_of(case)).text


def test_a_name_is_protected_and_the_protection_lifted(signed_in):
    case = a_case("Torben", "Sejersen")
    client = signed_in(case.caseworker)
    assert client.post(to("protect", case), {"why": ""}).status_code == 422
    client.post(to("protect", case), {"why": "Has moved in secret"})
    assert "Sejersen" not in client.get(page_of(case)).text
    client.post(to("protect", case), {"why": "No longer needed"})
    assert "Sejersen" in client.get(page_of(case)).text


def test_uncovering_what_is_not_protected_leads_back(signed_in):
    case = a_case()
    assert signed_in(case.caseworker).post(to("uncover", case), {"why": "x"})["Location"] == page_of(case)
    assert not Access.objects.filter(kind=Access.Kind.REVEAL).exists()
