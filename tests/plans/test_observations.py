"""What is seen at work, subgoal by subgoal (L3, C5, J2)."""

import threading
import uuid

import pytest
from django.db import connection
from django.urls import reverse

from accounts.roles import Role
from audit.acting import acting
from closing_notes.evidence import figures_of
from closing_notes.sources import sources_of
from core.exceptions import NotAllowed, Refused
from core.life_areas import LifeArea
from journal.models import Audience, Entry
from journal.striking import strike
from plans.content import GoalContent
from plans.evidence.observations import observe
from plans.models import Observation, Plan, Subgoal
from programmes.models import Programme
from programmes.statuses import Status
from tests.factories.plans import confirmed_plan, draft_plan, goals, subgoal, subgoals_of
from tests.plans.test_pages import in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
WORK = GoalContent("Works three days", subgoals=[subgoal("Comes on time")])
HEALTH = GoalContent("Knows the back", life_area=LifeArea.HEALTH, subgoals=[subgoal("Lifts little")])


@pytest.fixture
def plan() -> Plan:
    return confirmed_plan([WORK, HEALTH])


@pytest.fixture
def contact_person(plan):
    return in_case(plan, Role.CONTACT_PERSON)


def about(plan: Plan, title: str) -> Subgoal:
    return next(one for one in subgoals_of(plan) if one.title == title)


def url(plan: Plan) -> str:
    return reverse("plans:observe", args=[plan.programme.reference])


def test_one_tap_on_a_subgoal_is_an_observation_and_leads_back_to_the_register(signed_in, plan, contact_person):
    sent = {"subgoal": about(plan, "Comes on time").key, "quick": "Went well", "text": "", "next": "/attendance/"}
    answer = signed_in(contact_person).post(url(plan), sent)
    assert (answer.status_code, answer["Location"]) == (302, "/attendance/")
    row = Observation.objects.get()
    assert (row.text, row.by, str(row.seen_on)) == ("Went well", contact_person, "2026-12-14")
    entry = Entry.objects.get(kind="observation")
    assert (entry.body, entry.audience, entry.source) == ("Went well", Audience.TEAM, f"plans.observation:{row.pk}")


def test_what_was_typed_is_kept_beside_the_tap(signed_in, plan, contact_person):
    sent = {"subgoal": about(plan, "Comes on time").key, "quick": "Went well", "text": "Opened the shop"}
    signed_in(contact_person).post(url(plan), sent)
    assert Observation.objects.get().text == "Went well. Opened the shop"


@pytest.mark.parametrize("there", ["https://example.org/", "//example.org/", "/\\example.org", "nowhere", "a:b"])
def test_what_is_no_page_of_ours_is_no_way_back(signed_in, plan, contact_person, there):
    sent = {"subgoal": about(plan, "Comes on time").key, "text": "Well", "next": there}
    assert signed_in(contact_person).post(url(plan), sent)["Location"] == url(plan)


@pytest.mark.parametrize(
    "sent",
    [{"text": ""}, {"text": "x" * 501}, {"text": "a\x00b"}, {"text": "x", "subgoal": "nonsense"}, {"subgoal": ""}],
)
def test_a_wrong_form_changes_nothing_and_keeps_what_was_typed(signed_in, plan, contact_person, sent):
    answer = signed_in(contact_person).post(url(plan), {"subgoal": about(plan, "Comes on time").key, **sent})
    assert answer.status_code == 422
    assert not Observation.objects.exists()
    if len(sent.get("text", "")) > 400:
        assert sent["text"] in answer.text


def test_a_contact_person_neither_reads_nor_writes_about_health(signed_in, plan, contact_person):
    caseworker = plan.programme.caseworker
    observe(plan=plan, subgoal=about(plan, "Lifts little").key, text="Back hurts", by=caseworker)
    assert Entry.objects.get(kind="observation").audience == Audience.HEALTH
    answer = signed_in(contact_person).get(url(plan))
    assert answer.status_code == 200
    assert "Comes on time" in answer.text
    assert "Lifts little" not in answer.text
    assert "Back hurts" not in answer.text
    with pytest.raises(Refused):
        observe(plan=plan, subgoal=about(plan, "Lifts little").key, text="x", by=contact_person)


@pytest.mark.parametrize("role", [Role.REFERRER, Role.CITIZEN])
def test_who_does_not_work_with_the_citizen_does_not_observe(signed_in, plan, role):
    user = in_case(plan, role)
    observe(plan=plan, subgoal=about(plan, "Comes on time").key, text="Seen", by=plan.programme.caseworker)
    assert signed_in(user).get(url(plan)).status_code == 403
    assert "Seen" not in signed_in(user).get(reverse("plans:detail", args=[plan.programme.reference])).text
    with pytest.raises(NotAllowed):
        observe(plan=plan, subgoal=about(plan, "Comes on time").key, text="x", by=user)


def test_the_plan_shows_the_newest_observation_to_the_team(signed_in, plan, contact_person):
    for text in ("First seen", "Last seen"):
        observe(plan=plan, subgoal=about(plan, "Comes on time").key, text=text, by=contact_person)
    page = signed_in(plan.programme.caseworker).get(reverse("plans:detail", args=[plan.programme.reference])).text
    assert "Last seen" in page
    assert "First seen" not in page


def test_what_was_struck_out_is_no_longer_shown(plan, contact_person):
    """K3."""
    observe(plan=plan, subgoal=about(plan, "Comes on time").key, text="Somebody else", by=contact_person)
    entry = Entry.objects.get(kind="observation")
    with pytest.raises(NotAllowed):
        strike(entry=entry, why="The wrong citizen", by=plan.programme.caseworker)
    strike(entry=entry, why="The wrong citizen", by=contact_person)
    assert not Observation.objects.standing().exists()


def test_nothing_is_observed_before_the_plan_is_agreed_or_after_the_end(plan):
    draft = draft_plan([WORK])
    with pytest.raises(Refused):
        observe(plan=draft, subgoal=about(draft, "Comes on time").key, text="x", by=draft.programme.caseworker)
    caseworker = plan.programme.caseworker
    with acting(caseworker):
        Programme.objects.update(status=Status.COMPLETED, ended_on="2026-12-13")
    with pytest.raises(Refused):
        observe(plan=plan, subgoal=about(plan, "Comes on time").key, text="x", by=caseworker)


def test_a_subgoal_of_another_plan_is_refused(plan):
    other = confirmed_plan([WORK])
    for key in (about(other, "Comes on time").key, uuid.uuid4()):
        with pytest.raises(Refused):
            observe(plan=plan, subgoal=key, text="x", by=plan.programme.caseworker)


@pytest.mark.django_db(transaction=True)
def test_the_same_sent_twice_at_once_is_one_observation(plan):
    """T12."""
    key, caseworker = about(plan, "Comes on time").key, plan.programme.caseworker
    barrier = threading.Barrier(2)

    def send():
        try:
            barrier.wait(timeout=10)
            observe(plan=plan, subgoal=key, text="Went well", by=caseworker)
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert Observation.objects.count() == 1
    assert Entry.objects.filter(kind="observation").count() == 1


@pytest.mark.parametrize("number", [3, 60])
def test_the_page_asks_the_same_however_many_subgoals(signed_in, django_assert_num_queries, number):
    plan = confirmed_plan(goals(number // 3, 3))
    for one in subgoals_of(plan):
        observe(plan=plan, subgoal=one.key, text="Well", by=plan.programme.caseworker)
    client = signed_in(plan.programme.caseworker)
    client.get(url(plan))
    with django_assert_num_queries(16):
        assert client.get(url(plan)).status_code == 200


def test_the_closing_note_can_cite_what_was_seen(plan, contact_person):
    """C5."""
    observe(plan=plan, subgoal=about(plan, "Comes on time").key, text="Opened the shop alone", by=contact_person)
    programme = Programme.objects.get(pk=plan.programme_id)
    quotes = [source.quote for source in sources_of(figures_of(programme), [])]
    assert "Opened the shop alone" in quotes
