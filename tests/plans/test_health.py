"""What is said about health reaches those who read health notes, and nobody else by any way (J2, P16, L3)."""

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.roles import Role
from audit.models import Access
from closing_notes.documents import shared
from closing_notes.evidence import figures_of
from core.life_areas import LifeArea
from plans.actions import new_version
from plans.agreement.confirming import confirm
from plans.content import GoalContent
from plans.evidence.observations import observe
from plans.models import Plan
from plans.writing.abandoning import abandon, take_up
from programmes.models import Programme
from tests.factories.plans import confirmed_plan, subgoal, subgoals_of
from tests.plans.test_pages import in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]


@pytest.fixture
def plan() -> Plan:
    plan = confirmed_plan(
        [
            GoalContent("Works three days", subgoals=[subgoal("Comes on time")]),
            GoalContent("Knows the back", life_area=LifeArea.HEALTH, subgoals=[subgoal("Lifts little")]),
        ]
    )
    for one, text in zip(subgoals_of(plan), ["Opened the shop", "The back hurts"], strict=True):
        observe(plan=plan, subgoal=one.key, text=text, by=plan.programme.caseworker)
    return plan


def page(client, plan, name="observe"):
    return client.get(reverse(f"plans:{name}", args=[plan.programme.reference])).text


def test_a_team_leader_reads_what_was_seen_about_health_with_a_stated_reason_only(signed_in, plan):
    leader = in_case(plan, Role.TEAM_LEADER)
    client = signed_in(leader)
    for name in ("observe", "detail"):
        assert "Opened the shop" in page(client, plan, name)
        assert "The back hurts" not in page(client, plan, name)
    ask = reverse("plans:health", args=[plan.programme.reference])
    refused = client.post(ask, {"why": " "})
    assert refused.status_code == 422
    assert "The back hurts" not in refused.text
    assert "The back hurts" in client.post(ask, {"why": "The doctor asks about it"}).text
    assert Access.objects.filter(user_id=leader.pk, reason="The doctor asks about it").exists()
    # The reason held for that once.
    assert "The back hurts" not in page(client, plan)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SPECIALIST])
def test_who_reads_health_notes_needs_no_reason(signed_in, plan, role):
    client = signed_in(in_case(plan, role))
    assert "The back hurts" in page(client, plan)
    assert client.post(reverse("plans:health", args=[plan.programme.reference]), {"why": "x"}).status_code == 403


@pytest.mark.parametrize("role", [Role.CONTACT_PERSON, Role.REFERRER, Role.CITIZEN])
def test_nobody_else_gets_it_with_a_reason_either(signed_in, plan, role):
    answer = signed_in(in_case(plan, role)).post(
        reverse("plans:health", args=[plan.programme.reference]), {"why": "Curious"}
    )
    assert answer.status_code == 403


def test_the_closing_note_cites_nothing_about_health_and_carries_no_observation_out_of_the_house(plan):
    figures = figures_of(Programme.objects.get(pk=plan.programme_id))
    assert [one["text"] for one in figures["observations"]] == ["Opened the shop"]
    assert shared(figures)["observations"] == []


def test_why_a_plan_was_changed_is_read_by_those_who_read_all_of_it(signed_in, plan):
    """The reason may name a goal of health, as one that is taken up again does."""
    work, health = subgoals_of(plan)
    worker = plan.programme.caseworker
    abandon(plan=plan, keys={health.key}, why="Enough for now", by=worker)
    new_version(plan=plan, why="The back is worse", by=worker)
    confirm(version=plan.versions.latest("number"), agreed_on=localdate(), by=worker)
    take_up(plan=plan, key=health.key, by=worker)
    confirm(version=plan.versions.latest("number"), agreed_on=localdate(), by=worker)
    for role, reads in ((Role.CASEWORKER, True), (Role.CONTACT_PERSON, False), (Role.REFERRER, False)):
        client = signed_in(in_case(plan, role))
        for query in ("", "?before=1&after=2"):
            shown = client.get(reverse("plans:versions", args=[plan.programme.reference]) + query).text
            assert (("Taken up again" in shown) or ("The back is worse" in shown)) is reads, (role, query)
        if role == Role.CONTACT_PERSON:
            assert health.title not in shown
            assert work.title in shown
