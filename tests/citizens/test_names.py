"""Names sort as the reader's language sorts, and are found as people spell them (experience 10, 26)."""

import pytest
from django.db.models import Func, Value
from django.utils import translation

from citizens.models import Citizen
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.django_db

NAMES = [
    ("Øjvind", "Ærtebjerg"),
    ("Aage", "Aagaard"),
    ("Åse", "Åkjær"),
    ("Anne-Mette", "Højlund Krogh"),
    ("Östen", "Ängquist"),
    ("Ea", "Bo"),
    ("Elin", "Öberg"),
    ("Malin", "Åberg"),
    ("Zofia", "Ørum"),
    ("Şivan", "Yıldız"),
    ("Łukasz", "Zeh"),
    ("Sólrun", "á Lakjuni"),
]


@pytest.fixture(autouse=True)
def people():
    for first, last in NAMES:
        CitizenFactory(first_name=first, last_name=last)


def last_names() -> list[str]:
    return list(Citizen.objects.by_name().values_list("last_name", flat=True))


def test_danish_sorts_ae_oe_and_aa_last():
    with translation.override("da"):
        assert last_names()[:5] == ["á Lakjuni", "Bo", "Højlund Krogh", "Yıldız", "Zeh"]
        assert last_names()[5:] == ["Ängquist", "Ærtebjerg", "Öberg", "Ørum", "Åberg", "Aagaard", "Åkjær"]


def test_swedish_sorts_aa_before_ae_before_oe():
    with translation.override("sv"):
        assert last_names()[:6] == ["á Lakjuni", "Aagaard", "Bo", "Højlund Krogh", "Yıldız", "Zeh"]
        assert last_names()[6:] == ["Åberg", "Åkjær", "Ängquist", "Ærtebjerg", "Öberg", "Ørum"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("oejvind", "Øjvind"),
        ("ÆRTEBJERG", "Øjvind"),
        ("aase", "Åse"),
        ("oesten", "Östen"),
        ("sivan", "Şivan"),
        ("lukasz", "Łukasz"),
    ],
)
def test_letters_find_each_other(typed, found):
    wanted = Citizen.objects.filter(search_name__contains=Func(Value(typed), function="search_key"))
    assert list(wanted.values_list("first_name", flat=True)) == [found]
