"""Citizens sign in by a code that is sent to them; nobody learns who is known (U3)."""

import re

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from accounts import codes
from accounts.models import SignInCode, User
from accounts.roles import Role
from audit.acting import System, acting
from core.events import message_due
from tests.conftest import FreshClient
from tests.factories.accounts import CentreFactory, MembershipFactory, user_with_role

pytestmark = pytest.mark.django_db
ASK, ENTER = "/accounts/code/", "/accounts/code/enter/"
PHONE = "28 11 22 33"


@pytest.fixture(autouse=True)
def no_limits_left_over():
    cache.clear()


@pytest.fixture
def sent():
    """Every message that left, as the event says it."""
    found: list[dict] = []

    def keep(sender, **told):
        found.append(told)

    message_due.connect(keep, weak=False, dispatch_uid="tests.codes")
    yield found
    message_due.disconnect(dispatch_uid="tests.codes")


@pytest.fixture
def citizen() -> User:
    return user_with_role("citizen", CentreFactory(), phone=PHONE, email="oejvind@example.org")


def code_in(told: dict) -> str:
    return re.search(r"\b\d{6}\b", told["body"])[0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def signed_in_as(client) -> int | None:
    return int(client.session["_auth_user_id"]) if "_auth_user_id" in client.session else None


@pytest.mark.parametrize("written", [PHONE, "+45 28112233", "004528112233", " 28-11-22-33 "])
def test_a_citizen_signs_in_by_a_code_sent_to_the_telephone(client, sent, citizen, written):
    assert client.post(ASK, {"address": written})["Location"] == ENTER
    assert [(told["to"], told["channel"]) for told in sent] == [(PHONE, "sms")]
    answer = client.post(ENTER, {"code": code_in(sent[0])})
    assert answer.status_code == 302
    assert signed_in_as(client) == citizen.pk


def test_a_citizen_signs_in_by_a_code_sent_by_mail(client, sent, citizen):
    client.post(ASK, {"address": "Oejvind@Example.org"})
    assert [(told["to"], told["channel"]) for told in sent] == [("oejvind@example.org", "mail")]
    assert code_in(sent[0]) not in sent[0]["subject"]
    client.post(ENTER, {"code": code_in(sent[0])})
    assert signed_in_as(client) == citizen.pk


def test_the_message_is_in_the_citizens_language(client, sent):
    user_with_role("citizen", CentreFactory(), phone=PHONE, language="sv")
    client.post(ASK, {"address": PHONE}, headers={"Accept-Language": "da"})
    with translation.override("sv"):
        assert sent[0]["subject"] == gettext("Your code for signing in")


def test_an_unknown_address_is_answered_to_the_letter_as_a_known_one(sent, citizen):
    """U3: nobody learns whether an address exists, at either step, however often it is tried."""
    known, unknown = FreshClient(), FreshClient()
    for client, address in ((known, PHONE), (unknown, "28 11 22 34")):
        asked = client.post(ASK, {"address": address})
        assert (asked.status_code, asked["Location"]) == (302, ENTER)
    for _try in range(codes.TRIES + 2):
        answers = [client.post(ENTER, {"code": wrong(code_in(sent[0]))}) for client in (known, unknown)]
        pages = [re.sub(r"csrfmiddlewaretoken\" value=\"[^\"]+|[nN]once[^>]+", "", answer.text) for answer in answers]
        assert pages[0] == pages[1]
        assert [answer.status_code for answer in answers] == [422, 422]
    assert len(sent) == 1


def test_a_code_works_once(client, sent, citizen):
    client.post(ASK, {"address": PHONE})
    code = code_in(sent[0])
    assert codes.redeem(user_id=citizen.pk, code=code) == citizen
    assert codes.redeem(user_id=citizen.pk, code=code) is None


def test_a_code_works_for_ten_minutes(sent, citizen):
    with time_machine.travel("2026-11-23 09:00:00+01:00", tick=False) as clock:
        codes.send_code(address=PHONE)
        clock.shift(599)
        assert codes.redeem(user_id=citizen.pk, code=wrong(code_in(sent[0]))) is None
        clock.shift(1)
        assert codes.redeem(user_id=citizen.pk, code=code_in(sent[0])) is None


def test_after_five_wrong_tries_the_right_code_is_wrong_too(sent, citizen):
    codes.send_code(address=PHONE)
    for _try in range(codes.TRIES):
        assert codes.redeem(user_id=citizen.pk, code=wrong(code_in(sent[0]))) is None
    assert codes.redeem(user_id=citizen.pk, code=code_in(sent[0])) is None


def test_a_new_code_makes_the_earlier_one_worthless(sent, citizen):
    codes.send_code(address=PHONE)
    codes.send_code(address=PHONE)
    first, second = map(code_in, sent)
    if first != second:
        assert codes.redeem(user_id=citizen.pk, code=first) is None
    assert codes.redeem(user_id=citizen.pk, code=second) == citizen


def test_the_code_is_stored_as_a_hash(sent, citizen):
    codes.send_code(address=PHONE)
    row = SignInCode.objects.get()
    assert code_in(sent[0]) not in row.code
    assert len(row.code) == 64


def test_a_code_is_taken_only_on_the_device_that_asked_for_it(client, sent, citizen):
    codes.send_code(address=PHONE)
    assert client.post(ENTER, {"code": code_in(sent[0])})["Location"] == ASK
    other = FreshClient()
    other.post(ASK, {"address": "28 99 99 99"})
    assert other.post(ENTER, {"code": code_in(sent[0])}).status_code == 422
    assert signed_in_as(other) is None


@pytest.mark.parametrize("role", [role for role in Role.values if role != "citizen"])
def test_nobody_else_gets_a_code(sent, role):
    """T7: who works here signs in with more than a text message, also when they are a citizen too."""
    user = user_with_role(role, CentreFactory(), phone=PHONE)
    assert codes.send_code(address=PHONE) is None
    MembershipFactory(user=user, organisation=CentreFactory(), role="citizen")
    assert codes.send_code(address=PHONE) is None
    assert sent == []


def test_a_deactivated_citizen_gets_no_code(sent):
    user_with_role("citizen", CentreFactory(), phone=PHONE, is_active=False)
    assert codes.send_code(address=PHONE) is None


def test_a_number_that_two_share_gets_no_code(sent, citizen):
    user_with_role("citizen", CentreFactory(), phone="+45 28112233")
    assert codes.send_code(address=PHONE) is None
    assert sent == []


def test_too_many_codes_for_one_address_are_refused_whether_it_is_known_or_not(sent, citizen):
    for address in (PHONE, "28 55 55 55"):
        answers = [FreshClient().post(ASK, {"address": address}).status_code for _ in range(5)]
        assert answers == [302, 302, 302, 302, 429]
    assert len(sent) == 4


def test_too_many_tries_from_one_place_are_refused(client, sent, citizen):
    client.post(ASK, {"address": PHONE})
    answers = [client.post(ENTER, {"code": "000000"}).status_code for _ in range(41)]
    assert answers[-1] == 429


@pytest.mark.parametrize("written", ["", " ", "1234", "no address", "a" * 300, "x\x00y@example.org", "🙂"])
def test_what_is_no_address_is_a_wrong_form(client, sent, written):
    answer = client.post(ASK, {"address": written})
    assert answer.status_code == 422
    assert sent == []


@pytest.mark.parametrize("written", ["", "abc", "1" * 5000, "\x00", "１２３４５６"])
def test_what_is_no_code_is_a_wrong_form(client, sent, citizen, written):
    client.post(ASK, {"address": PHONE})
    assert client.post(ENTER, {"code": written}).status_code == 422


def test_a_citizens_session_is_shorter(client, sent, citizen, settings):
    with time_machine.travel("2026-11-23 09:00:00+01:00", tick=False) as clock:
        client.post(ASK, {"address": PHONE})
        client.post(ENTER, {"code": code_in(sent[0])})
        clock.shift(settings.CITIZEN_IDLE_SECONDS - 1)
        assert client.get(reverse("desk:today")).status_code == 200
        clock.shift(settings.CITIZEN_IDLE_SECONDS + 61)
        assert client.get(reverse("desk:today")).status_code == 302


def test_the_pages_lead_on_who_is_signed_in(signed_in, citizen):
    client = signed_in(citizen)
    assert client.get(ASK)["Location"] == client.get(ENTER)["Location"] == "/"


def test_a_citizen_gets_no_link_to_choose_a_password(client, sent, citizen):
    """A password would be a second way in, past the code."""
    with acting(System("test")):
        citizen.set_unusable_password()
        citizen.save()
    client.post(reverse("account_reset_password"), {"email": citizen.email})
    assert ["/key/" in told["body"] for told in sent] == [False]


def test_a_citizen_changes_neither_telephone_nor_password_in_the_profile(signed_in, citizen):
    """Where codes are sent follows the record that the caseworker keeps."""
    client = signed_in(citizen)
    html = client.get(reverse("profile")).text
    assert PHONE not in html
    assert reverse("account_change_password") not in html
    client.post(reverse("profile"), {"language": "sv", "theme": "", "phone": "28 99 99 99"})
    citizen.refresh_from_db()
    assert (citizen.language, citizen.phone) == ("sv", PHONE)
