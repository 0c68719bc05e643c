"""Word sent ahead, and what covers a part of a slot (A2, A4, A6)."""

import datetime
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from attendance.expected.writing import write_expected
from attendance.follow_up.flagging import flag_missed
from attendance.models import ExpectedAttendance, Mark, MissedAttendance, Notice
from attendance.notices.giving import Away, change_notice, give_notice, take_back_notice
from attendance.register.marks import MarkInput, record_marks
from audit.acting import System, acting
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from tests.factories.accounts import user_with_role
from tests.factories.activities import ActivityFactory, named, type_with
from tests.factories.attendance import SlotFactory, contact_person_of
from tests.factories.meetings import MeetingFactory
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory, ScheduleSlotFactory
from worklist.models import Task

pytestmark = pytest.mark.django_db
DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(weeks=1)
SYSTEM = System("test")


@pytest.fixture(autouse=True)
def ten_past_seven():
    with time_machine.travel("2026-11-23T07:10+01:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def placement():
    return PlacementFactory()


@pytest.fixture
def week(placement):
    """The citizen is expected from 8 to 14 from Monday to Friday."""
    return [SlotFactory(placement=placement, day=MONDAY + DAY * n, ends=datetime.time(14)) for n in range(5)]


@pytest.fixture
def by(placement):
    return contact_person_of(placement.workshop)


def at(text: str, day: datetime.date = MONDAY) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(text)))


def away(first: int, last: int | None = None, *, since: str = "", until: str = "") -> Away:
    """From that day of the week until that one, 0 is Monday."""
    day = MONDAY + DAY * (first if last is None else last)
    times = [datetime.time.fromisoformat(text) if text else None for text in (since, until)]
    return Away(MONDAY + DAY * first, times[0], day, times[1])


def give(placement, by, *when, state="ill", remark="", **times) -> Notice:
    return give_notice(programme=placement.programme, state=state, away=away(*when, **times), remark=remark, by=by)


def states(placement) -> list[str]:
    return list(
        ExpectedAttendance.objects.filter(placement=placement).order_by("day", "starts").values_list("state", flat=True)
    )


def mark(slot, state, by, **fields):
    (result,) = record_marks(
        marks=[MarkInput(uuid=uuid.uuid4(), slot=slot.pk, state=state, at=timezone.now(), **fields)], by=by
    )
    return result


def test_ill_until_wednesday_stands_in_the_register_and_is_given_back_where_nobody_marked_since(placement, week, by):
    """A2: given, made longer, made shorter, taken back; a colleague's mark stays through all of it."""
    colleague = user_with_role("team_leader", placement.programme.centre)
    mark(week[1], "treatment", colleague)
    notice = give(placement, by, 0, 2)
    assert states(placement) == ["ill", "treatment", "ill", "", ""]
    assert give(placement, by, 0, 2) == notice
    assert Mark.objects.filter(slot=week[0], by=by, state="ill").count() == 1

    change_notice(notice=notice, state="ill", away=away(0, 3), remark="", by=by)
    assert states(placement) == ["ill", "treatment", "ill", "ill", ""]
    mark(week[3], "", colleague, seen=ExpectedAttendance.objects.get(pk=week[3].pk).standing_mark)
    change_notice(notice=notice, state="child_ill", away=away(0, 4), remark="Since the night", by=by)
    assert states(placement) == ["child_ill", "treatment", "child_ill", "", "child_ill"]
    change_notice(notice=notice, state="child_ill", away=away(0, 2), remark="", by=by)
    assert states(placement) == ["child_ill", "treatment", "child_ill", "", ""]

    take_back_notice(notice=notice, by=colleague)
    assert states(placement) == ["", "treatment", "", "", ""]
    notice.refresh_from_db()
    assert (notice.taken_back_by, notice.taken_back_at) == (colleague, timezone.now())
    assert set(Entry.objects.values_list("kind", flat=True)) == {"notice_given", "notice_changed", "notice_taken_back"}
    with pytest.raises(Refused):
        take_back_notice(notice=notice, by=colleague)
    with pytest.raises(Refused):
        change_notice(notice=notice, state="ill", away=away(0, 1), remark="", by=by)


def test_what_another_notice_holds_goes_over_to_that_one(placement, week, by):
    """A2"""
    first, second = give(placement, by, 0, 1), give(placement, by, 1, 2, state="leave")
    assert states(placement) == ["ill", "ill", "leave", "", ""]
    take_back_notice(notice=first, by=by)
    assert states(placement) == ["", "leave", "leave", "", ""]
    assert ExpectedAttendance.objects.get(pk=week[1].pk).notice == second
    assert ExpectedAttendance.objects.get(pk=week[1].pk).agreed_minutes == 0


def test_a_slot_that_is_written_later_has_the_notice_too_and_one_that_was_cleared_stays_clear(by, placement):
    """A2, A12"""
    ScheduleSlotFactory(placement=placement)
    give(placement, by, 0, 14)
    write_expected(since=MONDAY, until=MONDAY + WEEK * 3, by=SYSTEM)
    assert states(placement) == ["ill", "ill", "ill", ""]
    slot = ExpectedAttendance.objects.get(day=MONDAY + WEEK)
    assert (slot.marked_by, Mark.objects.get(slot=slot).by) == (by, by)
    mark(slot, "", by)
    write_expected(since=MONDAY, until=MONDAY + WEEK * 4, by=SYSTEM)
    assert states(placement) == ["ill", "", "ill", "", ""]


def test_it_holds_for_the_citizens_other_programme_at_the_centre_and_nowhere_else(placement, by):
    """A2: one truth per hour; U1"""
    citizen, centre = placement.programme.citizen, placement.programme.centre
    here = SlotFactory(placement__programme__citizen=citizen, placement__programme__centre=centre)
    elsewhere = SlotFactory(placement__programme__citizen=citizen, starts=datetime.time(12), ends=datetime.time(13))
    give(placement, by, 0)
    assert ExpectedAttendance.objects.get(pk=here.pk).state == "ill"
    assert ExpectedAttendance.objects.get(pk=elsewhere.pk).state == ""


def test_a_late_notice_clears_the_flag_and_its_task_and_taking_it_back_raises_them(placement, week, by, ten_past_seven):
    """A6; word of the morning alone clears it too, as long as the time is not over."""
    other = SlotFactory(placement__programme__centre=placement.programme.centre, placement__workshop=placement.workshop)
    ten_past_seven.move_to(at("08:01"))
    mark(other, "present", by)
    for period, status in [({}, "cleared"), ({"until": "10:00"}, "cleared"), ({"until": "08:10"}, "raised")]:
        ten_past_seven.move_to(at("08:30"))
        flag_missed(at=at("08:30"))
        missed = MissedAttendance.objects.get()
        assert (missed.status, Task.objects.open().count()) == ("raised", 1)
        notice = give(placement, by, 0, **period)
        missed.refresh_from_db()
        assert missed.status == status
        assert Task.objects.open().count() == (status == "raised")
        take_back_notice(notice=notice, by=by)
    assert Entry.objects.filter(kind="missed_excused").count() == 2


def test_a_notice_opens_no_register(placement, week, by, ten_past_seven):
    """A5: whoever gave word late is not who keeps the register."""
    SlotFactory(placement__programme__centre=placement.programme.centre, placement__workshop=placement.workshop)
    ten_past_seven.move_to(at("08:05"))
    give(placement, by, 0)
    assert flag_missed(at=at("09:00")).flagged == 0


def test_only_staff_around_the_case_give_one_and_only_while_it_runs(placement, by):
    """T1"""
    centre = placement.programme.centre
    strangers = [
        contact_person_of(PlacementFactory(programme__centre=centre).workshop),
        user_with_role("team_leader", ProgrammeFactory().centre),
        user_with_role("administrator", centre),
        placement.programme.referrer,
    ]
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            give(placement, stranger, 0)
    notice = give(placement, placement.programme.caseworker, 0)
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            take_back_notice(notice=notice, by=stranger)
    with acting(SYSTEM):
        type(placement.programme).objects.update(status="completed", ended_on=MONDAY)
    with pytest.raises(Refused):
        give(placement, by, 1)


def test_the_number_of_statements_does_not_grow_with_the_days(placement, by):
    """A2: sets, not loops"""
    counts = []
    for days in (1, 40):
        for n in range(days):
            SlotFactory(placement=placement, day=MONDAY + DAY * n, starts=datetime.time(len(counts) + 8))
        with CaptureQueriesContext(connection) as queries:
            give(placement, by, 0, 45, remark=str(days))
        counts.append(len(queries))
    assert counts[1] <= counts[0]


# ── What covers a part ────────────────────────────────────────────────────────────────────────────────────────────


def meeting(placement, begins: str, ends: str, **fields):
    return MeetingFactory(programme=placement.programme, starts_at=at(begins), ends_at=at(ends), **fields)


def flagged_at(*clocks: str) -> list[int]:
    return [flag_missed(at=at(clock)).flagged for clock in clocks]


@pytest.fixture
def opened(placement, by, ten_past_seven):
    """The register has begun: somebody else of the workshop is here."""
    other = SlotFactory(placement__programme__centre=placement.programme.centre, placement__workshop=placement.workshop)
    ten_past_seven.move_to(at("08:00"))
    mark(other, "present", by)


@pytest.mark.parametrize("what", ["notice", "meeting", "activity", "two in a row"])
def test_nobody_is_missed_while_the_beginning_is_covered(placement, week, by, opened, what):
    """A2, A4: the grace time counts from its end."""
    if what == "notice":
        give(placement, by, 0, since="07:30", until="10:00", state="treatment")
    elif what == "meeting":
        meeting(placement, "08:00", "10:00")
    elif what == "activity":
        ActivityFactory(programme=placement.programme, day=MONDAY, starts="08:00", ends="10:00")
    else:
        meeting(placement, "08:00", "09:00")
        ActivityFactory(programme=placement.programme, day=MONDAY, starts="09:00", ends="10:00")
    assert flagged_at("08:15", "10:14", "10:15") == [0, 0, 1]


def test_who_is_in_a_meeting_all_day_is_never_missed_and_a_cancelled_one_covers_nothing(placement, week, opened):
    """A2"""
    planned = meeting(placement, "07:45", "14:00")
    assert flagged_at("14:20") == [0]
    with acting(SYSTEM):
        type(planned).objects.filter(pk=planned.pk).update(status="cancelled")
    assert ExpectedAttendance.objects.get(pk=week[0].pk).covered_until is None
    with acting(SYSTEM):
        type(planned).objects.filter(pk=planned.pk).update(status="planned", starts_at=at("08:00", MONDAY + DAY),
                                                           ends_at=at("09:00", MONDAY + DAY))  # fmt: skip
    assert ExpectedAttendance.objects.get(pk=week[1].pk).covered_until == datetime.time(9)


@pytest.mark.parametrize(
    ("covers", "state", "times", "attended", "agreed"),
    [
        ([], "present", {}, 360, 360),
        (["meeting 10:00 11:00"], "present", {}, 360, 360),
        (["meeting 08:00 09:00"], "late", {"came_at": datetime.time(9)}, 360, 360),
        (["meeting 08:00 09:00"], "late", {"came_at": datetime.time(9, 30)}, 330, 360),
        (["activity 13:00 14:00"], "left_early", {"left_at": datetime.time(12)}, 300, 360),
        (["treatment 09:00 11:00"], "present", {}, 240, 360),
        (["leave 12:00 14:00"], "present", {}, 240, 240),
        (["leave 12:00 14:00", "meeting 08:00 09:00"], "late", {"came_at": datetime.time(9)}, 240, 240),
        (["meeting 08:00 09:00"], "ill", {}, 0, 360),
    ],
)
def test_hours_are_right_around_what_covers_them(
    placement, week, by, ten_past_seven, covers, state, times, attended, agreed
):
    """A2, A9: one truth per hour"""
    for what, begins, ends in map(str.split, covers):
        if what == "meeting":
            meeting(placement, begins, ends)
        elif what == "activity":
            ActivityFactory(programme=placement.programme, day=MONDAY, starts=begins, ends=ends)
        else:
            give(placement, by, 0, since=begins, until=ends, state=what)
    ten_past_seven.move_to(at("13:30"))
    assert mark(week[0], state, by, **times).status == "applied"
    slot = ExpectedAttendance.objects.get(pk=week[0].pk)
    assert (slot.attended_minutes, slot.agreed_minutes) == (attended, agreed)


def test_the_register_tells_what_covers_and_names_no_health(placement, week, by, signed_in, ten_past_seven):
    """A2, J2: one query more for the parts, one for the types, however many"""
    placement.programme.type = type_with(activities=[named("pool", is_health=True), named("tour")])
    with acting(SYSTEM):
        placement.programme.save()
    ActivityFactory(programme=placement.programme, day=MONDAY, kind="pool", starts="09:00", ends="10:00")
    ActivityFactory(programme=placement.programme, day=MONDAY, kind="tour", starts="10:00", ends="10:30")
    meeting(placement, "11:00", "12:00", kind="follow_up")
    give(placement, by, 0, since="13:00", state="treatment")
    ten_past_seven.move_to(at("09:30"))
    page = f"/attendance/{placement.workshop_id}/{MONDAY}/"
    text = signed_in(by).get(page).text
    for part in ["Appointment 9:00–10:00", "Follow-up talk 11:00–12:00", "Doctor or treatment 13:00–14:00"]:
        assert part in text
    assert "pool" not in text.lower()
    assert 'data-covered="09:00-10:00 10:00-10:30 11:00-12:00 13:00-14:00"' in text
    answer = signed_in(by).post("/attendance/marks/", {"rest": 1, "workshop": placement.workshop_id, "day": MONDAY})
    assert answer.status_code == 302
    assert states(placement)[0] == ""
