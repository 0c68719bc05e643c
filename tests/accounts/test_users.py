"""The list of users, their roles from and until, and who keeps whom (U2)."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, User
from audit.models import Event
from messaging.tasks import send_waiting_mail
from tests.conftest import FreshClient
from tests.factories.accounts import (
    CentreFactory,
    JobCentreFactory,
    MembershipFactory,
    UnitFactory,
    UserFactory,
    user_with_role,
)
from tests.factories.invitations import InvitationFactory

pytestmark = pytest.mark.django_db
NOON = "2026-11-23 12:00:00+01:00"
TODAY = datetime.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def centre():
    return CentreFactory(name="Heath Centre")


@pytest.fixture
def administrator(centre) -> User:
    return user_with_role("administrator", centre, name="Anna Administrator")


@pytest.fixture
def maja(centre) -> User:
    return user_with_role("caseworker", centre, name="Maja Lindholt", email="maja@example.org")


def page(client, query="") -> str:
    return client.get(reverse("accounts:users") + query).content.decode()


def role_of(user: User) -> Membership:
    return Membership.objects.get(user=user)


class TestTheList:
    def test_shows_everybody_of_ones_own_organisations_and_nobody_else(self, signed_in, administrator, maja, centre):
        """T1"""
        stranger = user_with_role("caseworker", CentreFactory(), name="Stranger Danger")
        citizen = user_with_role("citizen", centre, name="Torben Sejersen")
        text = page(signed_in(administrator))
        assert "Maja Lindholt" in text
        assert stranger.name not in text
        assert citizen.name not in text, "citizens are no staff"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?q=lind", {"Maja Lindholt"}),
            ("?q=maja@", {"Maja Lindholt"}),
            ("?role=contact_person", {"Birthe Krogh"}),
            ("?status=deactivated", {"Gone Girl"}),
            ("?status=all&q=gone", {"Gone Girl"}),
            ("?role=caseworker&q=krogh", set()),
        ],
    )
    def test_is_filtered_by_name_role_and_access(self, signed_in, administrator, maja, centre, query, found):
        user_with_role("contact_person", centre, unit=UnitFactory(organisation=centre), name="Birthe Krogh")
        user_with_role("caseworker", centre, name="Gone Girl", is_active=False)
        text = page(signed_in(administrator), query)
        everybody = {"Maja Lindholt", "Birthe Krogh", "Gone Girl"}
        assert {name for name in everybody if name in text} == found

    def test_is_filtered_by_organisation_and_unit(self, signed_in, administrator, maja, centre):
        workshop, other = UnitFactory(organisation=centre), UnitFactory(organisation=centre)
        user_with_role("contact_person", centre, unit=workshop, name="Birthe Krogh")
        user_with_role("contact_person", centre, unit=other, name="Jens Krogh")
        job_centre = JobCentreFactory()
        user_with_role("referrer", job_centre, name="Rikke Referrer")
        client = signed_in(administrator)
        text = page(client, f"?unit={workshop.pk}")
        assert "Birthe Krogh" in text
        assert "Jens Krogh" not in text
        text = page(client, f"?organisation={job_centre.pk}")
        assert "Rikke Referrer" in text
        assert "Maja Lindholt" not in text

    def test_a_filter_that_makes_no_sense_is_told(self, signed_in, administrator):
        client = signed_in(administrator)
        for query in ("?role=king", "?unit=x", "?organisation=0", "?status=x"):
            assert client.get(reverse("accounts:users") + query).status_code in (200, 422)
        assert client.get(reverse("accounts:users") + "?q=a%00b").status_code == 400

    def test_takes_the_same_queries_for_few_and_many(self, signed_in, administrator, centre, django_assert_num_queries):
        client = signed_in(administrator)
        page(client)

        def count() -> int:
            from django.db import connection
            from django.test.utils import CaptureQueriesContext

            with CaptureQueriesContext(connection) as queries:
                page(client)
            return len(queries)

        few = count()
        for number in range(30):
            user = user_with_role("contact_person", centre, unit=UnitFactory(organisation=centre))
            MembershipFactory(user=user, organisation=centre, role="specialist")
            InvitationFactory(organisation=centre, token=str(number), invited_by=administrator)
        assert count() == few

    def test_shows_who_is_invited(self, signed_in, administrator, centre):
        InvitationFactory(organisation=centre, name="Ida Winther", invited_by=administrator)
        assert "Ida Winther" in page(signed_in(administrator))


class TestWhoKeepsWhom:
    @pytest.mark.parametrize("role", ["caseworker", "contact_person", "specialist", "referrer", "citizen"])
    def test_others_have_no_users(self, signed_in, centre, maja, role):
        client = signed_in(user_with_role(role, centre))
        assert client.get(reverse("accounts:users")).status_code == 403
        for name in ("accounts:user", "accounts:give_role", "accounts:deactivate"):
            assert client.get(reverse(name, args=[maja.pk])).status_code == 404

    def test_another_centres_users_do_not_exist(self, signed_in, maja):
        client = signed_in(user_with_role("administrator", CentreFactory()))
        for name in ("accounts:user", "accounts:give_role", "accounts:deactivate"):
            assert client.get(reverse(name, args=[maja.pk])).status_code == 404
        for name in ("accounts:send_password_link", "accounts:reactivate"):
            assert client.post(reverse(name, args=[maja.pk])).status_code == 404
        assert client.get(reverse("accounts:role", args=[role_of(maja).pk])).status_code == 404

    def test_a_team_leader_keeps_caseworkers_and_no_administrator(self, signed_in, centre, maja, administrator):
        client = signed_in(user_with_role("team_leader", centre))
        assert client.get(reverse("accounts:deactivate", args=[maja.pk])).status_code == 200
        assert client.get(reverse("accounts:user", args=[administrator.pk])).status_code == 200
        assert client.get(reverse("accounts:deactivate", args=[administrator.pk])).status_code == 403
        assert client.get(reverse("accounts:role", args=[role_of(administrator).pk])).status_code == 403
        assert client.post(reverse("accounts:send_password_link", args=[administrator.pk])).status_code == 403

    def test_who_also_works_elsewhere_is_not_deactivated_from_here(self, signed_in, centre, maja, administrator):
        """The role here can be taken away; the access belongs to the other centre too."""
        MembershipFactory(user=maja, organisation=CentreFactory(), role="caseworker")
        client = signed_in(administrator)
        assert client.get(reverse("accounts:deactivate", args=[maja.pk])).status_code == 403
        assert "One more role elsewhere" in client.get(reverse("accounts:user", args=[maja.pk])).content.decode()


class TestRoles:
    def give(self, client, user, **fields):
        return client.post(reverse("accounts:give_role", args=[user.pk]), {"starts_on": "23-11-2026", **fields})

    def test_a_role_is_given_from_a_day_until_a_day(self, signed_in, administrator, centre, maja):
        fields = {"role": "team_leader", "organisation": centre.pk, "starts_on": "1-12-2026", "ends_on": "31-12-2026"}
        assert self.give(signed_in(administrator), maja, **fields).status_code == 302
        assert User.objects.get(pk=maja.pk).reach.roles == {"caseworker"}
        with time_machine.travel("2026-12-01 00:30:00+01:00"):
            assert User.objects.get(pk=maja.pk).reach.roles == {"caseworker", "team_leader"}
        with time_machine.travel("2026-12-31 23:30:00+01:00"):
            assert User.objects.get(pk=maja.pk).reach.roles == {"caseworker", "team_leader"}
        with time_machine.travel("2027-01-01 00:30:00+01:00"):
            assert User.objects.get(pk=maja.pk).reach.roles == {"caseworker"}
        send_waiting_mail()
        assert mail.outbox[0].to == ["maja@example.org"]

    def test_the_same_role_twice_at_a_time_is_refused(self, signed_in, administrator, centre, maja):
        answer = self.give(signed_in(administrator), maja, role="caseworker", organisation=centre.pk)
        assert answer.status_code == 422
        assert "has this role in the period already" in answer.content.decode()

    def test_a_role_taken_away_is_gone_at_the_next_page(self, signed_in, administrator, centre, maja):
        """T7"""
        MembershipFactory(user=maja, organisation=centre, role="team_leader")
        client = signed_in(maja)
        assert client.get(reverse("referrals:queue")).status_code == 200
        role = Membership.objects.get(user=maja, role="team_leader")
        answer = signed_in(administrator).post(reverse("accounts:role", args=[role.pk]) + "?now")
        assert answer.status_code == 302
        assert client.get(reverse("referrals:queue")).status_code == 403
        role.refresh_from_db()
        assert role.ends_on == TODAY - datetime.timedelta(days=1)

    def test_a_role_of_today_that_is_taken_away_leaves_only_history(self, signed_in, administrator, centre, maja):
        MembershipFactory(user=maja, organisation=centre, role="specialist", starts_on=TODAY)
        role = Membership.objects.get(user=maja, role="specialist")
        signed_in(administrator).post(reverse("accounts:role", args=[role.pk]) + "?now")
        assert not Membership.objects.filter(pk=role.pk).exists()
        assert Event.objects.filter(verb="role_taken_away", subject=f"accounts.user:{maja.pk}").exists()

    def test_a_last_day_is_set_and_lifted(self, signed_in, administrator, maja):
        client, role = signed_in(administrator), role_of(maja)
        url = reverse("accounts:role", args=[role.pk])
        assert client.post(url, {"ends_on": "31-12-2026"}).status_code == 302
        role.refresh_from_db()
        assert role.ends_on == datetime.date(2026, 12, 31)
        assert client.post(url, {"ends_on": ""}).status_code == 302
        role.refresh_from_db()
        assert role.ends_on is None

    @pytest.mark.parametrize("day", ["22-11-2026", "1-1-0001", "x", "1-1-2019"])
    def test_a_last_day_in_the_past_is_refused(self, signed_in, administrator, maja, day):
        role = role_of(maja)
        answer = signed_in(administrator).post(reverse("accounts:role", args=[role.pk]), {"ends_on": day})
        assert answer.status_code == 422
        role.refresh_from_db()
        assert role.ends_on is None

    def test_the_last_administrator_stays_one(self, signed_in, administrator, centre):
        client, role = signed_in(administrator), role_of(administrator)
        url = reverse("accounts:role", args=[role.pk])
        assert client.post(url + "?now").status_code == 422
        assert client.post(url, {"ends_on": "31-12-2026"}).status_code == 422
        role.refresh_from_db()
        assert role.ends_on is None
        user_with_role("administrator", centre)
        assert client.post(url, {"ends_on": "31-12-2026"}).status_code == 302

    def test_an_administrator_who_leaves_sooner_does_not_count(self, signed_in, administrator, centre):
        user_with_role("administrator", centre, is_active=False)
        MembershipFactory(organisation=centre, role="administrator", ends_on=TODAY + datetime.timedelta(days=3))
        answer = signed_in(administrator).post(
            reverse("accounts:role", args=[role_of(administrator).pk]), {"ends_on": "31-12-2026"}
        )
        assert answer.status_code == 422


class TestTheSwitch:
    def test_the_start_page_follows_the_chosen_role_and_the_rights_stay(self, signed_in, centre):
        both = user_with_role("team_leader", centre)
        MembershipFactory(user=both, organisation=centre, role="caseworker")
        client = signed_in(both)
        assert client.get("/").context["user"].role == "team_leader"
        assert client.post(reverse("accounts:switch"), {"post": f"caseworker:{centre.pk}"})["Location"] == "/"
        answer = client.get("/")
        assert answer.context["user"].role == "caseworker"
        assert "/referrals/queue/" not in [item.url for item in answer.context["nav"]]
        assert client.get(reverse("referrals:queue")).status_code == 200, "the rights are the sum of the roles"

    def test_with_two_centres_the_start_page_is_of_the_chosen_one(self, signed_in, centre):
        """U1"""
        from tests.factories.referrals import ReferralFactory

        other = CentreFactory(name="Shore Centre")
        leader = user_with_role("team_leader", centre)
        MembershipFactory(user=leader, organisation=other, role="team_leader")
        here, there = ReferralFactory(centre=centre), ReferralFactory(centre=other)
        client = signed_in(leader)
        for chosen, shown, hidden in ((centre, here, there), (other, there, here)):
            client.post(reverse("accounts:switch"), {"post": f"team_leader:{chosen.pk}"})
            text = client.get("/").content.decode()
            assert shown.reference in text or shown.citizen.name in text
            assert hidden.reference not in text
            assert hidden.citizen.name not in text
            assert client.get(reverse("referrals:detail", args=[hidden.reference])).status_code == 200

    def test_is_not_drawn_for_one_role(self, signed_in, maja):
        assert "t-switch" not in signed_in(maja).get("/").content.decode()

    def test_a_role_one_does_not_hold_cannot_be_chosen(self, signed_in, maja, centre):
        client = signed_in(maja)
        for wanted in (f"team_leader:{centre.pk}", "", "x", "team_leader:0"):
            client.post(reverse("accounts:switch"), {"post": wanted})
            assert client.get("/").context["user"].role == "caseworker"

    def test_a_chosen_role_that_ends_gives_way_to_another(self, signed_in, centre):
        """T7"""
        both = user_with_role("team_leader", centre)
        ends = MembershipFactory(user=both, organisation=centre, role="caseworker", ends_on=TODAY)
        client = signed_in(both)
        client.post(reverse("accounts:switch"), {"post": f"caseworker:{centre.pk}"})
        assert client.get("/").context["user"].role == "caseworker"
        with time_machine.travel("2026-11-24 06:00:00+01:00"):
            fresh = User.objects.get(pk=both.pk)
            fresh.chosen_post = f"caseworker:{centre.pk}"
            assert fresh.role == "team_leader"
        assert ends.ends_on == TODAY

    def test_switching_is_a_post(self, signed_in, maja):
        assert signed_in(maja).get(reverse("accounts:switch")).status_code == 405


class TestAccess:
    def test_a_link_for_a_new_password_goes_to_the_user_and_to_nobody_else(self, signed_in, administrator, maja):
        """U3"""
        answer = signed_in(administrator).post(reverse("accounts:send_password_link", args=[maja.pk]))
        assert answer.status_code == 302
        send_waiting_mail()
        [sent] = mail.outbox
        assert sent.to == ["maja@example.org"]
        link = next(word for word in sent.body.split() if "/password/reset/key/" in word)
        client = FreshClient()
        form = client.get(link.removeprefix("http://127.0.0.1:8000"))["Location"]
        client.post(form, {"password1": "a long walk on the heath", "password2": "a long walk on the heath"})
        assert User.objects.get(pk=maja.pk).check_password("a long walk on the heath")
        assert Event.objects.filter(verb="password_link_sent", actor_id=administrator.pk).count() == 1

    def test_deactivated_means_out_at_once_and_no_old_session_comes_back(self, signed_in, administrator, maja):
        """U2, T7"""
        client = signed_in(maja)
        assert client.get(reverse("profile")).status_code == 200
        keeper = signed_in(administrator)
        assert keeper.post(reverse("accounts:deactivate", args=[maja.pk])).status_code == 302
        assert not User.objects.get(pk=maja.pk).is_active
        assert client.get(reverse("profile")).status_code == 302
        assert keeper.post(reverse("accounts:reactivate", args=[maja.pk])).status_code == 302
        assert User.objects.get(pk=maja.pk).is_active
        assert client.get(reverse("profile")).status_code == 302, "the session of before stays dead"
        assert signed_in(User.objects.get(pk=maja.pk)).get(reverse("profile")).status_code == 200

    def test_an_old_session_stays_dead_when_it_slept_through_the_deactivation(self, signed_in, administrator, maja):
        client = signed_in(maja)
        keeper = signed_in(administrator)
        keeper.post(reverse("accounts:deactivate", args=[maja.pk]))
        keeper.post(reverse("accounts:reactivate", args=[maja.pk]))
        assert client.get(reverse("profile")).status_code == 302

    def test_the_last_administrator_cannot_be_deactivated(self, signed_in, administrator, centre):
        other = user_with_role("administrator", CentreFactory())
        MembershipFactory(user=other, organisation=centre, role="administrator", ends_on=TODAY)
        MembershipFactory(user=administrator, organisation=centre, role="caseworker")
        second = user_with_role("administrator", centre)
        client = signed_in(second)
        assert client.post(reverse("accounts:deactivate", args=[administrator.pk])).status_code == 302
        third = UserFactory()
        MembershipFactory(user=third, organisation=centre, role="team_leader")
        assert signed_in(third).post(reverse("accounts:deactivate", args=[second.pk])).status_code == 403
        assert User.objects.get(pk=second.pk).is_active

    def test_nobody_deactivates_themselves(self, signed_in, administrator, centre):
        user_with_role("administrator", centre)
        answer = signed_in(administrator).post(reverse("accounts:deactivate", args=[administrator.pk]))
        assert answer.status_code == 422
        assert User.objects.get(pk=administrator.pk).is_active

    def test_a_deactivated_user_gets_no_link(self, signed_in, administrator, centre):
        gone = user_with_role("caseworker", centre, is_active=False)
        signed_in(administrator).post(reverse("accounts:send_password_link", args=[gone.pk]))
        send_waiting_mail()
        assert not mail.outbox

    def test_the_page_of_one_user_takes_few_queries(
        self, signed_in, administrator, maja, django_assert_max_num_queries
    ):
        client = signed_in(administrator)
        client.get(reverse("accounts:user", args=[maja.pk]))
        with django_assert_max_num_queries(14):
            client.get(reverse("accounts:user", args=[maja.pk]))


def test_today_is_a_local_day():
    assert timezone.localdate() == TODAY
