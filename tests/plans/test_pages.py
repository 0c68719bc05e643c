"""The plan's pages, with everybody who may and may not."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Access
from citizens.access import grant
from plans import actions
from plans.agreement import confirming
from plans.content import GoalContent, of_version
from plans.models import FollowUp, Version
from plans.statuses import Status
from tests.factories.accounts import MembershipFactory, user_with_role
from tests.factories.plans import (
    confirmed_plan,
    draft_plan,
    followed_up,
    goals,
    nobody_acts,
    subgoal,
    subgoals_of,
)
from tests.factories.programmes import MONDAY, PlacementFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 12, 14)
PAGES = ["detail", "edit", "confirm", "follow_up"]


def url(name, plan):
    return reverse(f"plans:{name}", args=[plan.programme.reference])


def in_case(plan, role):
    """Somebody who holds this role in the plan's case."""
    programme = plan.programme
    if role == Role.CASEWORKER:
        return programme.caseworker
    if role == Role.REFERRER:
        return programme.referrer
    if role == Role.CONTACT_PERSON:
        placement = PlacementFactory(programme=programme)
        return user_with_role(role, programme.centre, unit=placement.workshop.unit)
    user = user_with_role(role, programme.centre)
    if role in (Role.SPECIALIST, Role.CITIZEN):
        with acting(System("test")):
            grant(citizen=programme.citizen, centre=programme.centre, role=role, source="test", user=user)
            nobody_acts()
    return user


def health_and_work():
    return [
        GoalContent("Works three days", own_words="I like the wood", subgoals=[subgoal("Comes on time")]),
        GoalContent("Knows the back", life_area="health", own_words="It hurts", subgoals=[subgoal("Lifts little")]),
    ]


def sent(content, *, number=1, revision=1, **more):
    """What the editor's form sends for this content."""
    data = {"number": number, "revision": revision, "goals": len(content), "do": "save"}
    for place, goal in enumerate(content):
        prefix = f"goals-{place}"
        data |= {f"{prefix}-{name}": getattr(goal, name) for name in ("title", "life_area", "own_words")}
        data[f"{prefix}-subgoals"] = len(goal.subgoals)
        for part_place, part in enumerate(goal.subgoals):
            part_prefix = f"{prefix}-subgoals-{part_place}"
            for name in ("title", "indicator", "baseline", "target", "responsible", "baseline_step"):
                data[f"{part_prefix}-{name}"] = getattr(part, name)
            data[f"{part_prefix}-key"] = part.key or ""
            data |= {f"{part_prefix}-step_{number}": words for number, words in enumerate(part.steps, start=1)}
    return data | more


# Reading


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.TEAM_LEADER, Role.SPECIALIST, Role.CITIZEN, Role.REFERRER])
def test_these_read_the_whole_confirmed_plan_and_the_look_is_logged(signed_in, role):
    """T5"""
    plan = confirmed_plan(health_and_work())
    user = in_case(plan, role)
    page = signed_in(user).get(url("detail", plan))
    for text in ("Works three days", "Comes on time", "Knows the back", "I like the wood"):
        assert text in page.text
    look = Access.objects.get()
    assert (look.user_id, look.citizen_id) == (user.pk, plan.programme.citizen_id)


def test_the_contact_person_never_sees_a_health_goal_on_any_route(signed_in):
    plan = confirmed_plan(health_and_work())
    work, health = subgoals_of(plan)
    followed_up(plan, {work: 3, health: 4}, comment="She is in pain")
    client = signed_in(in_case(plan, Role.CONTACT_PERSON))
    page = client.get(url("detail", plan) + f"?subgoal={health.key}")
    assert "Comes on time" in page.text
    for hidden in ("Knows the back", "Lifts little", "It hurts", "She is in pain", "Health"):
        assert hidden not in page.text
    assert page.context["page"].progress.total == 1
    for name in ("edit", "confirm", "follow_up"):
        assert client.get(url(name, plan)).status_code == 403


@pytest.mark.parametrize("role", [Role.REFERRER, Role.CONTACT_PERSON])
def test_what_is_not_agreed_is_not_shown_outside_the_team(signed_in, role):
    """L2"""
    plan = draft_plan(health_and_work())
    page = signed_in(in_case(plan, role)).get(url("detail", plan))
    assert page.status_code == 200
    assert "The plan is not agreed yet" in page.text
    assert "Works three days" not in page.text


def test_a_new_version_is_shown_outside_the_team_when_it_is_confirmed(signed_in):
    plan = confirmed_plan()
    by = plan.programme.caseworker
    version = actions.new_version(plan=plan, by=by, why="Secret reason")
    actions.save_draft(plan=plan, content=[GoalContent("Brand new")], number=2, revision=version.revision, by=by)
    page = signed_in(plan.programme.referrer).get(url("detail", plan))
    assert "Brand new" not in page.text
    assert "Secret reason" not in page.text
    assert "Goal 1" in page.text


def test_the_referrer_sees_the_steps_and_not_what_was_said(signed_in):
    plan = confirmed_plan()
    followed_up(plan, {subgoals_of(plan)[0]: 3}, comment="Between us")
    page = signed_in(plan.programme.referrer).get(url("detail", plan))
    assert "From step 1 to 3" in page.text
    assert "Between us" not in page.text


@pytest.mark.parametrize("name", PAGES)
def test_a_foreign_plan_does_not_exist(signed_in, name):
    """T1"""
    plan, foreign = draft_plan(), confirmed_plan().programme
    strangers = [foreign.caseworker, foreign.referrer, user_with_role(Role.TEAM_LEADER, foreign.centre)]
    strangers += [user_with_role(role, plan.programme.centre) for role in (Role.ADMINISTRATOR, Role.STEERING_GROUP)]
    strangers += [user_with_role(Role.CONTACT_PERSON, plan.programme.centre)]
    for user in strangers:
        client = signed_in(user)
        assert client.get(url(name, plan)).status_code == 404
        assert client.post(url(name, plan), {"do": "save", "goals": "0"}).status_code in (404, 405)
    assert plan.versions.get().revision == 1
    assert Access.objects.filter(kind="denied").count() >= len(strangers)


def test_a_referrer_of_another_job_centre_does_not_read_by_another_role(signed_in):
    """The same user refers a citizen for one job centre and meets a programme of another as contact person."""
    plan = confirmed_plan(health_and_work())
    other = confirmed_plan(programme__citizen=plan.programme.citizen, programme__centre=plan.programme.centre)
    contact = in_case(plan, Role.CONTACT_PERSON)
    MembershipFactory(user=contact, organisation=other.programme.referring_organisation, role=Role.REFERRER)
    page = signed_in(contact).get(url("detail", plan))
    assert "Comes on time" in page.text
    assert "Knows the back" not in page.text


@pytest.mark.parametrize("name", ["edit", "confirm", "follow_up"])
@pytest.mark.parametrize("role", [Role.REFERRER, Role.SPECIALIST, Role.CITIZEN])
def test_who_reads_does_not_write(signed_in, role, name):
    plan = draft_plan()
    client = signed_in(in_case(plan, role))
    assert client.get(url(name, plan)).status_code == 403
    assert client.post(url(name, plan), sent(goals(2))).status_code == 403
    assert plan.versions.get().revision == 1


def test_a_visitor_signs_in_first(client):
    plan = draft_plan()
    for name in PAGES:
        assert client.get(url(name, plan)).status_code == 302


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["da", "sv", "en"])
def test_every_page_opens_in_every_language_as_draft_and_confirmed(signed_in, name, language):
    for plan in (draft_plan(health_and_work()), confirmed_plan(health_and_work())):
        user = plan.programme.caseworker
        with acting(System("test")):
            type(user).objects.filter(pk=user.pk).update(language=language)
            nobody_acts()
        assert signed_in(user).get(url(name, plan), follow=True).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_sixty_subgoals_as_for_three(signed_in, name):
    asked = []
    for number in (1, 20):
        make = draft_plan if name in ("edit", "confirm") else confirmed_plan
        plan = make(goals(number, 3))
        if make is confirmed_plan:
            followed_up(plan, dict.fromkeys(subgoals_of(plan), 3))
        client = signed_in(plan.programme.caseworker)
        client.get(url(name, plan))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(name, plan)).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= (23 if name == "detail" else 16)


def test_the_chosen_subgoal_is_drawn_and_rubbish_chooses_the_first(signed_in):
    plan = confirmed_plan(goals(1, 2))
    first, second = subgoals_of(plan)
    followed_up(plan, {first: 2, second: 3})
    client = signed_in(plan.programme.caseworker)
    assert client.get(url("detail", plan), {"subgoal": second.key}).context["page"].curve_of == second
    for rubbish in ("", "x", "²", "9" * 500):
        assert client.get(url("detail", plan), {"subgoal": rubbish}).context["page"].curve_of == first


# Writing


def test_the_editor_saves_what_is_typed(signed_in):
    plan = draft_plan()
    key = subgoals_of(plan)[0].key
    content = [GoalContent("Work", own_words="Ærligt", subgoals=[subgoal("Comes", key=key), subgoal("Stays")])]
    data = sent(content) | {"goals-0-subgoals-0-due_on": "18.12.26"}
    page = signed_in(plan.programme.caseworker).post(url("edit", plan), data)
    assert (page.status_code, page.url) == (302, url("detail", plan))
    saved = of_version(plan.versions.get())
    assert (saved[0].title, saved[0].own_words) == ("Work", "Ærligt")
    assert saved[0].subgoals[0].key == key
    assert saved[0].subgoals[0].due_on == datetime.date(2026, 12, 18)


def test_what_the_editor_shows_can_be_sent_back_unchanged(signed_in):
    plan = draft_plan(health_and_work())
    client = signed_in(plan.programme.caseworker)
    form = client.get(url("edit", plan)).context["form"]
    data = {"number": 1, "revision": 1, "goals": len(form.goals)}
    data |= {f"{goal.prefix}-subgoals": len(goal.subgoals) for goal in form.goals}
    for part in form.parts:
        data |= {
            part.add_prefix(name): "" if part[name].value() is None else part[name].value() for name in part.fields
        }
    before = of_version(plan.versions.get())
    assert client.post(url("edit", plan), data | {"do": "save-and-confirm"}).url == url("confirm", plan)
    assert of_version(plan.versions.get()) == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("goals-0-title", ""),
        ("goals-0-title", "x" * 20_001),
        ("goals-0-title", "a\x00b"),
        ("goals-0-own_words", "x" * 20_001),
        ("goals-0-own_words", "a\x00b"),
        ("goals-0-life_area", "money"),
        ("goals-0-subgoals-0-title", " "),
        ("goals-0-subgoals-0-title", "x" * 301),
        ("goals-0-subgoals-0-baseline", "x" * 20_001),
        ("goals-0-subgoals-0-indicator", "magic"),
        ("goals-0-subgoals-0-due_on", "soon"),
        ("goals-0-subgoals-0-due_on", "1.1.0001"),
        ("goals-0-subgoals-0-due_on", "31.12.9999"),
        ("goals-0-subgoals-0-due_on", "22.11.2026"),
        ("goals-0-subgoals-0-step_3", "x" * 301),
        ("goals-0-subgoals-0-baseline_step", "7"),
        ("goals-0-subgoals-0-key", "not-a-key"),
        ("number", "x"),
        ("revision", "99999999999999999999"),
    ],
)
def test_wrong_input_is_told_by_the_field_and_everything_typed_stays(signed_in, field, value):
    plan = draft_plan()
    content = [GoalContent("Typed goal", subgoals=[subgoal("Typed subgoal")])]
    page = signed_in(plan.programme.caseworker).post(url("edit", plan), sent(content) | {field: value})
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert "t-errors" in page.text
    form = page.context["form"]
    assert len(form.error_list) == 1
    if "-" in field:
        part, name = field.rsplit("-", 1)
        bound = next(one for one in form.parts if one.prefix == part)[name]
        assert bound.errors
        assert bound.value() == value
    for kept in (
        {"Typed goal", "Typed subgoal"}
        - ({"Typed goal"} if field == "goals-0-title" else set())
        - ({"Typed subgoal"} if field == "goals-0-subgoals-0-title" else set())
    ):
        assert kept in page.text
    assert plan.versions.get().revision == 1


def test_a_part_that_was_added_and_left_empty_is_no_error(signed_in):
    plan = draft_plan()
    empty = GoalContent("", subgoals=[subgoal("", baseline="", target="", steps=[])])
    content = [GoalContent("Work", subgoals=[subgoal(), empty.subgoals[0]]), empty]
    assert signed_in(plan.programme.caseworker).post(url("edit", plan), sent(content)).status_code == 302
    saved = of_version(plan.versions.get())
    assert [len(goal.subgoals) for goal in saved] == [1]


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("add-goal", [("A", "1 2"), ("B", "3"), ("", "_")]),
        ("add-subgoal:1", [("A", "1 2"), ("B", "3 _")]),
        ("remove:0", [("B", "3")]),
        ("remove:0:1", [("A", "1"), ("B", "3")]),
        ("down:0", [("B", "3"), ("A", "1 2")]),
        ("up:1", [("B", "3"), ("A", "1 2")]),
        ("up:0:1", [("A", "2 1"), ("B", "3")]),
        ("down:0:0", [("A", "2 1"), ("B", "3")]),
        ("up:0", [("A", "1 2"), ("B", "3")]),
        ("remove:9:9", [("A", "1 2"), ("B", "3")]),
        ("remove:0:99", [("A", "1 2"), ("B", "3")]),
        ("move:1:0", [("B", "3"), ("A", "1 2")]),
        ("move:0:9", [("B", "3"), ("A", "1 2")]),
        ("move:0:1:0", [("A", "2 1"), ("B", "3")]),
        ("move:9:0:1:2", [("A", "1 2"), ("B", "3")]),
        ("move:0", [("A", "1 2"), ("B", "3")]),
        ("standard:none", [("A", "1 2"), ("B", "3")]),
        ("nonsense", [("A", "1 2"), ("B", "3")]),
        ("explode:0", [("A", "1 2"), ("B", "3")]),
    ],
)
def test_the_buttons_rearrange_the_page_without_saving(signed_in, do, expected):
    """Without JavaScript, and with whatever was typed, wrong or right."""
    plan = draft_plan()
    content = [
        GoalContent("A", subgoals=[subgoal("1"), subgoal("2")]),
        GoalContent("B", subgoals=[subgoal("3", baseline="x" * 400)]),
    ]
    page = signed_in(plan.programme.caseworker).post(url("edit", plan), sent(content, do=do))
    assert page.status_code == 200
    shown = [
        (goal["title"].value() or "", " ".join(part["title"].value() or "_" for part in goal.subgoals))
        for goal in page.context["form"].goals
    ]
    assert shown == expected
    assert page.context["form"]["revision"].value() == "1"
    assert plan.versions.get().revision == 1


def test_there_is_room_for_twenty_goals_of_ten_subgoals_and_no_more(signed_in):
    plan = draft_plan()
    client = signed_in(plan.programme.caseworker)
    full = sent(goals(20, 10))
    for do in ("add-goal", "add-subgoal:0"):
        form = client.post(url("edit", plan), full | {"do": do}).context["form"]
        assert (len(form.goals), len(form.goals[0].subgoals)) == (20, 10)
    assert client.post(url("edit", plan), full).status_code == 302
    assert len(subgoals_of(plan)) == 200
    counts = {"number": "1", "revision": "2", "goals": "99999999", "goals-0-subgoals": "-1", "goals-1-subgoals": "²"}
    assert client.post(url("edit", plan), counts | {"do": "up:0"}).status_code == 200


def test_the_second_editor_sees_both_texts_and_decides(signed_in):
    """T13"""
    plan = draft_plan()
    leader = in_case(plan, Role.TEAM_LEADER)
    theirs = [GoalContent("Their goal", subgoals=[subgoal("Their subgoal")])]
    assert signed_in(leader).post(url("edit", plan), sent(theirs)).status_code == 302
    mine = [GoalContent("My goal", subgoals=[subgoal("My subgoal")])]
    client = signed_in(plan.programme.caseworker)
    page = client.post(url("edit", plan), sent(mine))
    assert page.status_code == 409
    for text in ("Their goal", "Their subgoal", "My goal", "My subgoal", leader.name):
        assert text in page.text
    assert of_version(plan.versions.get())[0].title == "Their goal"
    form = page.context["form"]
    again = sent(mine, number=form["number"].value(), revision=form["revision"].value())
    assert client.post(url("edit", plan), again).status_code == 302
    assert of_version(plan.versions.get())[0].title == "My goal"


def test_who_writes_while_the_plan_is_confirmed_can_put_the_text_into_a_new_version(signed_in):
    """L2, T13"""
    plan = draft_plan()
    client = signed_in(plan.programme.caseworker)
    confirming.confirm(version=plan.versions.get(), agreed_on=TODAY, by=in_case(plan, Role.TEAM_LEADER))
    nobody_acts()
    mine = [GoalContent("My goal", subgoals=[subgoal("My subgoal")])]
    page = client.post(url("edit", plan), sent(mine))
    assert page.status_code == 409
    assert "My goal" in page.text
    without = client.post(url("edit", plan), sent(mine, do="new-version", why=" "))
    assert without.status_code == 422
    assert "My goal" in without.text
    assert plan.versions.count() == 1
    assert client.post(url("edit", plan), sent(mine, do="new-version", why="More")).status_code == 302
    first, second = plan.versions.all()
    assert (first.status, second.status) == (Status.CONFIRMED, Status.DRAFT)
    assert of_version(second)[0].title == "My goal"


def test_a_confirmed_plan_is_changed_by_saying_why(signed_in):
    """L2"""
    plan = confirmed_plan()
    client = signed_in(plan.programme.caseworker)
    assert "Why is the plan changed?" in client.get(url("edit", plan)).text
    assert plan.versions.count() == 1
    for why in ("", "x" * 301, "a\x00b"):
        assert client.post(url("edit", plan), {"do": "new-version", "why": why}).status_code == 422
    assert client.post(url("edit", plan), {"do": "new-version", "why": "More hours"}).url == url("edit", plan)
    assert plan.versions.count() == 2
    assert client.post(url("edit", plan), {"do": "discard"}).url == url("detail", plan)
    assert plan.versions.count() == 1


# Confirming


def test_the_plan_is_confirmed_with_the_day_it_was_agreed(signed_in):
    plan = draft_plan()
    client = signed_in(plan.programme.caseworker)
    assert client.get(url("confirm", plan)).status_code == 200
    page = client.post(url("confirm", plan), {"agreed_on": "14.12.26", "revision": 1, "means": "later"})
    assert page.url == url("detail", plan)
    assert plan.versions.get().citizen_agreed_on == TODAY
    assert (
        client.post(url("confirm", plan), {"agreed_on": "14.12.26", "revision": 1, "means": "later"}).status_code == 302
    )
    assert Version.objects.count() == 1


@pytest.mark.parametrize("day", ["", "15.12.2026", "1.1.0001", "31.12.9999", "31.2.2026", "x\x00", "x" * 20_001])
def test_a_day_that_cannot_be_is_told_by_the_field(signed_in, day):
    plan = draft_plan()
    page = signed_in(plan.programme.caseworker).post(
        url("confirm", plan), {"agreed_on": day, "revision": 1, "means": "later"}
    )
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert page.context["form"].errors.keys() == {"agreed_on"}
    assert plan.versions.get().status == Status.DRAFT


def test_what_is_missing_is_listed_in_place_of_the_button(signed_in):
    """L1"""
    plan = draft_plan([GoalContent("A", subgoals=[subgoal("Half", target="", steps=[])])])
    client = signed_in(plan.programme.caseworker)
    page = client.get(url("confirm", plan))
    assert "Write the target of “Half”" in page.text
    assert 'name="agreed_on"' not in page.text
    client.post(url("confirm", plan), {"agreed_on": "14.12.26", "revision": 1, "means": "later"})
    assert plan.versions.get().status == Status.DRAFT


def test_a_draft_changed_meanwhile_is_read_again_before_it_is_confirmed(signed_in):
    """T13"""
    plan = draft_plan()
    actions.save_draft(plan=plan, content=goals(2), number=1, revision=1, by=plan.programme.caseworker)
    page = signed_in(plan.programme.caseworker).post(
        url("confirm", plan), {"agreed_on": "14.12.26", "revision": 1, "means": "later"}
    )
    assert page.url == url("confirm", plan)
    assert plan.versions.get().status == Status.DRAFT


# Following up


def marks(plan, step="3", **more):
    key = subgoals_of(plan)[0].key
    return {"held_on": "14.12.26", "last_seen": "0", f"s-{key}-step": step} | {
        name.replace("first", f"s-{key}"): value for name, value in more.items()
    }


def test_a_follow_up_moves_a_step(signed_in):
    """L3"""
    plan = confirmed_plan()
    client = signed_in(plan.programme.caseworker)
    page = client.get(url("follow_up", plan))
    assert "Three times a week" in page.text
    data = marks(plan, comment="Vi talte", next_on="11.1.27")
    key = subgoals_of(plan)[0].key
    data |= {f"s-{key}-own_step": "2", f"s-{key}-comment": "Flot"}
    assert client.post(url("follow_up", plan), data).url == url("detail", plan)
    row = FollowUp.objects.get()
    assert (row.comment, row.next_on) == ("Vi talte", datetime.date(2027, 1, 11))
    assert row.steps.values_list("step", "own_step", "comment").get() == (3, 2, "Flot")
    shown = client.get(url("detail", plan)).text
    for text in ("From step 1 to 3", "Flot", "Vi talte", "Step 2: Once a week"):
        assert text in shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"held_on": "15.12.2026"},
        {"held_on": "22.11.2026"},
        {"held_on": ""},
        {"held_on": "31.12.9999"},
        {"next_on": "14.12.2026"},
        {"next_on": "1.6.2027"},
        {"next_on": "31.12.9999"},
        {"comment": "x" * 20_001},
        {"comment": "a\x00b"},
        {"last_seen": "x"},
        {"first-step": "6"},
        {"first-step": ""},
        {"first-step": "", "first-comment": "Without a step"},
        {"first-own_step": "0"},
        {"first-comment": "x" * 501},
    ],
)
def test_a_wrong_follow_up_is_told_and_changes_nothing(signed_in, wrong):
    plan = confirmed_plan()
    key = subgoals_of(plan)[0].key
    data = marks(plan) | {"comment": "Kept text"}
    data |= {name.replace("first", f"s-{key}"): value for name, value in wrong.items()}
    page = signed_in(plan.programme.caseworker).post(url("follow_up", plan), data)
    assert page.status_code == 422
    assert "<title>Error:" in page.text
    assert page.context["form"].error_list
    assert "comment" in wrong or "Kept text" in page.text
    assert not FollowUp.objects.exists()


def test_a_follow_up_recorded_meanwhile_is_told_and_the_text_stays(signed_in):
    """T13"""
    plan = confirmed_plan()
    client = signed_in(plan.programme.caseworker)
    followed_up(plan, {subgoals_of(plan)[0]: 2}, on=MONDAY)
    page = client.post(url("follow_up", plan), marks(plan, comment="My words"))
    assert page.status_code == 409
    assert "My words" in page.text
    assert FollowUp.objects.count() == 1
    again = marks(plan, comment="My words", last_seen=page.context["form"]["last_seen"].value())
    assert client.post(url("follow_up", plan), again).status_code == 302
    assert FollowUp.objects.count() == 2


def test_a_draft_is_not_followed_up(signed_in):
    plan = draft_plan()
    client = signed_in(plan.programme.caseworker)
    assert client.get(url("follow_up", plan)).url == url("detail", plan)
    assert client.post(url("follow_up", plan), {"held_on": "14.12.26"}).url == url("detail", plan)


def test_reading_changes_nothing(signed_in):
    plan = confirmed_plan()
    client = signed_in(plan.programme.caseworker)
    for name in PAGES:
        client.get(url(name, plan) + "?do=discard")
    assert (plan.versions.count(), FollowUp.objects.count()) == (1, 0)
    assert client.post(url("detail", plan)).status_code == 405
