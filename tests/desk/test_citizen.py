"""Details and identity number of a citizen, corrected with their history (K2)."""

import re

import pytest
from django.db import connection

from audit.models import Access, Change
from citizens.identity import find_by_number, parse_number, shown_number
from citizens.models import Citizen
from core.exceptions import NotAllowed, Refused
from desk.citizen.correcting import NumberTaken, correct_facts, correct_number, fingerprint
from journal.models import Entry
from messaging.models import OutgoingMail
from tests.citizens.test_merging import World, give_number
from tests.desk.cast import a_case
from tests.factories.accounts import user_with_role
from tests.factories.citizens import CitizenFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-09T09:00:00+01:00", tick=False)]
FIRST, SECOND = "140389-0001", "010190-0002"
FACTS = {
    "first_name": "Torben", "last_name": "Sejersen", "birth_date": "14.03.1989", "gender": "m", "phone": "12 34 56 78",
    "email": "", "address": "Strandvejen 4", "municipality": "Aalborg", "language": "da", "interpreter": "",
}  # fmt: skip


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def test_the_number_is_corrected_and_birth_date_and_gender_follow():
    """K2: both sides are told, and no number stands anywhere but sealed."""
    case = a_case()
    citizen = case.citizen
    give_number(citizen, FIRST)
    correct_number(
        citizen=citizen, number=parse_number(SECOND, "DK"), why="Two digits were swapped", by=case.caseworker
    )
    citizen = Citizen.objects.get(pk=citizen.pk)
    assert (shown_number(citizen), str(citizen.birth_date), citizen.gender) == (SECOND, "1990-01-01", "f")
    assert find_by_number(parse_number(FIRST, "DK")) is None
    entry = Entry.objects.get(kind="identity_number_corrected")
    assert (entry.audience, entry.body) == ("shared_referrer", "Two digits were swapped")
    (mail,) = OutgoingMail.objects.all()
    assert mail.to == case.referrer.email
    for number in (FIRST, SECOND):
        assert digits(number) not in digits(mail.subject + mail.body + entry.body)
    # The earlier number is kept, sealed.
    kept = Change.objects.filter(table="citizens_citizen", row=str(citizen.pk), reason="Two digits were swapped").get()
    assert kept.before["identity_number"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, ' ') FROM audit_change c")
        assert digits(FIRST) not in cursor.fetchone()[0]


@pytest.mark.parametrize("text", ["740389-0001", "140389 0003"])
def test_a_replacement_number_is_one_too(text):
    case = a_case()
    correct_number(citizen=case.citizen, number=parse_number(text, "DK"), why="Arrived", by=case.team_leader)
    assert Citizen.objects.get(pk=case.citizen.pk).identity_number


def test_a_samordningsnummer_is_read_at_a_swedish_centre(signed_in):
    case = a_case(centre__country="SE")
    client = signed_in(case.caseworker)
    page = f"/citizens/{case.citizen.pk}/number/"
    assert client.post(page, {"identity_number": "140389-0001", "why": "New"}).status_code == 422
    done = client.post(page, {"identity_number": "19701063-2391", "why": "New"})
    assert done.status_code == 302
    assert Citizen.objects.get(pk=case.citizen.pk).birth_date.isoformat() == "1970-10-03"


def test_a_wrong_number_can_be_taken_away_until_the_right_one_is_known():
    case = a_case()
    give_number(case.citizen, FIRST)
    correct_number(
        citizen=case.citizen, number=None, no_number_reason="Belongs to the brother", why="Mixed up", by=case.caseworker
    )
    citizen = Citizen.objects.get(pk=case.citizen.pk)
    assert (citizen.identity_number, citizen.identity_index) == (None, None)
    assert citizen.no_number_reason == "Belongs to the brother"
    with pytest.raises(Refused):
        correct_number(citizen=citizen, number=None, why="Again", by=case.caseworker)


def test_a_number_that_somebody_has_offers_to_compare_the_two(signed_in):
    """K2, K1: to a team leader who sees both; a stranger's name is never told."""
    world = World()
    world.programme(world.one)
    world.programme(world.two)
    give_number(world.two, FIRST)
    with pytest.raises(NumberTaken):
        correct_number(citizen=world.one, number=parse_number(FIRST, "DK"), why="x", by=world.leader)
    data = {"identity_number": FIRST, "why": "Typed wrongly"}
    page = f"/citizens/{world.one.pk}/number/"
    shown = signed_in(world.leader).post(page, data)
    assert shown.status_code == 422
    assert f"/citizens/{world.one.pk}/merge/{world.two.pk}/" in shown.content.decode()
    assert "a team leader can" in signed_in(world.caseworker).post(page, data).content.decode()
    stranger = CitizenFactory(first_name="Foreign")
    give_number(stranger, SECOND)
    hidden = signed_in(world.leader).post(page, data | {"identity_number": SECOND}).content.decode()
    assert "Another citizen has this number already" in hidden
    assert "Foreign" not in hidden
    assert str(stranger.pk) not in hidden
    looks = Access.objects.filter(user_id=world.leader.pk, kind=Access.Kind.SEARCH)
    assert set(looks.values_list("citizen_id", flat=True)) == {world.two.pk, stranger.pk}


def test_asking_for_number_after_number_is_stopped(signed_in):
    """T10: the answer would tell which numbers are known here."""
    case = a_case()
    page = f"/citizens/{case.citizen.pk}/number/"
    client = signed_in(case.caseworker)
    other = CitizenFactory()
    give_number(other, FIRST)
    answers = [client.post(page, {"identity_number": FIRST, "why": "x"}).content.decode() for _ in range(40)]
    assert "Another citizen has this number already" in answers[0]
    assert "many numbers in a short time" in answers[-1]


@pytest.mark.parametrize("why", ["Was 140389-0001", "Was 1403890001 before", "", " ", "x" * 301, "a\x00b"])
def test_a_reason_holds_no_number_and_is_there(why, signed_in):
    """T10"""
    case = a_case()
    page = f"/citizens/{case.citizen.pk}/number/"
    wrong = signed_in(case.caseworker).post(page, {"identity_number": FIRST, "why": why})
    assert wrong.status_code == 422
    assert wrong.content.decode().count("<title>Error") == 1
    assert Citizen.objects.get(pk=case.citizen.pk).identity_number is None


@pytest.mark.parametrize("number", ["", "1", "999999-9999", "31021990-0001", "x" * 20_001, "14\x000389"])
def test_what_is_no_number_is_said_beside_the_field(number, signed_in):
    case = a_case()
    page = f"/citizens/{case.citizen.pk}/number/"
    wrong = signed_in(case.caseworker).post(page, {"identity_number": number, "why": "Wrong"})
    assert wrong.status_code == 422
    assert 'id="errors"' in wrong.content.decode()


@pytest.mark.parametrize("role", ["contact_person", "referrer", "specialist", "citizen"])
def test_only_caseworker_and_team_leader_correct(role):
    case = a_case()
    with pytest.raises(NotAllowed):
        correct_number(citizen=case.citizen, number=parse_number(FIRST, "DK"), why="x", by=case.user(role))
    with pytest.raises(NotAllowed):
        correct_facts(citizen=case.citizen, facts={"phone": "1"}, seen=fingerprint(case.citizen), by=case.user(role))
    stranger = user_with_role("team_leader", a_case().programme.centre)
    with pytest.raises(NotAllowed):
        correct_number(citizen=case.citizen, number=parse_number(FIRST, "DK"), why="x", by=stranger)


def test_the_whole_number_stands_on_no_page(signed_in):
    """T10: enough to tell two apart."""
    case = a_case()
    give_number(case.citizen, FIRST)
    for page in ["", "edit/", "number/"]:
        shown = signed_in(case.caseworker).get(f"/citizens/{case.citizen.pk}/{page}").content.decode()
        assert "0001" not in shown
    assert Access.objects.filter(citizen_id=case.citizen.pk, user_id=case.caseworker.pk).count() == 3


def test_details_are_corrected_with_their_history(signed_in):
    case = a_case()
    client = signed_in(case.caseworker)
    page = f"/citizens/{case.citizen.pk}/"
    seen = fingerprint(Citizen.objects.get(pk=case.citizen.pk))
    assert client.post(f"{page}edit/", FACTS | {"seen": seen})["Location"] == page
    shown = client.get(page).content.decode()
    assert "Telephone: 00 12 34 56, now 12 34 56 78" in shown
    assert "Address: –, now Strandvejen 4" in shown


def test_the_second_editor_is_told_what_stands_now(signed_in):
    """T13"""
    case = a_case()
    page = f"/citizens/{case.citizen.pk}/edit/"
    seen = fingerprint(Citizen.objects.get(pk=case.citizen.pk))
    signed_in(case.caseworker).post(page, FACTS | {"seen": seen})
    client = signed_in(case.team_leader)
    second = client.post(page, FACTS | {"phone": "99 99 99 99", "seen": seen})
    text = second.content.decode()
    assert second.status_code == 422
    assert "Somebody else has changed this" in text
    assert "12 34 56 78" in text
    assert "99 99 99 99" in text
    again = re.search(r'name="seen" value="(\w+)"', text)
    assert again
    assert client.post(page, FACTS | {"phone": "99 99 99 99", "seen": again[1]}).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_name": ""}, {"first_name": "x" * 101}, {"birth_date": "31.02.1989"}, {"birth_date": "1.1.0001"},
        {"birth_date": "31.12.9999"}, {"email": "no address"}, {"language": "xx"}, {"phone": "1\x002"},
        {"address": "x" * 20_001},
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_changed(wrong, signed_in):
    case = a_case()
    seen = fingerprint(Citizen.objects.get(pk=case.citizen.pk))
    answer = signed_in(case.caseworker).post(f"/citizens/{case.citizen.pk}/edit/", FACTS | {"seen": seen} | wrong)
    assert answer.status_code == 422
    assert Citizen.objects.get(pk=case.citizen.pk).address == ""


def test_what_a_protected_name_hides_is_not_shown_and_stays(signed_in):
    """Experience 27: left empty, it stays as it is."""
    case = a_case("Torben", "Sejersen", citizen__is_protected=True, citizen__address="Strandvejen 4")
    client = signed_in(case.caseworker)
    page = f"/citizens/{case.citizen.pk}/"
    for address in (page, f"{page}edit/", f"{page}number/"):
        shown = client.get(address).content.decode()
        assert not re.search("Torben|Sejersen|Strandvejen|1989|00 12 34 56", shown), address
    data = dict.fromkeys(FACTS, "") | {"language": "da", "gender": "m", "municipality": "Skive"}
    seen = fingerprint(Citizen.objects.get(pk=case.citizen.pk))
    assert client.post(f"{page}edit/", data | {"seen": seen}).status_code == 302
    citizen = Citizen.objects.get(pk=case.citizen.pk)
    assert (citizen.first_name, citizen.address, citizen.municipality) == ("Torben", "Strandvejen 4", "Skive")
    assert client.post(f"{page}edit/", data | {"address": "Nyvej 1", "seen": fingerprint(citizen)}).status_code == 302
    assert "Nyvej" not in client.get(page).content.decode()
    assert Citizen.objects.get(pk=case.citizen.pk).address == "Nyvej 1"
