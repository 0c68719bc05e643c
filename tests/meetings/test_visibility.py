"""Who sees which meeting, and what of it (J3, T1, T7)."""

import pytest
import time_machine

from accounts.models import Membership, User
from audit.acting import System, acting
from meetings.lines import upcoming
from meetings.models import Meeting
from meetings.permissions import Reading, reading
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.meetings import MeetingFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def sees(user: User) -> set[Meeting]:
    return set(Meeting.objects.visible_to(User.objects.get(pk=user.pk)))


def test_the_team_of_the_case_sees_all_its_meetings_and_strangers_none(case):
    meeting = MeetingFactory(programme=case.programme)
    for role in ("caseworker", "team_leader", "contact_person", "specialist"):
        assert sees(case.user(role)) == {meeting}, role
    other = a_case("Inger", "Fremmed")
    for role in ("caseworker", "team_leader", "contact_person", "specialist", "referrer", "citizen"):
        assert sees(other.user(role)) == set(), role
    for role in ("steering_group", "administrator", "caseworker"):
        assert sees(user_with_role(role, case.programme.centre)) == set(), role


def test_a_colleague_sees_the_meeting_they_are_invited_to_as_long_as_they_work_there(case):
    """T7"""
    colleague = user_with_role("specialist", case.programme.centre)
    meeting = MeetingFactory(programme=case.programme, users=(colleague,))
    MeetingFactory(programme=case.programme, starts_at=at("2026-12-08 10:00"))
    assert sees(colleague) == {meeting}
    with acting(System("test")):
        Membership.objects.filter(user=colleague).update(ends_on="2026-12-01")
    assert sees(colleague) == set()


def test_the_referrer_sees_meetings_they_are_invited_to_or_whose_minutes_are_shared(case):
    invited = MeetingFactory(programme=case.programme, users=(case.referrer,))
    shared = MeetingFactory(programme=case.programme, held=True, audience="shared_referrer")
    kept = MeetingFactory(programme=case.programme, held=True, users=(case.referrer,))
    for fields in ({}, {"held": True}, {"audience": "shared_referrer"}):
        MeetingFactory(programme=case.programme, **fields)
    assert sees(case.referrer) == {invited, shared, kept}
    assert reading(case.referrer, shared) == Reading(minutes=True)
    assert reading(case.referrer, kept) == Reading()
    colleague = user_with_role("referrer", case.programme.referring_organisation)
    assert sees(colleague) == {shared}


def test_a_citizen_sees_the_meetings_they_take_part_in(case):
    own = MeetingFactory(programme=case.programme, held=True, audience="shared_citizen")
    MeetingFactory(programme=case.programme, with_citizen=False)
    assert sees(case.citizen_user) == {own}
    assert reading(case.citizen_user, own) == Reading(minutes=True)
    own.audience = "team"
    assert reading(case.citizen_user, own) == Reading()


def test_minutes_are_read_by_the_team_when_they_are_recorded_and_before_by_those_who_write(case):
    """J2"""
    draft = MeetingFactory(programme=case.programme, minutes="Not yet")
    held = MeetingFactory(programme=case.programme, held=True)
    assert reading(case.caseworker, draft).minutes
    assert not reading(case.contact_person, draft).minutes
    assert reading(case.contact_person, held).minutes


def test_upcoming_meetings_are_those_one_takes_part_in(case):
    """Experience 9: Today of every role, for a week."""
    meeting = MeetingFactory(programme=case.programme, users=(case.contact_person, case.referrer))
    MeetingFactory(programme=case.programme, starts_at=at("2026-12-20 10:00"))
    MeetingFactory(programme=case.programme, cancelled=True)
    for role in ("caseworker", "contact_person", "referrer", "citizen"):
        found = upcoming(User.objects.get(pk=case.user(role).pk))
        assert [line.pk for line in found] == [meeting.pk], role
    assert upcoming(case.specialist) == []
    assert upcoming(case.team_leader) == []


@pytest.mark.parametrize("count", [2, 12])
def test_a_week_of_meetings_is_two_queries(case, count, django_assert_num_queries):
    for _ in range(count):
        MeetingFactory(programme=case.programme, users=(case.contact_person,))
    user = User.objects.get(pk=case.contact_person.pk)
    user.reach  # noqa: B018
    with django_assert_num_queries(3):
        assert len(upcoming(user)) == count
