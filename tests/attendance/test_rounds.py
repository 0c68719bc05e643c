"""The round that goes within opening hours: registers that are missing, follow-ups that nobody makes (A5, A7)."""

import datetime
import uuid

import pytest
import time_machine
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from attendance import tasks
from attendance.follow_up.contacts import record_contact
from attendance.follow_up.escalation import Risen, escalate
from attendance.follow_up.flagging import flag_missed
from attendance.follow_up.missing_registers import Reminded, remind_of_registers
from attendance.follow_up.resting import lift_rest, rest_reminders
from attendance.models import ExpectedAttendance, MissedAttendance, RegisterDay, Rest
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import record_marks
from attendance.tasks import go_round, is_open
from audit.acting import System, acting
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from programmes.models import Programme
from tests.factories.accounts import user_with_role
from tests.factories.attendance import NoticeFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, ClosingDayFactory, ProgrammeTypeFactory, WorkshopFactory
from worklist.lines import lines
from worklist.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = System("test")
TUESDAY = MONDAY + datetime.timedelta(days=1)


def at(text: str, day: datetime.date = MONDAY) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(text)))


@pytest.fixture
def clock():
    """Monday, six in the morning; `clock.move_to(at(...))`."""
    with time_machine.travel(at("06:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def workshop(clock):
    return WorkshopFactory()


def mark(slot: ExpectedAttendance, state: str = "present", *, when: str = "08:02") -> None:
    with acting(SYSTEM):
        ExpectedAttendance.objects.filter(pk=slot.pk).update(state=state, marked_at=at(when, slot.day))


def sent(by: User, slot: ExpectedAttendance, state: str = "present") -> None:
    """A mark as the register's page sends it."""
    number = uuid.uuid4()
    (result,) = record_marks(marks=[MarkInput(uuid=number, slot=slot.pk, state=state, at=timezone.now())], by=by)
    assert result.status == "applied"


def open_kinds() -> list[str]:
    return sorted(Task.objects.open().values_list("kind", flat=True))


class TestMissingRegisters:
    """A5"""

    def test_the_workshop_is_reminded_then_the_leader_and_the_first_mark_clears_both(self, workshop):
        found = slots_in(workshop, 3)
        assert remind_of_registers(at=at("08:14")) == Reminded(0, 0)
        assert remind_of_registers(at=at("08:15")) == Reminded(1, 0)
        assert remind_of_registers(at=at("08:15")) == Reminded(0, 0)
        task = Task.objects.get()
        assert (task.kind, task.for_unit, task.for_leaders_of) == ("missing_register", workshop.unit, None)
        assert task.url == reverse("attendance:register", args=[workshop.pk, MONDAY])
        assert remind_of_registers(at=at("08:44")) == Reminded(0, 0)
        assert remind_of_registers(at=at("08:45")) == Reminded(1, 0)
        leader = Task.objects.get(kind="missing_register_leader")
        assert leader.for_leaders_of == workshop.unit.organisation
        assert leader in Task.objects.visible_to(user_with_role("team_leader", workshop.unit.organisation))
        for stranger in (contact_person_of(WorkshopFactory()), found[0].programme.caseworker):
            assert not Task.objects.visible_to(stranger).exists()
        mark(found[0], when="08:50")
        assert remind_of_registers(at=at("08:51")) == Reminded(0, 2)
        assert open_kinds() == []
        assert not MissedAttendance.objects.exists()

    def test_the_mark_that_begins_a_register_takes_its_reminders_off_at_once(
        self, workshop, clock, django_assert_num_queries
    ):
        """And no other's; one statement as ever. An excuse before its slot and a slip that is undone begin nothing."""
        (first, later), by = slots_in(workshop, 2), contact_person_of(workshop)
        with acting(SYSTEM):
            ExpectedAttendance.objects.filter(pk=later.pk).update(starts=datetime.time(10))
        slots_in(WorkshopFactory(), 1)
        remind_of_registers(at=at("08:45"))
        clock.move_to(at("08:46"))
        sent(by, later, "ill")
        sent(by, first, "")
        assert open_kinds() == ["missing_register"] * 2 + ["missing_register_leader"] * 2
        by = User.objects.get(pk=by.pk)  # as at the beginning of a request
        with django_assert_num_queries(6):
            sent(by, first)
        assert open_kinds() == ["missing_register", "missing_register_leader"]
        done = Task.objects.exclude(done_at=None)
        assert set(done.values_list("for_unit", "done_by", "done_at")) == {
            (workshop.unit_id, by.pk, at("08:46")),
            (None, by.pk, at("08:46")),
        }
        assert remind_of_registers(at=at("08:47")) == Reminded(0, 0)

    def test_the_mark_that_fills_the_last_blank_takes_not_registered_off_at_once(self, workshop, clock):
        (first, second), by = slots_in(workshop, 2), contact_person_of(workshop)
        go_round(at("14:30"))
        clock.move_to(at("15:00"))
        sent(by, first)
        assert open_kinds() == ["not_registered"]
        sent(by, second, "ill")
        assert open_kinds() == []

    def test_word_that_was_sent_late_is_no_mark_of_the_register(self, workshop):
        """A5: somebody at the telephone wrote it down, and nobody looked who is there"""
        first, _later = slots_in(workshop, 2)
        notice = NoticeFactory(programme=first.programme)
        mark(first, "ill", when="08:30")
        with acting(SYSTEM):
            ExpectedAttendance.objects.filter(pk=first.pk).update(notice=notice)
        remind_of_registers(at=at("08:45"))
        assert open_kinds() == ["missing_register", "missing_register_leader"]

    def test_the_further_time_is_the_types(self, workshop):
        slot = slots_in(workshop, 1)[0]
        rules = {"grace_minutes": 10, "leader_minutes": 5}
        kind = ProgrammeTypeFactory(key="quick", definition={**slot.programme.type.definition, "absence_rules": rules})
        with acting(SYSTEM):
            Programme.objects.update(type=kind)
        remind_of_registers(at=at("08:15"))
        assert open_kinds() == ["missing_register", "missing_register_leader"]

    def test_where_everybody_due_has_sent_word_or_nobody_is_due_nothing_is_missing(self, workshop):
        mark(slots_in(workshop, 1)[0], "ill", when="07:00")
        closed = WorkshopFactory()
        slots_in(closed, 1)
        ClosingDayFactory(centre=closed.unit.organisation)
        assert remind_of_registers(at=at("09:00")) == Reminded(0, 0)

    def test_blank_at_closing_time_is_the_leaders_not_registered_until_it_is_corrected(self, workshop):
        found = slots_in(workshop, 2)
        go_round(at("08:15"))
        go_round(at("14:30"))
        task = Task.objects.open().get()
        assert (task.kind, task.for_leaders_of, task.due_on) == ("not_registered", workshop.unit.organisation, MONDAY)
        assert "Monday 23 November" in lines([task])[0].text
        assert not MissedAttendance.objects.exists()
        go_round(at("15:00"))
        for slot in found:
            mark(slot, when="15:10")
        go_round(at("15:15"))
        assert open_kinds() == []

    def test_what_nobody_remembers_leaves_the_list_after_two_weeks(self, workshop):
        slots_in(workshop, 1)
        go_round(at("14:30"))
        go_round(at("08:00", MONDAY + datetime.timedelta(days=14)))
        assert open_kinds() == ["not_registered"]
        go_round(at("08:00", MONDAY + datetime.timedelta(days=15)))
        assert open_kinds() == []

    def test_one_mark_made_in_time_is_no_register_that_nobody_began(self, workshop):
        mark(slots_in(workshop, 2)[0])
        go_round(at("14:30"))
        assert open_kinds() == ["contact_absent_citizen"]


@pytest.fixture
def missed(workshop, clock):
    """Two expected at eight, one marked: the other is flagged at 8.15."""
    here, _away = slots_in(workshop, 2)
    mark(here)
    clock.move_to(at("08:15"))
    flag_missed(at=at("08:15"))
    return MissedAttendance.objects.select_related("slot__programme").get()


def tried(missed, by, *, reached: bool = False, **more) -> None:
    record_contact(
        missed=missed,
        means="phone",
        was_reached=reached,
        reason="Overslept" if reached else "",
        agreed="",
        by=by,
        **more,
    )


class TestEscalation:
    """A7"""

    def test_from_closing_time_the_caseworker_on_the_next_working_day_the_leader(self, missed, clock):
        assert escalate(at=at("14:29")) == Risen(0, 0)
        assert escalate(at=at("14:30")) == Risen(1, 0)
        assert escalate(at=at("21:30")) == Risen(0, 0)
        assert open_kinds() == ["contact_absent_citizen"]
        assert escalate(at=at("07:30", TUESDAY)) == Risen(0, 1)
        assert escalate(at=at("07:31", TUESDAY)) == Risen(0, 0)
        missed.refresh_from_db()
        assert (missed.escalation, missed.escalated_at) == (2, at("07:30", TUESDAY))
        task = Task.objects.get(kind="overdue_follow_up")
        assert (task.for_leaders_of, task.due_on) == (missed.slot.programme.centre, MONDAY)
        assert Entry.objects.get(kind="follow_up_escalated").audience == "team"
        clock.move_to(at("08:00", TUESDAY))
        tried(missed, missed.slot.programme.caseworker)
        missed.refresh_from_db()
        assert (missed.escalation, missed.next_try_on) == (0, TUESDAY + datetime.timedelta(days=1))
        assert open_kinds() == ["contact_absent_citizen"]

    def test_a_try_in_time_keeps_it_where_it_is_until_the_next_one_is_not_made(self, missed, clock):
        tried(missed, missed.slot.programme.caseworker, next_try_on=TUESDAY)
        assert escalate(at=at("07:30", TUESDAY)) == Risen(0, 0)
        assert escalate(at=at("14:30", TUESDAY)) == Risen(1, 0)

    def test_weekends_and_closing_days_are_no_working_days(self, workshop, clock):
        friday = MONDAY + datetime.timedelta(days=4)
        here, _away = slots_in(workshop, 2, day=friday)
        ClosingDayFactory(centre=workshop.unit.organisation, day=MONDAY + datetime.timedelta(days=7))
        mark(here)
        flag_missed(at=at("08:15", friday))
        escalate(at=at("15:00", friday))
        for days in (5, 6, 7):
            assert escalate(at=at("12:00", MONDAY + datetime.timedelta(days=days))) == Risen(0, 0)
        assert escalate(at=at("07:30", MONDAY + datetime.timedelta(days=8))) == Risen(0, 1)

    def test_what_is_flagged_days_later_has_its_day_all_the_same(self, workshop):
        here, _away = slots_in(workshop, 2)
        mark(here)
        thursday = MONDAY + datetime.timedelta(days=3)
        go_round(at("07:00", thursday))
        assert MissedAttendance.objects.get().escalation == 0
        assert escalate(at=at("14:30", thursday)) == Risen(1, 0)

    def test_one_that_came_after_all_leaves_the_leaders_list(self, missed):
        escalate(at=at("07:30", TUESDAY))
        with acting(SYSTEM):
            MissedAttendance.objects.update(status="cleared")
        escalate(at=at("07:32", TUESDAY))
        assert "overdue_follow_up" not in open_kinds()

    def test_the_page_tells_the_clock_and_since_when_it_is_whose(self, missed, signed_in, clock):
        by = missed.slot.programme.caseworker
        page = reverse("attendance:contact", args=[missed.pk])
        assert "Must be done today by 14:30" in signed_in(by).get(page).content.decode()
        escalate(at=at("07:30", TUESDAY))
        clock.move_to(at("07:40", TUESDAY))
        text = signed_in(by).get(page).content.decode()
        assert "Overdue since Monday 23 November 14:30" in text
        assert "With the team leader since" in text
        leader = user_with_role("team_leader", missed.slot.programme.centre)
        assert "With the team leader since" in signed_in(leader).get("/").content.decode()
        assert (
            signed_in(by).post(page, {"means": "phone", "was_reached": "no", "next_try_on": "1.1.2030"}).status_code
            == 422
        )
        signed_in(by).post(page, {"means": "phone", "was_reached": "no", "next_try_on": "26.11.2026"})
        assert "Next try Thursday 26 November" in signed_in(by).get(page).content.decode()


class TestRest:
    """A8: reminders rest for a citizen with whom somebody has just spoken."""

    def test_nothing_escalates_and_tasks_wait_until_the_day_or_until_it_is_lifted(self, missed, signed_in, clock):
        by = missed.slot.programme.caseworker
        wednesday = MONDAY + datetime.timedelta(days=2)
        rest_reminders(missed=missed, until=wednesday, by=by)
        task = Task.objects.get()
        assert task.is_snoozed
        assert "somebody has just spoken with the citizen" in lines(Task.objects.with_names())[0].notes[0]
        assert not MissedAttendance.objects.waiting().awake().exists()
        assert escalate(at=at("08:00", TUESDAY)) == Risen(0, 0)
        assert escalate(at=at("08:00", wednesday)) == Risen(0, 0)
        assert escalate(at=at("14:30", wednesday)) == Risen(1, 0)
        assert "Reminders rest until" in signed_in(by).get(reverse("attendance:missed")).content.decode()
        lift_rest(missed=missed, by=by)
        assert not Task.objects.get().is_snoozed
        with pytest.raises(Refused):
            lift_rest(missed=missed, by=by)
        assert sorted(Entry.objects.filter(author=by).values_list("kind", flat=True)) == [
            "reminders_back",
            "reminders_rest",
        ]

    def test_a_flag_raised_meanwhile_has_its_task_which_waits_too(self, missed, clock):
        by = missed.slot.programme.caseworker
        tried(missed, by, reached=True, rest_until=MONDAY + datetime.timedelta(days=2))
        with acting(SYSTEM):
            later = ExpectedAttendance.objects.create(
                citizen=missed.slot.citizen,
                programme=missed.slot.programme,
                placement=missed.slot.placement,
                workshop=missed.slot.workshop,
                day=MONDAY,
                starts=datetime.time(12, 30),
                ends=datetime.time(14),
            )
        flag_missed(at=at("12:45"))
        flag = MissedAttendance.objects.get(slot=later)
        assert Task.objects.get(source=f"attendance.missed:{flag.pk}").is_snoozed

    def test_by_page_with_a_day_within_two_weeks_and_by_those_who_may_follow_up(self, missed, signed_in):
        """T1"""
        by = contact_person_of(missed.slot.workshop)
        path = reverse("attendance:rest", args=[missed.pk])
        for wrong in ("", "23.11.2026", "8.12.2026", "1.1.0001", "31.12.9999", "x\0"):
            assert signed_in(by).post(path, {"rest_until": wrong}).status_code == 422
        assert signed_in(by).post(path, {"rest_until": "25.11.2026"}).status_code == 302
        rest = Rest.objects.get()
        assert (rest.by, rest.until) == (by, datetime.date(2026, 11, 25))
        assert (
            "They rest and are back on"
            in signed_in(by).get(reverse("attendance:contact", args=[missed.pk])).content.decode()
        )
        assert signed_in(by).post(path, {"lift": "1"}).status_code == 302
        assert Rest.objects.standing().count() == 0
        assert signed_in(missed.slot.programme.referrer).post(path, {"lift": "1"}).status_code == 403
        stranger = contact_person_of(WorkshopFactory())
        assert signed_in(stranger).post(path, {"lift": "1"}).status_code == 404
        with pytest.raises(NotAllowed):
            rest_reminders(missed=missed, until=TUESDAY, by=stranger)


class TestSchedule:
    """A4: within opening hours, and nothing dear outside them."""

    def test_it_is_open_from_the_first_slot_until_the_day_is_judged(self, workshop):
        mark(slots_in(workshop, 2)[0])
        assert [is_open(at(moment)) for moment in ("07:59", "08:00", "14:31")] == [False, True, True]
        go_round(at("14:31"))
        assert not is_open(at("14:32"))
        assert not is_open(at("03:00", TUESDAY))

    def test_outside_opening_hours_it_asks_one_question(self, workshop, clock, django_assert_num_queries, monkeypatch):
        slots_in(workshop, 2)
        monkeypatch.setattr(tasks, "go_round", lambda at: pytest.fail("it went round"))
        lock_and_unlock = 2
        with django_assert_num_queries(1 + lock_and_unlock):
            tasks.flag_missed_attendance()

    def test_the_evening_sweep_goes_round_whatever_the_registers_say(self, missed, clock):
        with acting(SYSTEM):
            RegisterDay.objects.update(judged_at=at("14:30"))
        clock.move_to(at("18:30"))
        tasks.sweep_attendance()
        missed.refresh_from_db()
        assert missed.escalation == 1

    def test_the_numbers_of_statements_do_not_grow(self, workshop, django_assert_num_queries):
        def count(moment):
            with django_assert_num_queries(8 + 5):  # savepoints and who acts, of three jobs
                go_round(moment)

        slots_in(workshop, 1)
        count(at("08:30"))
        for _ in range(4):
            slots_in(WorkshopFactory(), 3)
        count(at("08:50"))
        assert Task.objects.filter(kind="missing_register").count() == 5

    def test_the_schedule_stands_in_the_settings(self):
        entries = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        assert entries >= {
            "attendance.tasks.flag_missed_attendance",
            "attendance.tasks.sweep_attendance",
            "attendance.tasks.draft_absence_reports",
        }
