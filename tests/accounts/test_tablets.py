"""Shared tablets: a name and a PIN, for little and not for long (T7, experience 28)."""

import datetime

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.signing import get_cookie_signer
from django.test import Client, override_settings
from django.urls import reverse

from accounts.middleware import PUBLIC
from accounts.models import Membership, SharedTablet, TabletPin, User
from accounts.pin_sessions import BESIDE, BY_PIN
from accounts.tablets import SALT, TRIES, enter_pin, make_tablet, set_pin, why_weak, withdraw_tablet
from audit.acting import System, acting
from audit.models import Event
from core.exceptions import NotAllowed, Refused
from tests.conftest import FreshClient
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.attendance import MissedFactory, contact_person_of, slots_in
from tests.factories.plans import confirmed_plan
from tests.factories.programmes import MONDAY, WorkshopFactory
from tests.referrals.test_at_once import at_once
from tests.test_architecture import ROUTES, example

pytestmark = pytest.mark.django_db
MORNING = datetime.datetime(2026, 11, 23, 7, 0, tzinfo=datetime.UTC)
PIN, PASSWORD = "8264", "a long walk on the heath"
WRONG = "9137"
# Some of what a PIN does not open.
CLOSED = [
    "accounts:users", "account_change_password", "attendance:citizen", "attendance:step_in", "attendance:substitutes",
    "desk:case", "desk:cases", "desk:search", "plans:detail", "profile", "setup:home", "tablet_pin",
    "tablets",
]  # fmt: skip
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        cache.clear()
        yield clock


@pytest.fixture
def kitchen():
    return WorkshopFactory(unit__name="Køkken")


@pytest.fixture
def karen(kitchen):
    return with_password(contact_person_of(kitchen, name="Karen Lund", email="karen@example.org"))


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    with acting(System("test")):
        user.save()
    return user


def sign_in(device: Client, user: User):
    return device.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


@pytest.fixture
def device(clock, kitchen, karen) -> FreshClient:
    """The kitchen's tablet, on which Karen has chosen a PIN and which she has locked."""
    device = FreshClient()
    sign_in(device, karen)
    answer = device.post(reverse("tablets"), {"unit": kitchen.unit.pk, "name": "By the door"})
    assert answer["Location"] == reverse("tablet_pin")
    assert device.post(reverse("tablet_pin"), {"pin": PIN, "again": PIN}).status_code == 302
    assert device.post(reverse("tablet_lock"))["Location"] == reverse("tablet_users")
    return device


def by_pin(device: Client, user: User, pin: str = PIN, **more):
    return device.post(reverse("tablet_enter", args=[user.pk]), {"pin": pin, **more})


def test_a_name_and_a_pin_are_enough_on_the_shared_tablet_and_nowhere_else(device, karen, kitchen, signed_in):
    """experience 28"""
    cookie = device.cookies[settings.TABLET_COOKIE_NAME]
    assert cookie["httponly"]
    assert (cookie["samesite"], cookie["path"]) == ("Lax", "/")
    assert "Karen Lund" in device.get(reverse("tablet_users")).text
    assert by_pin(device, karen)["Location"] == reverse("attendance:overview")
    assert device.get(reverse("attendance:register", args=[kitchen.pk, MONDAY])).status_code == 200
    assert "Change user" in device.get("/").text
    assert Event.objects.filter(verb="signed_in_by_pin", actor_id=karen.pk).exists()
    other = FreshClient()
    assert "Karen" not in other.get(reverse("tablet_users"), follow=True).text
    assert by_pin(other, karen)["Location"] == reverse("account_login")
    signed = cookie.value
    with override_settings(SECRET_KEY="another key"):
        forged = get_cookie_signer(salt=settings.TABLET_COOKIE_NAME + SALT).sign("guess")
    for value in (forged, signed.partition(":")[0], "\0", signed[:-1] + "x"):
        other.cookies[settings.TABLET_COOKIE_NAME] = value
        assert by_pin(other, karen)["Location"] == reverse("account_login")
    other.cookies[settings.TABLET_COOKIE_NAME] = forged
    assert by_pin(other, karen)["Location"] == reverse("account_login")
    # The session alone, carried to another device, is worth nothing.
    other.cookies[settings.SESSION_COOKIE_NAME] = device.cookies[settings.SESSION_COOKIE_NAME].value
    assert other.get("/").status_code == 302


def test_a_pin_opens_the_register_and_its_follow_ups_and_nothing_else(device, karen, kitchen):
    """T7: whatever is not named asks for the password, with the way back."""
    missed = MissedFactory(slot=slots_in(kitchen, 1)[0])
    by_pin(device, karen)
    assert device.get(reverse("attendance:contact", args=[missed.pk])).status_code == 200
    refused = device.get(reverse("desk:cases"), {"page": 2})
    assert refused.status_code == 403
    assert "needs your password" in refused.text
    assert 'value="/cases/?page=2"' in refused.text
    answer = device.post(reverse("tablet_lock"), {"next": "/cases/?page=2", "password": "1"})
    assert answer["Location"] == f"{reverse('account_login')}?next=/cases/%3Fpage%3D2"
    assert by_pin(device, karen, next="//evil.example/")["Location"] == reverse("attendance:overview")
    assert set(CLOSED) <= set(ROUTES) - BY_PIN
    for name in CLOSED:
        assert device.get(example(name, ROUTES[name])).status_code == 403, name
        assert device.post(example(name, ROUTES[name])).status_code == 403, name
    assert device.get(reverse("desk:cases"), headers={"accept": "application/json"}).status_code == 403


def test_no_page_of_cases_is_open_to_a_pin_by_being_public():
    """T2, T7"""
    assert {
        "session", "accounts:switch", "desk:today", "attendance:overview", "attendance:register", "attendance:history",
        "attendance:sheet", "attendance:arrivals", "attendance:marks", "attendance:give_notice",
        "attendance:change_notice", "attendance:take_back_notice", "attendance:missed", "attendance:contact",
        "attendance:rest",
    } == BY_PIN - PUBLIC  # fmt: skip
    assert set(ROUTES) >= BY_PIN
    assert {"session"} == BESIDE - PUBLIC


def test_five_minutes_lock_to_the_names_and_every_sign_in_there_is_as_short(device, karen, clock):
    """T7, experience 28"""
    by_pin(device, karen)
    clock.shift(4 * MINUTE)
    assert device.get("/").status_code == 200
    clock.shift(5 * MINUTE)
    answer = device.get(reverse("attendance:missed"))
    assert answer["Location"] == f"{reverse('tablet_users')}?next={reverse('attendance:missed')}"
    assert by_pin(device, karen, next=reverse("attendance:missed"))["Location"] == reverse("attendance:missed")
    device.post(reverse("tablet_lock"))
    sign_in(device, karen)
    page = device.get("/").text
    assert 'data-seconds="300"' in page
    assert f'data-away="{reverse("tablet_users")}"' in page
    clock.shift(5 * MINUTE)
    assert device.get("/").status_code == 302


def test_twelve_hours_after_the_password_the_pin_is_worth_nothing(device, karen, clock):
    """T7: for the session that runs, and for the next one."""
    for _turn in range(12 * 60 // 4 - 1):
        clock.shift(4 * MINUTE)
    by_pin(device, karen)
    assert device.get("/").status_code == 200
    clock.shift(4 * MINUTE)
    assert device.get("/").status_code == 302
    assert by_pin(device, karen).status_code == 422
    assert "med adgangskoden denne gang" in device.get(reverse("tablet_users")).text
    sign_in(device, karen)
    device.post(reverse("tablet_lock"))
    assert by_pin(device, karen).status_code == 302


def test_five_wrong_ones_lock_the_pin_until_a_full_sign_in_and_all_are_told_alike(device, karen, clock):
    """U3, T7"""
    told = {by_pin(device, karen, WRONG).text for _try in range(TRIES - 1)}
    assert by_pin(device, karen).status_code == 302, "a right one begins anew"
    device.post(reverse("tablet_lock"))
    answers = [by_pin(device, karen, WRONG) for _try in range(TRIES)]
    assert {answer.status_code for answer in answers} == {422}
    assert by_pin(device, karen).status_code == 422, "locked"
    assert Event.objects.filter(verb="pin_locked", actor_id=karen.pk).count() == 1
    sentence = "PIN-koden er ikke rigtig, eller den kræver din adgangskode først"
    assert all(sentence in text for text in [*told, *(answer.text for answer in answers), by_pin(device, karen).text])
    sign_in(device, karen)
    device.post(reverse("tablet_lock"))
    assert by_pin(device, karen).status_code == 302


@pytest.mark.parametrize("change", ["password", "deactivated", "role", "withdrawn"])
def test_what_is_taken_away_takes_the_pin_along(device, karen, kitchen, clock, change):
    """T7: at the next request, for PIN and session."""
    leader = user_with_role("team_leader", kitchen.unit.organisation)
    by_pin(device, karen)
    assert device.get("/").status_code == 200
    with acting(System("test")):
        if change == "password":
            with_password(karen)
            karen.set_password("another walk on the heath")
            karen.save()
        elif change == "deactivated":
            User.objects.filter(pk=karen.pk).update(is_active=False)
        elif change == "role":
            Membership.objects.filter(user=karen).update(ends_on=MONDAY - datetime.timedelta(days=1))
    if change == "withdrawn":
        withdraw_tablet(tablet=SharedTablet.objects.get(), by=leader)
    register = device.get(reverse("attendance:register", args=[kitchen.pk, MONDAY]))
    assert register.status_code == (404 if change == "role" else 302)
    device.post(reverse("tablet_lock"))
    assert by_pin(device, karen).status_code != 302 or not TabletPin.objects.exists()
    assert "_auth_user_id" not in device.session


WEAK = ["1234", "0000", "9876", "7890", "4545", "123123", "1987", "2026", "12", "1234567", "12a4", "１２３９", ""]


@pytest.mark.parametrize(
    ("pin", "is_weak"), [*((pin, True) for pin in WEAK), *((pin, False) for pin in ("8264", "5825", "19871", "260371"))]
)
def test_what_is_easily_guessed_is_refused(pin, is_weak):
    """T7"""
    assert bool(why_weak(pin)) == is_weak


def test_a_wrong_form_says_what_is_wrong(clock, device, karen):
    """experience 17, T21"""
    sign_in(device, karen)
    for pin, again in [("1234", "1234"), (PIN, WRONG), ("", ""), ("8\x0064", "8\x0064"), ("8" * 30, "8" * 30)]:
        assert device.post(reverse("tablet_pin"), {"pin": pin, "again": again}).status_code == 422
    for name in ("", "x" * 61, "a\0b"):
        assert device.post(reverse("tablets"), {"unit": 2**70, "name": name}).status_code == 422


def test_who_may_make_keep_and_use_a_shared_tablet(device, karen, kitchen, clock, signed_in):
    """T1: contact persons their own, team leaders their centre's, colleagues of the centre use it."""
    centre, tablet = kitchen.unit.organisation, SharedTablet.objects.get()
    elsewhere = CentreFactory()
    strangers = [
        user_with_role("team_leader", elsewhere),
        contact_person_of(WorkshopFactory(unit__organisation=elsewhere)),
        contact_person_of(WorkshopFactory(unit__organisation=centre)),
        *(user_with_role(role, centre) for role in ("caseworker", "specialist", "administrator", "citizen")),
        user_with_role("referrer", elsewhere),
    ]
    for user in strangers:
        with pytest.raises(NotAllowed):
            make_tablet(unit=kitchen.unit, name="Mine", by=user)
        with pytest.raises(NotAllowed):
            withdraw_tablet(tablet=tablet, by=user)
        answer = signed_in(user).post(reverse("tablet_withdraw", args=[tablet.pk]))
        assert answer.status_code == 404
    outside = [user for user in strangers if user not in (strangers[2], strangers[3])]
    for user in outside:
        with pytest.raises(NotAllowed):
            set_pin(tablet=tablet, pin=PIN, signed_in_at=MORNING, by=user)
    for user in (strangers[2], strangers[3]):
        set_pin(tablet=tablet, pin=PIN, signed_in_at=MORNING, by=user)
    leader = user_with_role("team_leader", centre)
    assert signed_in(leader).post(reverse("tablet_withdraw", args=[tablet.pk])).status_code == 302
    with pytest.raises(Refused):
        set_pin(tablet=tablet, pin=PIN, signed_in_at=MORNING, by=leader)
    assert device.get(reverse("tablet_users"))["Location"].startswith(reverse("account_login"))


def test_a_tablet_in_a_citizens_hands_leaves_no_session_open(device, karen, kitchen, clock):
    """L5, T7: every other page asks who is there; on one's own device one goes back to the case."""
    plan = confirmed_plan(programme__centre=kitchen.unit.organisation)
    programme = plan.programme
    caseworker = with_password(programme.caseworker)
    shown = reverse("plans:tablet", args=[programme.reference])
    case = reverse("plans:detail", args=[programme.reference])
    sign_in(device, caseworker)
    assert device.get(case).status_code == 200
    assert device.get(shown).status_code == 200
    assert device.get(f"{shown}?goal=1").status_code == 200
    assert device.get(reverse("session"), headers={"accept": "application/json"}).status_code == 200
    answer = device.get(f"{case}?own=1")
    assert answer["Location"] == f"{reverse('tablet_users')}?next={case}%3Fown%3D1"
    assert device.get(shown).status_code == 302
    sign_in(device, caseworker)
    device.get(shown)
    assert device.post(reverse("attendance:marks")).status_code == 302
    assert "_auth_user_id" not in device.session
    own = FreshClient()
    sign_in(own, caseworker)
    own.get(shown)
    assert own.get(case).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_ten_tries_at_once_are_five(clock, kitchen, karen):
    """T13: nobody gets more tries by asking at the same moment, and the right one among the last comes too late."""
    tablet, _secret = make_tablet(unit=kitchen.unit, name="By the door", by=karen)
    set_pin(tablet=tablet, pin=PIN, signed_in_at=MORNING, by=karen)
    at_once(*(lambda: enter_pin(tablet=tablet, user_id=karen.pk, pin=WRONG),) * 10)
    assert TabletPin.objects.get().tries == TRIES
    assert enter_pin(tablet=tablet, user_id=karen.pk, pin=PIN) is None
    assert Event.objects.filter(verb="pin_locked").count() == 1
