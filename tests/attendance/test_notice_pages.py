"""The form of a notice, the register of a coming day, and joint days (A1, A2, experience 7)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from attendance.expected.writing import write_expected
from attendance.joint_days.arranging import arrange_joint_day, cancel_joint_day
from attendance.models import ExpectedAttendance, JointDay, Notice, RegisterDay
from attendance.notices.giving import Away, give_notice
from audit.acting import System, acting
from citizens.models import Citizen
from core.exceptions import NotAllowed, Refused
from programmes.models import ClosingDay, Pause
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeFactory, ScheduleSlotFactory, WorkshopFactory

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
SUNDAY = MONDAY + DAY * 6
SYSTEM = System("test")


@pytest.fixture(autouse=True)
def seven_on_monday():
    with time_machine.travel("2026-11-23T07:00+01:00", tick=False):
        yield


@pytest.fixture
def slot():
    return SlotFactory(day=MONDAY + DAY * 2)


@pytest.fixture
def by(slot):
    return contact_person_of(slot.workshop)


def state_of(slot) -> str:
    return ExpectedAttendance.objects.get(pk=slot.pk).state


def test_a_notice_is_given_changed_and_taken_back_by_its_pages(slot, by, signed_in):
    """A2, experience 18: from the register and back to it"""
    client = signed_in(by)
    register = reverse("attendance:register", args=[slot.workshop_id, slot.day])
    give = f"{reverse('attendance:give_notice', args=[slot.programme.reference])}?day={slot.day}&next={register}"
    assert give.replace("&", "&amp;") in client.get(register).text
    assert "Wednesday in week 48" in client.get(give).text
    sent = {"state": "ill", "from_day": "23.11.26", "until_day": "25/11-2026", "remark": "Fever"}
    answer = client.post(give, sent)
    assert (answer.status_code, answer["Location"], state_of(slot)) == (302, register, "ill")
    notice = Notice.objects.get()
    text = client.get(register).text
    assert "Sent word: Ill, Fever" in text
    change = reverse("attendance:change_notice", args=[notice.pk])
    assert change in text
    case = reverse("attendance:citizen", args=[slot.programme.reference])
    assert "Monday 23 November – Wednesday 25 November · Fever" in client.get(case).text
    assert client.post(change, {"state": "ill", "from_day": "23.11.26", "until_day": "24.11.26"}).status_code == 302
    assert state_of(slot) == ""
    answer = client.post(reverse("attendance:take_back_notice", args=[notice.pk]) + "?next=//elsewhere.example/")
    assert (answer.status_code, answer["Location"]) == (302, case)
    assert f"Taken back by {by.name}" in client.get(case).text
    answer = client.post(reverse("attendance:take_back_notice", args=[notice.pk]), follow=True)
    assert "taken back already" in answer.text
    assert client.get(change).status_code == 302


@pytest.mark.parametrize(
    ("sent", "field", "word"),
    [
        ({"from_day": ""}, "from_day", "Fill this in"),
        ({"from_day": "1.1.0001"}, "from_day", "Write the date"),
        ({"until_day": "31.12.9999"}, "until_day", "Write the date"),
        ({"until_day": "22.11.26"}, "until_day", "lies before the first"),
        ({"from_time": "11.00", "until_time": "9.00"}, "until_time", "after the beginning"),
        ({"from_time": "25.00"}, "from_time", "Write the time"),
        ({"from_day": "1.10.26", "until_day": "24.11.26"}, "from_day", "four weeks back"),
        ({"until_day": "1.12.27"}, "until_day", "at most a year"),
        ({"from_day": "1.6.27"}, "from_day", "The programme runs from"),
        ({"state": "present"}, "state", "valid choice"),
        ({"state": "no_show"}, "state", "valid choice"),
        ({"remark": "x" * 301}, "remark", "300"),
        ({"remark": "nul\0"}, "remark", "Null characters"),
        ({"remark": "010180-1234"}, "remark", "Leave the number out"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(slot, by, signed_in, sent, field, word):
    """experience 17: 422, and nothing changes"""
    page = reverse("attendance:give_notice", args=[slot.programme.reference])
    answer = signed_in(by).post(page, {"state": "ill", "from_day": "23.11.26", "remark": "Typed", **sent})
    assert answer.status_code == 422
    assert word in str(answer.context["form"].errors[field])
    assert "Error:" in answer.text
    assert not Notice.objects.exists()


def test_strangers_find_no_notice_and_the_referrer_gives_none(slot, by, signed_in):
    """T1"""
    notice = give_notice(
        programme=slot.programme, state="ill", away=Away(slot.day, None, slot.day, None), remark="", by=by
    )
    pages = [
        reverse("attendance:give_notice", args=[slot.programme.reference]),
        reverse("attendance:change_notice", args=[notice.pk]),
    ]
    stranger, referrer = signed_in(contact_person_of(WorkshopFactory())), signed_in(slot.programme.referrer)
    for page in pages:
        assert stranger.get(page).status_code == 404
        assert referrer.get(page).status_code == 403
    assert referrer.post(f"{pages[1]}take-back/").status_code == 403
    assert signed_in(by).get("/attendance/notices/99999999999999999999/").status_code == 404
    assert state_of(slot) == "ill"


def test_a_coming_day_takes_notices_only(slot, by, signed_in):
    """A2, experience 7"""
    text = signed_in(by).get(reverse("attendance:register", args=[slot.workshop_id, slot.day])).text
    assert text.count('class="t-mark t-') == 2
    assert ('value="ill"' in text, 'value="present"' in text, 'data-mark="no_show"' in text) == (True, False, False)
    assert "Everyone else is here" not in text


# ── Joint days ────────────────────────────────────────────────────────────────────────────────────────────────────


def placed_in(workshop, count: int = 1, **fields) -> list:
    return [
        PlacementFactory(programme__centre=workshop.unit.organisation, workshop=workshop, **fields)
        for _ in range(count)
    ]


def arrange(workshop, by, day=SUNDAY, starts="10:00", ends="14:00", left_out=()) -> JointDay:
    times = {"starts": datetime.time.fromisoformat(starts), "ends": datetime.time.fromisoformat(ends)}
    return arrange_joint_day(workshop=workshop, day=day, **times, name="Open day", left_out=left_out, by=by)


def expected_on(day) -> list[tuple[str, str]]:
    slots = ExpectedAttendance.objects.filter(day=day).order_by("pk")
    return [(f"{slot.starts:%H:%M}", f"{slot.ends:%H:%M}") for slot in slots]


def test_a_sunday_together_is_expected_of_all_who_are_placed_and_goes_again_when_it_is_called_off(signed_in):
    """A1: a pause stays a pause, agreed hours stay as they are, word that was sent stands from the start."""
    workshop = WorkshopFactory()
    first, ill, resting, agreed = placed_in(workshop, 4)
    placed_in(WorkshopFactory(unit__organisation=workshop.unit.organisation))
    by = contact_person_of(workshop)
    ScheduleSlotFactory(placement=agreed, weekday=7, starts=datetime.time(9), ends=datetime.time(12))
    with acting(SYSTEM):
        Pause.objects.create(programme=resting.programme, starts_on=MONDAY, reason="Surgery")
    give_notice(programme=ill.programme, state="ill", away=Away(MONDAY, None, SUNDAY, None), remark="", by=by)
    joint_day = arrange(workshop, by)
    assert sorted(expected_on(SUNDAY)) == [("09:00", "12:00"), ("10:00", "14:00"), ("10:00", "14:00")]
    assert ExpectedAttendance.objects.get(placement=ill).state == "ill"
    assert RegisterDay.objects.get(day=SUNDAY).closes == datetime.time(14)
    assert arrange(workshop, by) == joint_day
    with pytest.raises(Refused):
        arrange(workshop, by, ends="15:00")
    write_expected(since=MONDAY, until=SUNDAY, by=SYSTEM)
    assert len(expected_on(SUNDAY)) == 3

    client = signed_in(by)
    assert "Joint day: Open day." in client.get(reverse("attendance:register", args=[workshop.pk, SUNDAY])).text
    answer = client.post(reverse("attendance:cancel_joint_day", args=[joint_day.pk]), follow=True)
    assert "Called off: Open day" in answer.text
    assert not ExpectedAttendance.objects.filter(placement=first).exists()
    let_off = ExpectedAttendance.objects.get(placement=ill)
    assert (let_off.state, let_off.agreed_minutes) == ("leave", 0)
    with pytest.raises(Refused):
        cancel_joint_day(joint_day=joint_day, by=by)
    assert arrange(workshop, by).pk != joint_day.pk


def test_who_is_left_out_of_a_joint_day_keeps_the_ordinary_day(signed_in, django_assert_max_num_queries):
    """A1: all are chosen before; whoever is placed meanwhile or later comes too."""
    workshop = WorkshopFactory()
    comes, left_out, weekly, later = placed_in(workshop, 4)
    ScheduleSlotFactory(placement=weekly, weekday=7, starts=datetime.time(9), ends=datetime.time(12))
    by = contact_person_of(workshop)
    with acting(SYSTEM):
        Citizen.objects.filter(pk=later.programme.citizen_id).update(is_protected=True)
        Citizen.objects.filter(pk=left_out.programme.citizen_id).update(first_name="Torben", last_name="Lund")
    client, page = signed_in(by), reverse("attendance:joint_days", args=[workshop.pk])
    with django_assert_max_num_queries(14):
        text = client.get(page).text
    assert text.count('name="comes"') == text.count(" checked>") == 4
    assert "4 citizens on the list. Leave somebody out" in text

    shown = [one.programme_id for one in (comes, left_out, weekly)]
    sent = {"name": "Open day", "day": SUNDAY.isoformat(), "starts": "10", "ends": "14", "shown": [*shown, "x\0", -1]}
    answer = client.post(page, sent | {"comes": []} | {"shown": [*shown, later.programme_id]})
    assert (answer.status_code, "Choose at least one citizen" in answer.text) == (422, True)
    wrong = client.post(page, sent | {"comes": [comes.programme_id], "ends": "9"})
    assert (wrong.status_code, wrong.text.count(" checked>"), "<details open>" in wrong.text) == (422, 2, True)
    answer = client.post(page, sent | {"comes": [comes.programme_id]}, follow=True)
    assert "Everybody of the workshop but 2 is expected on Sunday 29 November." in answer.text
    assert "Torben Lund" in answer.text.split("Left out:")[1].split("</p>")[0]
    assert sorted(expected_on(SUNDAY)) == [("09:00", "12:00"), ("10:00", "14:00"), ("10:00", "14:00")]
    assert not ExpectedAttendance.objects.filter(placement=left_out).exists()

    placed_in(workshop)
    write_expected(since=MONDAY, until=SUNDAY, by=SYSTEM)
    assert expected_on(SUNDAY).count(("10:00", "14:00")) == 3
    assert client.post(page, sent | {"comes": [comes.programme_id]}).status_code == 302
    assert client.post(page, sent | {"comes": shown}).status_code == 422
    assert JointDay.objects.count() == 1
    stranger = ProgrammeFactory()
    with pytest.raises(NotAllowed):
        arrange(workshop, by, day=SUNDAY + DAY, left_out=[stranger])


def test_the_number_of_statements_of_a_joint_day_does_not_grow(django_assert_max_num_queries):
    """sets, not loops"""
    workshop = WorkshopFactory()
    by = user_with_role("team_leader", workshop.unit.organisation)
    for count in (1, 12):
        placed_in(workshop, count)
        with django_assert_max_num_queries(17):
            arrange(workshop, by, day=SUNDAY + DAY * count)
    assert len(expected_on(SUNDAY + DAY * 12)) == 13


def test_a_joint_day_is_for_those_who_lead_and_for_a_day_that_can_be(signed_in):
    """T1, experience 17"""
    workshop = WorkshopFactory()
    centre = workshop.unit.organisation
    by = contact_person_of(workshop)
    page = reverse("attendance:joint_days", args=[workshop.pk])
    for role, status in [("caseworker", 403), ("team_leader", 200), ("referrer", 404)]:
        assert signed_in(user_with_role(role, centre)).get(page).status_code == status
    with pytest.raises(NotAllowed):
        arrange(workshop, user_with_role("caseworker", centre))
    with pytest.raises(NotAllowed):
        arrange(workshop, contact_person_of(WorkshopFactory()))
    with acting(SYSTEM):
        ClosingDay.objects.create(centre=centre, day=SUNDAY, name="Frost")
    client = signed_in(by)
    sent = {"name": "Open day", "day": "30.11.26", "starts": "10", "ends": "14"}
    for wrong, field in [
        ({"day": "29.11.26"}, "day"),
        ({"day": "22.11.26"}, "day"),
        ({"day": "1.1.0001"}, "day"),
        ({"day": "31.12.2099"}, "day"),
        ({"ends": "9.30"}, "ends"),
        ({"name": ""}, "name"),
    ]:
        answer = client.post(page, sent | wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field]), wrong
    assert not JointDay.objects.exists()
    assert client.post(page, sent).status_code == 302
    assert (
        signed_in(user_with_role("caseworker", centre))
        .post(reverse("attendance:cancel_joint_day", args=[JointDay.objects.get().pk]))
        .status_code
        == 403
    )
    assert slots_in(workshop, 0) == []
