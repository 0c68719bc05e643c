"""Finding a case by part of a name or by its reference, among those the user may see (experience 10, 27)."""

import re
from dataclasses import dataclass

from django.db.models import Func, QuerySet, TextField, Value
from django.utils.translation import get_language

from accounts.models import User
from programmes.models import Programme
from referrals.models import Referral

REFERENCE = re.compile(r"([FH])[\s-]*(\d{4})[\s-]*(\d{1,6})", re.IGNORECASE)
# Six to eight digits of a date and four more, or somebody's slip of one, whatever stands between and around them.
NUMBER = re.compile(r"\d{9}")
BETWEEN = re.compile(r"[\W_]")
LONGEST = 100
SHOWN = 50
WORDS = 5


@dataclass(frozen=True)
class Found:
    programmes: list[Programme]
    referrals: list[Referral]
    has_more: bool

    def __len__(self) -> int:
        return len(self.programmes) + len(self.referrals)


def cleaned(text: str) -> str:
    """What was typed, without control characters and not longer than any name."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:LONGEST]


def looks_like_number(text: str) -> bool:
    """An identity number was typed; it must not stay in an address (T10)."""
    return not as_reference(text) and NUMBER.search(BETWEEN.sub("", text)) is not None


def as_reference(text: str) -> str:
    """`f 2026 123` is `F-2026-000123`; anything else is no reference and gives nothing."""
    match = REFERENCE.fullmatch(text)
    if not match:
        return ""
    prefix, year, number = match.groups()
    return f"{prefix.upper()}-{year}-{int(number):06}"


def by_reference(user: User, reference: str) -> Programme | Referral | None:
    """The programme or referral with exactly this reference, if the user may see it. One query."""
    if reference.startswith("F"):
        return Programme.objects.visible_to(user).filter(reference=reference).select_related("citizen").first()
    return Referral.objects.visible_to(user).filter(reference=reference).select_related("citizen").first()


def by_name(user: User, text: str) -> Found:
    """Cases whose citizen's name holds every word, æ as ae and so on; a protected name is never found by name.

    Two queries; at most `SHOWN` of each.
    """
    programmes = list(
        named(Programme.objects.visible_to(user), text)
        .select_related("citizen", "type", "caseworker")
        .order_by(f"citizen__{sort_column()}", "-starts_on", "pk")[: SHOWN + 1]
    )
    referrals = list(
        named(Referral.objects.visible_to(user).filter(programme=None), text)
        .select_related("citizen", "type")
        .order_by(f"citizen__{sort_column()}", "pk")[: SHOWN + 1]
    )
    has_more = len(programmes) > SHOWN or len(referrals) > SHOWN
    return Found(programmes[:SHOWN], referrals[:SHOWN], has_more)


def named(rows: QuerySet, text: str, citizen: str = "citizen") -> QuerySet:
    """Rows of citizens whose name holds each word of the text, among those whose name is not protected."""
    rows = rows.filter(**{f"{citizen}__is_protected": False})
    for word in text.split()[:WORDS]:
        key = Func(Value(word), function="search_key", output_field=TextField())
        rows = rows.filter(**{f"{citizen}__search_name__contains": key})
    return rows


def sort_column() -> str:
    """The column by which names sort in the reader's language (experience 26)."""
    return "sort_sv" if get_language() == "sv" else "sort_da"
