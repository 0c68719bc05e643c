"""Finding a case by name, by reference or by identity number, among those the user may see (experience 10, 27)."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    F,
    FloatField,
    Func,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Post, User
from accounts.roles import Role
from audit.models import Access
from citizens.identity import WrongNumber, index_of, parse_number
from citizens.models import Citizen
from programmes.models import Programme
from programmes.statuses import RUNNING
from referrals.drafts import name_shown
from referrals.models import Referral

REFERENCE = re.compile(r"([FH])[\s-]*(\d{4})[\s-]*(\d{1,6})", re.IGNORECASE)
# Only the last part of a reference, or its year and that: as people say it on the telephone. With all its noughts the
# latter is as long as an identity number and taken for one.
SHORT_REFERENCE = re.compile(r"(?:(20\d{2})[\s-]+)?([0-9]{1,6})")
YEARS = 12
# Six to eight digits of a date and four more, or somebody's slip of one, whatever stands between and around them.
NUMBER = re.compile(r"\d{9}")
BETWEEN = re.compile(r"[\W_]")
LONGEST = 100
SHOWN = 50
WORDS = 5
# Shorter words are too like each other; with fewer hits than this, names that are nearly the same are shown as well.
SIMILAR_FROM = 4
FEW = 5
SIMILAR_SHOWN = 8
# In a statement that is kept, signs that nobody types stand for the words: one for a short word, several for a long.
MARK = 0xE000
# An array is looked up in the index before anything is joined; an "in" would be one join more, after the others.
FOUND = "%(expressions)s = ANY (ARRAY (SELECT citizen FROM found))"

# Looking numbers up one after the other is no work of anybody's (T10).
NUMBER_LOOK_UP = "search by identity number"
LOOK_UPS = {timedelta(minutes=10): 20, timedelta(days=1): 200}


@dataclass(frozen=True)
class Hit:
    """One case as a result names it; `type_name` by language."""

    kind: str  # programme or referral
    reference: str
    name: str
    is_protected: bool
    type_name: dict[str, str]
    status: str
    caseworker: str


@dataclass(frozen=True)
class Found:
    hits: list[Hit]
    similar: list[Hit]
    has_more: bool

    def __len__(self) -> int:
        return len(self.hits)


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


def references_of(text: str) -> list[str]:
    """Every reference that the text can mean: `123` is number 123 of any of the last years; empty for a name."""
    if whole := as_reference(text):
        return [whole]
    match = SHORT_REFERENCE.fullmatch(text)
    if not match:
        return []
    last = timezone.localdate().year
    years = [int(match[1])] if match[1] else range(last, last - YEARS, -1)
    return [f"{prefix}-{year}-{int(match[2]):06}" for year in years for prefix in "FH"]


def find(user: User, text: str, *, shown: int = SHOWN) -> Found:
    """Cases by what was typed, a reference or part of a name. One query, and one more when names are few."""
    if references := references_of(text):
        return by_reference(user, references)
    return by_name(user, text, shown=shown)


def by_reference(user: User, references: list[str]) -> Found:
    """The cases with exactly these references that the user may see. One query."""
    programmes = hits_of(Programme.objects.visible_to(user).filter(reference__in=references))
    referrals = hits_of(Referral.objects.visible_to(user).filter(reference__in=references, programme=None))
    # A referral that became a programme leads to it, unless only the referral was asked for.
    if len(references) == 1 and references[0].startswith("H"):
        referrals = hits_of(Referral.objects.visible_to(user).filter(reference__in=references))
    return Found(as_referred(user, read(programmes.union(referrals, all=True).order_by("-reference"))), [], False)


def by_name(user: User, text: str, *, shown: int = SHOWN) -> Found:
    """Cases whose citizen's name holds every word, æ as ae and so on; a protected name is never found by name.

    Names in which a word begins so come first. Where there are few, names that are nearly the same follow (typos).
    """
    listed = cases_named(user, text, at_most=shown + 1)
    nearly: list[Hit] = []
    if len(listed) < FEW and is_long_enough(text):
        near = cases_named(user, text, at_most=SIMILAR_SHOWN + FEW, is_similar=True)
        known = {hit.reference for hit in listed}
        nearly = [hit for hit in near if hit.reference not in known][:SIMILAR_SHOWN]
    return Found(found_by(user, listed[:shown]), found_by(user, nearly), len(listed) > shown)


def cases_named(user: User, text: str, *, at_most: int, is_similar: bool = False) -> list[Hit]:
    """The first cases by name, those in which the words begin a word first; or the likest first. One query."""
    words = words_of(text)
    marks = [chr(MARK + number) * min(len(word), SIMILAR_FROM) for number, word in enumerate(words)]
    column, on = sort_column(), timezone.localdate()
    statement, values = naming(user, tuple(user.posts), on, column, " ".join(marks), at_most, is_similar)
    typed = dict(zip(marks, words, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(statement, [filled_in(value, typed) for value in values])
        return read(cursor.fetchall())


def filled_in(value: Any, typed: dict[str, str]) -> Any:
    """A parameter of the statement with the typed words where their marks are."""
    if isinstance(value, str):
        for mark, word in typed.items():
            value = value.replace(mark, word)
    return value


# Putting this together takes longer than answering it; what it says depends on its arguments alone (ADR 30).
@lru_cache(maxsize=1024)
def naming(
    user: User, _posts: tuple[Post, ...], _today: date, _column: str, marks: str, at_most: int, is_similar: bool
) -> tuple[str, tuple[Any, ...]]:
    """The statement for `cases_named` and its parameters, with marks in the place of the words.

    The citizens come first: of a name that many have, the user sees a few, and only their cases are looked at.
    """
    holding, rank = (similar, likeness_of(marks)) if is_similar else (named, ranks(marks))
    people, people_values = holding(Citizen.objects.visible_to(user), marks, "").values("pk").query.sql_with_params()
    is_found = Func("citizen_id", template=FOUND, output_field=BooleanField())
    programmes, referrals = (
        hits_of(rows.filter(is_found), rank=rank).order_by("rank", "sort", "reference")[:at_most]
        for rows in (Programme.objects.visible_to(user), Referral.objects.visible_to(user).filter(programme=None))
    )
    both = programmes.union(referrals, all=True).order_by("rank", "sort", "reference")[:at_most]
    cases, values = both.query.sql_with_params()
    return f"WITH found (citizen) AS MATERIALIZED ({people}) {cases}", (*people_values, *values)


def as_referred(user: User, hits: list[Hit]) -> list[Hit]:
    """The hits with the name that the reader may know: of a referral that waits, the one its own side wrote (T10).

    No query but for a referrer whose referrals are among them; then one.
    """
    waiting = [hit.reference for hit in hits if hit.kind == "referral"] if user.has_role(Role.REFERRER) else []
    if not waiting:
        return hits
    referrals = Referral.objects.filter(reference__in=waiting).select_related("citizen", "centre")
    names = {referral.reference: name_shown(referral, user) for referral in referrals}
    return [replace(hit, name=names.get(hit.reference, hit.name)) for hit in hits]


def found_by(user: User, hits: list[Hit]) -> list[Hit]:
    """Hits by name without those that the reader knows under another one: finding them would tell whose they are."""
    return [hit for hit, shown in zip(hits, as_referred(user, hits), strict=True) if hit.name == shown.name]


def named(rows: QuerySet, text: str, citizen: str = "citizen__") -> QuerySet:
    """Rows of citizens whose name holds each word of the text, among those whose name is not protected."""
    rows = rows.filter(**{f"{citizen}is_protected": False})
    for word in words_of(text):
        rows = rows.filter(**{f"{citizen}search_name__contains": key_of(word)})
    return rows


def similar(rows: QuerySet, text: str, citizen: str = "citizen__") -> QuerySet:
    """Rows of citizens whose name holds each word or one nearly the same; how near, config.database says."""
    rows = rows.filter(**{f"{citizen}is_protected": False})
    for word in words_of(text):
        condition = Q(**{f"{citizen}search_name__contains": key_of(word)})
        if len(word) >= SIMILAR_FROM:
            condition = Q(**{f"{citizen}search_name__trigram_word_similar": key_of(word)})
        rows = rows.filter(condition)
    return rows


def is_long_enough(text: str) -> bool:
    return any(len(word) >= SIMILAR_FROM for word in words_of(text))


def words_of(text: str) -> list[str]:
    return text.split()[:WORDS]


def key_of(text: str) -> Func:
    return Func(Value(text), function="search_key", output_field=TextField())


def ranks(text: str) -> Case:
    """0 where each word of the text begins a word of the name, otherwise 1."""
    begins = Q()
    for word in words_of(text):
        begins &= Q(citizen__search_name__startswith=key_of(word)) | Q(
            citizen__search_name__contains=key_of(f" {word}")
        )
    return Case(When(begins, then=Value(0.0)), default=Value(1.0), output_field=FloatField())


def likeness_of(text: str) -> Any:
    """How far the name is from the text, 0 being the same."""
    distance: Any = Value(0.0, FloatField())
    for word in words_of(text):
        distance = distance + 1.0 - TrigramWordSimilarity(key_of(word), "citizen__search_name")  # type: ignore[arg-type]
    return distance


def hits_of(rows: QuerySet, **more: Any) -> QuerySet:
    """The columns of `Hit`, the same of programmes and referrals, so that one statement reads both."""
    is_programme = rows.model is Programme
    return (
        rows.order_by()
        .annotate(
            kind=Value("programme" if is_programme else "referral", CharField()),
            rank=more.get("rank", Value(0.0, FloatField())),
            sort=F(f"citizen__{sort_column()}"),
            type_name=Cast("type__definition__name", TextField()),
            worker=F("caseworker__name") if is_programme else Value("", CharField()),
        )
        .values_list(
            "kind",
            "reference",
            "citizen__first_name",
            "citizen__last_name",
            "citizen__is_protected",
            "type_name",
            "status",
            "worker",
            "rank",
            "sort",
        )
    )


def read(rows: Iterable[tuple]) -> list[Hit]:
    return [
        Hit(
            kind=kind,
            reference=reference,
            # As Citizen.name says it; a draft referral has nobody yet.
            name=str(Citizen(first_name=first or "", last_name=last or "", is_protected=bool(is_protected)).name),
            is_protected=bool(is_protected),
            type_name=json.loads(type_name),
            status=status,
            caseworker=worker,
        )
        for kind, reference, first, last, is_protected, type_name, status, worker, _rank, _sort in rows
    ]


@dataclass(frozen=True)
class LookedUp:
    """`citizen_id` is for the log alone; `hit` is the case to show, None whether there is none or it is not theirs."""

    citizen_id: UUID | None
    hit: Hit | None


def is_whole_number(text: str) -> bool:
    """Whether an identity number of one of the countries stands in the text."""
    return bool(indexes_of(text))


def indexes_of(text: str) -> list[bytes]:
    digits = re.sub(r"[^0-9]", "", text)
    found = []
    for country in ("DK", "SE"):
        try:
            found.append(index_of(parse_number(digits, country)))
        except WrongNumber:
            continue
    return found


def by_number(user: User, text: str) -> LookedUp:
    """The newest case of the citizen with this identity number, running ones first, if the user may see it (T10).

    Two queries, the same ones for a number that nobody has and for one that is not theirs to find.
    """
    indexes = indexes_of(text)
    citizen_id = Citizen.objects.filter(identity_index__in=indexes).values_list("pk", flat=True).first()
    runs = Case(When(status__in=RUNNING, then=Value(0.0)), default=Value(1.0), output_field=FloatField())
    waits = {"rank": Value(2.0, FloatField())}
    owner = {"citizen__identity_index__in": indexes}
    hits = read(
        hits_of(Programme.objects.visible_to(user).filter(**owner), rank=runs)
        .union(hits_of(Referral.objects.visible_to(user).filter(programme=None, **owner), **waits), all=True)
        .order_by("rank", "-reference")[:1]
    )
    hits = as_referred(user, hits)
    return LookedUp(citizen_id, hits[0] if hits else None)


def looks_up_too_much(user: User) -> bool:
    """Whether the user has looked up more numbers than anybody's work asks for (T10). One query."""
    now = timezone.now()
    mine = Access.objects.filter(user_id=user.pk, kind=Access.Kind.SEARCH, what=NUMBER_LOOK_UP)
    times = list(mine.filter(at__gt=now - max(LOOK_UPS)).order_by("-at").values_list("at", flat=True)[:201])
    return any(sum(at > now - period for at in times) >= limit for period, limit in LOOK_UPS.items())


def sort_column() -> str:
    """The column by which names sort in the reader's language (experience 26)."""
    return "sort_sv" if get_language() == "sv" else "sort_da"
