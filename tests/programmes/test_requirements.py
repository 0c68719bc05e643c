"""How each requirement stands, read from the facts in one statement; tasks and lists follow (P9)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from audit.acting import System, acting
from citizens.models import Consent
from core.exceptions import NotAllowed, Refused
from programmes.activities import record_outcome
from programmes.checklist import statements
from programmes.checklist.requirements import settle, standing
from programmes.models import ChecklistItem, Programme, Statement
from programmes.tasks import settle_requirements
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.activities import ActivityFactory, named, type_with
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.journal import NoteFactory
from tests.factories.meetings import MeetingFactory, at
from tests.factories.plans import confirmed_plan
from tests.factories.programmes import ProgrammeFactory, TeamMemberFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db

# A line for every way to meet one: key, how, when. The programmes of the cast began on 23 November, nine days ago.
LINES = [
    ("start", "meeting:start", {"days_after_start": 0}),
    ("closing", "meeting_agreed:closing", {"days_after_start": 7}),
    ("talks", "meeting:development", {"every_weeks": 1}),
    ("plan", "plan", {"days_after_start": 21}),
    ("guidance", "activity:guidance", {"days_after_start": 3}),
    ("story", "note:observation", {"days_after_start": 5}),
    ("one_person", "coordinator", {"days_after_start": 14}),
    ("tour", "hand", {"days_after_start": 1}),
    ("consent", "consent", None),
    ("note", "closing_note", {"days_before_end": 7}),
]
BY = System("test")


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


def requiring(*keys: str):
    """A type that requires these lines, all of them unless said."""
    lines = [
        named(key, met_by=how, **({"due": due} if due else {})) for key, how, due in LINES if key in keys or not keys
    ]
    return type_with("requiring_" + "_".join(keys)[:40], required=lines)


def stand(programme) -> dict[str, str]:
    """By key: on which day it was met or is due, in days from today; what waits no more is in parentheses."""
    found = {}
    for one in standing(programme):
        text = f"met {(one.met_on - TODAY).days}" if one.met_on else ""
        if one.is_open and one.due_on:
            text = f"{text} due {(one.due_on - TODAY).days}".strip()
        found[one.key] = text if one.is_open else f"({text})"
    return found


def tasks() -> dict[str, datetime.date]:
    """The open tasks about requirements: the key at the end of their address, and when they are due."""
    return {task.url.split("/")[-2]: task.due_on for task in Task.objects.open().filter(kind="requirement")}


def test_every_way_to_meet_a_requirement_is_read_from_the_facts():
    """P9: whatever was really done counts, without another click."""
    case = a_case(type=requiring())
    programme = case.programme
    assert stand(programme) == {
        "start": "due -9",
        "closing": "due -2",
        "talks": "due -2",
        "plan": "due 12",
        "guidance": "due -6",
        "story": "due -4",
        "one_person": "due 5",
        "tour": "due -8",
        "consent": "",
        "note": "due 74",
    }
    MeetingFactory(programme=programme, kind="start", held=True, starts_at=at("2026-12-01 10:00"))
    MeetingFactory(programme=programme, kind="closing", starts_at=at("2027-02-18 10:00"))
    MeetingFactory(programme=programme, kind="development", held=True, starts_at=at("2026-11-30 10:00"))
    confirmed_plan(programme=programme)
    ActivityFactory(programme=programme, attended=True)
    NoteFactory(programme=programme, category="observation", entry__happened_at=at("2026-11-27 10:00"))
    TeamMemberFactory(programme=programme, is_coordinator=True)
    statements.say_done(programme=programme, key="tour", on=TODAY, by=case.caseworker)
    statements.say_not_relevant(programme=programme, key="consent", why="Nobody to share with", by=case.caseworker)
    ClosingNoteFactory(programme=programme, delivered=True)
    found = stand(programme)
    assert {key for key, text in found.items() if not text.startswith("(")} == {"talks", "_follow_up"}
    assert {key: found[key] for key in ("start", "talks", "guidance", "story", "tour", "consent")} == {
        "start": "(met -1)",
        "talks": "met -2 due 5",
        "guidance": "(met -8)",
        "story": "(met -5)",
        "tour": "(met 0)",
        "consent": "()",
    }


def test_tasks_come_when_it_is_due_soon_and_go_with_the_real_action():
    """P9, J6: one task for one thing; start, closing, plan and closing note have their own already."""
    case = a_case(type=requiring())
    programme = case.programme
    settle(by=BY)
    assert set(tasks()) == {"talks", "guidance", "story", "one_person", "tour"}
    assert tasks()["guidance"] == datetime.date(2026, 11, 26)
    assert set(Task.objects.values_list("for_user", flat=True)) == {case.caseworker.pk}
    record_outcome(activity=ActivityFactory(programme=programme), status="attended", by=case.caseworker)
    said = statements.say_done(programme=programme, key="tour", on=TODAY, by=case.caseworker)
    assert set(tasks()) == {"talks", "story", "one_person"}
    assert Task.objects.get(url__contains="/tour/").done_by == case.caseworker
    statements.take_back(statement=said, by=case.caseworker)
    assert set(tasks()) == {"talks", "story", "one_person", "tour"}
    assert Statement.objects.get().taken_back_by == case.caseworker


def test_a_consent_counts_as_long_as_every_one_that_the_type_needs_holds():
    """R9, P9."""
    lines = [named("consent", met_by="consent", due={"days_after_start": 0})]
    asked = [named("share"), named("letter"), named("photo", is_required=False)]
    programme = a_case(type=type_with("with_consents", required=lines, consents=asked)).programme
    given = {"citizen": programme.citizen, "centre": programme.centre, "recorded_by": programme.caseworker}
    for key in ("share", "letter"):
        assert stand(programme)["consent"] == "due -9"
        with acting(BY):
            last = Consent.objects.create(key=key, given_on=datetime.date(2026, 11, 20), source="tests", **given)
    assert stand(programme)["consent"] == "(met -12)"
    last.withdrawn_on = TODAY
    with_history(last)
    assert stand(programme)["consent"] == "due -9"


def test_an_agreed_meeting_is_waited_for_and_the_next_one_is_asked_for_in_time():
    """P9: what recurs is counted from the last real action."""
    programme = a_case(type=requiring("talks")).programme
    settle(by=BY)
    assert tasks() == {"talks": datetime.date(2026, 11, 30)}
    agreed = MeetingFactory(programme=programme, kind="development", starts_at=at("2026-12-04 10:00"))
    settle(by=BY)
    assert (tasks(), stand(programme)["talks"]) == ({}, "due 2")
    MeetingFactory(programme=programme, kind="development", held=True, starts_at=at("2026-12-01 10:00"))
    agreed.status = "cancelled"
    with_history(agreed)
    settle(by=BY)
    assert tasks() == {"talks": datetime.date(2026, 12, 8)}


def test_a_programme_that_rests_or_has_ended_is_asked_for_nothing():
    """P1, K4."""
    programme = a_case(type=requiring("tour")).programme
    settle(by=BY)
    assert set(tasks()) == {"tour"}
    programme.status = "paused"
    with_history(programme)
    settle(by=BY)
    assert tasks() == {}
    programme.status = "active"
    with_history(programme)
    settle(by=BY)
    assert set(tasks()) == {"tour"}
    programme.status, programme.ended_on = "interrupted", TODAY
    with_history(programme)
    settle(by=BY)
    assert tasks() == {}
    assert not ChecklistItem.objects.filter(is_open=True).exists()


@pytest.mark.parametrize("cases", [2, 20])
def test_the_job_is_two_statements_and_a_second_run_writes_nothing(django_assert_num_queries, cases):
    """P9: set-based, idempotent; days without it are caught up with by one run."""
    kept, centre = requiring(), CentreFactory()
    for _number in range(cases):
        ProgrammeFactory(type=kept, centre=centre)
    with django_assert_num_queries(4):  # and the transaction around them
        settle(by=BY)
    assert Task.objects.filter(kind="requirement").count() == cases * 5
    assert ChecklistItem.objects.count() == cases * len(LINES) + cases
    assert settle_requirements() == 0
    with time_machine.travel("2026-12-20 09:00:00+01:00", tick=False):
        assert settle_requirements() == 0


def test_who_says_it_works_on_the_case_and_says_what_can_be():
    """P9: the wrong person, the wrong line, the wrong day."""
    case = a_case(type=requiring("tour", "plan", "guidance"))
    programme = case.programme
    colleague = user_with_role("caseworker", programme.centre)
    for stranger in (case.contact_person, case.specialist, case.referrer, colleague):
        with pytest.raises(NotAllowed):
            statements.say_done(programme=programme, key="tour", on=TODAY, by=stranger)
    too_late, too_early = TODAY.replace(day=3), TODAY.replace(year=2001)
    for key, day in [("plan", TODAY), ("guidance", TODAY), ("none", TODAY), ("tour", too_late), ("tour", too_early)]:
        with pytest.raises(Refused):
            statements.say_done(programme=programme, key=key, on=day, by=case.caseworker)
    with pytest.raises(Refused):
        statements.say_not_relevant(programme=programme, key="plan", why="No plan", by=case.caseworker)
    with pytest.raises(Refused):
        statements.say_not_relevant(programme=programme, key="tour", why=" ", by=case.caseworker)
    said = [statements.say_done(programme=programme, key="tour", on=TODAY, by=case.caseworker) for _twice in range(2)]
    assert said[0] == said[1]
    assert statements.say_not_relevant(programme=programme, key="guidance", why="Guided last year", by=case.team_leader)
    assert stand(programme)["guidance"] == "()"


def with_history(row) -> None:
    """Save as the system."""
    with acting(BY):
        row.save()


def test_the_page_of_a_line_says_takes_back_and_keeps_what_was_typed(signed_in):
    case = a_case(type=requiring("tour", "guidance"))
    client = signed_in(case.caseworker)
    url = reverse("desk:requirement", args=[case.programme.reference, "tour"])
    wrong = client.post(url, {"outcome": "not_relevant", "on": "2.12.2026", "remark": ""})
    assert wrong.status_code == 422
    for day in ("", "1.1.0001", "31.12.9999", "x" * 20_001, "3.12.2026"):
        assert client.post(url, {"outcome": "done", "on": day, "remark": "Shown"}).status_code == 422
    assert client.post(url, {"outcome": "done", "on": "1.12.2026", "remark": "Shown"}).status_code == 302
    said = Statement.objects.get()
    assert "Shown" in client.get(url).content.decode()
    assert client.post(url, {"take_back": said.pk}).status_code == 302
    assert client.post(url, {"take_back": "9" * 40}).status_code == 404
    elsewhere = client.get(reverse("desk:requirement", args=[case.programme.reference, "guidance"])).content.decode()
    assert reverse("desk:activities", args=[case.programme.reference]) in elsewhere
    assert client.get(reverse("desk:requirement", args=[case.programme.reference, "none"])).status_code == 404
    html = client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert "0 of 2" in html
    assert Programme.objects.count() == 1
