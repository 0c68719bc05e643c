"""What is agreed while a programme runs: pauses, a moved end, phases, the coordinator (P1, P3, P4, A1)."""

import copy
import datetime
import uuid
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from accounts.leaving import handovers_of
from attendance.expected.writing import write_expected
from attendance.models import MissedAttendance
from audit.acting import System, acting
from citizens.models import CaseAccess
from closing_notes.reminders import remind
from core.events import user_leaving
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from messaging.models import OutgoingMail
from programmes.actions import activate_due
from programmes.activities import record_outcome
from programmes.course.ending import interrupt
from programmes.course.lasting import may_be_extended, may_be_shortened, move_end, problem_of
from programmes.course.pausing import follow_pauses, pause, resume
from programmes.course.phases import begin_phase, history_of, present_phase
from programmes.models import Activity, EndChange, Pause, PhaseStart, Placement, Programme, ProgrammeType, TeamMember
from programmes.people.coordination import coordinator, hand_over_coordination
from programmes.people.team import add_to_team, end_on_team
from programmes.permissions import may_work_on
from programmes.placements import placing
from programmes.tasks import activate_due_programmes
from tests.desk.cast import Case, a_case
from tests.factories.accounts import user_with_role
from tests.factories.activities import ActivityFactory
from tests.factories.attendance import MissedFactory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.meetings import MeetingFactory, at
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeTypeFactory, ScheduleSlotFactory
from tests.factories.worklist import TaskFactory
from tests.referrals.test_at_once import at_once
from worklist.models import Task

pytestmark = pytest.mark.django_db
NOON = "2026-12-02 12:00:00+01:00"  # a Wednesday in the second week of the factories' programmes
TODAY = datetime.date(2026, 12, 2)
DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
END = datetime.date(2027, 2, 21)
SYSTEM = System("test")


@pytest.fixture(autouse=True)
def wednesday():
    with translation.override("en"), time_machine.travel(NOON, tick=False) as clock:
        yield clock


def named(key: str) -> dict[str, Any]:
    return {"key": key, "name": dict.fromkeys(("da", "sv", "en"), key.capitalize())}


def of_type(key: str, **parts: Any) -> ProgrammeType:
    """The factories' type with these parts of its file."""
    definition = copy.deepcopy(ProgrammeTypeFactory.build().definition) | parts
    return ProgrammeTypeFactory(key=key, definition=definition)


@pytest.fixture
def case() -> Case:
    """Every Wednesday from 8 to 12, written ahead."""
    found = a_case()
    ScheduleSlotFactory(placement=found.placement, weekday=3)
    with acting(SYSTEM):
        write_expected(since=MONDAY, until=TODAY + 8 * WEEK, by=SYSTEM, judged=True)
    return found


def days(case: Case) -> list[datetime.date]:
    return list(case.programme.expected_attendance.order_by("day").values_list("day", flat=True))


def again(case: Case) -> Programme:
    return Programme.objects.get(pk=case.programme.pk)


class TestPausing:
    """P1, A1."""

    def test_nobody_is_expected_on_the_days_of_a_pause_and_the_state_follows_by_itself(self, case, wednesday):
        begins, last = TODAY + WEEK, TODAY + 2 * WEEK
        pause(programme=case.programme, starts_on=begins, ends_on=last, reason="An operation", by=case.caseworker)
        assert {begins, last}.isdisjoint(days(case))
        assert TODAY in days(case)
        assert TODAY + 3 * WEEK in days(case)
        assert again(case).status == "active"
        entry = Entry.objects.get(kind="programme_pause_until")
        assert (entry.body, entry.audience, entry.author) == ("An operation", "shared_referrer", case.caseworker)
        mail = OutgoingMail.objects.get()
        assert mail.to == case.referrer.email
        assert case.citizen.last_name not in mail.subject + mail.body
        wednesday.shift(WEEK)
        assert (activate_due_programmes(), activate_due_programmes()) == (1, 0)
        assert again(case).status == "paused"
        wednesday.shift(WEEK + DAY)
        assert (activate_due_programmes(), activate_due_programmes()) == (1, 0)
        assert again(case).status == "active"
        kinds = Entry.objects.filter(kind__in=["programme_rests", "programme_goes_on"]).values_list("kind", flat=True)
        assert sorted(kinds) == ["programme_goes_on", "programme_rests"]

    def test_a_pause_of_days_that_are_past_takes_back_their_flags_and_leaves_the_marks(self, case):
        first, second = case.programme.expected_attendance.order_by("day")[:2]
        with acting(SYSTEM):
            write_expected(since=MONDAY, until=TODAY, by=SYSTEM, judged=True)
            type(first).objects.filter(pk=first.pk).update(state="no_show")
        said, flag = MissedFactory(slot=first), MissedFactory(slot=second)
        task = TaskFactory(
            kind="contact_absent_citizen", source=f"attendance.missed:{flag.pk}", citizen=case.citizen,
            for_user=case.caseworker,
        )  # fmt: skip
        pause(programme=case.programme, starts_on=MONDAY, ends_on=None, reason="In hospital", by=case.team_leader)
        first.refresh_from_db()
        assert first.state == "no_show"
        statuses = dict(MissedAttendance.objects.values_list("pk", "status"))
        assert statuses == {said.pk: "raised", flag.pk: "cancelled"}
        assert not Task.objects.open().filter(pk=task.pk).exists()
        assert days(case) == [first.day, second.day]  # what was noted stays, nothing is ahead
        assert again(case).status == "paused"

    def test_the_flags_before_and_after_a_pause_stand(self, case):
        flags = [MissedFactory(slot=slot) for slot in case.programme.expected_attendance.order_by("day")[:3]]
        day = flags[1].slot.day
        pause(programme=case.programme, starts_on=day, ends_on=day, reason="In hospital", by=case.team_leader)
        statuses = MissedAttendance.objects.order_by("slot__day").values_list("status", flat=True)
        assert list(statuses) == ["raised", "cancelled", "raised"]

    def test_resuming_early_expects_again_and_keeps_what_had_been_agreed(self, case, wednesday):
        found = pause(programme=case.programme, starts_on=TODAY, ends_on=None, reason="Ill", by=case.caseworker)
        assert (again(case).status, TODAY + WEEK in days(case)) == ("paused", False)
        wednesday.shift(3 * DAY)
        resume(pause=found, on=TODAY + 5 * DAY, why="Well again", by=case.caseworker)
        found.refresh_from_db()
        assert (found.ends_on, found.agreed_until, found.reason) == (TODAY + 4 * DAY, None, "Ill")
        assert (found.resumed_by, found.resumed_why) == (case.caseworker, "Well again")
        assert (again(case).status, TODAY + WEEK in days(case)) == ("paused", True)
        resume(pause=found, on=TODAY + 3 * DAY, why="Even earlier", by=case.caseworker)
        assert again(case).status == "active"
        with pytest.raises(Refused, match="over"):
            resume(pause=found, on=TODAY + 3 * DAY, why="Twice", by=case.caseworker)

    def test_a_pause_that_has_not_begun_is_called_off(self, case):
        found = pause(programme=case.programme, starts_on=TODAY + WEEK, ends_on=None, reason="Trip", by=case.caseworker)
        resume(pause=found, on=TODAY, why="Stays at home", by=case.caseworker)
        assert not Pause.objects.exists()
        assert TODAY + WEEK in days(case)
        assert Entry.objects.get(kind="programme_pause_called_off").params == {"day": "2026-12-09"}

    @pytest.mark.parametrize(
        ("starts_on", "ends_on", "says"),
        [
            (TODAY, TODAY - DAY, "before the start"),
            (MONDAY - DAY, None, "programme runs"),
            (END + DAY, None, "programme runs"),
            (TODAY, END + DAY, "programme runs"),
            (datetime.date(1, 1, 1), datetime.date(9999, 12, 31), "programme runs"),
            (TODAY + 2 * DAY, TODAY + 9 * DAY, "pause already"),
            (TODAY + 9 * DAY, None, "pause already"),
        ],
    )
    def test_an_impossible_pause_is_refused_and_changes_nothing(self, case, starts_on, ends_on, says):
        with acting(SYSTEM):
            Pause.objects.create(
                programme=case.programme, starts_on=TODAY + 5 * DAY, ends_on=TODAY + 9 * DAY, reason="-"
            )
        expected = days(case)
        with pytest.raises(Refused, match=says):
            pause(programme=case.programme, starts_on=starts_on, ends_on=ends_on, reason="Why", by=case.caseworker)
        assert (Pause.objects.count(), days(case)) == (1, expected)

    def test_a_closing_programme_rests_and_stays_closing(self, case):
        with acting(SYSTEM):
            Programme.objects.update(status="closing")
        pause(programme=case.programme, starts_on=TODAY, ends_on=None, reason="Ill", by=case.caseworker)
        assert (again(case).status, TODAY + WEEK in days(case)) == ("closing", False)


@pytest.mark.django_db(transaction=True)
def test_of_two_pauses_at_once_one_is_saved_and_the_other_told_why(case):
    """P1"""

    def agree() -> object:
        try:
            with translation.override("en"):
                return pause(
                    programme=case.programme, starts_on=TODAY, ends_on=TODAY + WEEK, reason="Ill", by=case.caseworker
                )
        except Refused as refused:
            return str(refused)
        finally:
            connection.close()

    answers = at_once(agree, agree)
    assert sorted(type(answer).__name__ for answer in answers) == ["Pause", "str"]
    assert "There is a pause already" in next(answer for answer in answers if isinstance(answer, str))
    assert Pause.objects.count() == 1


def moved(case: Case, new_end: datetime.date, by=None, **fields) -> EndChange:
    values = {"agreed_with": "Torben and Gitte", "agreed_on": TODAY, "reason": "More time is needed"} | fields
    return move_end(programme=again(case), new_end=new_end, by=by or case.caseworker, **values)


class TestLasting:
    """P3."""

    def test_extending_keeps_the_earlier_end_and_the_chosen_placements_follow(self, case):
        assert again(case).weeks == 13
        moved(case, END + 4 * WEEK, following=[case.placement.pk])
        programme = again(case)
        assert (programme.ends_on, programme.weeks) == (END + 4 * WEEK, 17)
        change = EndChange.objects.get()
        assert (change.earlier_end, change.new_end, change.is_extension) == (END, END + 4 * WEEK, True)
        placement = Placement.objects.get()
        assert (placement.ends_on, placement.slots.get().valid_until) == (END + 4 * WEEK, END + 4 * WEEK)
        access = CaseAccess.objects.get(role="contact_person", source__startswith="programmes.placement")
        assert access.ends_on == END + 5 * WEEK
        entry = Entry.objects.get(kind="programme_extended")
        assert (entry.audience, entry.body) == ("shared_referrer", "More time is needed")
        assert entry.params == {"day": "2027-03-21", "before": "2027-02-21", "agreed_with": "Torben and Gitte"}
        assert OutgoingMail.objects.get().to == case.referrer.email
        moved(case, END + 2 * WEEK)
        assert [change.earlier_end for change in EndChange.objects.all()] == [END + 4 * WEEK, END]

    def test_a_placement_that_is_not_chosen_ends_as_it_was_agreed(self, case):
        moved(case, END + WEEK)
        assert Placement.objects.get().ends_on == END

    def test_shortening_cuts_placements_and_what_is_expected(self, case):
        moved(case, TODAY + 2 * WEEK)
        assert Placement.objects.get().ends_on == TODAY + 2 * WEEK
        assert max(days(case)) == TODAY + 2 * WEEK
        assert Entry.objects.filter(kind="programme_shortened").exists()

    def test_shortening_cancels_the_activities_after_the_new_end_and_lengthening_plans_none_again(self, case):
        """P3, P8: of this citizen alone, and once on the timeline; what was said of earlier ones stays."""
        new_end = TODAY + 2 * WEEK
        before, last, after, later = (
            ActivityFactory(programme=case.programme, day=day) for day in (TODAY + DAY, new_end, new_end + DAY, END)
        )
        said = ActivityFactory(programme=case.programme, day=TODAY - DAY, attended=True)
        other = ActivityFactory(day=END, group=(group := uuid.uuid4()))
        mine = ActivityFactory(programme=case.programme, day=END - DAY, group=group)
        placing.move_last_day(placement=Placement.objects.get(), ends_on=new_end + DAY, by=case.programme.caseworker)
        assert set(Activity.objects.exclude(pk=said.pk).values_list("status", flat=True)) == {"planned"}

        moved(case, new_end)
        cancelled = Activity.objects.filter(status="cancelled")
        assert set(cancelled) == {after, later, mine}
        assert set(cancelled.values_list("recorded_by", flat=True)) == {case.programme.caseworker_id}
        assert set(Activity.objects.filter(status="planned")) == {before, last, other}
        line = Entry.objects.get(kind="activities_cancelled")
        assert (line.params, line.audience) == ({"day": new_end.isoformat(), "times": 3}, "team")
        with pytest.raises(Refused, match="The programme ends on"):
            record_outcome(activity=later, status="planned", by=case.programme.caseworker)

        moved(case, END)
        assert set(cancelled.all()) == {after, later, mine}
        record_outcome(activity=later, status="planned", by=case.programme.caseworker)
        assert set(cancelled.all()) == {after, mine}

    def test_a_full_workshop_refuses_the_longer_placement_and_nothing_is_moved(self, case):
        """P10"""
        workshop = case.placement.workshop
        with acting(SYSTEM):
            type(workshop).objects.update(places=1)
        PlacementFactory(
            programme__centre=case.programme.centre, workshop=workshop, starts_on=END + DAY, ends_on=END + 4 * WEEK,
            programme__ends_on=END + 4 * WEEK,
        )  # fmt: skip
        with pytest.raises(Refused, match="No free places"):
            moved(case, END + WEEK, following=[case.placement.pk])
        assert (again(case).ends_on, EndChange.objects.count()) == (END, 0)

    def test_the_type_s_limits_hold(self, case):
        duration = {"default_weeks": 13, "minimum_weeks": 4, "maximum_weeks": 20}
        limited = of_type("limited", duration=duration)
        fixed = of_type("fixed", duration={"default_weeks": 13, "can_be_extended": False, "can_be_shortened": False})
        for found, new_end, says in [
            (limited, MONDAY + 20 * WEEK - DAY, ""),
            (limited, MONDAY + 20 * WEEK, "at most 20 weeks"),
            (limited, MONDAY + 4 * WEEK - DAY, ""),
            (limited, MONDAY + 4 * WEEK - 2 * DAY, "at least 4 weeks"),
            (limited, TODAY - DAY, "at least"),
            (fixed, END + DAY, "cannot be extended"),
            (fixed, END - DAY, "cannot be shortened"),
            (case.programme.type, END, "already"),
            (case.programme.type, TODAY - DAY, "past"),
            (case.programme.type, datetime.date(1, 1, 1), "before the start"),
        ]:
            programme = again(case)
            programme.type = found
            said = problem_of(programme, new_end)
            assert says in said and bool(says) == bool(said), (new_end, said)  # noqa: PT018
        programme = again(case)
        programme.type = fixed
        assert (may_be_extended(programme), may_be_shortened(programme)) == (False, False)
        with pytest.raises(Refused, match="future"):
            moved(case, END + DAY, agreed_on=TODAY + DAY)

    def test_closing_note_and_closing_meeting_follow_the_new_end(self, case, wednesday):
        """C6, F1, J3."""
        meeting = MeetingFactory(programme=case.programme, kind="closing", starts_at=at("2027-02-18 10:00"))
        wednesday.move_to(datetime.datetime(2027, 2, 10, 11, tzinfo=datetime.UTC))
        with acting(SYSTEM):
            remind()
            Programme.objects.update(status="closing")
        assert Task.objects.open().get(kind="write_closing_note").due_on == END - WEEK
        moved(case, END + 8 * WEEK, agreed_on=datetime.date(2027, 2, 10))
        assert again(case).status == "active"
        assert not Task.objects.open().filter(kind="write_closing_note").exists()
        task = Task.objects.open().get(kind="move_closing_meeting")
        assert (task.for_user, str(meeting.pk) in task.url) == (case.caseworker, True)
        moved(case, END + DAY, agreed_on=datetime.date(2027, 2, 10))
        assert Task.objects.open().get(kind="write_closing_note").due_on == END + DAY - WEEK
        assert not Task.objects.open().filter(kind="move_closing_meeting").exists()

    def test_a_meeting_after_the_nearer_end_is_asked_about_until_it_fits(self, case):
        """J3: nothing is moved by itself, and a meeting that still fits is left alone."""
        MeetingFactory(programme=case.programme, kind="three_way", starts_at=at("2026-12-21 10:00"))
        late = MeetingFactory(programme=case.programme, kind="three_way", starts_at=at("2027-02-01 10:00"))
        moved(case, datetime.date(2027, 1, 29))
        task = Task.objects.open().get(kind="move_meeting")
        assert (task.for_user, task.source) == (case.caseworker, late.source)
        moved(case, datetime.date(2027, 2, 1))
        assert not Task.objects.open().filter(kind="move_meeting").exists()

    def test_with_an_approved_note_the_end_stands(self, case):
        ClosingNoteFactory(programme=case.programme, author=case.caseworker, status="in_review")
        with pytest.raises(Refused, match="closing note"):
            moved(case, END + WEEK)
        assert again(case).ends_on == END


class TestPhases:
    """P4."""

    @pytest.fixture
    def phased(self) -> Case:
        return a_case(type=of_type("phased", phases=[named("mapping"), named("activity"), named("trial")]))

    def begun(self, case: Case, phase: str, on=TODAY, by=None) -> PhaseStart:
        return begin_phase(
            programme=case.programme, phase=phase, starts_on=on, reason="It is time", by=by or case.caseworker
        )

    def test_a_programme_begins_in_its_first_phase_and_every_other_is_begun_with_a_reason(self, phased, wednesday):
        programme = phased.programme
        assert str(present_phase(programme)) == "Mapping"
        self.begun(phased, "activity")
        self.begun(phased, "mapping")  # back, on the same day
        wednesday.shift(WEEK)
        self.begun(phased, "trial", TODAY + DAY)
        assert str(present_phase(programme)) == "Trial"
        told = [(str(one.phase), one.starts_on, one.until, one.reason) for one in history_of(programme)]
        assert told == [
            ("Mapping", MONDAY, TODAY - DAY, ""),
            ("Mapping", TODAY, TODAY, "It is time"),
            ("Trial", TODAY + DAY, None, "It is time"),
        ]
        entry = Entry.objects.filter(kind="phase_begun").latest("pk")
        assert (entry.params["phase"]["en"], entry.body) == ("Trial", "It is time")

    @pytest.mark.parametrize(
        ("phase", "on", "says"),
        [
            ("mapping", TODAY, "already"),
            ("unheard_of", TODAY, "no such"),
            ("trial", TODAY + DAY, "day it begins"),
            ("trial", MONDAY - DAY, "not begun"),
        ],
    )
    def test_what_cannot_be_is_refused(self, phased, phase, on, says):
        with pytest.raises(Refused, match=says):
            self.begun(phased, phase, on)
        assert not PhaseStart.objects.exists()

    def test_a_type_without_phases_has_none(self, case):
        assert (present_phase(case.programme), history_of(case.programme)) == (None, [])
        with pytest.raises(Refused, match="no such"):
            self.begun(case, "mapping")


TEAM = [
    named("coordinator") | {"is_coordinator": True, "held_by": "caseworker"},
    named("social_adviser"),
    named("job_coach") | {"held_by": "caseworker"},
]


class TestCoordinator:
    """P1."""

    @pytest.fixture
    def teamed(self) -> Case:
        found = a_case(type=of_type("teamed", team=TEAM))
        hand_over_coordination(
            programme=found.programme, to=found.caseworker, on=TODAY, reason="From the start", by=found.team_leader
        )
        return found

    def test_there_is_one_coordinator_at_a_time_and_handing_over_keeps_who_was(self, teamed, wednesday):
        programme, old = teamed.programme, teamed.caseworker
        new = user_with_role("caseworker", programme.centre, name="Lise Krog")
        wednesday.shift(WEEK)
        hand_over_coordination(
            programme=programme, to=new, on=TODAY + 2 * WEEK, reason="On leave", by=teamed.team_leader
        )
        assert coordinator(programme).user == old
        assert coordinator(programme, TODAY + 2 * WEEK).user == new
        hand_over_coordination(programme=programme, to=new, on=TODAY + WEEK, reason="Sooner", by=old)
        assert coordinator(programme).user == new
        assert may_work_on(new, programme)
        rows = TeamMember.objects.order_by("starts_on").values_list("user", "starts_on", "ends_on", "reason")
        assert list(rows) == [
            (old.pk, TODAY, TODAY + WEEK - DAY, "From the start"),
            (new.pk, TODAY + WEEK, None, "Sooner"),
        ]
        assert Entry.objects.filter(kind="coordinator_changed").latest("pk").params["name"] == "Lise Krog"
        with pytest.raises(IntegrityError, match="one_coordinator"), transaction.atomic(), acting(SYSTEM):
            TeamMember.objects.create(
                programme=programme, user=old, function="coordinator", is_coordinator=True,
                starts_on=TODAY + 3 * WEEK, added_by=old,
            )  # fmt: skip

    def test_functions_and_who_may_hold_them_come_from_the_type(self, teamed):
        centre, programme = teamed.programme.centre, teamed.programme
        specialist, caseworker = user_with_role("specialist", centre), user_with_role("caseworker", centre)

        def add(user, function, **fields):
            return add_to_team(
                programme=programme, user=user, function=function, starts_on=TODAY, ends_on=None,
                by=teamed.team_leader, **fields,
            )  # fmt: skip

        member = add(specialist, "social_adviser")
        assert member.function_name == "Social_adviser"
        assert CaseAccess.objects.get(user=specialist, source__contains="teammember").role == "specialist"
        add(caseworker, "job_coach")
        assert CaseAccess.objects.get(user=caseworker).role == "caseworker"
        assert may_work_on(caseworker, programme)
        for user, function, says in [
            (specialist, "psychologist", "no such function"),
            (specialist, "job_coach", "role"),
            (caseworker, "coordinator", "handing over"),
        ]:
            with pytest.raises(Refused, match=says):
                add(user, function)
        with pytest.raises(Refused, match="always a coordinator"):
            end_on_team(member=coordinator(programme), on=TODAY, by=teamed.team_leader)
        with pytest.raises(Refused, match="role"):
            hand_over_coordination(programme=programme, to=specialist, on=TODAY, reason="Why", by=teamed.team_leader)

    def test_whom_and_when_it_cannot_be_handed_over(self, teamed, case):
        programme, leader, holder = teamed.programme, teamed.team_leader, teamed.caseworker
        colleague = user_with_role("caseworker", programme.centre)

        def hand_over(to=colleague, on=TODAY, by=leader, of=programme):
            hand_over_coordination(programme=of, to=to, on=on, reason="Why", by=by)

        with pytest.raises(NotAllowed):
            hand_over(by=user_with_role("caseworker", programme.centre))
        for wrong, says in [
            ({"to": leader}, "puts themselves"),
            ({"to": holder}, "the coordinator already"),
            ({"on": TODAY - DAY}, "a day from today"),
            ({"on": programme.ends_on + DAY}, "a day from today"),
            ({"of": case.programme, "to": case.caseworker, "by": case.team_leader}, "has no coordinator"),
        ]:
            with pytest.raises(Refused, match=says):
                hand_over(**wrong)
        with acting(SYSTEM):
            Programme.objects.filter(pk=programme.pk).update(status="completed", ended_on=TODAY)
        with pytest.raises(Refused, match="has ended"):
            hand_over()
        assert coordinator(programme).user == holder

    def test_who_leaves_hands_the_coordination_on_with_the_cases(self, teamed):
        """U2"""
        taker = user_with_role("caseworker", teamed.programme.centre)
        other = a_case(type=teamed.programme.type, centre=teamed.programme.centre)
        hand_over_coordination(
            programme=other.programme, to=teamed.caseworker, on=TODAY, reason="Why", by=other.team_leader
        )
        with acting(teamed.team_leader):
            user_leaving.send(
                None, user=teamed.caseworker, taker=taker, by=teamed.team_leader, organisation=None, stays=False
            )
        assert [coordinator(one.programme).user for one in (teamed, other)] == [taker, taker]
        held = TeamMember.objects.not_over(TODAY + DAY).filter(user=teamed.caseworker)
        assert not held.exists()

    def test_the_coordination_of_a_specialist_is_handed_to_one_who_is_one_too(self):
        """U2: whoever takes over holds the role that the type wants, and sees the case by it."""
        case = a_case(type=of_type("special", team=[named("leader") | {"is_coordinator": True}]))
        centre = case.programme.centre
        old, other = user_with_role("specialist", centre), user_with_role("specialist", centre)
        hand_over_coordination(programme=case.programme, to=old, on=TODAY, reason="Why", by=case.team_leader)
        [handover] = handovers_of(old)
        assert [(one.count, set(one.roles)) for one in handover.work] == [(1, {"specialist"})]
        assert {one.user for one in handover.takers} == {case.specialist, other}

    def test_a_type_without_a_coordinator_gets_none(self, case):
        with pytest.raises(Refused, match="no coordinator"):
            hand_over_coordination(
                programme=case.programme, to=case.caseworker, on=TODAY, reason="Why", by=case.team_leader
            )
        assert coordinator(case.programme) is None


@pytest.mark.parametrize("who", ["contact_person", "referrer", "specialist", "citizen"])
def test_nobody_but_caseworker_and_team_leader_agrees_anything(who):
    """P1, P3, P4"""
    case = a_case(type=of_type("all", team=TEAM, phases=[named("mapping"), named("activity")]))
    found = pause(programme=case.programme, starts_on=TODAY, ends_on=None, reason="Ill", by=case.caseworker)
    for act in [
        lambda by: pause(programme=case.programme, starts_on=TODAY + WEEK, ends_on=None, reason="-", by=by),
        lambda by: resume(pause=found, on=TODAY, why="-", by=by),
        lambda by: moved(case, END + WEEK, by=by),
        lambda by: begin_phase(programme=case.programme, phase="activity", starts_on=TODAY, reason="-", by=by),
        lambda by: hand_over_coordination(programme=case.programme, to=case.caseworker, on=TODAY, reason="-", by=by),
    ]:
        for wrong in (case.user(who), a_case().team_leader):
            with pytest.raises(PermissionDenied):
                act(wrong)


def test_nothing_is_agreed_about_a_programme_that_has_ended(case):
    found = pause(programme=case.programme, starts_on=TODAY + WEEK, ends_on=None, reason="Ill", by=case.caseworker)
    interrupt(programme=case.programme, on=TODAY, why="Moved away", by=case.caseworker)
    for act in [
        lambda: pause(programme=case.programme, starts_on=TODAY, ends_on=None, reason="-", by=case.caseworker),
        lambda: resume(pause=found, on=TODAY, why="-", by=case.caseworker),
        lambda: moved(case, END + WEEK),
    ]:
        with pytest.raises(Refused):
            act()
    with acting(SYSTEM):
        assert activate_due(on=TODAY + 2 * WEEK, by=SYSTEM) + follow_pauses(on=TODAY + 2 * WEEK, by=SYSTEM) == 0
