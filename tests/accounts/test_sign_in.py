"""Signing in and out, forgotten passwords, and what is open without (T2, U2, U3)."""

import re

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.middleware import PUBLIC
from accounts.models import User
from audit.acting import acting
from audit.models import Change, Event
from messaging.models import OutgoingMail
from messaging.tasks import send_waiting_mail
from tests.factories.accounts import UserFactory

PASSWORD = "a long walk on the heath"
NEW_PASSWORD = "a longer walk along the fjord"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def user() -> User:
    user = UserFactory(email="maja@example.org", name="Maja Lindholt", language="da")
    with acting(user):
        user.set_password(PASSWORD)
        user.save()
    return user


def sign_in(client, email="maja@example.org", password=PASSWORD, to=""):
    return client.post(reverse("account_login") + to, {"login": email, "password": password})


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def routes(resolver=None, prefix=""):
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + (f"{entry.namespace}:" if entry.namespace else ""))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.name)


def test_only_the_listed_routes_are_open(client):
    """T2: closed by default; the list holds nothing that is not a route, so it cannot rot."""
    existing = set(routes())
    assert {name for name in PUBLIC if not name.startswith("demo:")} <= existing
    assert {
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "sign_in_code",
        "sign_in_code_enter",
        "tablet_users",
        "tablet_enter",
        "tablet_lock",
        "accounts:welcome",
        "set_language",
        "service_worker",
        "manifest",
        "demo:sign_in",
        "demo:mail",
    } == PUBLIC


def test_a_closed_page_leads_to_sign_in_and_back(client, user):
    answer = client.get("/accounts/profile/?tab=1")
    assert answer["Location"] == "/accounts/login/?next=/accounts/profile/%3Ftab%3D1"
    assert sign_in(client, to="?next=/accounts/profile/")["Location"] == "/accounts/profile/"


def test_a_post_leads_back_to_the_page_it_was_sent_from(client):
    answer = client.post("/accounts/profile/", headers={"referer": "http://testserver/cases/F-2026-000001/?a=1"})
    assert answer["Location"] == "/accounts/login/?next=/cases/F-2026-000001/%3Fa%3D1"


def test_a_script_is_told_that_the_sign_in_ran_out(client):
    """Experience 4: the register keeps its queue, so it needs an answer that is no page."""
    assert client.post("/accounts/profile/", headers={"accept": "application/json"}).status_code == 401
    partial = client.get("/accounts/profile/", headers={"hx-request": "true", "hx-current-url": "http://testserver/a/"})
    assert partial["HX-Redirect"] == "/accounts/login/?next=/a/"


def test_address_and_password_sign_in_whatever_the_case_of_the_letters(client, user):
    assert sign_in(client, email="Maja@Example.org ").status_code == 302
    assert is_signed_in(client)
    user.refresh_from_db()
    assert user.last_login is not None


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, user):
    """U3: no page tells whether an address exists."""
    wrong = sign_in(client, password="not it")
    unknown = sign_in(client, email="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 422
    once = r'name="csrfmiddlewaretoken" value="[^"]*"|inlineScriptNonce":"[^"]*"'
    texts = [re.sub(once, "", answer.content.decode()) for answer in (wrong, unknown)]
    assert texts[0].replace("maja@example.org", "X") == texts[1].replace("nobody@example.org", "X")
    assert not is_signed_in(client)


def test_a_wrong_sign_in_says_error_in_the_title_and_keeps_the_address(client, user):
    """Experience 17."""
    client.cookies["django_language"] = "en"
    page = sign_in(client, password="not it").content.decode()
    assert "<title>Error: Sign in · Trinvis</title>" in page
    assert 'value="maja@example.org"' in page
    assert "not it" not in page


def test_a_deactivated_user_is_answered_like_a_wrong_password(client, user):
    with acting(user):
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert sign_in(client).status_code == 422
    assert not is_signed_in(client)


def test_a_user_deactivated_while_signed_in_is_out_at_the_next_page(signed_in, user):
    client = signed_in(user)
    with acting(user):
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(reverse("profile")).status_code == 302


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, user, elsewhere):
    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "next": elsewhere})
    assert answer["Location"] in ("/", "/?next=")
    client.logout()
    answer = client.post(reverse("set_language"), {"language": "sv", "next": elsewhere})
    assert answer["Location"] == "/"


def test_a_door_tried_too_often_is_locked_and_a_new_password_opens_it(client, user):
    """U3: a lock-out is solved by oneself."""
    for _try in range(5):
        sign_in(client, password="not it")
    assert sign_in(client).status_code == 422
    assert not is_signed_in(client)
    choose_new_password(client, user.email)
    assert sign_in(client, password=NEW_PASSWORD).status_code == 302
    assert is_signed_in(client)


def choose_new_password(client, email: str) -> None:
    mail.outbox.clear()
    asked = client.post(reverse("account_reset_password"), {"email": email})
    assert asked["Location"] == reverse("account_reset_password_done")
    send_waiting_mail()
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    form = client.get(link)["Location"]
    assert client.get(form).status_code == 200
    saved = client.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert saved["Location"] == reverse("account_reset_password_from_key_done")


def test_a_forgotten_password_is_solved_by_oneself(client, user):
    """U3, end to end: the mail, the link, the new password; the link works once; what happened is recorded (T4)."""
    choose_new_password(client, user.email)
    assert mail.outbox[0].to == ["maja@example.org"]
    assert sign_in(client, password=PASSWORD).status_code == 422
    assert sign_in(client, password=NEW_PASSWORD).status_code == 302
    assert Event.objects.filter(verb="password_changed", actor_id=user.pk).exists()
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    used = client.get(link)
    assert used.status_code == 200
    assert "password1" not in used.content.decode()


def test_asking_for_an_unknown_address_is_answered_alike(client, user):
    """U3: only the owner of the mailbox learns that it is not known."""
    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    send_waiting_mail()
    assert "/key/" not in mail.outbox[1].body


def test_a_deactivated_user_gets_no_link(client, user):
    with acting(user):
        User.objects.filter(pk=user.pk).update(is_active=False)
    client.post(reverse("account_reset_password"), {"email": user.email})
    send_waiting_mail()
    assert "/key/" not in mail.outbox[0].body


def test_a_mail_server_that_is_away_is_no_error_page(client, user, settings):
    """U3: the link waits in the outbox until the server is back."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    asked = client.post(reverse("account_reset_password"), {"email": user.email})
    assert asked["Location"] == reverse("account_reset_password_done")
    assert send_waiting_mail() == 0
    assert OutgoingMail.objects.get().error.startswith("ConnectionRefusedError")


def test_a_weak_password_is_refused_beside_the_field(signed_in, user):
    client = signed_in(user)
    answer = client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "maja", "password2": "maja"}
    )
    assert answer.status_code == 422
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_changed_password_keeps_the_session_and_is_recorded(signed_in, user):
    client = signed_in(user)
    new = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    answer = client.post(reverse("account_change_password"), new)
    assert answer["Location"] == reverse("profile")
    assert client.get(reverse("profile")).status_code == 200
    assert Event.objects.filter(verb="password_changed", actor_id=user.pk).count() == 1
    assert not Change.objects.filter(table="accounts_user", after__has_key="password", operation="update").exists()


def test_nobody_signs_up(client):
    """U2: an administrator invites."""
    assert "account_signup" not in set(routes())
    assert client.get("/accounts/signup/").status_code == 404


def test_signing_out_needs_a_post(signed_in, user):
    client = signed_in(user)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_signed_in(client)
    assert client.post(reverse("account_logout")).status_code == 302
    assert not is_signed_in(client)


def test_an_outdated_hash_is_renewed_at_sign_in(client, user, settings):
    """T4: in the user's own name, since the database asks who acts; history keeps no hash."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert sign_in(client).status_code == 302
    user.refresh_from_db()
    assert user.password.startswith("pbkdf2_sha256$")
    assert not Change.objects.filter(table="accounts_user", operation="update").exists()


@pytest.mark.parametrize("text", ["", "x" * 20_001, "a\x00b", "maja@example.org\x00"])
def test_strange_input_is_an_error_on_the_page(client, user, text):
    """T21: never a 500."""
    assert sign_in(client, email=text, password=text or "x").status_code == 422
    assert client.post(reverse("account_reset_password"), {"email": text}).status_code == 422


def test_a_header_that_is_no_address_leads_to_the_start_page(client):
    """T21"""
    answer = client.get("/cases/", headers={"HX-Request": "true", "HX-Current-URL": "http://[half"})
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/accounts/login/?next=/"


def test_a_flood_of_made_up_addresses_pushes_no_counter_out():
    """T7, U3: tries are counted in the cache, which keeps what it was given."""
    cache.set("tries-of-one", 5, 300)
    cache.set_many({f"a{number}": 1 for number in range(320)}, 300)
    cache.set_many({f"z{number}": 1 for number in range(20)}, 300)
    assert cache.get("tries-of-one") == 5
    assert cache.get("a0") == 1
