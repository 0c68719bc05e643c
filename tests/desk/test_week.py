"""The agreed week of a case in the browser (P5, P12)."""

import datetime
import html

import pytest
import time_machine
from django.urls import reverse

from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from audit.models import Access, Event
from programmes.models import Placement, ScheduleSlot
from tests.desk.cast import TODAY, a_case
from tests.factories.activities import type_with
from tests.factories.attendance import SlotFactory
from tests.factories.programmes import PlacementFactory, ScheduleSlotFactory, WorkshopFactory
from tests.factories.worklist import TaskFactory

pytestmark = pytest.mark.django_db
NEXT_MONDAY = datetime.date(2026, 12, 7)
EMPTY = {f"{end}_{day}{again}": "" for day in range(1, 6) for end in ("from", "until") for again in ("", "b")}


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel("2026-12-02 09:00:00+01:00", tick=False):
        yield


@pytest.fixture
def case():
    case = a_case()
    ScheduleSlotFactory(placement=case.placement, weekday=1)
    ScheduleSlotFactory(placement=case.placement, weekday=3, ends=datetime.time(10, 30))
    return case


def address(case, name="week", *more) -> str:
    return reverse(f"desk:{name}", args=[case.programme.reference, *more])


def text(response) -> str:
    return html.unescape(response.content.decode())


def test_the_week_is_changed_from_next_monday_and_reads_as_a_step(case, signed_in):
    """P5, P12: a rise that is agreed is the normal case."""
    client = signed_in(case.caseworker)
    SlotFactory(placement=case.placement, day=datetime.date(2026, 11, 30), state="present")
    page = text(client.get(address(case)))
    assert "6.5 hours a week are agreed." in page
    assert "Mon 8:00–12:00, Wed 8:00–10:30" in page
    assert "week 49: 4 of 6.5" in page
    form = client.get(address(case, "week_change", case.placement.pk))
    assert 'value="8:00"' in text(form)
    typed = {
        **EMPTY, "from_day": "7.12.26", "from_1": "8", "until_1": "12", "from_1b": "12.30", "until_1b": "14.30",
        "from_3": "800", "until_3": "10.30",
    }  # fmt: skip
    response = client.post(address(case, "week_change", case.placement.pk), typed, follow=True)
    page = text(response)
    assert "The new week is agreed from Monday 7 December to Sunday 21 February" in page
    assert "6.5 hours a week now, 8.5 from Monday 7 December, as agreed." in page
    timeline = text(client.get(reverse("desk:case", args=[case.programme.reference])))
    assert "New agreed week from Monday 7 December: 8.5 hours, before 6.5" in timeline
    assert "See the agreed week" in timeline
    again = client.post(address(case, "week_drop", case.placement.pk, "2026-12-07"), follow=True)
    assert "6.5 hours a week are agreed." in text(again)
    for day in ("2026-12-07", "0001-01-01", "9999-12-31"):
        again = client.post(address(case, "week_drop", case.placement.pk, day), follow=True)
        assert "No agreed step begins on that day" in text(again)
    assert client.post(address(case, "week_drop", case.placement.pk, "2026-02-30")).status_code == 404
    for day in ("0001-01-01", "9999-12-31", "soon"):
        assert client.get(address(case, "week_change", case.placement.pk), {"from": day}).status_code == 200
    assert Access.objects.filter(citizen_id=case.citizen.pk, user_id=case.caseworker.pk).exists()


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"from_day": ""}, "id_from_day", "Fill this in"),
        ({"from_day": "1.1.0001"}, "id_from_day", "Write the date as"),
        ({"from_day": "31.12.9999"}, "id_from_day", "Write the date as"),
        ({"from_day": "9999-12-31"}, "id_from_day", "Write the date as"),
        ({"from_day": "1.12.26"}, "id_from_day", "Choose today or a later day"),
        ({"from_day": "1.1.2100"}, "id_from_day", "The placement runs"),
        ({"until_1": ""}, "id_until_1", "Write both from and until"),
        ({"from_1": "noon"}, "id_from_1", "Write the time as 7:30"),
        ({"from_1": "\x00"}, "id_from_1", "Write the time as 7:30"),
        ({"from_1": "13", "until_1": "12"}, "id_from_1", "The end must be after the start"),
        ({"from_1": "6"}, "id_from_1", "Outside opening hours"),
        ({"from_1b": "11", "until_1b": "13"}, "id_from_1b", "already an agreed time"),
        ({"from_5": "8", "until_5": "9"}, "id_from_5", "Friday 8:00–12:00 is agreed with"),
        ({"from_1": "", "until_1": ""}, "id_from_1", "Agree at least one day a week"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost_or_changed(case, signed_in, typed, field, words):
    """Experience 17"""
    ScheduleSlotFactory(placement=PlacementFactory(programme=case.programme), weekday=5)
    before = list(ScheduleSlot.objects.order_by("pk").values())
    sent = {**EMPTY, "from_day": "7.12.26", "from_1": "8", "until_1": "12"} | typed
    response = signed_in(case.caseworker).post(address(case, "week_change", case.placement.pk), sent)
    assert response.status_code == 422
    page = text(response)
    assert page.count(words) >= 2  # above, and beside the field
    assert f'href="#{field}"' in page
    for value in filter(None, {*sent.values()} - {"\x00"}):
        assert f'value="{value}"' in page
    assert list(ScheduleSlot.objects.order_by("pk").values()) == before


def test_a_second_workshop_is_chosen_agreed_ended_and_another_taken_back(case, signed_in):
    client = signed_in(case.team_leader)
    kitchen = WorkshopFactory(unit__organisation=case.programme.centre, unit__name="Kitchen")
    closed = WorkshopFactory(unit__organisation=case.programme.centre, unit__closed_on=TODAY)
    page = text(client.get(address(case, "week_new")))
    assert "Kitchen" in page
    assert str(closed) not in page
    assert client.get(address(case, "week_place", closed.pk)).status_code == 404
    assert client.get(address(case, "week_place", 2**70)).status_code == 404
    typed = {**EMPTY, "starts_on": "14.12.26", "ends_on": "1.12.26", "from_4": "8", "until_4": "12"}
    response = client.post(address(case, "week_place", kitchen.pk), typed)
    assert "The end must not lie before the start" in text(response)
    response = client.post(address(case, "week_place", kitchen.pk), typed | {"ends_on": "24.1.27"}, follow=True)
    assert "Kitchen is agreed from Monday 14 December" in text(response)
    assert "still to come" in text(response)
    placement = Placement.objects.get(workshop=kitchen)
    assert client.post(address(case, "week_end", placement.pk), {"ends_on": "1.1.0001"}).status_code == 422
    client.post(address(case, "week_end", placement.pk), {"ends_on": "17.1.27"})
    placement.refresh_from_db()
    assert placement.ends_on == datetime.date(2027, 1, 17)
    # Somebody noted an absence in advance: the placement is not taken back as if nothing were.
    noted = ExpectedAttendance.objects.filter(placement=placement, day=datetime.date(2026, 12, 17))
    with acting(System("test")):
        noted.update(state="ill")
    response = client.post(address(case, "week_remove", placement.pk), follow=True)
    assert "Something is noted on days" in text(response)
    with acting(System("test")):
        noted.update(state="")
    client.post(address(case, "week_remove", placement.pk))
    assert not Placement.objects.filter(workshop=kitchen).exists()


def test_an_internship_is_agreed_where_the_type_has_any(signed_in):
    """P5, A11: with a name, a contact and any day of the week; what is typed wrong is kept."""
    case = a_case(type=type_with(uses_internships=True))
    client = signed_in(case.caseworker)
    assert "Internship" in text(client.get(address(case, "week_new")))
    page = address(case, "week_elsewhere", "internship")
    typed = {"place": "", "contact_name": "Ib Hansen", "starts_on": "3.12.26", "ends_on": "1.2.27",
             "from_6": "9", "until_6": "13.30"}  # fmt: skip
    response = client.post(page, typed)
    assert response.status_code == 422
    assert 'href="#id_place"' in text(response)
    assert 'value="Ib Hansen"' in text(response)
    response = client.post(page, typed | {"place": "Hansen's Joinery"}, follow=True)
    assert "Hansen's Joinery is agreed from Thursday 3 December" in text(response)
    assert "Ib Hansen" in text(response)
    assert "Ib Hansen" not in text(signed_in(case.referrer).get(address(case)))
    placement = Placement.objects.get(kind="internship")
    assert "Last day in Hansen's Joinery" in text(client.get(address(case, "week_end", placement.pk)))
    assert 'value="9:00"' in text(client.get(address(case, "week_change", placement.pk)))
    for kind in ("course", "workshop", "nonsense"):
        assert client.get(address(case, "week_elsewhere", kind)).status_code == 404
    plain = a_case("Else")
    assert signed_in(plain.caseworker).get(address(plain, "week_elsewhere", "internship")).status_code == 404


def test_somebody_else_is_called_at_the_workplace(signed_in):
    """A11, T13: what a colleague wrote meanwhile is shown before it is replaced."""
    case = a_case(type=type_with(uses_internships=True))
    placement = PlacementFactory(programme=case.programme, internship=True, contact_name="Ib Hansen")
    client = signed_in(case.caseworker)
    assert address(case, "week_contact", placement.pk) in text(client.get(address(case)))
    page = address(case, "week_contact", placement.pk)
    assert 'value="Ib Hansen"' in text(client.get(page))
    sent = {"contact_name": "Eva Holm", "contact_phone": "+45 12 34 56 78", "seen": "Ib Hansen"}
    assert 'href="tel:+4512345678"' in text(client.post(page, sent, follow=True))
    late = client.post(page, {"contact_name": "Per Vang", "contact_phone": "", "seen": "Ib Hansen"})
    assert late.status_code == 422
    assert "Somebody else has changed it meanwhile: Eva Holm · +45 12 34 56 78" in text(late)
    assert 'value="Per Vang"' in text(late)
    seen = late.context["form"]["seen"].value()
    assert client.post(page, {"contact_name": "Per Vang", "contact_phone": "", "seen": seen}).status_code == 302
    placement.refresh_from_db()
    assert placement.contact == "Per Vang"
    assert client.get(address(case, "week_contact", case.placement.pk)).status_code == 404


def test_others_read_the_week_and_change_nothing(case, signed_in):
    """T1"""
    for user in (case.contact_person, case.referrer, case.citizen_user):
        page = text(signed_in(user).get(address(case)))
        assert "6.5 hours a week" in page
        assert "Change the week" not in page
    assert signed_in(a_case("Else", "Fremmed").caseworker).get(address(case)).status_code == 404


def test_the_citizen_knows_of_shorter_hours(case, signed_in):
    """J6"""
    task = TaskFactory(
        kind="week_shortened", source=f"programmes.programme:{case.programme.pk}", citizen=case.citizen,
        for_user=case.caseworker, params={"workshop": "Kitchen"},
    )  # fmt: skip
    client = signed_in(case.caseworker)
    assert "Kitchen has new opening hours" in text(client.get(address(case)))
    client.post(address(case, "week_told"))
    task.refresh_from_db()
    assert task.done_by == case.caseworker
    assert Event.objects.get(verb="week_told").citizen_id == case.citizen.pk


def test_the_page_takes_the_same_queries_for_one_and_for_many_steps(case, signed_in, django_assert_num_queries):
    client = signed_in(case.caseworker)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address(case))
    with CaptureQueriesContext(connection) as few:
        client.get(address(case))
    for number in range(4):
        placement = PlacementFactory(programme=case.programme)
        first = NEXT_MONDAY + datetime.timedelta(weeks=number)
        ScheduleSlotFactory(placement=placement, weekday=5, starts=datetime.time(8 + number), valid_from=first,
                            ends=datetime.time(9 + number))  # fmt: skip
    with django_assert_num_queries(len(few)):
        client.get(address(case))
