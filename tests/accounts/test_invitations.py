"""Inviting by mail (U2): the link, who may, and what is told to whom."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.memberships import set_last_day
from accounts.models import Invitation, Membership, User
from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Change, Event
from core.exceptions import Refused
from messaging.models import OutgoingMail
from messaging.tasks import send_waiting_mail
from tests.conftest import FreshClient
from tests.desk.cast import a_case
from tests.factories.accounts import CentreFactory, JobCentreFactory, UnitFactory, UserFactory, user_with_role
from tests.factories.invitations import TOKEN, InvitationFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk on the heath"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def centre():
    return CentreFactory(name="Heath Centre")


def form(at, role="caseworker", **fields) -> dict:
    today = timezone.localdate().strftime("%d-%m-%Y")
    return {
        "name": "Ida Winther",
        "email": "ida@example.org",
        "role": role,
        "organisation": at.pk,
        "starts_on": today,
        "language": "en",
        **fields,
    }


def invite(client, at, **fields):
    return client.post(reverse("accounts:invite"), form(at, **fields))


def link_of(address: str) -> str:
    mail.outbox.clear()
    send_waiting_mail()
    sent = next(message for message in mail.outbox if message.to == [address])
    return re.search(r"http://127.0.0.1:8000(/users/welcome/\S+)", sent.body)[1]


def accept(link: str, **fields):
    chosen = {"name": "Ida Winther", "password1": PASSWORD, "password2": PASSWORD, "language": "sv", **fields}
    return FreshClient().post(link, chosen)


def test_an_administrator_invites_a_team_leader_who_invites_a_contact_person(signed_in, centre):
    """The issue's journey: each link makes a user with exactly the role that was meant."""
    administrator = user_with_role("administrator", centre)
    assert invite(signed_in(administrator), centre, role="team_leader").status_code == 302
    link = link_of("ida@example.org")
    assert FreshClient().get(link).status_code == 200
    answer = accept(link)
    assert answer["Location"] == "/"
    leader = User.objects.get(email="ida@example.org")
    assert (leader.name, leader.language, leader.role) == ("Ida Winther", "sv", Role.TEAM_LEADER)
    assert leader.check_password(PASSWORD)

    workshop = UnitFactory(organisation=centre)
    asked = invite(
        signed_in(leader), centre, role="contact_person", unit=workshop.pk, email="bo@example.org", name="Bo Krogh"
    )
    assert asked.status_code == 302
    accept(link_of("bo@example.org"), name="Bo Krogh")
    contact = User.objects.get(email="bo@example.org")
    assert (contact.role, contact.reach.units) == (Role.CONTACT_PERSON, {workshop.pk})


def test_whoever_chooses_a_password_is_signed_in(signed_in, centre):
    invite(signed_in(user_with_role("administrator", centre)), centre)
    client = FreshClient()
    client.post(
        link_of("ida@example.org"),
        {"name": "Ida", "password1": PASSWORD, "password2": PASSWORD, "language": "en"},
    )
    assert client.get(reverse("profile")).status_code == 200


def test_the_link_works_once(signed_in, centre):
    invite(signed_in(user_with_role("administrator", centre)), centre)
    link = link_of("ida@example.org")
    accept(link)
    again = accept(link, name="Somebody else", password1="another long password", password2="another long password")
    assert again.status_code == 200
    assert "password1" not in again.content.decode()
    assert User.objects.get(email="ida@example.org").name == "Ida Winther"


@pytest.mark.parametrize(("hours", "works"), [(71, True), (73, False)])
def test_the_link_works_for_72_hours(centre, hours, works):
    InvitationFactory(organisation=centre)
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=hours), tick=False):
        page = FreshClient().get(reverse("accounts:welcome", args=[TOKEN])).content.decode()
    assert ("password1" in page) is works


def test_a_new_link_kills_the_one_of_before(signed_in, centre):
    client = signed_in(user_with_role("administrator", centre))
    invite(client, centre)
    old = link_of("ida@example.org")
    client.post(reverse("accounts:resend", args=[Invitation.objects.get().pk]))
    new = link_of("ida@example.org")
    assert "password1" not in FreshClient().get(old).content.decode()
    assert "password1" in FreshClient().get(new).content.decode()


def test_inviting_again_to_the_same_role_leaves_one_link(signed_in, centre):
    client = signed_in(user_with_role("administrator", centre))
    invite(client, centre)
    old = link_of("ida@example.org")
    invite(client, centre)
    assert Invitation.objects.open().count() == 1
    assert "password1" not in FreshClient().get(old).content.decode()


def test_a_withdrawn_invitation_is_dead(signed_in, centre):
    client = signed_in(user_with_role("administrator", centre))
    invite(client, centre)
    link = link_of("ida@example.org")
    client.post(reverse("accounts:withdraw", args=[Invitation.objects.get().pk]))
    assert "password1" not in FreshClient().get(link).content.decode()
    assert accept(link).status_code == 200
    assert not User.objects.filter(email="ida@example.org").exists()


def test_used_withdrawn_expired_and_made_up_links_are_answered_alike(centre):
    """U3: the page tells nothing about who is known or was invited."""
    past = timezone.now() - datetime.timedelta(hours=1)
    InvitationFactory(organisation=centre, token="used", accepted_at=past)
    InvitationFactory(organisation=centre, token="withdrawn", withdrawn_at=past)
    InvitationFactory(organisation=centre, token="expired", expires_at=past)
    once = r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|/users/welcome/\w+/|inlineScriptNonce":"[^"]*"'
    pages = {
        re.sub(once, "", FreshClient().get(reverse("accounts:welcome", args=[token])).content.decode())
        for token in ("used", "withdrawn", "expired", "never")
    }
    assert len(pages) == 1


def test_somebody_who_is_a_user_already_just_gets_the_role(signed_in, centre):
    """U2: no second user, a mail that says so, and no link."""
    known = user_with_role("caseworker", CentreFactory(), email="ida@example.org")
    answer = invite(signed_in(user_with_role("administrator", centre)), centre, email="Ida@Example.org")
    assert answer.status_code == 302
    assert not Invitation.objects.exists()
    assert Membership.objects.current().filter(user=known, organisation=centre, role="caseworker").exists()
    send_waiting_mail()
    assert mail.outbox[0].to == ["ida@example.org"]
    assert "/welcome/" not in mail.outbox[0].body


def test_a_deactivated_user_is_not_invited_round_the_deactivation(signed_in, centre):
    UserFactory(email="ida@example.org", is_active=False)
    answer = invite(signed_in(user_with_role("administrator", centre)), centre)
    assert answer.status_code == 422
    assert "is deactivated" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_every_open_invitation_to_the_address_is_taken_with_the_first(centre):
    other = CentreFactory()
    InvitationFactory(organisation=centre, email="ida@example.org")
    InvitationFactory(organisation=other, email="ida@example.org", token="second", role="specialist")
    accept(reverse("accounts:welcome", args=[TOKEN]))
    user = User.objects.get(email="ida@example.org")
    assert {(post.role, post.organisation_id) for post in user.posts} == {
        ("caseworker", centre.pk),
        ("specialist", other.pk),
    }
    assert not Invitation.objects.open().exists()


@pytest.mark.parametrize(
    ("role", "status"),
    [("caseworker", 302), ("contact_person", 302), ("team_leader", 422), ("administrator", 422), ("specialist", 422)],
)
def test_a_team_leader_invites_caseworkers_and_contact_persons_only(signed_in, centre, role, status):
    leader = user_with_role("team_leader", centre)
    answer = invite(signed_in(leader), centre, role=role, unit=UnitFactory(organisation=centre).pk)
    assert answer.status_code == status
    assert Invitation.objects.exists() is (status == 302)


@pytest.mark.parametrize("role", ["team_leader", "administrator"])
def test_nobody_invites_to_a_centre_that_is_not_theirs(signed_in, centre, role):
    """T1: not offered, and refused when it is sent all the same."""
    answer = invite(signed_in(user_with_role(role, CentreFactory())), centre)
    assert answer.status_code == 422
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_an_administrator_of_a_centre_invites_a_referrer_of_a_job_centre(signed_in, centre):
    """Job centres are shared, so any centre's administrators keep them (U1)."""
    answer = invite(signed_in(user_with_role("administrator", centre)), JobCentreFactory(), role="referrer")
    assert answer.status_code == 302


@pytest.mark.parametrize("role", ["caseworker", "contact_person", "specialist", "referrer", "citizen"])
def test_who_keeps_no_users_is_refused(signed_in, centre, role):
    client = signed_in(user_with_role(role, centre))
    assert client.get(reverse("accounts:invite")).status_code == 403
    assert invite(client, centre).status_code == 403
    assert not Invitation.objects.exists()


def test_strangers_invitations_do_not_exist(signed_in, centre):
    """T1"""
    invitation = InvitationFactory(organisation=centre)
    client = signed_in(user_with_role("administrator", CentreFactory()))
    for name in ("accounts:resend", "accounts:withdraw"):
        assert client.post(reverse(name, args=[invitation.pk])).status_code == 404
    assert Invitation.objects.open().count() == 1


def test_a_team_leader_withdraws_no_invitation_of_another_team_leader(signed_in, centre):
    invitation = InvitationFactory(organisation=centre, role="team_leader")
    client = signed_in(user_with_role("team_leader", centre))
    assert client.post(reverse("accounts:withdraw", args=[invitation.pk])).status_code == 403
    assert Invitation.objects.open().count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"email": ""},
        {"name": ""},
        {"name": "x" * 20_001},
        {"name": "a\x00b"},
        {"role": "citizen"},
        {"role": "contact_person"},
        {"starts_on": ""},
        {"starts_on": "1-1-0001", "ends_on": "1-1-0001"},
        {"starts_on": "10-12-2099", "ends_on": "1-12-2099"},
        {"ends_on": "32-13-2026"},
        {"organisation": "0"},
        {"unit": "999999"},
    ],
)
def test_a_wrong_invitation_is_told_and_nothing_is_sent(signed_in, centre, wrong):
    """T21"""
    answer = invite(signed_in(user_with_role("administrator", centre)), centre, **wrong)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()
    assert not Invitation.objects.exists()
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"password1": "short", "password2": "short"},
        {"password2": "not the same password"},
        {"name": ""},
        {"name": "a\x00b"},
        {"language": "xx"},
        {"password1": "a\x00" + PASSWORD, "password2": "a\x00" + PASSWORD},
    ],
)
def test_a_weak_password_or_no_name_makes_no_user(centre, wrong):
    InvitationFactory(organisation=centre)
    answer = accept(reverse("accounts:welcome", args=[TOKEN]), **wrong)
    assert answer.status_code == 422
    assert Invitation.objects.open().exists()
    assert not User.objects.filter(email__startswith="invited").exists()


def test_the_page_speaks_the_language_that_was_chosen_for_the_invited(client, centre):
    InvitationFactory(organisation=centre, language="sv")
    answer = client.get(reverse("accounts:welcome", args=[TOKEN]))
    assert '<html lang="sv"' in answer.content.decode()


def test_the_log_keeps_who_invited_and_who_came_and_no_secret(signed_in, centre):
    """T4, T10"""
    administrator = user_with_role("administrator", centre)
    invite(signed_in(administrator), centre)
    link = link_of("ida@example.org")
    accept(link)
    assert Event.objects.filter(verb="user_invited", actor_id=administrator.pk).count() == 1
    user = User.objects.get(email="ida@example.org")
    assert Event.objects.get(verb="invitation_accepted").actor_id == user.pk
    secret = link.rstrip("/").rsplit("/", 1)[1]
    assert not Change.objects.filter(after__icontains=secret).exists()
    assert secret not in OutgoingMail.objects.get(to="ida@example.org").body


def test_a_citizens_address_gives_no_name_and_no_role(signed_in, centre):
    """T10: whoever tries addresses learns nobody's name; and a citizen goes on signing in by a code (U3)."""
    citizen = user_with_role("citizen", CentreFactory(), email="ida@example.org", name="Somebody Protected")
    answer = invite(signed_in(user_with_role("administrator", centre)), centre)
    assert answer.status_code == 422
    assert "Somebody Protected" not in answer.content.decode()
    assert Membership.objects.filter(user=citizen).count() == 1
    assert not OutgoingMail.objects.exists()


def test_a_job_centre_with_citizens_elsewhere_is_not_opened_by_a_stranger(signed_in, centre):
    """T1, U1, ADR 13: its people see its citizens at every centre, so a centre that has none of them invites nobody."""
    case = a_case()
    job_centre = case.programme.referring_organisation
    stranger = user_with_role("administrator", centre)
    colleague = user_with_role("referrer", JobCentreFactory())
    for role in ("referrer", "administrator"):
        answer = invite(signed_in(stranger), job_centre, role=role)
        assert answer.status_code == 422
        assert case.programme.centre.name in answer.content.decode()
        page = reverse("accounts:give_role", args=[colleague.pk])
        assert signed_in(stranger).post(page, form(job_centre, role=role)).status_code == 422
    assert not Invitation.objects.exists()
    for invites, email in ((case.programme.centre, "one@example.org"), (job_centre, "two@example.org")):
        client = signed_in(user_with_role("administrator", invites))
        assert invite(client, job_centre, role="referrer", email=email).status_code == 302


def test_a_strangers_end_of_a_role_is_not_put_off(centre):
    """ADR 13: longer is more; shorter opens nothing."""
    case = a_case()
    today = timezone.localdate()
    held = Membership.objects.filter(user=case.referrer, role="referrer").first()
    with acting(System("test")):
        Membership.objects.filter(pk=held.pk).update(ends_on=today + datetime.timedelta(days=9))
    stranger = user_with_role("administrator", centre)
    with pytest.raises(Refused):
        set_last_day(membership=held, ends_on=None, takers={}, by=stranger)
    set_last_day(membership=held, ends_on=today + datetime.timedelta(days=5), takers={}, by=stranger)
