"""Identity numbers: reading what people write, keeping it encrypted, finding it again (R1, T10)."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import luhn

from citizens.models import Citizen, Gender
from core.sealing import seal, unseal

# Replacement numbers (Denmark) and samordningsnummer (Sweden) have 60 added to the day.
ADDED_TO_DAY = 60


class WrongNumber(ValueError):
    """What was written is no identity number; the text says so in the user's language."""


class Kind(models.TextChoices):
    CPR = "cpr", gettext_lazy("CPR number")
    REPLACEMENT = "replacement", gettext_lazy("Replacement number")
    PERSONNUMMER = "personnummer", gettext_lazy("Personnummer")
    SAMORDNING = "samordning", gettext_lazy("Samordningsnummer")


@dataclass(frozen=True)
class Number:
    """A number that was understood. `digits` has ten digits in Denmark and twelve in Sweden."""

    kind: Kind
    country: str
    digits: str
    birth_date: date
    gender: str

    @property
    def shown(self) -> str:
        """As people write it: `140389-0001`, `19900602-0003`."""
        return f"{self.digits[:-4]}-{self.digits[-4:]}"


def parse_number(text: str, country: str) -> Number:
    """Read an identity number of `country` (DK or SE), with or without hyphen and spaces.

    No modulus-11 check in Denmark, where it no longer holds; Sweden's check digit is demanded. WrongNumber otherwise.
    """
    digits = re.sub(r"[\s\-+]", "", text)
    if not re.fullmatch(r"[0-9]{10}|[0-9]{12}", digits):
        raise wrong(country)
    return _swedish(digits) if country == "SE" else _danish(digits)


def wrong(country: str) -> WrongNumber:
    if country == "SE":
        return WrongNumber(_("That does not look like a personnummer. A samordningsnummer is also allowed"))
    return WrongNumber(_("That does not look like a CPR number. A replacement number is also allowed"))


def _danish(digits: str) -> Number:
    if len(digits) != 10:
        raise wrong("DK")
    day, month, year, seventh = int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6])
    # The seventh digit tells the century, by the table of the CPR office.
    if seventh <= 3 or (seventh in (4, 9) and year >= 37):
        century = 1900
    elif seventh in (4, 9) or year <= 57:
        century = 2000
    else:
        century = 1800
    is_replacement = day > ADDED_TO_DAY
    return Number(
        kind=Kind.REPLACEMENT if is_replacement else Kind.CPR,
        country="DK",
        digits=digits,
        birth_date=_day(century + year, month, day - ADDED_TO_DAY if is_replacement else day, "DK"),
        gender=Gender.MALE if int(digits[-1]) % 2 else Gender.FEMALE,
    )


def _swedish(digits: str) -> Number:
    if len(digits) == 10:
        # Two digits for the year: the latest century in which the person is born already.
        century = "20" if int(digits[:2]) <= timezone.localdate().year % 100 else "19"
        digits = century + digits
    if not luhn.is_valid(digits[2:]):
        raise wrong("SE")
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    is_samordning = day > ADDED_TO_DAY
    # Serial 000 belongs to nobody and tells no gender; test persons have it.
    tells_gender = digits[8:11] != "000"
    male = int(digits[10]) % 2
    return Number(
        kind=Kind.SAMORDNING if is_samordning else Kind.PERSONNUMMER,
        country="SE",
        digits=digits,
        birth_date=_day(year, month, day - ADDED_TO_DAY if is_samordning else day, "SE"),
        gender=(Gender.MALE if male else Gender.FEMALE) if tells_gender else "",
    )


def _day(year: int, month: int, day: int, country: str) -> date:
    try:
        born = date(year, month, day)
    except ValueError:
        raise wrong(country) from None
    if born > timezone.localdate():
        raise wrong(country)
    return born


def place(citizen: Citizen) -> str:
    return f"citizens_citizen.identity_number:{citizen.pk}"


def index_of(number: Number) -> bytes:
    """The keyed hash by which a number is found without being decrypted."""
    key = base64.b64decode(settings.IDENTITY_INDEX_KEY)
    return hmac.new(key, f"{number.country}{number.digits}".encode(), hashlib.sha256).digest()


def set_number(citizen: Citizen, number: Number) -> None:
    """Put the number, encrypted, on the citizen (not saved)."""
    citizen.identity_number = seal(f"{number.country}{number.digits}".encode(), where=place(citizen))
    citizen.identity_index = index_of(number)


def find_by_number(number: Number) -> Citizen | None:
    """The citizen who has this number; for actions, not for pages: it asks nobody's permission."""
    return Citizen.objects.filter(identity_index=index_of(number)).first()


def kind_of(shown: str) -> str:
    """What a number as `shown_number` gives it is called, in the reader's language; empty for none."""
    digits = shown.replace("-", "")
    is_swedish, day = len(digits) == 12, digits[6:8] if len(digits) == 12 else digits[:2]
    if not day:
        return ""
    if int(day) > ADDED_TO_DAY:
        return str((Kind.SAMORDNING if is_swedish else Kind.REPLACEMENT).label)
    return str((Kind.PERSONNUMMER if is_swedish else Kind.CPR).label)


def shown_number(citizen: Citizen) -> str:
    """The number in plain writing, empty where there is none. Callers log the look (T5)."""
    if citizen.identity_number is None:
        return ""
    digits = unseal(bytes(citizen.identity_number), where=place(citizen)).decode()[2:]
    return f"{digits[:-4]}-{digits[-4:]}"
