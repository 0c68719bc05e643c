"""Two tablets with a bad network: whatever happens, one state stands and nothing is lost (A3, T12)."""

import datetime
import json
import uuid
from itertools import pairwise
from typing import ClassVar

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from attendance.models import ExpectedAttendance, Mark
from tests.conftest import FreshClient
from tests.factories.attendance import contact_person_of, slots_in
from tests.factories.programmes import WorkshopFactory

PEOPLE = 3
STATES = ["present", "ill", "treatment", ""]


class Tablet:
    """What the register's script does: shows at once, keeps, sends in order, forgets only what was answered."""

    def __init__(self, user, slots: list[int], astray: datetime.timedelta) -> None:
        self.client = FreshClient()
        self.client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        self.astray = astray
        self.queue: list[dict] = []
        self.seen: dict[int, str] = dict.fromkeys(slots, "")
        self.made: dict[str, dict] = {}

    def now(self) -> str:
        return (timezone.now() + self.astray).isoformat()

    def tap(self, slot: int, state: str) -> None:
        mark = {
            "uuid": str(uuid.uuid4()),
            "slot": slot,
            "state": state,
            "at": self.now(),
            "seen": self.seen[slot] or None,
        }
        self.queue.append(mark)
        self.made[mark["uuid"]] = mark | {"truly_at": timezone.now()}

    def send(self, marks: list[dict]) -> list[dict]:
        Offline.time.shift(datetime.timedelta(seconds=1))
        body = json.dumps({"sent_at": self.now(), "marks": marks})
        return self.client.post("/attendance/marks/", body, content_type="application/json").json()["results"]

    def settle(self, results: list[dict]) -> None:
        answered = {result["uuid"] for result in results}
        self.queue = [mark for mark in self.queue if mark["uuid"] not in answered]
        for result in results:
            self.seen[result["slot"]] = result["standing"]


class Offline(RuleBasedStateMachine):
    """Rules are what happens to the tablets; the invariants are what the law of the register says."""

    # Stands still between requests, so that what came first is known.
    time: ClassVar[time_machine.Traveller]

    @initialize(astray=st.sampled_from([-24, -1, 0, 1, 24]))
    def open_the_register(self, astray: int) -> None:
        workshop = WorkshopFactory()
        self.slots = [slot.pk for slot in slots_in(workshop, PEOPLE)]
        self.tablets = [
            Tablet(contact_person_of(workshop), self.slots, datetime.timedelta(hours=hours)) for hours in (astray, 0)
        ]
        self.earlier: list[tuple[Tablet, list[dict]]] = []

    @rule(which=st.integers(0, 1), place=st.integers(0, PEOPLE - 1), state=st.sampled_from(STATES))
    def tap(self, which: int, place: int, state: str) -> None:
        self.tablets[which].tap(self.slots[place], state)

    @rule(which=st.integers(0, 1))
    def network_is_back(self, which: int) -> None:
        tablet = self.tablets[which]
        if tablet.queue:
            sent = list(tablet.queue)
            self.earlier.append((tablet, sent))
            tablet.settle(tablet.send(sent))

    @rule(which=st.integers(0, 1), count=st.integers(1, 4))
    def the_answer_is_lost(self, which: int, count: int) -> None:
        """The server has the marks; the tablet does not know, and sends them again."""
        tablet = self.tablets[which]
        if tablet.queue:
            tablet.send(tablet.queue[:count])

    @rule(data=st.data())
    def an_old_request_arrives_again_in_another_order(self, data: st.DataObject) -> None:
        if self.earlier:
            tablet, marks = data.draw(st.sampled_from(self.earlier))
            tablet.send(data.draw(st.permutations(marks)))

    @invariant()
    def every_mark_is_kept_once_and_as_it_was_made(self) -> None:
        if not hasattr(self, "tablets"):
            return
        made = {key: mark for tablet in self.tablets for key, mark in tablet.made.items()}
        waiting = {mark["uuid"] for tablet in self.tablets for mark in tablet.queue}
        kept = {str(mark.pk): mark for mark in Mark.objects.filter(slot__in=self.slots)}
        assert kept.keys() <= made.keys()
        assert made.keys() - waiting <= kept.keys(), "nothing that was answered is lost"
        assert all(
            (mark.state, mark.marked_at) == (made[key]["state"], made[key]["truly_at"]) for key, mark in kept.items()
        ), "a clock that is wrong does not show"

    @invariant()
    def one_mark_stands_in_each_slot_and_nobody_was_overwritten_unseen(self) -> None:
        if not hasattr(self, "tablets"):
            return
        made = {key: mark for tablet in self.tablets for key, mark in tablet.made.items()}
        for slot in ExpectedAttendance.objects.filter(pk__in=self.slots).prefetch_related("marks"):
            marks = list(slot.marks.all())
            standing = [mark for mark in marks if not mark.is_aside]
            assert slot.standing_mark == (standing[-1].pk if standing else None)
            assert slot.state == (standing[-1].state if standing else "")
            for before, after in pairwise(standing):
                was_seen = made[str(after.pk)]["seen"] == str(before.pk)
                assert before.by_id == after.by_id or before.state == after.state or was_seen


@pytest.mark.django_db(transaction=True)
def test_whatever_the_network_does_one_state_stands_and_nothing_is_lost():
    """A3"""
    limits = settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
    with time_machine.travel("2026-11-23T09:10+01:00", tick=False) as Offline.time:
        run_state_machine_as_test(Offline, settings=limits)
