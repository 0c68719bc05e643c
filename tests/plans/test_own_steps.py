"""The citizen's own step stands alone: on the own page, on the tablet, and at a talk (L3, L5)."""

import datetime

import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.models import Change
from core.exceptions import NotAllowed, Refused
from journal.models import Audience, Entry
from plans.content import GoalContent
from plans.evidence.own_steps import say
from plans.follow_ups.recording import Mark, record_follow_up
from plans.models import OwnStep, StepRecord
from plans.permissions import reading
from plans.progress import progress
from plans.shares import count, share_of
from plans.showing.curves import curves_of
from programmes.models import Programme
from tests.factories.plans import confirmed_plan, followed_up, goals, subgoal, subgoals_of
from tests.factories.programmes import MONDAY
from tests.plans.test_pages import health_and_work, in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 12, 14)


def test_a_tap_on_the_own_page_is_kept_shown_beside_the_steps_of_staff_and_counted_nowhere(client):
    """L3, L5: said again the same day it is said anew, and the history keeps the first."""
    plan = confirmed_plan(goals(1, 2))
    one, two = subgoals_of(plan)
    followed_up(plan, {one: 2}, on=MONDAY)
    citizen = in_case(plan, Role.CITIZEN)
    client.force_login(citizen)
    page = client.get(reverse("desk:own_plan"), {"goal": 2}).content.decode()
    assert f'name="own-{two.key}" value="4"' in page
    url = reverse("plans:own_steps", args=[plan.programme.reference])
    for step in (4, 3):
        answer = client.post(url, {f"own-{two.key}": step, "goal": 2})
        assert answer.url == f"{reverse('desk:own_plan')}?goal=2"
    assert list(OwnStep.objects.values_list("subgoal", "step", "said_on", "by")) == [(two.pk, 3, TODAY, citizen.pk)]
    assert Change.objects.filter(table="plans_ownstep", operation="update", before__step=4).exists()
    assert Entry.objects.filter(kind="own_step", audience=Audience.TEAM, author=citizen).count() == 1
    assert 'aria-current="true">3' in client.get(reverse("desk:own_plan"), {"goal": 2}).content.decode()
    found = progress(plan).by_key()[two.key]
    assert (found.own_step, found.step, found.has_follow_up, found.points) == (3, 1, False, [])
    share = share_of(count(Programme.objects.all(), until=TODAY))
    assert (share.progressed, share.total) == (1, 1)  # by the other subgoal alone
    curve = curves_of(plan, reading({Role.CASEWORKER}), started_on=MONDAY).subgoals[1]
    assert [(row.step[:1], row.own_step[:1]) for row in curve.rows] == [("1", ""), ("", "3")]
    assert curve.drawn["theirs"]["marks"]


def test_only_the_citizen_and_who_follows_up_keep_it_and_only_for_what_is_pursued():
    plan, stranger = confirmed_plan(health_and_work()), confirmed_plan()
    keys = [one.key for one in subgoals_of(plan)]
    for role in (Role.REFERRER, Role.CONTACT_PERSON, Role.SPECIALIST):
        with pytest.raises(NotAllowed):
            say(plan=plan, steps={keys[0]: 2}, by=in_case(plan, role))
    with pytest.raises(NotAllowed):
        say(plan=plan, steps={keys[0]: 2}, by=in_case(stranger, Role.CITIZEN))
    worker = plan.programme.caseworker
    for steps in ({}, {keys[0]: 6}, {keys[0]: 0}, {subgoals_of(stranger)[0].key: 2}):
        with pytest.raises(Refused):
            say(plan=plan, steps=steps, by=worker)
    assert not OwnStep.objects.exists()
    assert len(say(plan=plan, steps=dict.fromkeys(keys, 2), by=worker)) == len(keys)
    kept = Entry.objects.filter(kind="own_step").values_list("audience", flat=True)
    assert set(kept) == {Audience.HEALTH, Audience.TEAM}


def test_what_was_said_alone_is_read_by_those_who_read_comments_and_about_health_by_no_contact_person():
    plan = confirmed_plan(health_and_work())
    say(plan=plan, steps={one.key: 4 for one in subgoals_of(plan)}, by=plan.programme.caseworker)

    def heard(role):
        return [one.own_step for one in progress(plan, reading({role})).subgoals]

    assert set(heard(Role.CASEWORKER)) == set(heard(Role.CITIZEN)) == {4}
    assert len(heard(Role.CONTACT_PERSON)) < len(heard(Role.CASEWORKER))
    assert set(heard(Role.REFERRER)) == {None}


def test_at_a_talk_the_citizens_voice_may_stand_without_a_step_of_staff():
    """L3: of at least one subgoal staff sets a step; sent twice it is one follow-up (T12)."""
    plan = confirmed_plan([GoalContent("A", subgoals=[subgoal("Set"), subgoal("Said")])])
    together, alone = subgoals_of(plan)
    worker = plan.programme.caseworker
    with pytest.raises(Refused):
        record_follow_up(plan=plan, held_on=TODAY, steps={alone.key: Mark(None, 3)}, by=worker)
    steps = {together.key: Mark(2, 1), alone.key: Mark(None, 3, "", "I manage")}
    first = record_follow_up(plan=plan, held_on=TODAY, steps=steps, last_seen=0, by=worker)
    assert record_follow_up(plan=plan, held_on=TODAY, steps=steps, last_seen=0, by=worker) == first
    assert list(StepRecord.objects.values_list("subgoal", "step", "own_step")) == [(together.pk, 2, 1)]
    assert list(OwnStep.objects.values_list("subgoal", "step", "comment")) == [(alone.pk, 3, "I manage")]


def test_the_tablet_hands_the_taps_over_alone_or_to_a_follow_up(client):
    plan = confirmed_plan(goals(1, 2))
    _one, two = subgoals_of(plan)
    client.force_login(plan.programme.caseworker)
    page = client.get(reverse("plans:tablet", args=[plan.programme.reference]), {"own": "2-5"}).content.decode()
    assert f'name="own-{two.key}" value="5"' in page
    assert f"?own-{two.key}=5" in page
    answer = client.post(reverse("plans:own_steps", args=[plan.programme.reference]), {f"own-{two.key}": "5"})
    assert answer.url == reverse("plans:steps", args=[plan.programme.reference])
    assert OwnStep.objects.get().step == 5
