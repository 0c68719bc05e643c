"""The pages of set-up (U1, U4)."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.invitations import invite
from accounts.models import Organisation, Unit
from accounts.roles import Role
from audit.models import Access
from programmes.models import ClosingDay, Workshop
from tests.factories.accounts import CentreFactory, JobCentreFactory, MembershipFactory, UnitFactory, user_with_role
from tests.factories.programmes import (
    ClosingDayFactory,
    OfferFactory,
    PlacementFactory,
    ProgrammeTypeFactory,
    ScheduleSlotFactory,
    WorkshopFactory,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False),
]
WEEK = {"opens_1": "7.30", "closes_1": "14.30", "opens_5": "0730", "closes_5": "14"}


@pytest.fixture
def centre():
    return CentreFactory(name="Skovbo", letterhead="")


@pytest.fixture
def administrator(centre):
    return user_with_role(Role.ADMINISTRATOR, centre)


@pytest.fixture
def leader(centre):
    return user_with_role(Role.TEAM_LEADER, centre)


def page(client, name, *args, **query):
    return client.get(reverse(f"setup:{name}", args=args), query)


def text(response) -> str:
    return response.content.decode()


# The first page


def test_a_new_centre_is_told_what_is_missing_one_calm_step_at_a_time(centre, administrator, signed_in):
    response = page(signed_in(administrator), "home")
    assert "Nobody leads Skovbo yet." in text(response)
    assert "Skovbo has no workshop yet." in text(response)
    assert "Letters from Skovbo have no letterhead yet." in text(response)
    assert "No organisation refers citizens yet." in text(response)


def test_nothing_is_asked_for_that_is_in_place(centre, administrator, leader, signed_in):
    workshop = WorkshopFactory(unit__organisation=centre)
    OfferFactory(centre=centre, type_key=ProgrammeTypeFactory().key)
    user_with_role(Role.CONTACT_PERSON, centre, unit=workshop.unit)
    user_with_role(Role.CASEWORKER, centre)
    user_with_role(Role.REFERRER, JobCentreFactory())
    centre.letterhead = "Skovvej 1"
    response = page(signed_in(leader), "home")
    assert "Next step" not in text(response)
    assert workshop.unit.name in text(response)


def test_nobody_is_asked_to_invite_somebody_who_is_invited(centre, administrator, signed_in):
    invited = {"email": "a@skovbo.example", "name": "Agnete", "language": "da", "unit": None, "ends_on": None}
    invite(
        **invited, role=Role.TEAM_LEADER, organisation=centre, starts_on=datetime.date(2026, 11, 23), by=administrator
    )
    client = signed_in(administrator)
    assert "Nobody leads Skovbo yet" not in text(page(client, "home"))
    with time_machine.travel("2026-11-27T09:00:00+01:00", tick=False):
        client = signed_in(administrator)
        assert "Nobody leads Skovbo yet" in text(page(client, "home"))


def test_a_team_leader_is_not_asked_for_what_only_an_administrator_does(centre, leader, signed_in):
    response = page(signed_in(leader), "home")
    assert "has no workshop yet" in text(response)
    assert "letterhead" not in text(response)
    assert "New organisation" not in text(response)


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.CONTACT_PERSON, Role.REFERRER, Role.CITIZEN])
def test_set_up_is_nothing_for_other_roles(centre, role, signed_in):
    assert page(signed_in(user_with_role(role, centre)), "home").status_code == 403


def test_the_first_page_takes_the_same_queries_for_one_centre_and_for_many(administrator, signed_in):
    client = signed_in(administrator)
    with_one = count_queries(client, "home")
    for _number in range(4):
        other = CentreFactory()
        for _each in range(3):
            WorkshopFactory(unit__organisation=other)
        UnitFactory(organisation=other, kind=Unit.Kind.TEAM)
        JobCentreFactory()
        MembershipFactory(user=administrator, organisation=other, role=Role.ADMINISTRATOR)
    assert count_queries(client, "home") == with_one


def count_queries(client, name, *args) -> int:
    assert page(client, name, *args).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        page(client, name, *args)
    return len(queries)


def test_an_administrator_of_a_job_centre_keeps_that_alone(signed_in):
    job_centre = JobCentreFactory()
    client = signed_in(user_with_role(Role.ADMINISTRATOR, job_centre))
    response = page(client, "home")
    assert reverse("setup:organisation", args=[job_centre.pk]) in text(response)
    assert "New organisation" not in text(response)
    assert page(client, "organisation", job_centre.pk).status_code == 200
    assert page(client, "organisation", JobCentreFactory().pk).status_code == 404
    assert page(client, "new_organisation").status_code == 403


# Organisations and teams


def test_an_organisation_is_opened_changed_closed_and_opened_again(administrator, signed_in):
    client = signed_in(administrator)
    posted = {"name": "Jobcenter Nord", "kind": "referrer", "country": "DK", "letterhead": ""}
    assert client.post(reverse("setup:new_organisation"), posted).status_code == 302
    opened = Organisation.objects.get(name="Jobcenter Nord")
    changed = {"name": "Jobcenter Syd", "country": "SE", "letterhead": "Storgatan 1"}
    client.post(reverse("setup:organisation", args=[opened.pk]), changed)
    opened.refresh_from_db()
    assert (opened.name, opened.kind, opened.country, opened.letterhead) == (
        "Jobcenter Syd",
        "referrer",
        "SE",
        "Storgatan 1",
    )
    response = client.post(reverse("setup:close_organisation", args=[opened.pk]), follow=True)
    assert "is closed. What was written there stays" in text(response)
    response = client.post(reverse("setup:reopen_organisation", args=[opened.pk]), follow=True)
    assert "is open again" in text(response)


def test_what_is_in_use_is_not_closed_and_the_page_says_why(centre, administrator, leader, signed_in):
    response = signed_in(administrator).post(reverse("setup:close_organisation", args=[centre.pk]), follow=True)
    assert f"Skovbo cannot be closed yet. {leader.name} holds a role there." in text(response)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Fill this in"),
        ({"name": "x" * 201}, "200"),
        ({"name": "a\x00b"}, "Null characters"),
        ({"name": "Skovbo"}, "already taken"),
        ({"kind": "palace"}, "valid choice"),
        ({"country": "XX"}, "valid choice"),
        ({"letterhead": "x" * 20_001}, "20001 characters"),
    ],
)
def test_a_wrong_organisation_is_told_beside_its_field_and_nothing_typed_is_lost(
    administrator, signed_in, wrong, words
):
    """Experience 17"""
    posted = {"name": "New", "kind": "partner", "country": "DK", "letterhead": "Vej 7"} | wrong
    response = signed_in(administrator).post(reverse("setup:new_organisation"), posted)
    assert response.status_code == 422
    assert words in text(response)
    assert "<title>Error:" in text(response)
    if "letterhead" not in wrong:
        assert "Vej 7" in text(response)
    assert Organisation.objects.count() == 1


def test_a_team_is_opened_led_and_closed(centre, administrator, leader, signed_in):
    client = signed_in(administrator)
    client.post(reverse("setup:new_team", args=[centre.pk]), {"name": "East", "leaders": [leader.pk]})
    team = Unit.objects.get(name="East")
    assert leader.name in text(page(client, "organisation", centre.pk))
    client.post(reverse("setup:team", args=[team.pk]), {"name": "West", "leaders": []})
    team.refresh_from_db()
    assert (team.name, list(team.leaders.all())) == ("West", [])
    client.post(reverse("setup:close_unit", args=[team.pk]))
    assert not Unit.objects.open().exists()


def test_a_leader_from_elsewhere_is_no_choice(centre, administrator, leader, signed_in):
    stranger = user_with_role(Role.TEAM_LEADER, CentreFactory())
    posted = {"name": "East", "leaders": [stranger.pk]}
    assert signed_in(administrator).post(reverse("setup:new_team", args=[centre.pk]), posted).status_code == 422


def test_the_list_of_organisations_takes_the_same_queries_for_three_and_for_thirty(administrator, signed_in):
    client = signed_in(administrator)
    JobCentreFactory()
    few = count_queries(client, "organisations")
    for _number in range(10):
        user_with_role(Role.REFERRER, JobCentreFactory())
    assert count_queries(client, "organisations") == few


# Workshops


def test_a_team_leader_sets_up_a_workshop_with_times_as_people_write_them(centre, leader, signed_in):
    posted = {"name": "Wood", "places": "8", **WEEK}
    client = signed_in(leader)
    response = client.post(reverse("setup:new_workshop", args=[centre.pk]), posted, follow=True)
    assert "Wood is opened" in text(response)
    workshop = Workshop.objects.get()
    hours = [(one.weekday, f"{one.opens:%H:%M}", f"{one.closes:%H:%M}") for one in workshop.opening_hours.all()]
    assert sorted(hours) == [(1, "07:30", "14:30"), (5, "07:30", "14:00")]
    assert 'value="7:30"' in text(page(client, "workshop", workshop.pk))
    listed = text(page(client, "workshops", centre.pk))
    assert "0 of 8 places taken" in listed
    assert "Monday 7:30–14:30, Friday 7:30–14:00" in listed


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"opens_1": "noon"}, "id_opens_1", "Write the time as 7:30"),
        ({"closes_1": ""}, "id_closes_1", "Write both from and until"),
        ({"opens_1": "15"}, "id_closes_1", "The end must be after the start"),
        ({"places": "0"}, "id_places", "greater than or equal to 1"),
        ({"places": "many"}, "id_places", "whole number"),
        ({"name": "\x00"}, "id_name", "Null characters"),
        (dict.fromkeys(WEEK, ""), "id_opens_1", "on at least one day"),
    ],
)
def test_a_wrong_workshop_is_told_beside_its_field(centre, leader, signed_in, wrong, field, words):
    """Experience 17"""
    posted = {"name": "Wood", "places": "8", **WEEK} | wrong
    response = signed_in(leader).post(reverse("setup:new_workshop", args=[centre.pk]), posted)
    assert response.status_code == 422
    assert words in text(response)
    assert f'href="#{field}"' in text(response)
    assert not Workshop.objects.exists()


def agreed_until(centre, hour: int) -> Workshop:
    workshop = WorkshopFactory(unit__organisation=centre)
    placement = PlacementFactory(programme__centre=centre, workshop=workshop)
    ScheduleSlotFactory(placement=placement, weekday=1, ends=datetime.time(hour))
    return workshop


def shorten_mondays(client, workshop, **more):
    days = {f"opens_{day}": "7.30" for day in range(1, 6)} | {f"closes_{day}": "14" for day in range(1, 6)}
    posted = {"name": "Wood", "places": "8", **days, "closes_1": "10", **more}
    return client.post(reverse("setup:workshop", args=[workshop.pk]), posted)


def test_hours_against_an_agreement_are_refused_and_the_team_leader_is_told_whom_to_speak_with(
    centre, leader, signed_in
):
    """P5, T5"""
    workshop = agreed_until(centre, 12)
    citizen = workshop.placements.get().programme.citizen
    response = shorten_mondays(signed_in(leader), workshop)
    assert response.status_code == 422
    assert "1 citizen has agreed hours outside" in text(response)
    assert citizen.name in text(response)
    assert 'value="10"' in text(response)
    assert Access.objects.filter(citizen_id=citizen.pk, user_id=leader.pk).exists()
    assert workshop.opening_hours.get(weekday=1).closes == datetime.time(14, 30)
    assert "What happens to these weeks?" in text(response)
    response = shorten_mondays(signed_in(leader), workshop, answer="shorten")
    assert response.status_code == 302
    assert workshop.opening_hours.get(weekday=1).closes == datetime.time(10)
    slot = workshop.placements.get().slots.order_by("pk").last()
    assert slot.ends == datetime.time(10)
    assert shorten_mondays(signed_in(leader), workshop, answer="\x00").status_code == 422


def test_an_administrator_learns_how_many_but_not_who(centre, administrator, signed_in):
    """T1"""
    workshop = agreed_until(centre, 12)
    citizen = workshop.placements.get().programme.citizen
    response = shorten_mondays(signed_in(administrator), workshop)
    assert "1 citizen has agreed hours outside" in text(response)
    assert citizen.name not in text(response)
    assert "1 citizen whose case you do not see" in text(response)
    assert not Access.objects.filter(citizen_id=citizen.pk).exists()


def test_the_list_of_workshops_takes_the_same_queries_for_one_and_for_many(centre, leader, signed_in):
    client = signed_in(leader)
    WorkshopFactory(unit__organisation=centre)
    few = count_queries(client, "workshops", centre.pk)
    for _number in range(5):
        agreed_until(centre, 12)
    assert count_queries(client, "workshops", centre.pk) == few


def test_a_contact_person_is_invited_from_the_workshop_by_those_who_may(centre, leader, administrator, signed_in):
    workshop = WorkshopFactory(unit__organisation=centre)
    for user in (leader, administrator):
        assert f"role=contact_person&amp;unit={workshop.unit_id}" in text(
            page(signed_in(user), "workshop", workshop.pk)
        )


# Closing days


def test_closing_days_are_entered_listed_and_removed(centre, leader, signed_in):
    client = signed_in(leader)
    address = reverse("setup:closing_days", args=[centre.pk])
    response = client.post(address, {"first": "21.12.26", "last": "23/12-2026", "name": "Winter"}, follow=True)
    assert "3 closing days entered" in text(response)
    day = ClosingDay.objects.earliest("day")
    response = client.post(reverse("setup:remove_closing_day", args=[day.pk]), follow=True)
    assert "open on that day again" in text(response)
    assert ClosingDay.objects.count() == 2


def test_the_public_holidays_of_a_year_come_by_one_button(centre, leader, signed_in):
    client = signed_in(leader)
    assert "missing public holidays" in text(page(client, "closing_days", centre.pk, year=2028))
    response = client.post(reverse("setup:public_holidays", args=[centre.pk]), {"year": "2028"}, follow=True)
    assert "closing days entered" in text(response)
    assert "missing public holidays" not in text(response)
    assert ClosingDay.objects.filter(day__year=2028, is_public_holiday=True).count() == 10


def test_days_that_many_close_are_one_click(centre, leader, signed_in):
    client = signed_in(leader)
    assert "Juleaftensdag" in text(page(client, "closing_days", centre.pk))
    client.post(
        reverse("setup:closing_days", args=[centre.pk]), {"first": "2026-12-24", "name": "Juleaftensdag"}, follow=True
    )
    assert ClosingDay.objects.get().day == datetime.date(2026, 12, 24)
    assert "Many also close on" in text(page(client, "closing_days", centre.pk))


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"first": "", "name": "X"}, "Fill this in"),
        ({"first": "32.13.26", "name": "X"}, "Write the date as"),
        ({"first": "1.12.26", "last": "30.11.26", "name": "X"}, "must not lie before the first"),
        ({"first": "1.12.26", "last": "1.9.27", "name": "X"}, "three months"),
        ({"first": "1.12.1950", "name": "X"}, "five years ahead"),
        ({"first": "0001-01-01", "name": "X"}, "Write the date as"),
        ({"first": "9999-12-31", "name": "X"}, "Write the date as"),
        ({"first": "1.12.26", "name": "x" * 101}, "100"),
        ({"first": "1.12.26", "name": "\x00"}, "Null characters"),
    ],
)
def test_a_wrong_closing_day_is_told_and_nothing_is_written(centre, leader, signed_in, posted, words):
    """Experience 17"""
    response = signed_in(leader).post(reverse("setup:closing_days", args=[centre.pk]), posted)
    assert response.status_code == 422
    assert words in text(response)
    assert not ClosingDay.objects.exists()


@pytest.mark.parametrize("year", ["", "0", "99999", "2o26", "٢٠٢٦", "1"])
def test_a_year_that_is_none_is_this_year(centre, leader, signed_in, year):
    response = page(signed_in(leader), "closing_days", centre.pk, year=year)
    assert response.status_code == 200
    assert response.context["year"] == 2026


def test_an_old_closing_day_stays(centre, leader, signed_in):
    old = ClosingDayFactory(centre=centre, day=datetime.date(2025, 1, 2))
    response = signed_in(leader).post(reverse("setup:remove_closing_day", args=[old.pk]), follow=True)
    assert "within a year back" in text(response)
    assert ClosingDay.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize("role", [Role.TEAM_LEADER, Role.ADMINISTRATOR])
def test_another_centre_does_not_exist(centre, role, signed_in):
    """T1, U1"""
    client = signed_in(user_with_role(role, CentreFactory()))
    workshop, day = WorkshopFactory(unit__organisation=centre), ClosingDayFactory(centre=centre)
    for name, key in [
        ("organisation", centre.pk),
        ("workshops", centre.pk),
        ("closing_days", centre.pk),
        ("workshop", workshop.pk),
    ]:
        assert page(client, name, key).status_code == 404
    for name, key in [
        ("close_organisation", centre.pk),
        ("close_unit", workshop.unit_id),
        ("remove_closing_day", day.pk),
        ("public_holidays", centre.pk),
    ]:
        assert client.post(reverse(f"setup:{name}", args=[key])).status_code == 404


# Two at once


def test_the_second_of_two_who_change_an_organisation_sees_both_and_may_insist(centre, administrator, signed_in):
    """T13"""
    client = signed_in(administrator)
    address = reverse("setup:organisation", args=[centre.pk])
    seen = page(client, "organisation", centre.pk).context["form"]["seen"].value()
    client.post(address, {"name": "Skovbo", "country": "DK", "letterhead": "First", "seen": seen})
    posted = {"name": "Skovbo", "country": "DK", "letterhead": "Second", "seen": seen}
    response = client.post(address, posted)
    assert response.status_code == 422
    assert "Somebody else has saved this page since you opened it" in text(response)
    assert "Now it says: First" in text(response)
    assert ">\nSecond</textarea>" in text(response)
    centre.refresh_from_db()
    assert centre.letterhead == "First"
    client.post(address, posted | {"seen": response.context["form"]["seen"].value()})
    centre.refresh_from_db()
    assert centre.letterhead == "Second"


def test_the_second_of_two_who_change_a_workshop_sees_both_and_may_insist(centre, leader, signed_in):
    """T13"""
    client, workshop = signed_in(leader), WorkshopFactory(unit__organisation=centre)
    address = reverse("setup:workshop", args=[workshop.pk])
    seen = page(client, "workshop", workshop.pk).context["form"]["seen"].value()
    client.post(address, {"name": "Wood", "places": "9", **WEEK, "leaders": [leader.pk], "seen": seen})
    posted = {"name": "Wood", "places": "8", **WEEK, "closes_5": "15", "seen": seen}
    response = client.post(address, posted)
    assert response.status_code == 422
    for words in ("Now it says: 9", "Now it says: 14:00", f"Now it says: {leader.name}"):
        assert words in text(response)
    workshop.refresh_from_db()
    assert workshop.places == 9
    client.post(address, posted | {"seen": response.context["form"]["seen"].value()})
    workshop.refresh_from_db()
    assert workshop.places == 8


def test_a_closed_centre_is_found_again(administrator, centre, signed_in):
    client = signed_in(administrator)
    client.post(reverse("setup:close_organisation", args=[centre.pk]))
    response = page(client, "organisations")
    assert reverse("setup:organisation", args=[centre.pk]) in text(response)
    assert client.post(reverse("setup:reopen_organisation", args=[centre.pk])).status_code == 302
    centre.refresh_from_db()
    assert centre.closed_on is None
