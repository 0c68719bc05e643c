"""Finding words in the texts of the timeline: notes and what else was written, in any word form (J1, experience 10)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import User
from accounts.roles import Role
from desk.rows import link_to
from journal import timeline
from journal.models import SEARCHED, Entry
from programmes.models import Programme

SHOWN = 30
# A word that stands in thousands of texts: the newest so many are looked through, and more words find the others.
LOOKED_THROUGH = 3_000
# Whose access is a whole organisation's; everybody else's own cases are few and are read through instead.
WIDE = {Role.TEAM_LEADER, Role.REFERRER}

# Signs that nobody types stand around what was found until the text is escaped.
START, STOP, GAP = "\ue000", "\ue001", "\ue002"
MARKED = re.compile(f"{START}([^{START}{STOP}]*){STOP}")


@dataclass(frozen=True)
class Passage:
    """One entry in which the words stand, with the piece of text around them; `url` is its case's timeline."""

    citizen_id: UUID
    name: str
    reference: str
    url: str
    title: str
    at: datetime
    author: str
    snippet: SafeString


def passages(user: User, text: str) -> tuple[list[Passage], bool]:
    """The newest entries that hold every word, and whether there are more. Two queries.

    Across cases nobody finds what was struck out (K3), nor a protected citizen by anything written about them: the
    texts hold the name (experience 27). Both are searched in the case itself.
    """
    rows = Entry.objects.visible_to(user).filter(struck_at=None, citizen__is_protected=False)
    found = list(matching(user, rows, text).order_by("-happened_at", "-pk").values_list("pk", flat=True)[: SHOWN + 1])
    shown = with_snippets(Entry.objects.visible_to(user).filter(pk__in=found[:SHOWN]), text)
    own = Programme.objects.visible_to(user).filter(citizen=OuterRef("citizen_id"), centre=OuterRef("centre_id"))
    shown = shown.select_related("citizen", "author").defer("citizen__identity_number", "citizen__identity_index")
    shown = shown.annotate(programme=Subquery(own.order_by("-starts_on", "-pk").values("reference")[:1]))
    listed = [passage(entry) for entry in shown.order_by("-happened_at", "-pk")]
    return listed, len(found) > SHOWN


def matching(user: User, rows: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Those of `rows` that hold the words; the slice keeps the database from reading everything a leader may see."""
    reach = user.reach
    if reach.roles.isdisjoint(WIDE):
        return rows.containing(text)  # type: ignore[attr-defined]
    own = Q(centre__in=reach.organisations_as(*reach.roles - {Role.REFERRER}))
    own |= Q(referring_organisation__in=reach.organisations_as(Role.REFERRER))
    newest = Entry.objects.filter(own).containing(text).order_by("-happened_at", "-pk")
    return rows.filter(pk__in=newest.values("pk")[:LOOKED_THROUGH])


def with_snippets(rows: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """The entries with `headline`: the pieces of the text around the words, in the language that found them.

    Costly: only for entries that are shown.
    """
    headlines = {
        config: SearchHeadline(
            "body",
            SearchQuery(text, config=config, search_type="websearch"),
            config=config,
            start_sel=START,
            stop_sel=STOP,
            fragment_delimiter=GAP,
            max_fragments=2,
            max_words=22,
            min_words=10,
        )
        for config in SEARCHED
    }
    first, second = SEARCHED
    rows = rows.alias(vector=SearchVector("body", config=first))
    in_first = Q(vector=SearchQuery(text, config=first, search_type="websearch"))
    return rows.annotate(headline=Case(When(in_first, then=headlines[first]), default=headlines[second]))


def snippet_of(headline: str) -> SafeString:
    """The headline as HTML: everything escaped, what was found in <mark>."""
    pieces = []
    for piece in headline.split(GAP):
        marked = MARKED.sub(lambda found: f"<mark>{found[1]}</mark>", str(escape(piece)))
        pieces.append(mark_safe(re.sub(f"[{START}{STOP}]", "", marked)))  # noqa: S308 — escaped just before
    return format_html_join(" … ", "{}", ((piece,) for piece in pieces))


def passage(entry: Any) -> Passage:
    reference = entry.case if entry.case.startswith("F") else entry.programme or entry.case
    name = "desk:case" if reference.startswith("F") else "referrals:detail"
    return Passage(
        citizen_id=entry.citizen_id,
        name=entry.citizen.name,
        reference=reference,
        url=link_to(name, reference),
        title=timeline.title_of(entry),
        at=entry.happened_at,
        author=entry.author.name if entry.author else "",
        snippet=snippet_of(entry.headline),
    )
