"""One click signs in a demo user, and nobody else; mail can be read (U5)."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import User
from demo.models import Mail
from demo.users import PASSWORD, ROLES, address
from tests.demo.conftest import Seed
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(ROLES))
def test_a_click_signs_in_the_demo_user_of_the_role(client: Client, role: str) -> None:
    user = UserFactory(email=address(role))
    response = client.post(reverse("demo:sign_in"), {"role": role})
    assert response.status_code == 302
    assert response.url == reverse("desk:today")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("role", ["", "root", "caseworker@demo.trinvis.test", "\0", "Caseworker"])
def test_another_word_signs_in_nobody(client: Client, role: str) -> None:
    UserFactory(email="root@demo.trinvis.test")
    assert client.post(reverse("demo:sign_in"), {"role": role}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_link_signs_in_nobody(client: Client) -> None:
    UserFactory(email=address("admin"))
    assert client.get(reverse("demo:sign_in"), {"role": "admin"}).status_code == 405


def test_another_site_cannot_sign_anybody_in() -> None:
    UserFactory(email=address("admin"))
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("demo:sign_in"), {"role": "admin"}).status_code == 403


def test_a_demo_without_data_says_so(client: Client) -> None:
    response = client.post(reverse("demo:sign_in"), {"role": "admin"}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("account_login")


@override_settings(DEMO=False)
def test_without_the_setting_the_doors_are_shut(client: Client) -> None:
    UserFactory(email=address("admin"))
    assert client.post("/demo/sign-in/", {"role": "admin"}).status_code == 404
    assert client.get("/demo/mail/").status_code == 404


def test_mail_is_read_without_signing_in_newest_first(client: Client) -> None:
    Mail.objects.create(to="a@example.org", subject="Den første", body="Log ind: http://127.0.0.1/x\n<b>ikke fed</b>")
    Mail.objects.create(to="b@example.org", subject="Den anden", body="Tekst")
    page = client.get(reverse("demo:mail")).content.decode()
    assert page.index("Den anden") < page.index("Den første")
    assert "&lt;b&gt;ikke fed" in page


def test_the_demo_users_have_the_password_of_the_contract(seeded: Seed) -> None:
    seeded(citizens=30)
    users = [User.objects.get(email=address(key)) for key in ROLES]
    assert [user.role for user in users] == [str(role) for role in ROLES.values()]
    assert all(user.check_password(PASSWORD) for user in users)
