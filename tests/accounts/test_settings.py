"""The user's own language and appearance (experience 26)."""

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from audit.models import Change
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
DANISH, SWEDISH, ENGLISH = ({"language": code, "theme": "", "phone": ""} for code in ("da", "sv", "en"))


def language_of(answer) -> str:
    return answer.content.decode().split('<html lang="')[1].split('"')[0]


def test_the_first_visit_is_danish(client):
    answer = client.get(reverse("account_login"), headers={"accept-language": "en-GB"})
    assert language_of(answer) == "da"
    assert answer["Content-Language"] == "da"


def test_a_visitor_chooses_the_language_of_this_device(client):
    answer = client.post(reverse("set_language"), {"language": "sv", "next": reverse("account_login")})
    assert answer["Location"] == reverse("account_login")
    assert language_of(client.get(reverse("account_login"))) == "sv"


def test_an_unknown_language_is_danish(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "../../xx"
    assert language_of(client.get(reverse("account_login"))) == "da"


def test_a_signed_in_user_reads_in_the_language_of_the_profile(signed_in):
    client = signed_in(UserFactory(language="sv"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert language_of(client.get(reverse("profile"))) == "sv"


def test_the_switch_beside_the_page_is_kept_in_the_profile(signed_in):
    user = UserFactory(language="da")
    signed_in(user).post(reverse("set_language"), {"language": "sv", "next": "/"})
    user.refresh_from_db()
    assert user.language == "sv"


def test_settings_are_saved_by_the_user_and_kept_in_history(signed_in):
    """T4: who changed it, before and after."""
    user = UserFactory(language="da", phone="")
    client = signed_in(user)
    answer = client.post(reverse("profile"), {"language": "en", "theme": "dark", "phone": "00 12 34 56"})
    assert answer["Location"] == reverse("profile")
    page = client.get(reverse("profile")).content.decode()
    assert 'data-bs-theme="dark"' in page
    assert '<html lang="en"' in page
    change = Change.objects.get(table="accounts_user", row=str(user.pk), operation="update")
    assert (change.actor_id, change.before["language"], change.after["language"]) == (user.pk, "da", "en")


def test_without_a_choice_the_appearance_follows_the_device(signed_in):
    page = signed_in(UserFactory()).get(reverse("profile")).content.decode()
    assert "data-bs-theme" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"language": "xx", "theme": ""},
        {"language": "da", "theme": "pink"},
        {"language": "da", "theme": "", "phone": "1" * 31},
        {"language": "da", "theme": "", "phone": "1\x002"},
    ],
)
def test_wrong_settings_are_told_and_change_nothing(signed_in, wrong):
    user = UserFactory()
    answer = signed_in(user).post(reverse("profile"), wrong)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()
    assert User.objects.get(pk=user.pk).theme == ""
    assert language_of(answer) == "en", "the page is drawn as the user is, not as the wrong form would have it"


def test_the_profile_takes_few_queries(signed_in, django_assert_max_num_queries):
    client = signed_in(UserFactory())
    with django_assert_max_num_queries(6):
        client.get(reverse("profile"))


def test_who_has_no_password_yet_is_sent_to_choose_one_by_mail(signed_in):
    user = UserFactory(password="!")
    response = signed_in(user).get("/accounts/password/change/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/password/reset/"
