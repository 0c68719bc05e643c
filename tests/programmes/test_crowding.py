"""Extending looks at the places of the type: too many is told by its days and saved when one says so (P3, P10)."""

import datetime

import pytest
from django.urls import reverse

from audit.models import Event
from core.exceptions import Refused
from programmes.course.lasting import move_end
from programmes.models import EndChange
from programmes.places.crowding import crowded
from tests.desk.cast import a_case
from tests.factories.programmes import OfferFactory, OfferQuotaFactory, ProgrammeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-02T12:00:00+01:00", tick=False)]
TODAY = datetime.date(2026, 12, 2)
WEEK = datetime.timedelta(weeks=1)
DAY = datetime.timedelta(days=1)
AGREED = {"agreed_with": "Torben and Gitte", "agreed_on": TODAY, "reason": "More time is needed"}


def two_places(places: int = 2):
    """A case on one of two places, and two who come in the third and in the fourth week after its end."""
    case = a_case(municipality="Hagfors kommun")
    programme = case.programme
    offer = OfferFactory(centre=programme.centre, type_key=programme.type.key, places=places, can_be_lent=True)
    for weeks in (2, 3):
        starts_on = programme.ends_on + DAY + weeks * WEEK
        ProgrammeFactory(
            type=programme.type, centre=programme.centre, municipality="Hagfors",
            starts_on=starts_on, ends_on=starts_on + 13 * WEEK - DAY,
        )  # fmt: skip
    return case, offer


def test_the_days_are_those_on_which_it_is_one_too_many():
    case, offer = two_places()
    programme, end = case.programme, case.programme.ends_on
    assert crowded(programme, end + 3 * WEEK) == []
    (found,) = crowded(programme, end + 5 * WEEK)
    assert (found.since, found.until, found.taken, found.places) == (end + 3 * WEEK + DAY, end + 5 * WEEK, 3, 2)
    assert crowded(programme, end - WEEK) == []
    OfferQuotaFactory(offer=offer, municipality="Hagfors", places=1)
    own = crowded(programme, end + 5 * WEEK)[-1]
    assert (own.whose, own.since, own.taken, own.places) == ("Hagfors", end + 2 * WEEK + DAY, 3, 1)


def test_it_is_said_before_it_is_saved_and_saved_when_one_says_so(signed_in):
    case, _offer = two_places()
    programme = case.programme
    new_end = programme.ends_on + 5 * WEEK
    with pytest.raises(Refused, match="3 on 2 places"):
        move_end(programme=programme, new_end=new_end, by=case.caseworker, **AGREED)
    client = signed_in(case.caseworker)
    address = reverse("desk:move_end", args=[programme.reference])
    sent = {"new_end": new_end.strftime("%d.%m.%Y"), "agreed_with": "Torben", "agreed_on": "2.12.26", "reason": "Time"}
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "3 on 2 places" in answer.content.decode()
    assert not EndChange.objects.exists()
    assert client.post(address, sent | {"place": "lent:Forshaga"}).status_code == 422
    assert client.post(address, sent | {"place": "anyway"}).status_code == 302
    programme.refresh_from_db()
    assert programme.ends_on == new_end
    assert "3 on 2 places" in str(Event.objects.get(verb="programme_extended").detail)
    course = reverse("desk:course", args=[programme.reference])
    assert "Too few places" in client.get(course).content.decode()
    shorter = sent | {"new_end": (new_end - WEEK).strftime("%d.%m.%Y")}
    assert client.post(address, shorter).status_code == 302


def test_another_municipality_may_lend_its_place(signed_in):
    """P10: visibly, and only one that it has."""
    case, offer = two_places(9)
    programme = case.programme
    for municipality, places in (("Hagfors", 1), ("Forshaga", 1), ("Munkfors", 0)):
        OfferQuotaFactory(offer=offer, municipality=municipality, places=places)
    new_end = programme.ends_on + 5 * WEEK
    for lender in ("Munkfors", "Hagfors", "Nowhere"):
        with pytest.raises(Refused):
            move_end(programme=programme, new_end=new_end, by=case.caseworker, lent_from=lender, **AGREED)
    move_end(programme=programme, new_end=new_end, by=case.caseworker, lent_from="Forshaga", **AGREED)
    programme.refresh_from_db()
    assert (programme.lent_from, programme.ends_on) == ("Forshaga", new_end)
    course = signed_in(case.caseworker).get(reverse("desk:course", args=[programme.reference])).content.decode()
    assert "on a place lent by Forshaga" in course
    assert "Too few places" not in course
