"""Organisations and units: opening, changing, closing (U1, U4, ADR 13)."""

import datetime

import pytest

from accounts import places
from accounts.models import Membership, Organisation, Unit
from accounts.permissions import may_administer, may_set_up, organisations_kept_by
from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Change, Event
from core.exceptions import NotAllowed, Refused
from programmes.models import ClosingDay, ProgrammeType
from tests.factories.accounts import CentreFactory, JobCentreFactory, MembershipFactory, UnitFactory, user_with_role
from tests.factories.programmes import PlacementFactory, ProgrammeFactory, WorkshopFactory
from tests.factories.referrals import ReferralFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False),
]


@pytest.fixture
def centre():
    return CentreFactory(name="Skovbo")


@pytest.fixture
def administrator(centre):
    return user_with_role(Role.ADMINISTRATOR, centre)


def open_one(by, **changes):
    fields = {"name": "Bakkehuset", "kind": "provider", "country": "SE", "letterhead": ""}
    return places.open_organisation(**fields | changes, by=by)


# Opening


def test_who_opens_a_centre_administers_it_with_its_holidays_and_a_catalogue_to_work_from(administrator):
    """U1: no shell is needed for a second centre."""
    centre = open_one(administrator)
    again = type(administrator).objects.get(pk=administrator.pk)
    assert may_administer(again, centre)
    assert centre.language == "sv"
    midsummer = ClosingDay.objects.get(centre=centre, day=datetime.date(2027, 6, 26))
    assert midsummer.is_public_holiday
    assert ClosingDay.objects.filter(centre=centre, day=datetime.date(2026, 1, 1)).exists()
    assert ProgrammeType.objects.exists()
    assert Event.objects.filter(verb="organisation_opened", subject="Bakkehuset").exists()


def test_only_an_administrator_of_a_centre_opens_organisations(centre):
    job_centre = JobCentreFactory()
    for role, at in [(Role.TEAM_LEADER, centre), (Role.CASEWORKER, centre), (Role.ADMINISTRATOR, job_centre)]:
        with pytest.raises(NotAllowed):
            open_one(user_with_role(role, at))
    assert not Organisation.objects.filter(name="Bakkehuset").exists()


def test_a_name_that_is_taken_is_refused_in_words(administrator):
    with pytest.raises(Refused, match="Skovbo is already taken"):
        open_one(administrator, name="Skovbo")
    assert Organisation.objects.filter(name="Skovbo").count() == 1


# Who keeps what


def test_an_administrator_changes_the_own_centre_and_no_other(centre, administrator):
    """U1"""
    other = CentreFactory(name="Other")
    with pytest.raises(NotAllowed):
        places.change_organisation(organisation=other, name="Mine", country="DK", letterhead="", by=administrator)
    with pytest.raises(NotAllowed):
        places.close(place=other, by=administrator)
    assert not may_set_up(administrator, other)
    assert set(organisations_kept_by(administrator)) == {centre}
    MembershipFactory(user=administrator, organisation=other, role=Role.ADMINISTRATOR)
    administrator = type(administrator).objects.get(pk=administrator.pk)
    places.change_organisation(organisation=other, name="Mine", country="DK", letterhead="", by=administrator)
    assert Organisation.objects.get(pk=other.pk).name == "Mine"


def test_what_centres_share_is_kept_by_the_administrator_of_any_and_by_nobody_else(centre, administrator):
    job_centre = JobCentreFactory()
    assert may_administer(administrator, job_centre)
    leader = user_with_role(Role.TEAM_LEADER, centre)
    referrer = user_with_role(Role.REFERRER, job_centre)
    for user in (leader, referrer):
        with pytest.raises(NotAllowed):
            places.change_organisation(organisation=job_centre, name="X", country="DK", letterhead="", by=user)
    assert set(organisations_kept_by(leader)) == {centre}
    assert not organisations_kept_by(referrer)


def test_a_role_that_has_ended_keeps_nothing(centre):
    """T7"""
    user = user_with_role(Role.ADMINISTRATOR, centre)
    with acting(System("test")):
        Membership.objects.filter(user=user).update(ends_on=datetime.date(2026, 11, 22))
    assert not may_administer(user, centre)


# Changing


def test_every_earlier_name_is_kept(centre, administrator):
    """T4"""
    places.change_organisation(organisation=centre, name="Nyt", country="DK", letterhead="Vej 1", by=administrator)
    change = Change.objects.filter(table="accounts_organisation", row=str(centre.pk), operation="update").get()
    assert change.before["name"] == "Skovbo"
    assert change.actor_id == administrator.pk


def test_another_country_brings_its_own_holidays_while_nothing_counts_on_the_old_ones(administrator):
    centre = open_one(administrator, country="DK")
    administrator = type(administrator).objects.get(pk=administrator.pk)
    change = {"organisation": centre, "name": "Bakkehuset", "letterhead": "", "by": administrator}
    places.change_organisation(**change, country="SE")
    assert ClosingDay.objects.filter(centre=centre, day=datetime.date(2027, 1, 6)).exists()  # Epiphany
    assert not ClosingDay.objects.filter(centre=centre, day=datetime.date(2027, 3, 25)).exists()  # Maundy Thursday
    ProgrammeFactory(centre=centre)
    with pytest.raises(Refused, match="country stays"):
        places.change_organisation(**change, country="DK")
    centre.refresh_from_db()
    assert centre.country == "SE"


# Teams


def test_a_team_is_led_by_team_leaders_of_the_centre_only(centre, administrator):
    leader, caseworker = user_with_role(Role.TEAM_LEADER, centre), user_with_role(Role.CASEWORKER, centre)
    team = places.open_team(organisation=centre, name="East", leaders=[leader], by=administrator)
    assert list(team.leaders.all()) == [leader]
    with pytest.raises(Refused):
        places.change_unit(unit=team, name="West", leaders=[caseworker], by=administrator)
    team.refresh_from_db()
    assert (team.name, list(team.leaders.all())) == ("East", [leader])
    assert Change.objects.filter(table="accounts_unit_leaders", operation="insert").count() == 1


def test_two_teams_of_one_name_are_refused(centre, administrator):
    places.open_team(organisation=centre, name="East", by=administrator)
    with pytest.raises(Refused, match="East is already taken"):
        places.open_team(organisation=centre, name="East", by=administrator)
    places.open_team(organisation=open_one(administrator), name="East", by=type(administrator).objects.get())


# Closing


def test_what_is_in_use_stays_open_and_says_what_still_needs_it(centre, administrator):
    """U4"""
    anna = user_with_role(Role.CASEWORKER, centre, name="Anna")
    UnitFactory(organisation=centre, name="East", kind=Unit.Kind.TEAM)
    ProgrammeFactory(centre=centre, caseworker=anna)
    ReferralFactory(centre=centre)
    with pytest.raises(Refused) as refused:
        places.close(place=centre, by=administrator)
    said = str(refused.value)
    for words in ("East", "Anna", "1 programme is running", "1 referral is open"):
        assert words in said
    centre.refresh_from_db()
    assert centre.closed_on is None


def test_a_referring_organisation_with_a_referral_under_way_stays_open(administrator):
    referral = ReferralFactory()
    with pytest.raises(Refused, match="1 referral is open"):
        places.close(place=referral.referring_organisation, by=administrator)


def test_a_workshop_with_people_and_citizens_stays_open_then_closes_and_opens_again(centre, administrator):
    leader = user_with_role(Role.TEAM_LEADER, centre)
    workshop = WorkshopFactory(unit__organisation=centre)
    contact = user_with_role(Role.CONTACT_PERSON, centre, unit=workshop.unit, name="Bo")
    placement = PlacementFactory(programme__centre=centre, workshop=workshop)
    with pytest.raises(Refused, match=r"Bo holds a role there\. 1 citizen has a place there\."):
        places.close(place=workshop.unit, by=leader)
    with acting(System("test")):
        contact.memberships.update(ends_on=datetime.date(2026, 11, 22))
        placement.__class__.objects.filter(pk=placement.pk).update(
            starts_on=datetime.date(2026, 11, 1), ends_on=datetime.date(2026, 11, 22)
        )
    places.close(place=workshop.unit, by=leader)
    assert not Unit.objects.open().filter(pk=workshop.unit_id).exists()
    places.reopen(place=workshop.unit, by=leader)
    assert Unit.objects.open().filter(pk=workshop.unit_id).exists()
    assert list(Event.objects.filter(verb__startswith="place_").order_by("pk").values_list("verb", flat=True)) == [
        "place_closed",
        "place_reopened",
    ]


def test_an_organisation_that_nobody_needs_closes_and_nothing_is_deleted(administrator):
    job_centre = JobCentreFactory()
    places.close(place=job_centre, by=administrator)
    assert Organisation.objects.get(pk=job_centre.pk).closed_on == datetime.date(2026, 11, 23)
    places.close(place=job_centre, by=administrator)
    assert Event.objects.filter(verb="place_closed").count() == 1


def test_a_closed_centre_takes_no_new_units_and_opens_none_of_its_own(centre, administrator):
    team = UnitFactory(organisation=centre, kind=Unit.Kind.TEAM)
    places.close(place=team, by=administrator)
    places.close(place=centre, by=administrator)
    with pytest.raises(Refused, match="Open it again first"):
        places.open_team(organisation=centre, name="East", by=administrator)
    with pytest.raises(Refused, match="Open it again first"):
        places.reopen(place=team, by=administrator)
    places.reopen(place=centre, by=administrator)
    places.reopen(place=team, by=administrator)
