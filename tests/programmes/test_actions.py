"""Starting and ending programmes (P1, P2, P5)."""

import datetime
from decimal import Decimal

import pytest
import time_machine

from accounts.roles import Role
from audit.acting import System, acting
from citizens.models import CaseAccess, Citizen
from core.exceptions import NotAllowed, Refused
from journal.models import Entry
from programmes import actions
from programmes.models import Programme, ProgrammeType
from programmes.permissions import may_work_on
from programmes.placements.schedules import WeekSlot, problems, suggested_week
from programmes.places.capacity import caseloads, free_places
from programmes.types.catalogue import FOLDER, BrokenCatalogue, load_catalogue
from tests.factories.accounts import CentreFactory, JobCentreFactory, user_with_role
from tests.factories.citizens import CitizenFactory
from tests.factories.closing_notes import ClosingNoteFactory
from tests.factories.programmes import MONDAY, PlacementFactory, ProgrammeTypeFactory, WorkshopFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False),
]


def slot(weekday=1, starts=8, ends=12):
    return WeekSlot(weekday, datetime.time(starts), datetime.time(ends))


MORNING = slot()


def start(by=None, centre=None, week=(MORNING,), **changes):
    centre = centre or CentreFactory()
    workshop = WorkshopFactory(unit__organisation=centre)
    job_centre = JobCentreFactory()
    fields = {
        "citizen": CitizenFactory(),
        "type": ProgrammeTypeFactory(),
        "centre": centre,
        "caseworker": user_with_role(Role.CASEWORKER, centre),
        "referring_organisation": job_centre,
        "referrer": user_with_role(Role.REFERRER, job_centre),
        "starts_on": MONDAY,
        "ends_on": MONDAY + datetime.timedelta(weeks=13, days=-1),
        "workshop": workshop,
        "week": week,
        "by": by or user_with_role(Role.TEAM_LEADER, centre),
    }
    return actions.start_programme(**fields | changes)


def test_a_programme_starts_with_placement_week_and_access_for_all_who_work_with_it():
    programme = start()
    assert programme.reference.startswith("F-2026-")
    placement = programme.placements.get()
    assert [(s.weekday, s.starts, s.valid_from) for s in placement.slots.all()] == [(1, datetime.time(8), MONDAY)]
    contact = user_with_role(Role.CONTACT_PERSON, programme.centre, unit=placement.workshop.unit)
    for user in (programme.caseworker, programme.referrer, contact):
        assert Citizen.objects.visible_to(user).filter(pk=programme.citizen_id).exists()
    other = user_with_role(
        Role.CONTACT_PERSON, programme.centre, unit=WorkshopFactory(unit__organisation=programme.centre).unit
    )
    assert not Citizen.objects.visible_to(other).exists()


def test_only_a_team_leader_of_the_centre_starts_a_programme():
    centre = CentreFactory()
    for role, at in [(Role.CASEWORKER, centre), (Role.TEAM_LEADER, CentreFactory()), (Role.REFERRER, centre)]:
        with pytest.raises(NotAllowed):
            start(by=user_with_role(role, at), centre=centre)
    assert not Programme.objects.exists()


@pytest.mark.parametrize(
    "week", [[], [slot(1, 6, 8)], [slot(6)], [slot(5, 12, 15)], [slot(), slot(1, 11, 13)], [slot(1, 12, 12)]]
)
def test_a_week_that_does_not_fit_the_workshop_is_refused_and_nothing_is_written(week):
    with pytest.raises(Refused):
        start(week=week)
    assert not Programme.objects.exists()


@pytest.mark.parametrize("hours", ["1", "6", "9.5", "25", "37"])
def test_the_suggested_week_fits_the_workshop_and_comes_near_the_hours(hours):
    workshop = WorkshopFactory()
    week = suggested_week(Decimal(hours), workshop)
    assert not problems(week, workshop)
    possible = min(Decimal(hours) * 60, 4 * 420 + 390)
    assert abs(sum(s.minutes for s in week) - possible) <= 15 * len(week) + 5


def test_a_programme_becomes_active_on_its_day_and_not_before():
    programme = start(starts_on=MONDAY + datetime.timedelta(days=7))
    assert actions.activate_due(on=MONDAY, by=System("test")) == 0
    assert actions.activate_due(on=programme.starts_on, by=System("test")) == 1
    assert actions.activate_due(on=programme.starts_on, by=System("test")) == 0
    programme.refresh_from_db()
    assert programme.status == "active"
    assert Entry.objects.get(kind="programme_started").case == programme.reference


def test_weeks_are_counted_from_the_iso_week_of_the_start():
    programme = Programme(starts_on=datetime.date(2027, 3, 30), ends_on=datetime.date(2027, 6, 27))
    assert programme.weeks == 13
    assert programme.week_on(datetime.date(2027, 4, 5)) == 2


def test_the_present_week_stands_still_when_the_programme_has_ended():
    start = MONDAY - datetime.timedelta(weeks=20)
    programme = Programme(starts_on=start, ends_on=start + datetime.timedelta(weeks=13, days=-1))
    assert programme.present_week == 13
    programme.ended_on = start + datetime.timedelta(weeks=6, days=4)
    assert programme.present_week == 7


def test_free_places_and_caseloads_count_running_programmes_only(django_assert_num_queries):
    placement = PlacementFactory()
    centre = placement.programme.centre
    PlacementFactory(
        programme__centre=centre,
        workshop=placement.workshop,
        programme__status="interrupted",
        programme__ended_on=MONDAY,
    )
    with django_assert_num_queries(1):
        (places,) = free_places(centre, MONDAY)
    assert (places.places, places.taken, places.free) == (14, 1, 13)
    loads = {load.caseworker: load.running for load in caseloads(centre)}
    assert loads[placement.programme.caseworker] == 1


def test_loading_the_catalogue_twice_adds_one_version_and_a_changed_file_the_next(tmp_path):
    seven = load_catalogue()
    assert load_catalogue() == seven
    first = next(one for one in seven if one.key == "individual_development")
    assert (first.default_weeks, first.settings.intake) == (13, "monday")
    assert first.settings.absence_rules.grace_minutes == 15
    changed = (FOLDER / "individual_development.yaml").read_text().replace("grace_minutes: 15", "grace_minutes: 20")
    (tmp_path / "individual_development.yaml").write_text(changed)
    (second,) = load_catalogue(tmp_path)
    assert (second.version, second.settings.absence_rules.grace_minutes) == (2, 20)
    (tmp_path / "broken.yaml").write_text("key: broken\n")
    with pytest.raises(BrokenCatalogue, match=r"broken.yaml:1: name: "):
        load_catalogue(tmp_path)
    assert ProgrammeType.objects.count() == 8


def test_a_workshop_loses_sight_of_a_case_a_week_after_the_programme_has_ended():
    """T1: also when it ends long before the placement would have."""
    programme = start()
    contact = user_with_role(Role.CONTACT_PERSON, programme.centre, unit=programme.placements.get().workshop.unit)
    leader = user_with_role(Role.TEAM_LEADER, programme.centre)
    actions.activate_due(on=MONDAY, by=System("test"))
    ClosingNoteFactory(programme=programme, approved=True)
    actions.complete(programme=programme, on=MONDAY, outcome={"da": "Job"}, by=leader)
    last = MONDAY + datetime.timedelta(days=7)
    assert CaseAccess.objects.get(role=Role.CONTACT_PERSON, citizen=programme.citizen).ends_on == last
    assert Programme.objects.visible_to(contact).filter(pk=programme.pk).exists()
    with time_machine.travel(datetime.datetime.combine(last, datetime.time(12)) + datetime.timedelta(days=1)):
        assert not Programme.objects.visible_to(contact).exists()
        assert Programme.objects.visible_to(programme.caseworker).get() == programme


def test_a_caseworker_who_now_works_at_another_centre_sees_the_old_cases_no_more():
    """T7, U1"""
    programme = start()
    moved = programme.caseworker
    assert Programme.objects.visible_to(moved).exists()
    elsewhere = CentreFactory()
    with acting(System("test")):
        moved.memberships.update(organisation=elsewhere)
    moved = type(moved).objects.get(pk=moved.pk)
    assert moved.has_role(Role.CASEWORKER)
    assert not Citizen.objects.visible_to(moved).exists()
    assert not Programme.objects.visible_to(moved).exists()
    assert not may_work_on(moved, programme)


def test_somebody_who_is_no_caseworker_there_any_more_gets_no_case():
    """U2: whoever leaves between the page and the button."""
    centre = CentreFactory()
    gone = user_with_role(Role.CASEWORKER, centre, is_active=False)
    for caseworker in (gone, user_with_role(Role.CASEWORKER, CentreFactory())):
        with pytest.raises(Refused):
            start(centre=centre, caseworker=caseworker)
    assert not Programme.objects.exists()
