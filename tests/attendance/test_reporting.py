"""Weeks of internships and courses: reported, corrected, due, never flagged (A11)."""

import datetime
import html
from datetime import time
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.expected.writing import write_expected
from attendance.figures import by_week, sums
from attendance.figures.roll_ups import count_dirty_days
from attendance.follow_up.flagging import flag_missed
from attendance.models import ExpectedAttendance, Mark, MissedAttendance, RegisterDay
from attendance.register.mark_rules import MarkInput
from attendance.register.marks import UNKNOWN, record_marks
from attendance.reported import weeks as reporting
from attendance.reported.weeks import DayReport, WrongReport, ask_for_reports, report_week, slots_of_week
from attendance.tasks import ask_for_week_reports
from audit.acting import System, acting
from audit.models import Access
from core.events import closing_days_changed
from core.exceptions import NotAllowed
from desk.figures.attendance import attendance
from journal.models import Entry
from programmes.course import pausing
from tests.desk.cast import a_case
from tests.factories.accounts import user_with_role
from tests.factories.activities import named, type_with
from tests.factories.attendance import SlotFactory
from tests.factories.programmes import (
    MONDAY,
    ClosingDayFactory,
    PlacementFactory,
    ProgrammeFactory,
    ScheduleSlotFactory,
    TeamMemberFactory,
)
from tests.referrals.test_at_once import at_once
from worklist.models import Task

DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
SYSTEM = System("test")
NEXT_MONDAY = "2026-11-30T06:00+01:00"
LATER = "2026-12-02T09:00+01:00"


@pytest.fixture(autouse=True)
def on_a_wednesday():
    """In the week after the one that is reported."""
    with time_machine.travel(LATER, tick=False) as traveller:
        yield traveller


def an_internship(case=None, days=(1, 3, 5), **fields):
    """Those weekdays 8 to 14 with a joiner from Monday 23 November on, expected until today."""
    programme = case.programme if case else ProgrammeFactory(**fields)
    placement = PlacementFactory(programme=programme, internship=True)
    for day in days:
        ScheduleSlotFactory(placement=placement, weekday=day, ends=time(14))
    write_expected(since=MONDAY, until=MONDAY + 2 * WEEK - DAY, by=SYSTEM, programme=programme, judged=True)
    return placement


def slots(placement, monday=MONDAY) -> list[ExpectedAttendance]:
    return list(slots_of_week(placement.programme, monday))


def said(slot, state="present", **more) -> DayReport:
    return DayReport(slot.pk, state, **({"seen": slot.standing_mark} | more))


def report(placement, *days, by=None, monday=MONDAY):
    return report_week(programme=placement.programme, monday=monday, days=days, by=by or placement.programme.caseworker)


def tasks() -> list[str]:
    return sorted(Task.objects.open().filter(kind="report_week").values_list("source", flat=True))


def test_what_is_reported_has_no_register_and_is_never_flagged(db):
    """A4, A11: neither blank nor as no show, at whatever moment the job runs; figures know nothing of it (A5)."""
    placement = an_internship()
    assert not RegisterDay.objects.exists()
    flag_missed(at=timezone.now())
    assert not MissedAttendance.objects.exists()
    assert sums.totals(placement.programme, until=MONDAY + 6 * DAY).share is None
    monday, wednesday, friday = slots(placement)
    assert report(placement, said(monday), said(wednesday, "no_show"), said(friday, "late", came_at=time(11)))
    flag_missed(at=timezone.now())
    assert not MissedAttendance.objects.exists()
    assert not Task.objects.filter(kind="contact_absent_citizen").exists()
    total = sums.totals(placement.programme, until=MONDAY + 6 * DAY)
    assert (total.agreed, total.attended, total.not_registered) == (3 * 360, 360 + 180, 0)
    line = Entry.objects.get(kind="week_reported")
    assert (line.params["week"], line.params["attended_minutes"], line.audience) == (48, 540, "team")


def test_a_week_is_asked_for_on_the_next_monday_once_and_until_it_is_reported(db, on_a_wednesday):
    """A11: raised by the database's own dates, so twice, late and after an outage of weeks is all the same."""
    placement = an_internship()
    source = f"attendance.week:{placement.programme_id}:2026-11-23"
    on_a_wednesday.move_to("2026-11-29T23:50+01:00")
    ask_for_week_reports()
    assert tasks() == []
    on_a_wednesday.move_to("2026-11-30T00:10+01:00")
    ask_for_week_reports()
    ask_for_week_reports()
    task = Task.objects.get(kind="report_week")
    assert (task.source, task.due_on, task.for_user) == (source, MONDAY + WEEK, placement.programme.caseworker)
    assert task.url == reverse("attendance:week", args=[placement.programme.reference, MONDAY])
    on_a_wednesday.move_to("2026-12-09T05:00+01:00")
    assert ask_for_reports(at=timezone.now()) == 1
    assert tasks() == [source, f"attendance.week:{placement.programme_id}:2026-11-30"]
    monday, wednesday, friday = slots(placement)
    report(placement, said(monday))
    assert source in tasks()  # two days are not said anything about
    report(placement, said(monday), said(wednesday, "ill"), said(friday))
    task.refresh_from_db()
    assert task.done_by == placement.programme.caseworker
    assert ask_for_reports(at=timezone.now()) == 0


def test_the_statement_is_one_however_many_weeks_are_due(db, django_assert_num_queries):
    for _number in range(3):
        an_internship()
    with CaptureQueriesContext(connection) as few:
        assert ask_for_reports(at=timezone.now()) == 3
    with time_machine.travel("2026-12-09T05:00+01:00"), django_assert_num_queries(len(few)):
        assert ask_for_reports(at=timezone.now()) == 3


def test_weeks_that_nobody_waits_for_leave_the_list(db):
    """A1, K4: a pause, a closing day that was entered afterwards, an end before the week."""
    paused, closed, mine = an_internship(), an_internship(days=[3]), an_internship()
    ask_for_reports(at=timezone.now())
    assert len(tasks()) == 3
    programme = paused.programme
    pausing.pause(programme=programme, starts_on=MONDAY, ends_on=None, reason="Ill", by=programme.caseworker)
    assert len(tasks()) == 2
    ClosingDayFactory(centre=closed.programme.centre, day=MONDAY + 2 * DAY)
    with acting(SYSTEM):
        closing_days_changed.send(None, centre=closed.programme.centre, days=[MONDAY + 2 * DAY], by=SYSTEM)
    assert tasks() == [reporting.source_of(mine.programme, MONDAY)]
    assert ask_for_reports(at=timezone.now()) == 0


def test_a_reported_week_is_corrected_with_a_reason_and_keeps_what_stood(db, on_a_wednesday):
    """A2: every earlier value stays; the same report twice is one (T12)."""
    placement = an_internship(days=[1, 3])
    report(placement, *map(said, slots(placement)))
    monday, wednesday = slots(placement)
    assert not report(placement, said(monday), said(wednesday))
    assert not report(placement, said(monday, seen=None), said(wednesday, seen=None))  # the button pressed twice
    assert Mark.objects.count() == 2
    on_a_wednesday.move_to("2026-12-03T09:00+01:00")
    with pytest.raises(WrongReport) as refused:
        report(placement, said(monday), said(wednesday, "ill"))
    assert list(refused.value.slots) == [wednesday.pk]
    assert "Write why" in str(refused.value)
    report(placement, said(monday), said(wednesday, "ill", remark="The employer rang"))
    on_a_wednesday.move_to("2026-12-04T09:00+01:00")
    again = slots(placement)[1]
    with pytest.raises(WrongReport, match="Write why"):  # what explained the last correction explains no other
        report(placement, said(again, "present", remark="The employer rang"))
    assert list(Mark.objects.filter(slot=wednesday).values_list("state", flat=True)) == ["present", "ill"]
    assert Entry.objects.filter(kind="week_corrected").count() == 1


def test_the_wrong_person_reports_nothing(db):
    """T1: nor does the register's own endpoint take a mark of a day that is reported."""
    case = a_case()
    placement = an_internship(case)
    (first, *_rest) = slots(placement)
    for user in (case.contact_person, case.referrer, case.specialist, case.citizen_user, a_case("Else").caseworker):
        with pytest.raises(NotAllowed):
            report(placement, said(first), by=user)
    stranger = an_internship()
    assert not report(placement, said(slots(stranger)[0]))  # another case's slot is none of this week's
    mark = MarkInput(uuid=uuid4(), slot=first.pk, state="present", at=timezone.now())
    for user in (case.contact_person, case.caseworker, case.team_leader):
        assert record_marks(marks=[mark], by=user)[0].status == UNKNOWN
    assert not Mark.objects.exists()
    deputy = TeamMemberFactory(
        programme=case.programme,
        user=user_with_role("caseworker", case.programme.centre),
        function="deputy",
        ends_on=MONDAY + 2 * WEEK,
    ).user
    for user, day in zip((deputy, case.team_leader), slots(placement), strict=False):
        assert report(placement, said(day), by=user)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_report_at_once_the_second_sees_the_first():
    """T13: no silent overwrite; who says the same changes nothing."""
    placement = an_internship(days=[1])
    programme = placement.programme
    leader = user_with_role("team_leader", programme.centre)
    (slot,) = slots(placement)

    def one(state, by):
        return lambda: report(placement, said(slot, state), by=by)

    results = at_once(one("present", programme.caseworker), one("ill", leader))
    assert sorted(type(result).__name__ for result in results) == ["WrongReport", "bool"]
    refused = next(result for result in results if isinstance(result, WrongReport))
    assert refused.is_overtaken
    assert "har indberettet" in str(refused)  # threads read Danish
    assert Mark.objects.count() == 1
    results = at_once(lambda: ask_for_reports(at=timezone.now()), lambda: ask_for_reports(at=timezone.now()))
    assert sorted(results) == [0, 0]


# The page.


def week_url(placement, monday=MONDAY) -> str:
    return reverse("attendance:week", args=[placement.programme.reference, monday])


def text(response) -> str:
    return html.unescape(response.content.decode())


def typed(placement, monday=MONDAY, **changes) -> dict[str, str]:
    found = {}
    for number, slot in enumerate(slots(placement, monday)):
        values = {"state": "present", "came": "", "left": "", "remark": "", "seen": slot.standing_mark or ""}
        found |= {f"{name}_{slot.pk}": changes.get(f"{name}{number}", value) for name, value in values.items()}
    return found


def test_a_week_is_reported_as_agreed_but_for_one_day(db, signed_in):
    case = a_case()
    placement = an_internship(case)
    ask_for_reports(at=timezone.now())
    client = signed_in(case.caseworker)
    assert "Week 48 of internship or course is not reported yet" in text(client.get(reverse("desk:today")))
    page = text(client.get(week_url(placement)))
    assert page.count('<option value="present" selected>As agreed</option>') == 3
    assert "Hansen's Joinery" in page
    response = client.post(week_url(placement), typed(placement, state1="left_early", left1="12.30"), follow=True)
    page = text(response)
    assert "Week 48 is reported" in page
    assert "16.5 of 18 hours" in page
    assert "week 49" in page.lower()
    assert "not reported yet" not in text(client.get(reverse("desk:today")))
    timeline = text(client.get(reverse("desk:case", args=[case.programme.reference])))
    assert "Week 48 reported: 16.5 of 18 hours" in timeline
    assert Access.objects.filter(citizen_id=case.citizen.pk, user_id=case.caseworker.pk).exists()
    # Nobody else reports; the team leader finds what is not reported among everybody's tasks.
    for user, status in ((case.contact_person, 403), (case.referrer, 403), (case.citizen_user, 403)):
        assert signed_in(user).get(week_url(placement)).status_code == status
        assert signed_in(user).post(week_url(placement), {}).status_code == status
    assert signed_in(a_case("Else").caseworker).get(week_url(placement)).status_code == 404
    other = an_internship(centre=case.programme.centre)
    ask_for_reports(at=timezone.now())
    listed = text(signed_in(case.team_leader).get(reverse("desk:tasks"), {"whose": "centre", "kind": "report_week"}))
    assert other.programme.citizen.name in listed


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"state1": "nonsense"}, "state", "Select a valid choice"),
        ({"state1": "late"}, "state", "Choose when the citizen came"),
        ({"state1": "late", "came1": "7.00"}, "state", "The time must lie between 8:00 and 14:00"),
        ({"state1": "late", "came1": "noon"}, "came", "Write the time as 7:30"),
        ({"state1": "late", "came1": "\x00"}, "came", "Write the time as 7:30"),
        ({"remark1": "x" * 301}, "remark", "at most 300"),
    ],
)
def test_what_is_wrong_stands_beside_its_day_and_nothing_is_lost_or_written(db, signed_in, changes, field, words):
    """Experience 17"""
    case = a_case()
    placement = an_internship(case)
    sent = typed(placement, state0="ill", remark2="Came with a cake", **changes)
    response = signed_in(case.caseworker).post(week_url(placement), sent)
    assert response.status_code == 422
    page = text(response)
    assert "<title>Error:" in page
    assert f'href="#id_{field}_{slots(placement)[1].pk}"' in page
    assert page.count(words) >= 2
    assert "Came with a cake" in page
    assert '<option value="ill" selected>' in page
    assert not Mark.objects.exists()


def test_who_reports_after_a_colleague_sees_both_and_saves_again(db, signed_in):
    """T13"""
    case = a_case()
    placement = an_internship(case, days=[1])
    old_page = typed(placement, state0="ill")
    report(placement, said(slots(placement)[0]), by=case.team_leader)
    client = signed_in(case.caseworker)
    response = client.post(week_url(placement), old_page)
    assert response.status_code == 422
    page = text(response)
    assert f"{case.team_leader.name} has reported »Present« at 9:00" in page
    assert '<option value="ill" selected>' in page
    # The page has seen it now: what is sent again corrects, with a reason.
    again = typed(placement, state0="ill")
    assert str(slots(placement)[0].standing_mark) in page
    assert "Write why" in text(client.post(week_url(placement), again))
    client.post(week_url(placement), again | {f"remark_{slots(placement)[0].pk}": "The employer rang me"})
    assert slots(placement)[0].state == "ill"


def test_a_week_that_is_not_over_takes_notices_and_says_why_days_are_missing(db, signed_in):
    """A1: closing days and pauses are told; a day to come can only be excused."""
    case = a_case()
    placement = an_internship(case)
    this_week = MONDAY + WEEK
    ClosingDayFactory(centre=case.programme.centre, day=this_week, name="Course for the staff")
    client = signed_in(case.team_leader)
    page = text(client.get(week_url(placement, this_week)))
    assert "is a closing day: Course for the staff" in page
    assert page.count("The day has not come yet") == 1
    sent = typed(placement, this_week, state2="treatment")
    client.post(week_url(placement, this_week), sent)
    assert [slot.state for slot in slots(placement, this_week)] == ["present", "present", "treatment"]
    assert "Nothing to report" in text(client.get(week_url(placement, MONDAY - 3 * WEEK)))
    for week in ("2026-W54", "2026-W00", "9999-W52", "0001-W01"):
        url = f"/attendance/case/{case.programme.reference}/weeks/{week}/"
        assert client.get(url).status_code == 404


def test_a_course_that_tells_of_health_is_an_appointment_for_others(db, signed_in):
    """J2"""
    case = a_case(type=type_with(activities=[named("pool", is_weekly=True, is_health=True)]))
    placement = PlacementFactory(programme=case.programme, on_course=True)
    ScheduleSlotFactory(placement=placement, weekday=2)
    write_expected(since=MONDAY, until=MONDAY + 4 * WEEK, by=SYSTEM, programme=case.programme, judged=True)
    reference = case.programme.reference
    for name in ("desk:week", "attendance:citizen", "desk:case"):
        for user in (case.caseworker, case.team_leader, case.contact_person, case.referrer):
            page = text(signed_in(user).get(reverse(name, args=[reference])))
            reads = user in (case.caseworker, case.team_leader)
            if not reads:
                assert "Pool" not in page, (name, user)
                assert "The baths" not in page, (name, user)
            elif name != "attendance:citizen":
                assert "Pool, The baths" in page, (name, user)
    assert "Pool, The baths" in text(signed_in(case.citizen_user).get(reverse("desk:today")))


def test_the_page_takes_the_same_queries_for_one_day_and_for_many(db, signed_in, django_assert_num_queries):
    case = a_case()
    few, many = an_internship(case, days=[1]), None
    client = signed_in(case.caseworker)
    client.get(week_url(few))
    with CaptureQueriesContext(connection) as captured:
        client.get(week_url(few))
    many = an_internship(case, days=[2, 3, 4, 5, 6])
    with django_assert_num_queries(len(captured)):
        client.get(week_url(many))
    with CaptureQueriesContext(connection) as captured:
        client.post(week_url(few), typed(few, state0="ill"))
    assert sum("INSERT INTO attendance_mark" in query["sql"] for query in captured) == 1


def test_days_that_wait_for_their_report_are_told_apart_from_what_nobody_registered(db, signed_in):
    """A5, A9, A11: on the case's page, on the centre's, and in its file; both are outside every share."""
    placement = an_internship()
    programme = placement.programme
    here = SlotFactory(placement__programme=programme, day=MONDAY + DAY, state="present")
    SlotFactory(placement=here.placement, day=MONDAY + DAY * 3)
    total = by_week.total(sums.sums_by_day(programme, since=MONDAY, until=MONDAY + WEEK + 2 * DAY).values())
    # Monday, Wednesday, Friday and Monday; the second Wednesday is today.
    assert (total.not_registered, total.to_report, total.share) == (1, 4, 1.0)

    page = signed_in(programme.caseworker).get(reverse("attendance:citizen", args=[programme.reference])).text
    tiles = page.split('class="t-tiles"')[1].split("<section")[0]
    assert tiles.count("days of internship and course whose week waits for its report") == 1
    assert (page.count("to be reported</span>"), page.count("not registered</span>")) == (5, 1)
    count_dirty_days()
    leader = user_with_role("team_leader", programme.centre)
    lines = attendance(leader, QueryDict("")).lines
    assert [(line.workshop is None, line.sums.not_registered, line.sums.to_report) for line in lines] == [
        (False, 1, 0),
        (True, 0, 4),
    ]
    assert signed_in(leader).get(reverse("desk:attendance_figures")).text.count('data-label="To be reported"') > 2
    report(placement, *(said(slot) for slot in slots(placement)))
    report(placement, said(slots(placement, MONDAY + WEEK)[0]), monday=MONDAY + WEEK)
    page = signed_in(programme.caseworker).get(reverse("attendance:citizen", args=[programme.reference])).text
    assert "waits for its report" not in page
