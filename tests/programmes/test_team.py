"""The team of a programme: specialists and deputies, each for a time (P1, P13)."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from audit.acting import System, acting
from audit.models import Change, Event
from citizens.models import Citizen
from core.events import user_leaving
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from programmes.access import end_programme_access
from programmes.models import Programme, TeamMember
from programmes.people.team import add_to_team, end_on_team, members_of
from programmes.permissions import may_work_on, roles_in
from programmes.rights.citizen_access import give_access
from referrals.permissions import may_read_health
from tests.desk.cast import TODAY, a_case
from tests.factories.accounts import CentreFactory, MembershipFactory, user_with_role
from tests.factories.activities import type_with
from tests.factories.programmes import ProgrammeFactory
from tests.factories.referrals import ReferralFactory

pytestmark = pytest.mark.django_db
Function = TeamMember.Function
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel("2026-12-02 09:00:00+01:00", tick=False) as clock:
        yield clock


@pytest.fixture
def case():
    return a_case()


def specialist_at(case, **fields):
    return user_with_role("specialist", case.programme.centre, **fields)


def add(case, user, by=None, function=Function.PSYCHOLOGIST, starts_on=TODAY, ends_on=None):
    return add_to_team(
        programme=case.programme, user=user, function=function, starts_on=starts_on, ends_on=ends_on,
        by=by or case.caseworker,
    )  # fmt: skip


def sees(user, case) -> set[str]:
    user.__dict__.pop("reach", None)  # as a new request
    return roles_in(user, case.programme)


@pytest.mark.parametrize("who", ["caseworker", "team_leader"])
def test_a_specialist_on_the_team_sees_the_case(case, who):
    user = specialist_at(case)
    assert not Citizen.objects.visible_to(user).exists()
    add(case, user, by=case.user(who))
    assert sees(user, case) == {"specialist"}


@pytest.mark.parametrize("who", ["contact_person", "referrer", "specialist", "citizen"])
def test_nobody_else_adds_or_ends(case, who):
    user = specialist_at(case)
    with pytest.raises(NotAllowed):
        add(case, user, by=case.user(who))
    member = add(case, user)
    with pytest.raises(NotAllowed):
        end_on_team(member=member, on=TODAY, by=case.user(who))
    assert members_of(case.programme) == ([member], [])


def test_another_centres_team_leader_adds_nobody(case):
    stranger = a_case().team_leader
    with pytest.raises(NotAllowed):
        add(case, specialist_at(case), by=stranger)


def test_a_deputy_works_on_the_case_in_the_agreed_time_only(case, wednesday):
    """P13."""
    deputy = user_with_role("caseworker", case.programme.centre)
    add(case, deputy, function=Function.DEPUTY, starts_on=TODAY + DAY, ends_on=TODAY + 3 * DAY)
    assert (sees(deputy, case), may_work_on(deputy, case.programme)) == (set(), False)
    wednesday.shift(DAY)
    assert (sees(deputy, case), may_work_on(deputy, case.programme)) == ({"caseworker"}, True)
    wednesday.shift(2 * DAY)
    assert (sees(deputy, case), may_work_on(deputy, case.programme)) == ({"caseworker"}, True)
    wednesday.shift(DAY)
    assert (sees(deputy, case), may_work_on(deputy, case.programme)) == (set(), False)


def test_a_deputy_without_an_end_is_refused_by_action_and_database(case):
    deputy = user_with_role("caseworker", case.programme.centre)
    with pytest.raises(Refused, match="until when"):
        add(case, deputy, function=Function.DEPUTY)
    with pytest.raises(IntegrityError), transaction.atomic(), acting(System("test")):
        TeamMember.objects.create(
            programme=case.programme, user=deputy, function=Function.DEPUTY, starts_on=TODAY, added_by=case.caseworker
        )


def test_who_holds_no_such_role_at_the_centre_is_refused(case):
    elsewhere = user_with_role("specialist", a_case().programme.centre)
    with pytest.raises(Refused, match="role"):
        add(case, elsewhere)
    with pytest.raises(Refused, match="role"):
        add(case, user_with_role("caseworker", case.programme.centre))
    with pytest.raises(Refused, match="role"):
        add(case, specialist_at(case, is_active=False))


def test_the_caseworker_is_no_deputy_of_the_own_case(case):
    with pytest.raises(Refused, match="already"):
        add(case, case.caseworker, by=case.team_leader, function=Function.DEPUTY, ends_on=TODAY + DAY)


def test_the_same_person_twice_at_once_is_refused_and_one_after_the_other_is_not(case):
    user = specialist_at(case)
    add(case, user, ends_on=TODAY + DAY)
    with pytest.raises(Refused, match="already"):
        add(case, user, starts_on=TODAY + DAY)
    add(case, user, starts_on=TODAY + 2 * DAY)
    add(case, user, function=Function.PHYSIOTHERAPIST)
    assert TeamMember.objects.count() == 3


@pytest.mark.parametrize("ends_on", [TODAY - DAY, datetime.date(2026, 12, 9)])
def test_an_end_before_the_start_or_in_the_past_is_refused(case, ends_on):
    with pytest.raises(Refused, match="end"):
        add(case, specialist_at(case), starts_on=datetime.date(2026, 12, 10), ends_on=ends_on)


def test_nobody_comes_on_the_team_of_an_ended_programme(case):
    with acting(System("test")):
        Programme.objects.filter(pk=case.programme.pk).update(status="completed", ended_on=TODAY)
    with pytest.raises(Refused, match="ended"):
        add(case, specialist_at(case))


def test_ending_today_closes_the_case_at_once_and_stays_in_the_history(case):
    user = specialist_at(case)
    member = add(case, user)
    end_on_team(member=member, on=TODAY, by=case.caseworker)
    assert sees(user, case) == set()
    member.refresh_from_db()
    assert member.ends_on == TODAY
    changes = Change.objects.filter(table="programmes_teammember", row=str(member.pk)).order_by("at", "pk")
    assert [change.operation for change in changes] == ["insert", "update"]
    told = Entry.objects.filter(kind__startswith="team_").order_by("pk")
    assert [(entry.kind, entry.params["name"]) for entry in told] == [
        ("team_joined", user.name),
        ("team_left", user.name),
    ]


def test_a_later_last_day_lets_the_access_last_until_then(case, wednesday):
    user = specialist_at(case)
    end_on_team(member=add(case, user), on=TODAY + DAY, by=case.caseworker)
    wednesday.shift(DAY)
    assert sees(user, case) == {"specialist"}
    wednesday.shift(DAY)
    assert sees(user, case) == set()


def test_who_has_not_come_yet_never_comes(case, wednesday):
    user = specialist_at(case)
    member = add(case, user, starts_on=TODAY + 5 * DAY)
    end_on_team(member=member, on=TODAY, by=case.caseworker)
    wednesday.shift(6 * DAY)
    assert sees(user, case) == set()
    assert not TeamMember.objects.exists()
    assert Change.objects.filter(table="programmes_teammember", operation="delete").exists()


def test_a_last_day_in_the_past_or_after_the_agreed_end_is_refused(case):
    member = add(case, specialist_at(case), ends_on=TODAY + 3 * DAY)
    for on in (TODAY - DAY, TODAY + 4 * DAY):
        with pytest.raises(Refused):
            end_on_team(member=member, on=on, by=case.caseworker)


def test_the_team_sees_an_ended_case_some_days_more(case, wednesday):
    user = specialist_at(case)
    add(case, user)
    with acting(System("test")):
        end_programme_access(case.programme, ended_on=TODAY, kept_until=TODAY + 1000 * DAY)
    wednesday.shift(7 * DAY)
    assert sees(user, case) == {"specialist"}
    wednesday.shift(DAY)
    assert sees(user, case) == set()


def test_who_leaves_is_on_no_team_any_more(case):
    """U2."""
    user = specialist_at(case)
    now, later = add(case, user), add(case, user, function=Function.PHYSIOTHERAPIST, starts_on=TODAY + DAY)
    user_leaving.send(type(user), user=user, taker=case.team_leader, by=case.team_leader)
    assert list(TeamMember.objects.values_list("pk", "ends_on")) == [(now.pk, TODAY)]
    assert later.pk != now.pk
    assert sees(user, case) == set()
    told = Event.objects.filter(verb="team_member_ended").values_list("subject", "citizen_id", "detail__user")
    assert list(told) == [(case.programme.reference, case.programme.citizen_id, user.pk)] * 2


def test_a_deputy_does_not_prolong_the_own_time(case):
    """P13."""
    deputy = user_with_role("caseworker", case.programme.centre)
    add(case, deputy, function=Function.DEPUTY, ends_on=TODAY + DAY)
    with pytest.raises(Refused, match="Nobody"):
        add(case, deputy, by=deputy, function=Function.DEPUTY, starts_on=TODAY + 2 * DAY, ends_on=TODAY + 9 * DAY)


def test_a_specialist_who_works_at_another_centre_now_sees_nothing_here(case):
    """T7, U1."""
    user = specialist_at(case)
    add(case, user)
    with acting(System("test")):
        user.memberships.update(ends_on=TODAY - DAY)
    MembershipFactory(user=user, organisation=CentreFactory(), role="specialist")
    assert sees(user, case) == set()


def test_the_citizens_own_access_ends_with_the_last_programme_at_the_centre(case):
    give_access(programme=case.programme, by=case.caseworker)
    own = case.citizen.access.get(source__startswith="programmes.citizen")
    second = ProgrammeFactory(citizen=case.citizen, centre=case.programme.centre)
    for programme, ends_on in ((case.programme, None), (second, TODAY + 9 * DAY)):
        with acting(System("test")):
            end_programme_access(programme, ended_on=TODAY, kept_until=TODAY + 9 * DAY)
            Programme.objects.filter(pk=programme.pk).update(status="completed", ended_on=TODAY)
        own.refresh_from_db()
        assert own.ends_on == ends_on


def test_a_deputy_reads_why_the_accommodations_are_needed_and_others_do_not(case):
    """J2, P16: as long as the agreed time lasts."""
    referral = ReferralFactory(
        citizen=case.citizen, centre=case.programme.centre, programme=case.programme, status="accepted"
    )
    deputy, colleague = (user_with_role("caseworker", case.programme.centre) for _ in range(2))
    add(case, deputy, function=Function.DEPUTY, ends_on=TODAY + DAY)
    assert may_read_health(deputy, referral)
    assert not may_read_health(colleague, referral)


@pytest.mark.parametrize("held_by", ["team_leader", "contact_person", "caseworker", "specialist"])
def test_who_has_gone_to_another_centre_sees_nothing_of_the_case_any_more(held_by):
    """T7, U1: whatever role the type wants for a function, it goes with the post at this centre."""
    team = [{"key": "guide", "name": dict.fromkeys(("da", "sv", "en"), "Guide"), "held_by": held_by}]
    case = a_case(type=type_with(team=team))
    centre = case.programme.centre
    user = user_with_role(held_by, centre)
    add(case, user, function="guide")
    assert held_by in sees(user, case)
    with acting(System("test")):
        user.memberships.update(ends_on=TODAY - DAY)
    MembershipFactory(user=user, organisation=CentreFactory(), role=held_by)
    user = User.objects.get(pk=user.pk)  # as a new request
    assert sees(user, case) == set()
    assert not Citizen.objects.visible_to(user).exists()
