import datetime
import threading
import uuid

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from accounts.models import User
from attendance.follow_up.flagging import flag_missed
from attendance.models import ExpectedAttendance, Mark, MissedAttendance
from attendance.register.marks import MarkInput, record_marks
from journal.models import Entry
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, WorkshopFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def ten_past_eight():
    with time_machine.travel("2026-11-23T08:10+01:00", tick=False) as traveller:
        yield traveller


def clock(text: str, day: datetime.date = MONDAY) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(text)))


def tap(slot: ExpectedAttendance, state: str = "present", **fields) -> MarkInput:
    fields.setdefault("at", timezone.now())
    return MarkInput(uuid=fields.pop("uuid", uuid.uuid4()), slot=slot.pk, state=state, **fields)


def outcome(by, *marks: MarkInput) -> list[str]:
    return [result.status for result in record_marks(marks=list(marks), by=by)]


@pytest.fixture
def workshop():
    return WorkshopFactory()


@pytest.fixture
def slot(workshop):
    return slots_in(workshop, 1)[0]


@pytest.fixture
def by(workshop):
    return contact_person_of(workshop)


def test_a_mark_stands_in_the_slot_and_in_the_history(slot, by):
    """A2"""
    assert outcome(by, tap(slot)) == ["applied"]
    slot.refresh_from_db()
    assert (slot.state, slot.marked_by, slot.marked_at) == ("present", by, timezone.now())
    assert slot.attended_minutes == 240
    assert Mark.objects.get().by == by


def test_the_same_mark_sent_twice_is_one(slot, by):
    """A3, T12"""
    mark = tap(slot)
    assert outcome(by, mark) == ["applied"]
    assert outcome(by, mark) == ["repeated"]
    assert outcome(by, mark, mark) == ["repeated", "repeated"]
    assert Mark.objects.count() == 1


def test_the_same_mark_twice_in_one_batch_is_one(slot, by):
    """A3, T12"""
    mark = tap(slot)
    assert outcome(by, mark, mark) == ["applied", "repeated"]


def test_a_repeated_mark_does_not_bring_the_old_state_back(slot, by):
    """A3"""
    first = tap(slot)
    outcome(by, first, tap(slot, "ill"))
    (result,) = record_marks(marks=[first], by=by)
    assert (result.status, result.state) == ("repeated", "ill")
    slot.refresh_from_db()
    assert slot.state == "ill"


def test_another_mark_under_the_same_number_is_refused(slot, by, workshop):
    """T12"""
    number = uuid.uuid4()
    other = slots_in(workshop, 1)[0]
    assert outcome(by, tap(slot, uuid=number)) == ["applied"]
    assert outcome(by, tap(slot, "ill", uuid=number)) == ["refused"]
    assert outcome(by, tap(other, uuid=number)) == ["refused"]
    assert not ExpectedAttendance.objects.get(pk=other.pk).state
    assert Mark.objects.count() == 1


def test_marks_keep_their_order_and_the_last_one_stands(slot, by):
    """A3"""
    assert (
        outcome(by, tap(slot), tap(slot, "ill"), tap(slot, ""), tap(slot, "late", came_at=datetime.time(8, 5)))
        == ["applied"] * 4
    )
    slot.refresh_from_db()
    assert (slot.state, slot.came_at) == ("late", datetime.time(8, 5))
    assert [mark.state for mark in Mark.objects.all()] == ["present", "ill", "", "late"]


def test_late_and_early_count_true_minutes(slot, by):
    """A9"""
    outcome(by, tap(slot, "left_early", came_at=datetime.time(8, 30), left_at=datetime.time(11)))
    slot.refresh_from_db()
    assert (slot.attended_minutes, slot.agreed_minutes) == (150, 240)


@pytest.mark.parametrize(
    ("state", "came_at", "left_at"),
    [
        ("late", None, None),
        ("late", "08:00", None),
        ("late", "12:00", None),
        ("late", "07:00", None),
        ("left_early", None, None),
        ("left_early", None, "12:30"),
        ("left_early", "10:00", "09:00"),
        ("late", "10:00", "10:00"),
    ],
)
def test_times_that_cannot_be_are_refused(slot, by, state, came_at, left_at):
    """A2"""
    times = {
        key: datetime.time.fromisoformat(text) for key, text in [("came_at", came_at), ("left_at", left_at)] if text
    }
    assert outcome(by, tap(slot, state, **times)) == ["refused"]
    assert not Mark.objects.exists()


def test_times_are_kept_only_where_the_state_has_any(slot, by):
    outcome(by, tap(slot, "ill", came_at=datetime.time(9)))
    slot.refresh_from_db()
    assert slot.came_at is None


@pytest.mark.parametrize("role", ["team_leader", "caseworker"])
def test_team_leaders_and_caseworkers_of_the_centre_may_mark(slot, workshop, role):
    assert outcome(user_with_role(role, workshop.unit.organisation), tap(slot)) == ["applied"]


def test_nobody_else_may_mark(slot, workshop):
    """T1"""
    strangers = [
        contact_person_of(WorkshopFactory(unit__organisation=workshop.unit.organisation)),
        user_with_role("team_leader", WorkshopFactory().unit.organisation),
        slot.programme.referrer,
        user_with_role("steering_group", workshop.unit.organisation),
        user_with_role("administrator", workshop.unit.organisation),
        user_with_role("specialist", workshop.unit.organisation),
    ]
    for stranger in strangers:
        assert outcome(stranger, tap(slot)) == ["unknown"]
    assert not Mark.objects.exists()


def test_an_unknown_slot_does_not_stop_the_others(slot, by):
    foreign = SlotFactory()
    assert outcome(by, tap(foreign), tap(slot)) == ["unknown", "applied"]


def test_presence_cannot_be_known_in_advance_but_a_notice_can(workshop, by):
    """A2"""
    slot = slots_in(workshop, 1, day=MONDAY + DAY)[0]
    assert outcome(by, tap(slot), tap(slot, "no_show"), tap(slot, "treatment")) == ["refused", "refused", "applied"]


def test_a_past_day_is_corrected_with_a_reason_and_filled_in_without(workshop, by):
    """A2"""
    slot, blank = slots_in(workshop, 2, day=MONDAY - DAY)
    colleague = contact_person_of(workshop)
    theirs = tap(slot, at=clock("08:00", MONDAY - DAY))
    outcome(colleague, theirs)
    assert outcome(by, tap(blank)) == ["applied"]
    assert outcome(by, tap(slot, "ill", seen=theirs.uuid)) == ["refused"]
    assert outcome(by, tap(slot, "ill", seen=theirs.uuid, remark="The wrong row")) == ["applied"]
    assert outcome(by, tap(slot)) == ["applied"], "a slip of one's own is undone without a reason"


def test_everyone_else_never_overwrites_a_notice_or_a_mark(workshop, by):
    """A2, experience 1"""
    ill, blank = slots_in(workshop, 2)
    later = slots_in(workshop, 1, starts=datetime.time(9, 30))[0]
    outcome(contact_person_of(workshop), tap(ill, "ill"))
    marks = [tap(slot, is_rest=True) for slot in (ill, blank, later)]
    assert outcome(by, *marks) == ["refused", "applied", "refused"]
    ill.refresh_from_db()
    assert ill.state == "ill"


def test_a_mark_made_without_seeing_a_colleagues_is_kept_aside_and_both_are_told(slot, by, workshop):
    """A3, T13: what stands was not overwritten, what was tapped is not lost, and a person chooses"""
    colleague = contact_person_of(workshop, name="Ida Holm")
    theirs, mine = tap(slot, "ill"), tap(slot, "late", came_at=datetime.time(8, 5))
    outcome(colleague, theirs)
    with translation.override("en"):
        (result,) = record_marks(marks=[mine], by=by)
    assert (result.status, result.state, result.standing) == ("overtaken", "ill", theirs.uuid)
    assert result.message == "Ida Holm marked »Ill« at 8:10. You marked »Came late 8:05« without having seen that."
    slot.refresh_from_db()
    assert (slot.state, slot.marked_by) == ("ill", colleague)
    assert set(slot.marks.values_list("state", "is_aside")) == {("ill", False), ("late", True)}
    assert outcome(by, mine) == ["overtaken"], "an answer that was lost is told again"
    assert outcome(by, tap(slot, "late", came_at=datetime.time(8, 5), seen=theirs.uuid)) == ["applied"]


def test_two_who_say_the_same_are_of_one_mind(slot, by, workshop):
    """A3"""
    outcome(contact_person_of(workshop), tap(slot))
    assert outcome(by, tap(slot)) == ["applied"]


def test_a_no_show_kept_aside_accuses_nobody(slot, by, workshop):
    """A3, A4"""
    outcome(contact_person_of(workshop), tap(slot))
    assert outcome(by, tap(slot, "no_show")) == ["overtaken"]
    assert not MissedAttendance.objects.exists()


def test_a_clock_that_runs_ahead_is_set_back_to_the_arrival(slot, by):
    outcome(by, tap(slot, at=clock("23:00", MONDAY + DAY)))
    assert Mark.objects.get().marked_at == timezone.now()


def test_a_clock_years_behind_is_refused(slot, by):
    assert outcome(by, tap(slot, at=clock("08:00", datetime.date(2001, 1, 1)))) == ["refused"]


def test_a_mark_cannot_be_changed_or_removed_by_the_web_role(slot, by):
    """A2: every earlier value stays"""
    outcome(by, tap(slot))
    for attack in ["UPDATE attendance_mark SET state = 'ill'", "DELETE FROM attendance_mark"]:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(attack)


# ── What marks do to a missed flag (A4, A6) ──


@pytest.fixture
def missed(workshop, by, slot, ten_past_eight):
    """`slot` is flagged at 8.15; now it is 8.20."""
    outcome(by, tap(slots_in(workshop, 1)[0]))
    ten_past_eight.move_to(clock("08:15"))
    flag_missed(at=timezone.now())
    ten_past_eight.move_to(clock("08:20"))
    return MissedAttendance.objects.get(slot=slot)


def test_no_show_flags_at_once(slot, by):
    """A4"""
    (result,) = record_marks(marks=[tap(slot, "no_show")], by=by)
    assert result.is_flagged
    missed = MissedAttendance.objects.get(slot=slot)
    assert (missed.status, missed.due_on) == ("raised", MONDAY)
    assert Task.objects.open().get().source == f"attendance.missed:{missed.pk}"
    assert Entry.objects.get().kind == "missed"


def test_undoing_a_no_show_takes_its_flag_back(slot, by):
    """A6: it counts nowhere"""
    outcome(by, tap(slot, "no_show"))
    outcome(by, tap(slot, ""))
    assert MissedAttendance.objects.get().status == "cancelled"
    assert not Task.objects.open().exists()
    outcome(by, tap(slot, "no_show"))
    assert MissedAttendance.objects.get().status == "raised"
    assert Task.objects.open().count() == 1


def test_a_late_arrival_clears_the_missed_flag(slot, by, missed):
    """A6"""
    (result,) = record_marks(marks=[tap(slot, "late", came_at=datetime.time(8, 18))], by=by)
    assert result.is_flagged is False
    missed.refresh_from_db()
    assert (missed.status, missed.cleared_by, missed.cleared_at) == ("cleared", by, timezone.now())
    assert not Task.objects.open().exists()
    entry = Entry.objects.get(kind="missed_cleared")
    assert entry.params == {"time": "08:18"}
    assert Entry.objects.filter(kind="missed").exists(), "that it was raised stays"


def test_a_notice_entered_late_clears_the_flag(slot, by, missed):
    """A6"""
    outcome(by, tap(slot, "child_ill"))
    missed.refresh_from_db()
    assert missed.status == "cleared"
    assert Entry.objects.filter(kind="missed_excused").exists()


def test_a_mark_made_before_the_flag_but_received_later_cancels_it(slot, by, missed):
    """A6"""
    outcome(by, tap(slot, at=clock("08:02")))
    missed.refresh_from_db()
    assert missed.status == "cancelled"
    assert not Task.objects.open().exists()


def test_undoing_the_arrival_raises_the_flag_again(slot, by, missed):
    """A6"""
    outcome(by, tap(slot))
    (result,) = record_marks(marks=[tap(slot, "")], by=by)
    assert result.is_flagged
    missed.refresh_from_db()
    assert missed.status == "raised"
    assert Task.objects.open().count() == 1


def test_a_blank_mark_on_a_flagged_slot_leaves_the_flag(slot, by, missed):
    """A6"""
    outcome(by, tap(slot, ""))
    missed.refresh_from_db()
    assert missed.status == "raised"


def test_marking_no_show_on_a_flagged_slot_keeps_one_flag(slot, by, missed):
    """A4"""
    outcome(by, tap(slot, "no_show"))
    outcome(by, tap(slot, ""))
    missed.refresh_from_db()
    assert missed.status == "raised"
    assert MissedAttendance.objects.count() == 1


# ── Cost and concurrency ──


def test_one_mark_and_thirty_cost_the_same_queries(workshop, by, django_assert_num_queries):
    """speed: 8 with session and user"""
    found = slots_in(workshop, 30)
    for marks in ([tap(found[0])], [tap(slot) for slot in found]):
        by = User.objects.get(pk=by.pk)  # as at the beginning of a request
        with django_assert_num_queries(6):
            record_marks(marks=marks, by=by)


@pytest.mark.django_db(transaction=True)
def test_the_same_mark_from_two_threads_is_one():
    """A3, T12"""
    workshop = WorkshopFactory()
    slot, by = slots_in(workshop, 1)[0], contact_person_of(workshop)
    mark = tap(slot)
    barrier = threading.Barrier(4)
    statuses: list[str] = []

    def send() -> None:
        barrier.wait()
        statuses.extend(outcome(by, mark))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["applied", "repeated", "repeated", "repeated"]
    assert Mark.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_mark_and_the_flagging_at_once_never_accuse_somebody_who_is_here():
    """A4, A6"""
    workshop = WorkshopFactory()
    by = contact_person_of(workshop)
    found = slots_in(workshop, 12)
    outcome(by, tap(found[0]))
    barrier = threading.Barrier(2)

    def send() -> None:
        barrier.wait()
        for slot in found[1:]:
            outcome(by, tap(slot))
        connection.close()

    def flag() -> None:
        barrier.wait()
        for _ in range(5):
            flag_missed(at=clock("08:15"))
        connection.close()

    threads = [threading.Thread(target=send), threading.Thread(target=flag)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not MissedAttendance.objects.filter(status="raised").exists()
    assert not Task.objects.open().exists()
