import datetime
import threading
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from attendance.follow_up.flagging import Count, flag_missed
from attendance.models import ExpectedAttendance, MissedAttendance, RegisterDay
from attendance.tasks import flag_missed_attendance
from audit.acting import System, acting
from audit.models import Change
from journal.models import Entry
from programmes.models import ClosingDay, Pause, Programme
from tests.factories.attendance import RegisterDayFactory, SlotFactory, slots_in
from tests.factories.programmes import MONDAY, ProgrammeTypeFactory, WorkshopFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = System("test")


@pytest.fixture(autouse=True)
def early_on_monday():
    with time_machine.travel("2026-11-23T06:00+01:00", tick=False):
        yield


def at(text: str, day: datetime.date = MONDAY) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(text)))


def mark(slot: ExpectedAttendance, state: str = "present", *, when: str = "08:02", **fields) -> None:
    with acting(SYSTEM):
        ExpectedAttendance.objects.filter(pk=slot.pk).update(state=state, marked_at=at(when, slot.day), **fields)


@pytest.fixture
def workshop():
    return WorkshopFactory()


@pytest.fixture
def three(workshop):
    """Three citizens expected at 8; the first one is marked as here."""
    found = slots_in(workshop, 3)
    mark(found[0])
    return found


def test_a_citizen_without_mark_or_notice_is_flagged_after_the_grace_time(three):
    """A4"""
    assert flag_missed(at=at("08:14")) == Count(0, 0, 0)
    assert flag_missed(at=at("08:15")) == Count(3, 2, 0)
    assert set(MissedAttendance.objects.values_list("slot", flat=True)) == {three[1].pk, three[2].pk}


def test_a_second_run_adds_nothing(three):
    """A4"""
    flag_missed(at=at("08:15"))
    assert flag_missed(at=at("08:15")) == Count(3, 0, 2)
    assert MissedAttendance.objects.count() == Task.objects.count() == Entry.objects.count() == 2


def test_the_grace_time_is_the_programme_types(three):
    """A4"""
    definition = three[0].programme.type.definition
    patient = ProgrammeTypeFactory(key="patient", definition={**definition, "absence_rules": {"grace_minutes": 30}})
    with acting(SYSTEM):
        Programme.objects.update(type=patient)
    assert flag_missed(at=at("08:29")).flagged == 0
    assert flag_missed(at=at("08:30")).flagged == 2


def test_a_flag_is_due_the_same_day_for_workshop_and_caseworker(three):
    """A4"""
    flag_missed(at=at("08:15"))
    missed = MissedAttendance.objects.get(slot=three[1])
    task = Task.objects.get(source=f"attendance.missed:{missed.pk}")
    assert (task.kind, task.due_on, missed.due_on) == ("contact_absent_citizen", MONDAY, MONDAY)
    assert task.for_user == three[1].programme.caseworker
    assert task.for_unit == three[1].workshop.unit
    assert task.url == f"/attendance/missed/{missed.pk}/"


def test_the_timeline_tells_it_to_the_team_and_the_history_who_flagged(three):
    """A4, T4"""
    flag_missed(at=at("08:15"))
    entry = Entry.objects.get(citizen=three[1].citizen)
    assert (entry.kind, entry.audience, entry.case) == ("missed", "team", three[1].programme.reference)
    assert entry.happened_at == at("08:00")
    assert Change.objects.filter(table="attendance_missedattendance", actor_name="flagging").count() == 2


def test_an_unmarked_register_accuses_nobody(workshop):
    """A5"""
    slots_in(workshop, 3)
    assert flag_missed(at=at("09:00")) == Count(3, 0, 0)


def test_the_first_mark_puts_the_rest_under_the_rule(workshop):
    """A5"""
    found = slots_in(workshop, 3)
    flag_missed(at=at("08:15"))
    mark(found[0], when="08:40")
    assert flag_missed(at=at("08:41")).flagged == 2


def test_a_mark_in_another_workshop_is_no_mark_in_this_one(workshop):
    """A5"""
    slots_in(workshop, 2)
    mark(slots_in(WorkshopFactory(), 1)[0])
    assert flag_missed(at=at("09:00")).flagged == 0


def test_a_notice_entered_in_advance_does_not_open_the_register(workshop):
    """A2, A5"""
    found = slots_in(workshop, 2)
    mark(found[0], "ill", when="07:10")
    assert flag_missed(at=at("09:00")).flagged == 0


def test_a_citizen_with_a_notice_is_not_flagged(three):
    """A4"""
    mark(three[1], "treatment", when="07:00")
    assert flag_missed(at=at("09:00")).flagged == 1


def test_what_is_blank_at_closing_time_is_not_registered(workshop):
    """A5"""
    found = slots_in(workshop, 2)
    assert flag_missed(at=at("14:30")).flagged == 0
    assert RegisterDay.objects.get().judged_at is not None
    mark(found[0], when="15:00")
    assert flag_missed(at=at("15:01")).flagged == 0
    assert flag_missed(at=at("09:00", MONDAY + datetime.timedelta(days=1))).flagged == 0


def test_a_mark_made_after_closing_time_during_an_outage_accuses_nobody(workshop):
    """A5"""
    found = slots_in(workshop, 2)
    mark(found[0], when="18:00")
    assert flag_missed(at=at("09:00", MONDAY + datetime.timedelta(days=1))).flagged == 0


def test_a_register_is_not_judged_while_somebodys_grace_time_runs(workshop):
    """A4"""
    found = slots_in(workshop, 2, starts=datetime.time(14, 20), ends=datetime.time(14, 50))
    mark(found[0], when="14:21")
    flag_missed(at=at("14:31"))
    assert RegisterDay.objects.get().judged_at is None
    assert flag_missed(at=at("14:35")).flagged == 1
    assert RegisterDay.objects.get().judged_at is not None


def test_an_outage_of_three_days_is_caught_up(workshop):
    """A4"""
    for offset in range(3):
        day = MONDAY + datetime.timedelta(days=offset)
        found = slots_in(workshop, 3, day=day)
        mark(found[0])
    assert flag_missed(at=at("07:00", MONDAY + datetime.timedelta(days=3))) == Count(9, 6, 0)
    assert sorted(MissedAttendance.objects.values_list("due_on", flat=True).distinct()) == [
        MONDAY + datetime.timedelta(days=offset) for offset in range(3)
    ]


def test_paused_programmes_leave_and_closing_days_are_never_flagged(workshop):
    """A1, A4"""
    here, pausing, paused, on_leave = slots_in(workshop, 4)
    closed = slots_in(WorkshopFactory(), 2)
    mark(here)
    mark(closed[0])
    mark(on_leave, "leave", when="07:00")
    with acting(SYSTEM):
        Pause.objects.create(programme=pausing.programme, starts_on=MONDAY, reason="Surgery")
        Programme.objects.filter(pk=paused.programme_id).update(status="paused")
        ClosingDay.objects.create(centre=closed[0].programme.centre, day=MONDAY, name="Frost")
    assert flag_missed(at=at("09:00")).flagged == 0


def test_a_slot_marked_as_no_show_is_flagged_also_without_its_mark_action(workshop):
    """A4"""
    found = slots_in(workshop, 1)
    mark(found[0], "no_show", when="08:01")
    assert flag_missed(at=at("08:05")).flagged == 1


def test_a_flag_that_was_taken_back_is_raised_again_without_a_second_line(three):
    """A4: undoing a slip never loses a flag"""
    flag_missed(at=at("08:15"))
    with acting(SYSTEM):
        MissedAttendance.objects.filter(slot=three[1]).update(status="cancelled")
        Task.objects.update(done_at=timezone.now())
    assert flag_missed(at=at("08:16")).flagged == 1
    assert MissedAttendance.objects.get(slot=three[1]).status == "raised"
    assert Entry.objects.filter(citizen=three[1].citizen).count() == 1
    assert Task.objects.open().count() == 1


@pytest.mark.parametrize("day", ["2026-03-27", "2026-03-28", "2026-03-29", "2026-10-25"])
def test_the_clock_is_the_wall_clock_when_summer_time_begins_and_ends(workshop, day):
    """A4"""
    on = datetime.date.fromisoformat(day)
    found = slots_in(workshop, 2, day=on)
    mark(found[0])
    assert flag_missed(at=at("08:14", on)).flagged == 0
    assert flag_missed(at=at("08:15", on)).flagged == 1


def test_the_number_of_queries_does_not_grow(workshop, django_assert_num_queries):
    """A4: one statement"""
    with django_assert_num_queries(5):
        flag_missed(at=at("08:15"))
    mark(slots_in(workshop, 12)[0])
    with django_assert_num_queries(5):
        assert flag_missed(at=at("08:15")).flagged == 11


def test_the_command_ends_with_the_three_numbers(three):
    out = StringIO()
    call_command("flag_missed_attendance", at="2026-11-23T09:00", stdout=out)
    assert out.getvalue().splitlines()[-1] == "expected=3 flagged=2 already_flagged=0"
    out = StringIO()
    call_command("flag_missed_attendance", at="2026-11-23T09:00", stdout=out)
    assert out.getvalue().splitlines()[-1] == "expected=3 flagged=0 already_flagged=2"


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01T09:00", ""])
def test_the_command_says_so_when_the_time_is_none(wrong):
    with pytest.raises(CommandError):
        call_command("flag_missed_attendance", at=wrong)


def test_the_scheduled_task_flags_what_is_due_now(three):
    with time_machine.travel("2026-11-23T08:20+01:00", tick=False):
        flag_missed_attendance()
    assert MissedAttendance.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_raise_one_flag_a_slot():
    """A4, T11"""
    workshop = WorkshopFactory()
    found = slots_in(workshop, 20)
    mark(found[0])
    barrier = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        barrier.wait()
        counts.append(flag_missed(at=at("08:15")).flagged)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [0, 19]
    assert MissedAttendance.objects.count() == Task.objects.count() == Entry.objects.count() == 19


def test_a_register_without_anybody_is_judged():
    """A5"""
    RegisterDayFactory(workshop=WorkshopFactory())
    flag_missed(at=at("15:00"))
    assert RegisterDay.objects.get().judged_at is not None


def test_flagging_leaves_marked_slots_of_other_days_alone(workshop):
    SlotFactory(
        placement__programme__centre=workshop.unit.organisation,
        placement__workshop=workshop,
        day=MONDAY + datetime.timedelta(days=1),
    )
    assert flag_missed(at=at("20:00")) == Count(0, 0, 0)
