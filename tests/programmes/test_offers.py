"""A centre keeps what it offers; everybody else has no part in it (U4, P10)."""

import datetime

import pytest
from django.urls import reverse

from audit.models import Change
from core.exceptions import NotAllowed, Refused
from programmes.models import Offer
from programmes.places.offers import offer_type, offered_today
from programmes.places.quotas import TypePlaces, terms_of
from tests.factories.accounts import CentreFactory, user_with_role
from tests.factories.programmes import OfferFactory, OfferQuotaFactory, ProgrammeTypeFactory

pytestmark = pytest.mark.django_db
RIGHT = {"since": "1.12.26", "until": "", "places": "40", "quotas": "Hagfors 17\n Forshaga: 17\n\nMunkfors kommun 6",
         "can_be_lent": "yes"}  # fmt: skip


@pytest.fixture
def centre():
    ProgrammeTypeFactory()
    return CentreFactory()


def address(centre, key="individual_development"):
    return reverse("setup:offer", args=[centre.pk, key])


def test_what_is_written_holds_and_its_history_stays(centre, signed_in):
    for role in ("team_leader", "administrator"):
        answer = signed_in(user_with_role(role, centre)).post(address(centre), RIGHT)
        assert answer.status_code == 302
    offer = Offer.objects.get()
    assert (offer.since, offer.until, offer.places, offer.can_be_lent) == (datetime.date(2026, 12, 1), None, 40, True)
    quotas = [("Forshaga", 17), ("Hagfors", 17), ("Munkfors kommun", 6)]
    assert terms_of(ProgrammeTypeFactory(), offer).quotas == quotas
    client = signed_in(user_with_role("team_leader", centre))
    client.post(address(centre), RIGHT | {"quotas": "", "places": "", "can_be_lent": "", "since": "1.11.26"})
    offer.refresh_from_db()
    assert (offer.places, offer.can_be_lent, offer.quotas.count()) == (None, None, 0)
    assert Change.objects.filter(table="programmes_offerquota", operation="delete").count() == 3
    assert "Individual development programme" in client.get(reverse("setup:home")).content.decode()


WRONG = [
    ({"since": ""}, "Fill this in"),
    ({"since": "1.1.0001"}, "Write the date as day.month.year"),
    ({"since": "31.12.9999"}, "Write the date as day.month.year"),
    ({"until": "1.11.26"}, "The end must be after the start"),
    ({"places": "-1"}, "greater than or equal to 0"),
    ({"places": "10000"}, "less than or equal to 9999"),
    ({"places": "many"}, "whole number"),
    ({"places": "39"}, "The municipalities have 40 places together"),
    ({"quotas": "Hagfors"}, "Write the name and the number of places, not: Hagfors"),
    ({"quotas": "17"}, "Write the name and the number of places, not: 17"),
    ({"quotas": "Hagfors 3\nhagfors kommun 4"}, "stands there twice"),
    ({"quotas": "\n".join(f"{'x' * number} 1" for number in range(1, 60))}, "Write at most 50 municipalities"),
    ({"quotas": "x" * 20_001}, "20,000"),
    ({"can_be_lent": "\x00"}, "Select a valid choice"),
]


def test_a_wrong_field_is_told_and_nothing_is_changed(centre, signed_in):
    client = signed_in(user_with_role("team_leader", centre))
    for change, message in WRONG:
        page = client.post(address(centre), RIGHT | change)
        assert page.status_code == 422, change
        assert message in page.content.decode().replace("20000", "20,000"), change
    assert client.get(address(centre, "unheard-of")).status_code == 404
    assert not Offer.objects.exists()


def test_a_page_that_was_overtaken_shows_both(centre, signed_in):
    """T13"""
    offer = OfferFactory(centre=centre, places=10)
    client = signed_in(user_with_role("team_leader", centre))
    seen = client.get(address(centre)).context["form"].initial["seen"]
    OfferQuotaFactory(offer=offer, municipality="Hagfors", places=3)
    page = client.post(address(centre), RIGHT | {"seen": seen})
    assert page.status_code == 422
    assert "Now it says: Hagfors 3" in page.content.decode()
    assert offer.quotas.count() == 1


def test_another_centres_leader_and_everybody_else_change_nothing(centre):
    """U1, U4"""
    decision = {"centre": centre, "type_key": "individual_development", "since": datetime.date(2026, 12, 1),
                "until": None, "places": None, "can_be_lent": None, "quotas": {}}  # fmt: skip
    for user in [
        user_with_role("team_leader", CentreFactory()),
        user_with_role("administrator", CentreFactory()),
        user_with_role("caseworker", centre),
    ]:
        with pytest.raises(NotAllowed):
            offer_type(**decision, by=user)
    with pytest.raises(Refused):
        offer_type(**decision | {"type_key": "unheard-of"}, by=user_with_role("team_leader", centre))
    assert not Offer.objects.exists()


@pytest.mark.parametrize(("places", "over"), [(None, 0), (4, 0), (2, 1), (0, 3)])
def test_so_many_more_than_there_are_places_also_when_there_are_none_any_more(places, over):
    found = TypePlaces(ProgrammeTypeFactory(), places, taken=3, coming=0, quotas=[], can_be_lent=False, loans=[])
    assert found.over == over


def test_only_what_is_offered_today_is_found_in_three_queries(centre, django_assert_num_queries):
    today = datetime.date.today()
    day = datetime.timedelta(days=1)
    for key, fields in {
        "today": {"until": today}, "over": {"until": today - day}, "ahead": {"since": today + day},
    }.items():  # fmt: skip
        ProgrammeTypeFactory(key=key)
        OfferFactory(centre=centre, type_key=key, **fields)
    OfferFactory(centre=centre, type_key="gone-from-the-catalogue")
    OfferFactory(centre=CentreFactory(closed_on=today), type_key="today")
    with django_assert_num_queries(3):
        assert [one.type.key for one in offered_today()] == ["today"]
