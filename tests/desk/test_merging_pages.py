"""The pages on which two records become one, and a programme ends before its time (K1, K4)."""

import pytest

from attendance.models import ExpectedAttendance
from audit.acting import System, acting
from citizens.models import Citizen, Merge
from desk.citizen.merging import obstacles, unmerge
from programmes.models import Programme
from tests.citizens.test_merging import World, give_number
from tests.desk.cast import AccessFactory, a_case
from tests.factories.accounts import user_with_role
from tests.factories.attendance import SlotFactory
from tests.factories.citizens import CitizenFactory
from tests.factories.programmes import PlacementFactory, ProgrammeFactory
from tests.factories.worklist import TaskFactory
from worklist.models import Task

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-09T09:00:00+01:00", tick=False)]


@pytest.fixture
def world() -> World:
    world = World()
    world.programme(world.one)
    world.programme(world.two)
    return world


def pair(world, page: str = "") -> str:
    return f"/citizens/{world.one.pk}/merge/{world.two.pk}/{page}"


def test_likely_duplicates_are_found_and_strangers_are_not(world, signed_in, django_assert_max_num_queries):
    """K1: born the same day, names alike, at most one number, both at the leader's centre."""
    for fields in ({"birth_date": "1990-01-01"}, {"first_name": "Gudrun", "last_name": "Ahlgren"}):
        world.programme(CitizenFactory(**{"first_name": "Torben", "last_name": "Sejersen"} | fields))
    elsewhere = CitizenFactory(first_name="Torben", last_name="Sejersen")
    ProgrammeFactory(citizen=elsewhere)
    protected = CitizenFactory(first_name="Torben", last_name="Sejersen", is_protected=True)
    world.programme(protected)
    client = signed_in(world.leader)
    shown = client.get("/citizens/duplicates/").content.decode()
    assert shown.count("/merge/") == 1
    assert str(protected.pk) not in shown
    assert str(elsewhere.pk) not in shown
    for _ in range(4):
        world.programme(CitizenFactory(first_name="Torben", last_name="Sejersen"))
    with django_assert_max_num_queries(14):
        shown = client.get("/citizens/duplicates/").content.decode()
    assert shown.count("/merge/") == 15
    for citizen in Citizen.objects.all():
        give_number(citizen, f"140389-{1000 + int(citizen.pk.int % 7919)}")
    assert "No two records look like the same person" in client.get("/citizens/duplicates/").content.decode()


def test_the_two_stand_side_by_side_and_become_one_and_two_again(world, signed_in):
    client = signed_in(world.leader)
    shown = client.get(pair(world)).content.decode()
    for text in ["Torben", "Thorben", "87 65 43 21", "on the timeline"]:
        assert text in shown
    choices = {"first_name": "survivor", "last_name": "survivor", "phone": "loser", "why": "The same mother"}
    done = client.post(pair(world), choices)
    survivor = Citizen.objects.get(pk=world.one.pk)
    assert done["Location"] == f"/citizens/{survivor.pk}/"
    assert survivor.phone == "87 65 43 21"
    page = client.get(f"/citizens/{survivor.pk}/").content.decode()
    assert "Two records became one" in page
    assert client.get(pair(world))["Location"] == f"/citizens/{survivor.pk}/"
    row = Merge.objects.get()
    undo = f"/citizens/{survivor.pk}/merges/{row.pk}/undo/"
    assert undo in page
    assert client.post(undo, {"why": ""}).status_code == 422
    client.post(undo, {"why": "Brothers"})
    assert "are two again since" in client.get(f"/citizens/{survivor.pk}/").content.decode()
    assert client.get(undo)["Location"] == f"/citizens/{survivor.pk}/"
    assert Programme.objects.filter(citizen=world.two).count() == 1


@pytest.mark.parametrize("data", [{}, {"why": "x"}, {"why": "x", "first_name": "third"}, {"why": "y" * 301}])
def test_every_difference_is_chosen_and_a_reason_is_given(world, signed_in, data):
    wrong = signed_in(world.leader).post(pair(world), data)
    assert wrong.status_code == 422
    assert 'id="errors"' in wrong.content.decode()
    assert not Merge.objects.exists()


def test_what_is_in_the_way_is_said_before_and_refused_afterwards(world, signed_in):
    give_number(world.one, "140389-0001")
    give_number(world.two, "150389-0002")
    client = signed_in(world.leader)
    shown = client.get(pair(world)).content.decode()
    assert "Both have an identity number" in shown
    assert f"/citizens/{world.two.pk}/number/" in shown
    assert "make them one" not in shown
    client.post(pair(world), {"why": "x", "first_name": "survivor", "last_name": "survivor", "phone": "loser"})
    assert not Merge.objects.exists()


def test_a_case_at_a_centre_that_one_does_not_lead_is_in_the_way(world, signed_in):
    """U1"""
    ProgrammeFactory(citizen=world.two)
    assert "a centre that you do not lead" in signed_in(world.leader).get(pair(world)).content.decode()


def test_another_case_is_named_by_its_reference(world, signed_in):
    client = signed_in(world.leader)
    page = f"/citizens/{world.one.pk}/merge/"
    other = Programme.objects.get(citizen=world.two)
    number = int(other.reference[-6:])
    assert client.post(page, {"reference": f" f 2026 {number} "})["Location"] == pair(world)
    referral = world.referral(world.two)
    assert client.post(page, {"reference": referral.reference})["Location"] == pair(world)
    own = Programme.objects.get(citizen=world.one)
    stranger = ProgrammeFactory()
    for wrong in (own.reference, stranger.reference, "F-2026-999999", "x", "", "F\x00"):
        assert client.post(page, {"reference": wrong}).status_code == 422


def test_a_programme_is_ended_on_its_page(signed_in):
    case = a_case()
    client = signed_in(case.caseworker)
    page = f"/cases/{case.programme.reference}/end/"
    assert page in client.get(f"/cases/{case.programme.reference}/").content.decode()
    wrong = {"how": "interrupted", "why": "Moved"}
    for data in (
        {}, wrong, wrong | {"on": "10.12.2026"}, wrong | {"on": "1.1.0001"}, wrong | {"on": "31.12.9999"},
        wrong | {"on": "7.12.2026", "why": "Was 140389-0001"}, wrong | {"how": "completed", "on": "7.12.2026"},
    ):  # fmt: skip
        assert client.post(page, data).status_code == 422
    assert client.post(page, wrong | {"on": "7.12.2026"}).status_code == 302
    case.programme.refresh_from_db()
    assert (case.programme.status, case.programme.ended_on.isoformat()) == ("interrupted", "2026-12-07")
    assert client.get(page).status_code == 302


def test_who_has_not_come_at_all_never_began(signed_in):
    case = a_case()
    leader = user_with_role("team_leader", case.programme.centre)
    page = f"/cases/{case.programme.reference}/end/"
    signed_in(leader).post(page, {"how": "never_started", "why": "Never came", "on": ""})
    case.programme.refresh_from_db()
    assert case.programme.status == "never_started"


def test_a_case_at_a_centre_that_one_does_not_lead_tells_nothing_of_itself(world, signed_in):
    """T1: neither its reference nor its hours, and its tasks are not counted."""
    foreign = ProgrammeFactory(citizen=world.two)
    TaskFactory(citizen=world.two, for_user=foreign.caseworker)
    placement = PlacementFactory(programme=foreign)
    mine = ExpectedAttendance.objects.filter(citizen=world.one).first()
    SlotFactory(placement=placement, day=mine.day, starts=mine.starts, ends=mine.ends)
    assert any(foreign.reference in text for text in obstacles(world.one, world.two))
    before = Task.objects.open().filter(citizen=world.two).count()
    shown = signed_in(world.leader).get(pair(world)).content.decode()
    assert "a centre that you do not lead" in shown
    assert foreign.reference not in shown
    assert f"{before - 1} open tasks" in shown
    assert f"{before} open tasks" not in shown


def test_whoever_is_protected_afterwards_is_called_so_as_a_user_too(world):
    """Experience 27: the one record was protected, the other one signs in."""
    user = user_with_role("citizen", world.centre, name="Torben Sejersen")
    AccessFactory(citizen=world.one, centre=world.centre, role="citizen", user=user)
    with acting(System("test")):
        Citizen.objects.filter(pk=world.two.pk).update(is_protected=True)
    row = world.merge()
    user.refresh_from_db()
    assert "Sejersen" not in user.name
    unmerge(merge=row, why="Brothers", by=world.leader)
    user.refresh_from_db()
    assert user.name == "Torben Sejersen"
