"""A meeting names the subgoals that it was about: evidence beside them (C5)."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.models import Change
from closing_notes.evidence import figures_of
from closing_notes.sources import sources_of
from core.exceptions import NotAllowed, Refused
from plans.evidence.talked_about import lines_of, name
from plans.models import TalkedAbout
from plans.permissions import reading
from plans.showing.gathered import whole_plan
from tests.factories.meetings import MeetingFactory, at
from tests.factories.plans import confirmed_plan, goals, subgoals_of
from tests.plans.test_pages import health_and_work, in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]


def test_one_tap_names_a_subgoal_and_another_takes_it_back(client):
    plan = confirmed_plan(goals(1, 2))
    one, two = subgoals_of(plan)
    meeting = MeetingFactory(programme=plan.programme, held=True)
    client.force_login(plan.programme.caseworker)
    page, tap = reverse("meetings:detail", args=[meeting.pk]), reverse("plans:talked_about", args=[meeting.pk])
    assert client.get(page).content.decode().count('aria-pressed="false"') == 2
    for _twice in range(2):
        assert client.post(tap, {"name": one.key}).url == f"{page}#subgoals"
    assert TalkedAbout.objects.get().subgoal == one
    shown = client.get(page).content.decode()
    assert (shown.count('aria-pressed="true"'), shown.count('aria-pressed="false"')) == (1, 1)
    for wrong in ("", "x", "\x00", str(meeting.uid)):
        client.post(tap, {"name": wrong})
    client.post(tap, {"name": two.key})
    client.post(tap, {"drop": one.key})
    assert TalkedAbout.objects.get().subgoal == two
    assert Change.objects.filter(table="plans_talkedabout", operation="delete").count() == 1


def test_it_stands_beside_the_subgoal_and_with_the_meeting_that_the_closing_note_cites(client):
    """C5: and no longer beside others that were followed up on the same day."""
    plan = confirmed_plan(goals(1, 2))
    one, _two = subgoals_of(plan)
    worker = plan.programme.caseworker
    meeting = MeetingFactory(programme=plan.programme, held=True)
    name(meeting=meeting, subgoal=one.key, is_named=True, by=worker)
    (goal,) = whole_plan(plan, user=worker, reading=reading({Role.CASEWORKER})).goals
    assert [[held.pk for held in part.meetings] for part in goal.subgoals] == [[meeting.pk], []]
    (cited,) = [one for one in sources_of(figures_of(plan.programme), []) if one.key == f"meeting:{meeting.pk}"]
    assert cited.name.endswith(f"»{one.title}«")
    client.force_login(worker)
    answer = client.get(reverse("plans:whole", args=[plan.programme.reference]))
    assert "Meetings at which it was talked about" in answer.content.decode()


def test_nobody_names_or_reads_more_than_the_plan_shows_them():
    """T1, P16: a subgoal of health is nothing for the workshop, and never for the closing note."""
    plan = confirmed_plan(health_and_work())
    meeting = MeetingFactory(programme=plan.programme, held=True)
    ahead = MeetingFactory(programme=plan.programme, starts_at=at("2026-12-20 10:00"))
    keys = [one.key for one in subgoals_of(plan)]
    worker = plan.programme.caseworker
    for key in keys:
        name(meeting=meeting, subgoal=key, is_named=True, by=worker)
    for role in (Role.CONTACT_PERSON, Role.SPECIALIST, Role.REFERRER, Role.CITIZEN):
        with pytest.raises(NotAllowed):
            name(meeting=meeting, subgoal=keys[0], is_named=False, by=in_case(plan, role))
    with pytest.raises(NotAllowed):
        name(meeting=meeting, subgoal=keys[0], is_named=True, by=confirmed_plan().programme.caseworker)
    with pytest.raises(Refused):
        name(meeting=ahead, subgoal=keys[0], is_named=True, by=worker)
    with pytest.raises(Refused):
        name(meeting=meeting, subgoal=subgoals_of(confirmed_plan())[0].key, is_named=True, by=worker)
    assert {line.key for line in lines_of(worker, meeting)} == set(keys)
    at_work = {line.key for line in lines_of(in_case(plan, Role.CONTACT_PERSON), meeting)}
    health = {one.key for one in subgoals_of(plan) if one.goal.life_area == "health"}
    assert at_work == set(keys) - health
    assert lines_of(worker, ahead) == lines_of(in_case(plan, Role.CONTACT_PERSON), ahead) == []
    (told,) = figures_of(plan.programme)["meetings"]
    assert sorted(told["subgoals"]) == sorted(one.title for one in subgoals_of(plan) if one.key not in health)
