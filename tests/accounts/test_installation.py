"""`manage.py first_administrator`: the one command of a new installation (U1, U2)."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.permissions import may_administer
from accounts.roles import Role
from audit.models import Change
from programmes.models import ClosingDay, ProgrammeType
from tests.conftest import FreshClient
from tests.factories.accounts import CentreFactory, UserFactory, user_with_role

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False),
]
PASSWORD = "en-lang-skovsti-42"


def first_administrator(email="Kirsten@skovbo.example", **options) -> str:
    out = StringIO()
    given = {"name": "Kirsten Holm", "centre": "Skovbo", **options}
    call_command("first_administrator", email, **given, stdout=out)
    return out.getvalue()


def path_of(said: str) -> str:
    return re.search(r"https?://[^/]+(/\S+)", said)[1]


def choose_password(said: str) -> FreshClient:
    client = FreshClient()
    form = client.get(path_of(said), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    return client


def test_an_empty_installation_gets_a_centre_and_a_link_behind_which_everything_else_is_done():
    client = choose_password(first_administrator())
    client.post(reverse("account_login"), {"login": "kirsten@skovbo.example", "password": PASSWORD})
    page = client.get(reverse("setup:home"))
    assert page.status_code == 200
    assert "Skovbo" in page.content.decode()
    user, centre = User.objects.get(), Organisation.objects.get()
    assert may_administer(user, centre)
    assert user.language == "da"
    assert ProgrammeType.objects.exists()
    assert ClosingDay.objects.filter(centre=centre, day__year=2027).exists()
    made = Change.objects.filter(table__in=["accounts_user", "accounts_membership", "accounts_organisation"])
    assert set(made.exclude(actor_id=user.pk).values_list("actor_name", flat=True)) == {"installation"}


def test_the_link_works_once():
    said = first_administrator()
    choose_password(said)
    again = FreshClient().get(path_of(said), follow=True)
    assert "password1" not in again.content.decode()


def test_a_second_run_before_a_password_was_chosen_makes_a_link_and_no_second_centre():
    first_administrator()
    choose_password(first_administrator(centre="Another"))
    assert Organisation.objects.get().name == "Skovbo"
    assert User.objects.get().has_usable_password()


def test_it_is_refused_as_soon_as_somebody_administers_a_centre():
    choose_password(first_administrator())
    with pytest.raises(CommandError, match="administers this installation already"):
        first_administrator("somebody@else.example")
    assert User.objects.count() == 1


def test_an_address_that_is_taken_is_refused_and_nothing_is_made():
    UserFactory(email="kirsten@skovbo.example")
    with pytest.raises(CommandError, match="is a user already"):
        first_administrator()
    assert not Organisation.objects.exists()


def test_a_centre_name_that_is_taken_is_refused():
    CentreFactory(name="Skovbo")
    with pytest.raises(CommandError, match="Skovbo"):
        first_administrator()
    assert not User.objects.exists()


def test_an_administrator_of_a_referring_organisation_does_not_stand_in_the_way():
    user_with_role(Role.ADMINISTRATOR, CentreFactory(kind="referrer"))
    first_administrator()


def test_nonsense_is_refused_in_words():
    for options in [{"email": "nonsense"}, {"name": " "}, {"centre": "x" * 201}]:
        with pytest.raises(CommandError):
            first_administrator(**options)


def test_a_swedish_installation_begins_in_swedish():
    first_administrator(country="SE")
    assert User.objects.get().language == "sv"
