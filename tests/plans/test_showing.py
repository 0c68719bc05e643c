"""Everything of a plan on one page, the one plan of a citizen, and the page on the tablet (L4, L5, C5)."""

import datetime

import pytest
from django.urls import reverse

from accounts.roles import Role
from attendance.states import State
from audit.models import Access
from core.life_areas import Indicator, LifeArea
from journal.models import Entry
from journal.striking import strike
from plans.content import GoalContent
from plans.evidence.observations import observe
from plans.models import FollowUp
from tests.factories.accounts import CentreFactory
from tests.factories.attendance import SlotFactory
from tests.factories.meetings import MeetingFactory, at
from tests.factories.plans import confirmed_plan, draft_plan, followed_up, goals, subgoal, subgoals_of
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory
from tests.plans.test_pages import health_and_work, in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
DAY = datetime.timedelta(days=1)


def get(client, plan, name, **query):
    return client.get(reverse(f"plans:{name}", args=[plan.programme.reference]), query)


def test_each_subgoal_gathers_what_was_seen_its_hours_and_its_meetings(signed_in):
    """C5."""
    hours = subgoal("Six hours a week", indicator=Indicator.HOURS, baseline="2 hours", target="6 hours", steps=[])
    plan = confirmed_plan([GoalContent("Work", subgoals=[hours, subgoal("Comes on time")])])
    programme = plan.programme
    first, second = subgoals_of(plan)
    talked_on = MONDAY + 7 * DAY
    followed_up(plan, {first: 2}, on=talked_on)
    placement = PlacementFactory(programme=programme)
    for day, state in ((0, State.PRESENT), (7, State.PRESENT), (8, State.ILL)):
        SlotFactory(placement=placement, day=MONDAY + day * DAY, state=state)
    MeetingFactory(programme=programme, held=True, starts_at=at(f"{talked_on} 10:00"))
    observe(plan=plan, subgoal=second.key, text="Opened the shop", by=programme.caseworker)
    observe(plan=plan, subgoal=second.key, text="Of somebody else", by=programme.caseworker)
    strike(entry=Entry.objects.get(body="Of somebody else"), why="The wrong citizen", by=programme.caseworker)
    answer = get(signed_in(programme.caseworker), plan, "whole")
    one, two = answer.context["found"].goals[0].subgoals
    # Until the talk, and from the day after it until today.
    assert [(part.first, part.last, part.agreed, part.attended) for part in one.attendance] == [
        (MONDAY, talked_on, 480, 480),
        (talked_on + DAY, datetime.date(2026, 12, 14), 240, 0),
    ]
    assert [meeting.day for meeting in one.same_day] == [talked_on]
    assert (two.attendance, two.meetings) == ([], [])
    assert [seen.text for seen in two.observations] == ["Opened the shop"]
    for told in ("Opened the shop", programme.citizen.name, programme.reference, "t-paperhead"):
        assert told in answer.text
    assert Access.objects.filter(kind=Access.Kind.PRINT, citizen_id=programme.citizen_id).exists()


@pytest.mark.parametrize(("subgoals", "talks"), [(3, 2), (60, 2), (3, 40), (60, 40)])
def test_the_pages_ask_the_same_however_many_subgoals_and_follow_ups(
    signed_in, django_assert_max_num_queries, subgoals, talks
):
    plan = confirmed_plan(goals(subgoals // 3, 3))
    rows = subgoals_of(plan)
    for number in range(talks):
        followed_up(plan, dict.fromkeys(rows, 2), on=MONDAY + number % 20 * DAY)
    client = signed_in(plan.programme.caseworker)
    for name, most in (("whole", 18), ("together", 18), ("tablet", 14), ("steps", 16)):
        get(client, plan, name)
        with django_assert_max_num_queries(most):
            assert get(client, plan, name).status_code == 200


def test_the_whole_plan_is_a_draft_for_staff_and_nothing_for_others(signed_in):
    plan = draft_plan(goals(1, 1))
    assert "Subgoal 1.1" in get(signed_in(plan.programme.caseworker), plan, "whole").text
    for role in (Role.REFERRER, Role.CONTACT_PERSON):
        assert "Subgoal 1.1" not in get(signed_in(in_case(plan, role)), plan, "whole").text


def test_the_one_plan_holds_what_each_programme_shows_the_reader_and_nothing_of_another_centre(signed_in):
    """L4, U1."""
    plan = confirmed_plan([GoalContent("Works three days", subgoals=[subgoal("Comes on time")])])
    programme = plan.programme
    same = {"citizen": programme.citizen, "caseworker": programme.caseworker}
    beside = confirmed_plan(
        [GoalContent("Knows the back", life_area=LifeArea.HEALTH, subgoals=[subgoal("Lifts little")])],
        programme=ProgrammeFactory(centre=programme.centre, **same),
    )
    ended = confirmed_plan(
        [GoalContent("Long over", subgoals=[subgoal("Gone")])],
        programme=ProgrammeFactory(centre=programme.centre, status="completed", ended_on=MONDAY, **same),
    )
    elsewhere = confirmed_plan(
        [GoalContent("Of another centre", subgoals=[subgoal("Foreign")])],
        programme=ProgrammeFactory(citizen=programme.citizen, centre=CentreFactory()),
    )
    page = get(signed_in(programme.caseworker), plan, "together").text
    for told in (
        "Comes on time",
        "Lifts little",
        programme.reference,
        beside.programme.reference,
        programme.caseworker.name,
    ):
        assert told in page
    for hidden in ("Long over", "Foreign", ended.programme.reference, elsewhere.programme.reference):
        assert hidden not in page
    # The other programme's referring organisation is another one.
    shown = get(signed_in(programme.referrer), plan, "together").text
    assert "Comes on time" in shown
    assert "Lifts little" not in shown
    assert beside.programme.reference not in shown
    for user in (elsewhere.programme.caseworker, elsewhere.programme.referrer):
        assert get(signed_in(user), plan, "together").status_code == 404


def test_the_contact_person_reads_no_health_goal_in_the_one_plan(signed_in):
    plan = confirmed_plan(health_and_work())
    page = get(signed_in(in_case(plan, Role.CONTACT_PERSON)), plan, "together").text
    assert "Comes on time" in page
    assert "Lifts little" not in page


def test_the_tablet_shows_one_goal_in_the_citizens_own_words_and_nothing_else_of_the_case(signed_in):
    """L5."""
    plan = confirmed_plan(
        [
            GoalContent("Works three days", own_words="I like the wood", subgoals=[subgoal("Comes on time")]),
            GoalContent("Finds friends", life_area=LifeArea.SOCIAL, subgoals=[subgoal("Eats with the others")]),
        ]
    )
    programme = plan.programme
    client = signed_in(programme.caseworker)
    page = get(client, plan, "tablet").text
    assert page.index("I like the wood") < page.index("Comes on time")
    for hidden in ("Eats with the others", "t-side", "t-palette", "palette.js", programme.citizen.last_name):
        assert hidden not in page
    second = get(client, plan, "tablet", goal="2").text
    assert "Eats with the others" in second
    assert "data-next" not in second


def test_what_the_citizen_taps_goes_along_to_the_follow_up_and_is_kept_there_as_the_own_voice(signed_in):
    plan = confirmed_plan(goals(1, 2))
    first, second = subgoals_of(plan)
    client = signed_in(plan.programme.caseworker)
    page = get(client, plan, "tablet", goal="2", own=["1-4", "2-2", "9-1", "1-9", "x"])
    found = page.context["found"]
    assert found.taps == {1: 4, 2: 2}
    assert 'aria-current="true"' in page.text
    follow_up = client.get(reverse("plans:follow_up", args=[plan.programme.reference]) + found.keep)
    chosen = {part.key: part["own_step"].value() for part in follow_up.context["form"].subgoals}
    assert chosen == {first.key: 4, second.key: 2}
    assert not FollowUp.objects.exists()


def test_any_address_of_the_tablet_is_a_page(signed_in):
    plan = confirmed_plan()
    client = signed_in(plan.programme.caseworker)
    for query in ({"goal": "x"}, {"goal": "99999"}, {"goal": "-1"}, {"own": "²-1"}, {"own": "1"}, {"own-x": "1"}):
        assert get(client, plan, "tablet", **query).status_code == 200
        assert get(client, plan, "follow_up", **query).status_code == 200


def test_who_works_with_the_citizen_shows_it_and_only_who_follows_up_lets_tap(signed_in):
    plan = confirmed_plan(health_and_work())
    page = get(signed_in(in_case(plan, Role.CONTACT_PERSON)), plan, "tablet").text
    assert "Comes on time" in page
    assert "t-rate" not in page
    assert get(signed_in(in_case(plan, Role.CONTACT_PERSON)), plan, "tablet").context["found"].card.total == 1
    for role in (Role.REFERRER, Role.CITIZEN):
        assert get(signed_in(in_case(plan, role)), plan, "tablet").status_code == 403
