import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from attendance.models import ExpectedAttendance
from attendance.register.reading import summaries
from audit.acting import System, acting
from audit.models import Access
from tests.factories.accounts import user_with_role
from tests.factories.attendance import MissedFactory, SlotFactory, contact_person_of, slots_in
from tests.factories.programmes import MONDAY, WorkshopFactory

pytestmark = pytest.mark.django_db
# The test client forgets who acted before each request, by one query of its own.
FRESH = 1
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def twenty_past_eight():
    with time_machine.travel("2026-11-23T08:20+01:00", tick=False):
        yield


@pytest.fixture
def workshop():
    return WorkshopFactory(unit__name="Træværkstedet")


def page(workshop, day=MONDAY) -> str:
    return reverse("attendance:register", args=[workshop.pk, day])


def test_the_register_shows_the_expected_with_hours_and_tasks_and_no_reasons(workshop, signed_in):
    """A2, experience 7, P16"""
    slots_in(
        workshop,
        1,
        placement__programme__accommodations="Lift at most 5 kg\nBreak at 10",
        placement__programme__accommodations_why="Slipped disc",
    )
    slots_in(workshop, 1, day=MONDAY + DAY, placement__programme__citizen__first_name="Tomorrow")
    answer = signed_in(contact_person_of(workshop)).get(page(workshop))
    text = answer.content.decode()
    assert "Træværkstedet" in text
    assert "8:00–12:00" in text
    assert "Lift at most 5 kg · Break at 10" in text
    assert "Slipped disc" not in text
    assert "Tomorrow Ærtebjerg" not in text
    assert "Starts today" in text
    assert Access.objects.filter(kind="list", what=f"register {workshop.pk} {MONDAY}").exists()


def test_a_protected_name_and_telephone_are_masked(workshop, signed_in):
    """experience 27"""
    slot = slots_in(workshop, 1, placement__programme__citizen__is_protected=True)[0]
    MissedFactory(slot=slot)
    text = signed_in(contact_person_of(workshop)).get(page(workshop)).content.decode()
    assert "Protected name" in text
    assert slot.citizen.last_name not in text
    assert "00 12 34 56" not in text


def test_a_protected_name_stands_last_and_not_between_its_neighbours(workshop, signed_in):
    """T10: where it sorts would tell how it begins."""
    for last, is_protected in [("Bak", False), ("Bo", True), ("Cramer", False)]:
        citizen = {"last_name": last, "is_protected": is_protected}
        slots_in(workshop, 1, **{f"placement__programme__citizen__{key}": value for key, value in citizen.items()})
    text = signed_in(contact_person_of(workshop)).get(page(workshop)).content.decode()
    assert text.index("Bak</a>") < text.index("Cramer</a>") < text.index("Protected name</a>")


def test_a_missed_citizen_shows_what_to_do(workshop, signed_in):
    """A4, experience 8"""
    missed = MissedFactory(slot=slots_in(workshop, 1)[0])
    text = signed_in(contact_person_of(workshop)).get(page(workshop)).content.decode()
    assert "Has not come, no word" in text
    assert 'href="tel:00123456"' in text
    assert reverse("attendance:contact", args=[missed.pk]) in text


def test_the_number_of_queries_does_not_grow_with_the_people(workshop, signed_in, django_assert_max_num_queries):
    """speed: 8 for 5 and for 300"""
    client = signed_in(contact_person_of(workshop))
    slots_in(workshop, 5)
    with django_assert_max_num_queries(8 + FRESH):
        client.get(page(workshop))
    first = slots_in(workshop, 1)[0]
    ExpectedAttendance.objects.bulk_create(
        ExpectedAttendance(
            citizen=first.citizen,
            programme=first.programme,
            placement=first.placement,
            workshop=workshop,
            day=MONDAY,
            starts=datetime.time(12, n % 60, n // 60),
            ends="14:00",
        )
        for n in range(294)
    )
    with django_assert_max_num_queries(8 + FRESH):
        answer = client.get(page(workshop))
    assert answer.content.decode().count('class="t-regrow') == 300


@pytest.mark.parametrize("role", ["team_leader", "caseworker"])
def test_others_of_the_centre_read_it_too(workshop, signed_in, role):
    assert signed_in(user_with_role(role, workshop.unit.organisation)).get(page(workshop)).status_code == 200


def test_nobody_else_finds_it(workshop, signed_in):
    """T1"""
    slot = slots_in(workshop, 1)[0]
    for stranger in [
        contact_person_of(WorkshopFactory()),
        user_with_role("team_leader", WorkshopFactory().unit.organisation),
        slot.programme.referrer,
        user_with_role("administrator", workshop.unit.organisation),
        user_with_role("steering_group", workshop.unit.organisation),
    ]:
        client = signed_in(stranger)
        assert client.get(page(workshop)).status_code == 404
        assert client.get(reverse("attendance:history", args=[workshop.pk, MONDAY])).status_code == 404
    assert Access.objects.filter(kind="denied").count() == 10


@pytest.mark.parametrize(
    "path", ["1/2026-13-01/", "1/2026-02-30/", "99999999999999999999999/2026-11-23/", "1/0000-00-00/", "x/2026-11-23/"]
)
def test_a_day_that_is_none_is_not_found(workshop, signed_in, path):
    assert signed_in(contact_person_of(workshop)).get(f"/attendance/{path}").status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_far_away_is_an_empty_register(workshop, signed_in, day):
    answer = signed_in(contact_person_of(workshop)).get(f"/attendance/{workshop.pk}/{day}/")
    assert answer.status_code == 200
    assert "Nobody is expected here on that day" in answer.content.decode()


def test_a_day_with_nobody_leads_to_the_days_with_people(workshop, signed_in):
    """experience 25"""
    slots_in(workshop, 1, day=MONDAY - DAY * 3)
    slots_in(workshop, 1, day=MONDAY + DAY)
    text = signed_in(contact_person_of(workshop)).get(page(workshop)).content.decode()
    assert "Nobody is expected here today" in text
    assert page(workshop, MONDAY - DAY * 3) in text
    assert page(workshop, MONDAY + DAY) in text


@pytest.mark.parametrize("ask", ["late", "left_early", "more"])
def test_a_row_opens_without_a_script(workshop, signed_in, ask):
    slot = slots_in(workshop, 1)[0]
    text = signed_in(contact_person_of(workshop)).get(f"{page(workshop)}?slot={slot.pk}&ask={ask}").content.decode()
    assert text.count("data-panel>") - text.count("<template") <= 3
    assert ('value="08:20"' in text) == (ask != "more")


@pytest.mark.parametrize(
    "query", ["?slot=x&ask=late", "?slot=²&ask=late", "?slot=1&ask=nap", "?slot=" + "9" * 50 + "&ask=more"]
)
def test_a_strange_address_opens_nothing(workshop, signed_in, query):
    slots_in(workshop, 1)
    assert signed_in(contact_person_of(workshop)).get(page(workshop) + query).status_code == 200


def test_the_history_says_who_and_when(workshop, signed_in):
    """experience 2"""
    user = contact_person_of(workshop, name="Birthe Nørskov")
    client = signed_in(user)
    slot = slots_in(workshop, 1)[0]
    client.post("/attendance/marks/", {"slot": slot.pk, "state": "ill"})
    client.post("/attendance/marks/", {"slot": slot.pk, "state": ""})
    text = client.get(reverse("attendance:history", args=[workshop.pk, MONDAY])).content.decode()
    assert text.count("Birthe Nørskov") >= 2
    assert "Ill" in text
    assert "Last changed by Birthe Nørskov" in client.get(page(workshop)).content.decode()


def test_the_overview_puts_unfinished_registers_first(workshop, signed_in, django_assert_max_num_queries):
    """experience 6, A5"""
    centre = workshop.unit.organisation
    done = WorkshopFactory(unit__organisation=centre, unit__name="A done one")
    SlotFactory(placement__programme__centre=centre, placement__workshop=done, state="present")
    slots_in(workshop, 2)
    WorkshopFactory(unit__organisation=centre, unit__name="An empty one")
    WorkshopFactory(unit__name="Somebody else's")
    leader = user_with_role("team_leader", centre)

    found = summaries(leader, MONDAY, at=timezone.now())
    assert [one.name for one in found] == ["Træværkstedet", "A done one", "An empty one"]
    assert [one.name for one in found if one.is_missing] == ["Træværkstedet"]
    client = signed_in(leader)
    with django_assert_max_num_queries(8 + FRESH):
        text = client.get("/attendance/").content.decode()
    assert "Not filled in" in text
    assert "Somebody else" not in text


def test_the_overview_is_for_those_who_keep_registers(workshop, signed_in):
    for role in ("referrer", "citizen", "administrator", "specialist"):
        assert signed_in(user_with_role(role, workshop.unit.organisation)).get("/attendance/").status_code == 403
    member = user_with_role("steering_group", workshop.unit.organisation)
    assert signed_in(member).get("/attendance/").status_code == 404


@pytest.mark.parametrize("who", ["contact_person", "caseworker"])
def test_an_old_register_tells_no_more_than_that_somebody_came_once_the_case_is_closed(signed_in, who):
    """T1: telephone, accommodations and remark end with the access."""
    slot = SlotFactory(
        state="other",
        remark="A remark",
        placement__programme__citizen__phone="28 11 22 33",
        placement__programme__accommodations="Lifts at most 5 kg",
    )
    MissedFactory(slot=slot)
    user = contact_person_of(slot.workshop) if who == "contact_person" else slot.programme.caseworker
    page = reverse("attendance:register", args=[slot.workshop_id, slot.day])
    html = signed_in(user).get(page).text
    assert "Lifts at most 5 kg" in html
    assert "A remark" in html
    with acting(System("test")):
        slot.citizen.access.update(ends_on=slot.day - datetime.timedelta(days=400))
    html = signed_in(user).get(page).text
    assert slot.citizen.name in html
    for told in ("28 11 22 33", "Lifts at most 5 kg", "A remark"):
        assert told not in html
