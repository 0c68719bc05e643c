"""How long one stays signed in (T7, experience 28)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from tests.factories.accounts import CentreFactory, user_with_role

pytestmark = pytest.mark.django_db
MORNING = datetime.datetime(2026, 11, 23, 8, 0, tzinfo=datetime.UTC)


@pytest.fixture
def caseworker():
    return user_with_role("caseworker", CentreFactory())


def asked(client, method="get"):
    return getattr(client, method)(reverse("session"), headers={"accept": "application/json"})


def test_half_an_hour_without_doing_anything_signs_out(signed_in, caseworker):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = signed_in(caseworker)
        clock.shift(datetime.timedelta(minutes=29))
        assert client.get("/").status_code == 200
        clock.shift(datetime.timedelta(minutes=29))
        assert client.get("/").status_code == 200
        clock.shift(datetime.timedelta(minutes=30))
        assert client.get("/").status_code == 302
        assert "_auth_user_id" not in client.session


def test_twelve_hours_sign_out_whoever_works_on(signed_in, caseworker):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = signed_in(caseworker)
        for _hour in range(24 * 2 - 25):
            clock.shift(datetime.timedelta(minutes=29))
            assert client.get("/").status_code == 200
        assert asked(client, "post").json()["seconds"] < 60 * 60
        clock.shift(datetime.timedelta(minutes=29))
        client.get("/")
        clock.shift(datetime.timedelta(minutes=29))
        assert client.get("/").status_code == 302


def test_asking_how_long_is_left_does_not_make_it_longer(signed_in, caseworker):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = signed_in(caseworker)
        clock.shift(datetime.timedelta(minutes=20))
        answer = asked(client).json()
        assert (answer["user"], answer["seconds"]) == (caseworker.pk, 600)
        clock.shift(datetime.timedelta(minutes=10))
        assert asked(client).status_code == 401


def test_staying_starts_the_half_hour_anew(signed_in, caseworker):
    with time_machine.travel(MORNING, tick=False) as clock:
        client = signed_in(caseworker)
        clock.shift(datetime.timedelta(minutes=29))
        assert asked(client, "post").json()["seconds"] == 1800
        clock.shift(datetime.timedelta(minutes=29))
        assert client.get("/").status_code == 200


def test_a_page_says_how_long_the_session_lasts(signed_in, caseworker):
    with time_machine.travel(MORNING, tick=False):
        assert 'data-seconds="1800"' in signed_in(caseworker).get("/").text


def test_what_one_wrote_is_not_sent_under_the_name_of_the_next(signed_in, caseworker):
    """experience 28: a device is shared; the page of the first user waits for the first user."""
    page = {"language": "sv", "theme": "dark", "phone": ""}
    somebody = user_with_role("caseworker", CentreFactory())
    client = signed_in(somebody)
    assert client.post(reverse("profile"), page, headers={"x-writer": str(caseworker.pk)}).status_code == 401
    assert client.post(reverse("profile"), page, headers={"x-writer": str(somebody.pk)}).status_code == 302
