"""What was agreed is not kept: rules of the type, a draft with facts only, sent by a person and received (A8)."""

import datetime
import threading

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from attendance.absence.facts import facts_of, fingerprint
from attendance.absence.reports import receive_report, send_report, write_covering
from attendance.absence.rules import draft_reports
from attendance.follow_up.contacts import record_contact
from attendance.follow_up.resting import rest_reminders
from attendance.models import AbsenceReport, ContactAttempt, ExpectedAttendance, MissedAttendance
from audit.acting import System, acting
from audit.models import Access, Event
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from messaging.models import OutgoingMail
from programmes.course.ending import interrupt
from tests.factories.accounts import user_with_role
from tests.factories.attendance import AbsenceReportFactory, SlotFactory, contact_person_of
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeTypeFactory
from tests.waiting import until_somebody_waits
from worklist.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = System("test")
NOW = "2026-12-18T15:00+01:00"  # Friday of the fourth week
RULES = {
    "unexplained_in_a_row": 3,
    "unexplained_in_period": {"count": 5, "days": 28},
    "share_below_percent": 60,
    "share_weeks": 3,
    "no_contact_days": 10,
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def a_case():
    """`a_case("ppmm...", in_a_row=3)`: twenty weekdays from 23 November, the last one today, 8 to 12; the letters are
    present, missed, ill, blank (not registered) and no slot."""

    def make(days: str, **rules) -> ExpectedAttendance:
        definition = {**ProgrammeTypeFactory.build().definition, "absence_rules": rules}
        kind = ProgrammeTypeFactory(key=f"type_{abs(hash(str(rules))) % 10**9}", definition=definition)
        placement = PlacementFactory(programme__type=kind)
        weekdays = [MONDAY + datetime.timedelta(days=week * 7 + day) for week in range(4) for day in range(5)]
        with acting(SYSTEM):
            slots = ExpectedAttendance.objects.bulk_create(
                ExpectedAttendance(
                    citizen=placement.programme.citizen,
                    programme=placement.programme,
                    placement=placement,
                    workshop=placement.workshop,
                    day=day,
                    starts=datetime.time(8),
                    ends=datetime.time(12),
                    state={"p": "present", "i": "ill"}.get(letter, ""),
                    remark="Depression" if letter == "i" else "",
                )
                for day, letter in zip(weekdays, days, strict=True)
                if letter != "-"
            )
            letters = days.replace("-", "")
            MissedAttendance.objects.bulk_create(
                MissedAttendance(slot=slot, programme=slot.programme, due_on=slot.day)
                for slot, letter in zip(slots, letters, strict=True)
                if letter == "m"
            )
        return placement.programme

    return make


def broken(programme) -> list[str]:
    draft_reports(at=timezone.now())
    report = AbsenceReport.objects.filter(programme=programme).first()
    return [rule["rule"] for rule in report.rules] if report else []


@pytest.mark.parametrize(
    ("days", "rule", "found"),
    [
        ("ppppppppppppppppp" + "mmm", "unexplained_in_a_row", ["in_a_row"]),
        ("ppppppppppppppppm" + "pmm", "unexplained_in_a_row", []),
        ("ppppppppppppppppm" + "imm", "unexplained_in_a_row", []),  # a word in between
        ("pppppppppppppppmm" + "_-m", "unexplained_in_a_row", ["in_a_row"]),  # nobody knows of a blank day
        ("mppppmppppmppppmp" + "ppm", "unexplained_in_period", ["in_period"]),
        ("mppppmppppmppppmp" + "ppp", "unexplained_in_period", []),
        ("pppppiiiiipiiiipi" + "ppp", "share", ["share"]),
        ("ppppppppppiiiiipi" + "ppp", "share", []),
        ("pppppppppp" + "_" * 9 + "m", "no_contact_days", ["no_contact"]),
        ("pppppppppp" + "_" * 10, "no_contact_days", []),  # nobody was missed in the silence
        ("pppppppppp" + "_" * 8 + "im", "no_contact_days", []),
    ],
)
def test_the_rules_of_the_type_and_their_edges(a_case, days, rule, found):
    """A8"""
    wanted = ("share_below_percent", "share_weeks") if rule == "share" else (rule,)
    assert broken(a_case(days, **{key: RULES[key] for key in wanted})) == found


@pytest.mark.parametrize(("was_reached", "found"), [(True, []), (False, ["no_contact"])])
def test_a_conversation_in_time_is_contact_and_a_try_in_vain_is_none(a_case, was_reached, found):
    """A8"""
    programme = a_case("pppppppppp" + "_" * 9 + "m", no_contact_days=10)
    with acting(SYSTEM):
        ContactAttempt.objects.create(
            missed=MissedAttendance.objects.get(), by=programme.caseworker, was_reached=was_reached, reason="Overslept"
        )
    assert broken(programme) == found


def test_a_day_is_missed_when_it_is_over_and_nobody_came_at_all(a_case, clock):
    """A8: not while its hours run, nor where the citizen was there for a part of it"""
    clock.move_to("2026-12-18T11:00+01:00")
    programme = a_case("p" * 17 + "mmm", unexplained_in_a_row=3)
    assert broken(programme) == []
    clock.move_to(NOW)
    SlotFactory(
        placement=programme.placements.get(), day=datetime.date(2026, 12, 18), starts=datetime.time(13),
        ends=datetime.time(14), state="present",
    )  # fmt: skip
    assert broken(programme) == []


def test_one_draft_at_a_time_and_what_was_told_is_not_told_again(a_case, clock):
    """A8: the caseworker is asked once, and the next draft counts from the day after the last one"""
    programme = a_case("p" * 17 + "mmm", **RULES)
    assert draft_reports(at=timezone.now()) == 1
    assert draft_reports(at=timezone.now()) == 0
    task = Task.objects.get(kind="absence_report")
    report = AbsenceReport.objects.get()
    assert (task.for_user, task.url) == (programme.caseworker, f"/attendance/reports/{report.pk}/")
    assert Entry.objects.get(kind="absence_report_drafted").audience == "team"
    assert not OutgoingMail.objects.exists()
    send(report)
    clock.move_to("2026-12-21T15:00+01:00")
    assert draft_reports(at=timezone.now()) == 0


def test_after_a_report_a_share_is_judged_when_its_weeks_are_whole_again(a_case):
    """A8: half of two weeks is no share of three, and what was told before is not told again."""
    programme = a_case("pppppiiiiipiiiipi" + "ppp", share_below_percent=60, share_weeks=3)
    AbsenceReportFactory(programme=programme, sent=True, until=datetime.date(2026, 12, 4))
    draft_reports(at=timezone.now())
    assert not AbsenceReport.objects.filter(status="drafted").exists()


def test_nothing_is_drafted_while_reminders_rest_or_for_what_has_ended(a_case):
    """A8"""
    resting, ended = a_case("p" * 17 + "mmm", **RULES), a_case("p" * 17 + "mmm", **RULES)
    missed = MissedAttendance.objects.filter(slot__programme=resting).first()
    rest_reminders(missed=missed, until=datetime.date(2026, 12, 21), by=resting.caseworker)
    interrupt(programme=ended, on=datetime.date(2026, 12, 18), why="Moved", by=ended.caseworker)
    assert draft_reports(at=timezone.now()) == 0


def test_a_draft_goes_with_its_programme(a_case):
    programme = a_case("p" * 17 + "mmm", **RULES)
    draft_reports(at=timezone.now())
    interrupt(programme=programme, on=datetime.date(2026, 12, 18), why="Moved", by=programme.caseworker)
    assert AbsenceReport.objects.get().status == "discarded"
    assert not Task.objects.open().filter(kind="absence_report").exists()


@pytest.mark.django_db(transaction=True)
def test_a_report_that_is_being_sent_while_the_programme_ends_stays_sent():
    """T13: whoever ends the programme waits for the sender, and discards only what is a draft still."""
    report = AbsenceReportFactory()
    programme, by = report.programme, report.programme.caseworker
    is_read = threading.Event()

    def end() -> None:
        is_read.wait()
        interrupt(programme=programme, on=timezone.localdate(), why="Moved away", by=by)
        connection.close()

    thread = threading.Thread(target=end)
    thread.start()
    with acting(by):
        send_report(report=report, seen=fingerprint("", facts_of(report, at=timezone.now())), by=by)
        is_read.set()
        until_somebody_waits()
    thread.join()
    report.refresh_from_db()
    assert (report.status, report.programme.status) == ("sent", "interrupted")


def test_all_programmes_are_judged_by_one_statement(a_case, django_assert_num_queries):
    """A8"""
    for _ in range(3):
        a_case("p" * 17 + "mmm", **RULES)
        with django_assert_num_queries(4):  # a savepoint, who acts, the statement
            assert draft_reports(at=timezone.now()) == 1


@pytest.fixture
def report(a_case):
    """Drafted after three missed days; one try reached nobody, one found out why."""
    programme = a_case("ppiipppp" + "_" + "pppppppp" + "mmm", **RULES)
    missed = list(MissedAttendance.objects.order_by("slot__day"))
    by = programme.caseworker
    record_contact(missed=missed[0], means="message", was_reached=False, reason="", agreed="", by=by)
    record_contact(
        missed=missed[1], means="phone", was_reached=True, reason="I am so anxious", agreed="Comes Monday", by=by
    )
    draft_reports(at=timezone.now())
    return AbsenceReport.objects.select_related("programme__caseworker", "programme__referrer").get()


def send(report, by=None):
    seen = fingerprint(report.covering_text, facts_of(report, at=timezone.now()))
    return send_report(report=report, seen=seen, by=by or report.programme.caseworker)


def page(report) -> str:
    return reverse("attendance:report", args=[report.pk])


def test_the_draft_tells_facts_and_nothing_about_health(report, signed_in):
    """A8, J2"""
    text = signed_in(report.programme.caseworker).get(page(report)).content.decode()
    for words in (
        "Missed 3 days in a row without a word",
        "14 attended, 2 absent after sending word, 3 missed without a word",
        "1 not registered, counted nowhere",
        "I am so anxious",
        "Friday 18 December",
        "not reached",
    ):
        assert words in text
    for secret in ("Depression", ">Ill<", "ill,"):
        assert secret not in text
    assert Access.objects.filter(citizen_id=report.programme.citizen_id, what=f"report on absence {report.pk}").exists()


def test_a_week_that_is_still_to_be_reported_is_nobodys_neglect(report, signed_in):
    """A8, A11: a day at a workplace is neither missed nor forgotten before its week is reported."""
    placement = PlacementFactory(programme=report.programme, internship=True)
    SlotFactory(placement=placement, workshop=None, day=datetime.date(2026, 12, 12))
    text = signed_in(report.programme.caseworker).get(page(report)).content.decode()
    assert "1 not registered, counted nowhere; 1 at a workplace or on a course, not reported yet" in text


def test_from_the_draft_to_the_receipt(report, signed_in):
    """A8: edited, seen, sent once, frozen, read and received"""
    caseworker, referrer = report.programme.caseworker, report.programme.referrer
    staff, outside = signed_in(caseworker), signed_in(referrer)
    assert outside.get(page(report)).status_code == 404
    staff.post(page(report), {"covering_text": "May we meet on Monday?", "revision": 0})  # nothing said goes along
    shown = staff.get(page(report))
    assert "May we meet on Monday?" in shown.content.decode()
    sent = {"seen": shown.context["seen"]}
    staff.post(page(report) + "send/", {"seen": "something else"})
    report.refresh_from_db()
    assert report.status == "drafted"
    staff.post(page(report) + "send/", sent)
    staff.post(page(report) + "send/", sent)
    report.refresh_from_db()
    assert (report.status, report.sent_by) == ("sent", caseworker)
    assert OutgoingMail.objects.filter(to=referrer.email).count() == 1
    told = Event.objects.filter(subject=f"attendance.report:{report.pk}").order_by("pk").values_list("verb", flat=True)
    assert list(told) == ["absence_report_written", "absence_report_sent"]
    assert referrer in {task.for_user for task in Task.objects.open().filter(kind="read_absence_report")}
    with acting(SYSTEM):
        MissedAttendance.objects.all().update(status="cleared")  # what is corrected later changes nothing in it
    text = outside.get(page(report)).content.decode()
    assert "May we meet on Monday?" in text
    assert "Missed 3 days in a row" in text
    assert "3 missed without a word" in text
    assert "anxious" not in text
    assert "Read the report" in outside.get("/").content.decode()
    outside.post(page(report) + "received/")
    outside.post(page(report) + "received/")
    assert "Read and received by" in staff.get(page(report)).content.decode()
    assert Entry.objects.get(kind="absence_report_received").audience == "shared_referrer"
    assert not Task.objects.open().filter(kind__in=["absence_report", "read_absence_report"]).exists()


def test_a_changed_fact_must_be_read_before_it_is_sent(report):
    """A8: sent is exactly what was seen"""
    seen = fingerprint("", facts_of(report, at=timezone.now()))
    with acting(SYSTEM):
        MissedAttendance.objects.filter(slot__day="2026-12-18").update(status="cleared")
        ExpectedAttendance.objects.filter(day="2026-12-18").update(state="treatment")
    with pytest.raises(Refused, match="Read it again"):
        send_report(report=report, seen=seen, by=report.programme.caseworker)


def test_words_that_were_not_saved_are_shown_before_they_are_sent(report, signed_in):
    """A8, T12: nothing that was typed is left behind, and nothing is sent that was not seen."""
    staff = signed_in(report.programme.caseworker)
    told = [attempt.pk for attempt in ContactAttempt.objects.filter(was_reached=True)]
    typed = {"covering_text": "May we meet?\r\nOn Monday ", "told": told, "revision": 0}
    seen = staff.get(page(report)).context["seen"]
    answer = staff.post(page(report) + "send/", typed | {"seen": seen}, follow=True)
    report.refresh_from_db()
    assert report.status == "drafted"
    assert report.covering_text.splitlines() == ["May we meet?", "On Monday"]
    assert "not sent yet" in answer.content.decode()
    staff.post(page(report) + "send/", typed | {"revision": 1, "seen": answer.context["seen"]})
    report.refresh_from_db()
    assert report.status == "sent"


def test_a_second_editor_sees_both_texts(report, signed_in):
    """T13"""
    by = report.programme.caseworker
    write_covering(report=report, covering_text="The first text", left_out=[], revision=0, by=by)
    answer = signed_in(by).post(page(report), {"covering_text": "The second text", "revision": 0})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "The first text" in text
    assert "The second text" in text
    assert 'name="revision" value="1"' in text


def test_it_is_discarded_with_a_reason_only(report, signed_in):
    staff = signed_in(report.programme.caseworker)
    assert staff.post(page(report) + "discard/", {"why": " "}).status_code == 422
    staff.post(page(report) + "discard/", {"why": "We have talked, and he comes on Monday"})
    report.refresh_from_db()
    assert (report.status, report.discarded_by) == ("discarded", report.programme.caseworker)
    assert "he comes on Monday" in staff.get(page(report)).content.decode()
    assert signed_in(report.programme.referrer).get(page(report)).status_code == 404
    with pytest.raises(Refused):
        send(report)


@pytest.mark.parametrize("sent", [{"covering_text": "x" * 20_001}, {"covering_text": "\0"}, {"revision": "x"}])
def test_a_wrong_form_says_so_and_keeps_nothing(report, signed_in, sent):
    """experience 17"""
    answer = signed_in(report.programme.caseworker).post(page(report), {"revision": 0} | sent)
    assert answer.status_code == 422
    assert AbsenceReport.objects.get().covering_text == ""


def test_only_the_case_s_own_write_it_and_only_the_referrer_receives_it(report, signed_in):
    """T1"""
    programme = report.programme
    workshop = MissedAttendance.objects.first().slot.workshop
    leader = user_with_role("team_leader", programme.centre)
    assert signed_in(leader).get(page(report)).status_code == 200
    strangers = [
        contact_person_of(workshop),
        user_with_role("caseworker", programme.centre),
        user_with_role("citizen", programme.centre),
    ]
    for stranger in strangers:
        assert signed_in(stranger).get(page(report)).status_code == 404
        with pytest.raises(NotAllowed):
            send(report, by=stranger)
    send(report, by=leader)
    for user in (programme.caseworker, leader):
        with pytest.raises(NotAllowed):
            receive_report(report=report, by=user)
    other = user_with_role("referrer", AbsenceReportFactory().programme.referring_organisation)
    assert signed_in(other).get(page(report)).status_code == 404
    assert signed_in(other).post(page(report) + "received/").status_code == 404
    assert signed_in(programme.referrer).post(page(report) + "send/").status_code == 403


def test_what_was_sent_cannot_be_changed_by_raw_sql(report):
    """A8: frozen"""
    send(report)
    for statement in (
        "UPDATE attendance_absencereport SET facts = '{}'",
        "UPDATE attendance_absencereport SET covering_text = 'x'",
        "DELETE FROM attendance_absencereport",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting(SYSTEM), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_page_asks_the_same_number_of_questions_for_few_and_many_facts(
    report, signed_in, django_assert_max_num_queries
):
    client = signed_in(report.programme.caseworker)
    with django_assert_max_num_queries(30) as few:
        client.get(page(report))
    missed = MissedAttendance.objects.order_by("slot__day").last()
    with acting(SYSTEM):
        ContactAttempt.objects.bulk_create(
            ContactAttempt(missed=missed, by=report.programme.caseworker, was_reached=False) for _ in range(40)
        )
    with django_assert_max_num_queries(len(few)):
        client.get(page(report))
