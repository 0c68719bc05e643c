"""Identity numbers (R1, T10)."""

import datetime

import pytest
from cryptography.exceptions import InvalidTag

from audit.acting import System, acting
from citizens.identity import Kind, WrongNumber, find_by_number, kind_of, parse_number, set_number, shown_number
from citizens.models import Citizen
from core.sealing import seal, unseal
from tests.factories.citizens import CitizenFactory

pytestmark = pytest.mark.time_machine("2026-11-23T09:00:00+01:00", tick=False)


@pytest.mark.parametrize(
    ("text", "kind", "born", "gender"),
    [
        ("740389-0001", Kind.REPLACEMENT, datetime.date(1989, 3, 14), "m"),
        ("7403890001", Kind.REPLACEMENT, datetime.date(1989, 3, 14), "m"),
        (" 140389 4002 ", Kind.CPR, datetime.date(1989, 3, 14), "f"),
        ("010101-4000", Kind.CPR, datetime.date(2001, 1, 1), "f"),
        ("010157-5001", Kind.CPR, datetime.date(2057, 1, 1), "m"),
    ],
)
def test_danish_numbers_are_read_without_modulus_eleven(text, kind, born, gender):
    if born > datetime.date(2026, 11, 23):
        with pytest.raises(WrongNumber):
            parse_number(text, "DK")
        return
    number = parse_number(text, "DK")
    assert (number.kind, number.birth_date, number.gender) == (kind, born, gender)


@pytest.mark.parametrize(
    ("text", "kind", "born"),
    [
        ("19900602-0003", Kind.PERSONNUMMER, datetime.date(1990, 6, 2)),
        ("900602-0003", Kind.PERSONNUMMER, datetime.date(1990, 6, 2)),
        ("19900662-0000", Kind.SAMORDNING, datetime.date(1990, 6, 2)),
    ],
)
def test_swedish_numbers_need_their_check_digit(text, kind, born):
    number = parse_number(text, "SE")
    assert (number.kind, number.birth_date, number.gender) == (kind, born, "")
    with pytest.raises(WrongNumber):
        parse_number(text[:-1] + str((int(text[-1]) + 1) % 10), "SE")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123",
        "320189-0001",
        "000000-0000",
        "310289-0001",
        "abcdefghij",
        "920189-0001",
        "１４０３８９０００１",
        "140389-00011",
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(WrongNumber):
        parse_number(text, "DK")


@pytest.mark.django_db
def test_a_number_is_stored_encrypted_and_found_again():
    citizen = CitizenFactory()
    number = parse_number("740389-0001", "DK")
    set_number(citizen, number)
    with acting(System("test")):
        citizen.save()
    stored = Citizen.objects.get(pk=citizen.pk)
    assert b"7403890001" not in bytes(stored.identity_number)
    assert find_by_number(parse_number("7403890001", "DK")) == stored
    assert shown_number(stored) == "740389-0001"
    shown = ["740389-0001", "140389-0001", "19900602-0003", "19900662-0001", ""]
    kinds = [Kind.REPLACEMENT, Kind.CPR, Kind.PERSONNUMMER, Kind.SAMORDNING]
    assert [kind_of(one) for one in shown] == [*(str(kind.label) for kind in kinds), ""]


@pytest.mark.django_db
def test_a_number_copied_to_another_citizen_cannot_be_read():
    citizen, other = CitizenFactory(), CitizenFactory()
    set_number(citizen, parse_number("740389-0001", "DK"))
    other.identity_number = citizen.identity_number
    with pytest.raises(InvalidTag):
        shown_number(other)


def test_a_sealed_value_is_bound_to_its_place_and_survives_a_new_key(settings):
    sealed = seal(b"secret", where="table.column:1")
    settings.IDENTITY_KEYS = {"t2": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=", **settings.IDENTITY_KEYS}
    assert unseal(sealed, where="table.column:1") == b"secret"
    assert seal(b"secret", where="table.column:1")[1:3] == b"t2"
    with pytest.raises(InvalidTag):
        unseal(sealed, where="table.column:2")
