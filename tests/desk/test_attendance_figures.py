"""The team leader's attendance in figures, and the file of it (A9, experience 11 and 22)."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Organisation
from attendance.figures.roll_ups import count_dirty_days
from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from audit.models import Access
from programmes.models import Placement
from tests.core.test_spreadsheet import read
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.activities import type_with
from tests.factories.programmes import PlacementFactory, ProgrammeTypeFactory, WorkshopFactory

pytestmark = pytest.mark.django_db
MONDAY = datetime.date(2026, 11, 30)
PAGE, FILE = "desk:attendance_figures", "desk:attendance_file"


@pytest.fixture(autouse=True)
def friday():
    with time_machine.travel("2026-12-04T16:00+01:00", tick=False) as traveller:
        yield traveller


def a_group(centre: Organisation, kind, workshop, *states: str) -> list[Placement]:
    """As many citizens as states, each expected for four hours on Monday."""
    placements = [
        PlacementFactory(programme__centre=centre, programme__type=kind, workshop=workshop) for _state in states
    ]
    with acting(System("test")):
        ExpectedAttendance.objects.bulk_create(
            ExpectedAttendance(
                citizen=one.programme.citizen,
                programme=one.programme,
                placement=one,
                workshop=workshop,
                day=MONDAY,
                starts=datetime.time(8),
                ends=datetime.time(12),
                state=state,
                came_at=datetime.time(9) if state == "late" else None,
            )
            for one, state in zip(placements, states, strict=True)
        )
    return placements


@pytest.fixture
def centre() -> Organisation:
    """Wood: six of one type; garden: two of another, which aims for little sickness; and somebody of another centre."""
    centre = CentreFactory()
    wood, garden = (
        WorkshopFactory(unit__organisation=centre, unit__name=name) for name in ("Træværksted", "Have og park")
    )
    text = {"da": "Højst 10 %", "sv": "Högst 10 %", "en": "At most 10 %"}
    aiming = type_with("aiming", targets=[{"key": "sickness", "percent": 10, "at_most": True, "text": text}])
    a_group(centre, ProgrammeTypeFactory(), wood, "present", "present", "present", "late", "no_show", "")
    a_group(centre, aiming, garden, "present", "ill")
    a_group(CentreFactory(), ProgrammeTypeFactory(key="elsewhere"), WorkshopFactory(unit__name="Fremmed"), *["ill"] * 7)
    count_dirty_days()
    return centre


def test_the_page_tells_the_figures_by_workshop_and_type_with_the_filters_in_the_address(centre, signed_in):
    """A9: late counts its true minutes, illness stays in the denominator, what is not registered is outside"""
    client = signed_in(user_with_role("team_leader", centre))
    page = client.get(reverse(PAGE)).content.decode()
    # 3 x 4 + 3 + 0 of 5 x 4 hours, and 4 of 8
    assert (">15</td>" in page, ">20</td>" in page, "19 of 28 hours" in page, "68%" in page) == (True,) * 4
    assert ("Fremmed" in page, page.count('role="img"')) == (False, 2)
    assert ("50%" in page, "not reached" in page) == (True, True)
    one = client.get(reverse(PAGE), {"type": "aiming", "period": "2026-4"}).content.decode()
    assert ("4 of 8 hours" in one, ">20</td>" in one) == (True, False)
    assert "type=aiming" in one
    none = client.get(reverse(PAGE), {"period": "2026-1"}).content.decode()
    assert "Nobody was expected in this period" in none
    for nonsense in ({"period": "9999w"}, {"workshop": "999999999999999999999"}, {"type": "'; --"}, {"workshop": "x"}):
        assert client.get(reverse(PAGE), nonsense).content.decode().count("19 of 28 hours") == 1
    assert Access.objects.filter(kind="list", what__startswith="attendance figures").exists()


def test_the_file_masks_small_groups_and_none_can_be_taken_from_the_others(centre, signed_in):
    """experience 22: two in the garden; with the five of the wood shown they could be worked out"""
    client = signed_in(user_with_role("team_leader", centre))
    answer = client.get(reverse(FILE))
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats")
    lines = read(answer.content)[5:]
    assert [line[0] for line in lines] == ["The others together", "All together"]
    assert float(lines[0][4]) == float(lines[1][4]) == 28
    assert [line[5] for line in lines] == ["fewer than five"] * 2  # one was ill
    reasons = read(answer.content, 3)[5:]
    assert reasons == [["Other reasons together", "fewer than five", "fewer than five"]]
    few = client.get(reverse(FILE), {"type": "aiming"})
    assert [line[-1] for line in read(few.content) if line][-1] == "fewer than five"
    assert Access.objects.filter(kind="export").count() == 2


def test_a_group_large_enough_stands_alone_in_the_file(centre, signed_in):
    """experience 22"""
    metal = WorkshopFactory(unit__organisation=centre, unit__name="Metal")
    a_group(centre, ProgrammeTypeFactory(key="third"), metal, *["present"] * 6)
    a_group(centre, ProgrammeTypeFactory(key="fourth"), metal, *["ill"] * 5)
    count_dirty_days()
    rows = read(signed_in(user_with_role("team_leader", centre)).get(reverse(FILE)).content)
    # Two in the garden, and five of the metal workshop with them, so that the two cannot be worked out.
    assert sorted(row[0] for row in rows[5:]) == ["All together", "Metal", "The others together", "Træværksted"]
    assert [row[5] for row in rows[5:] if row[0] in ("Metal", "All together")] == ["0", str(24 / 72)]


def test_only_team_leaders_and_only_of_their_own_centres(centre, signed_in):
    """T1, F2"""
    for role in ("caseworker", "contact_person", "specialist", "administrator"):
        for name in (PAGE, FILE):
            assert signed_in(user_with_role(role, centre)).get(reverse(name)).status_code == 403
    stranger = signed_in(user_with_role("team_leader", CentreFactory()))
    assert "Nobody was expected" in stranger.get(reverse(PAGE)).content.decode()


def test_the_page_costs_the_same_for_few_and_for_many_slots(centre, signed_in, django_assert_max_num_queries):
    """speed: at most ten; the eleventh is this client's own, which forgets who acted"""
    client = signed_in(user_with_role("team_leader", centre))
    client.get(reverse(PAGE))
    counts = []
    for size in range(2):
        with django_assert_max_num_queries(11) as counted:
            assert client.get(reverse(PAGE), {"period": "52w"}).status_code == 200
        counts.append(len(counted))
        if not size:
            workshop = WorkshopFactory(unit__organisation=centre)
            for number in range(6):
                a_group(centre, ProgrammeTypeFactory(key=f"more_{number}"), workshop, "present", "ill", "late")
            count_dirty_days()
    assert counts[0] == counts[1]
