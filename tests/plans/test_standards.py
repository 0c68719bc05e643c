"""Standard goals of the type as a starting point, in the language of the plan (L1)."""

import pytest

from plans.writing.standards import offered
from tests.factories.plans import draft_plan, goals
from tests.factories.programmes import ProgrammeTypeFactory
from tests.plans.test_pages import sent, url

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]


def said(text):
    return {language: f"{text} {language}" for language in ("da", "sv", "en")}


STANDARD = [
    {
        "key": "on_time", "name": said("Keeps a working day"), "life_area": "work",
        "subgoals": [
            {"title": said("Comes on time"), "steps": [said(f"Step {number}") for number in range(1, 6)]},
            {"title": said("Hours"), "indicator": "hours"},
        ],
    },
]  # fmt: skip


def plan_of(language="da"):
    definition = ProgrammeTypeFactory.build().definition | {"standard_goals": STANDARD}
    kind = ProgrammeTypeFactory(key="with_standards", definition=definition)
    return draft_plan(goals(), programme__type=kind, programme__citizen__language=language)


@pytest.mark.parametrize(("language", "spoken"), [("da", "da"), ("sv", "sv"), ("xx", "da")])
def test_a_standard_goal_is_picked_in_the_citizens_language_or_else_the_centres_and_then_adapted(
    signed_in, language, spoken
):
    """L1: the reader's own language is another matter."""
    plan = plan_of(language)
    client = signed_in(plan.programme.caseworker)
    assert f"Keeps a working day {spoken}" in client.get(url("edit", plan)).text
    form = client.post(url("edit", plan), sent(goals(), do="standard:on_time")).context["form"]
    assert [goal["title"].value() for goal in form.goals] == ["Goal 1", f"Keeps a working day {spoken}"]
    first, second = form.goals[1].subgoals
    assert [first[f"step_{number}"].value() for number in (1, 5)] == [f"Step 1 {spoken}", f"Step 5 {spoken}"]
    assert (first["baseline"].value(), first["target"].value()) == (f"Step 1 {spoken}", f"Step 5 {spoken}")
    assert second["indicator"].value() == "hours"
    assert plan.versions.get().revision == 1


def test_one_subgoal_goes_into_the_goal_of_the_same_words_and_rubbish_changes_nothing(signed_in):
    plan = plan_of()
    client = signed_in(plan.programme.caseworker)
    [standard] = offered(plan.programme)
    typed = goals(subgoals=0)
    typed[0].title = standard.goal.title
    for do, subgoals in (
        ("standard:on_time:1", 1), ("standard:on_time", 2), ("standard:on_time:9", 0), ("standard:none", 0),
        ("standard:on_time:x", 0), ("standard:", 0),
    ):  # fmt: skip
        form = client.post(url("edit", plan), sent(typed, do=do)).context["form"]
        assert [len(goal.subgoals) for goal in form.goals] == [subgoals]
