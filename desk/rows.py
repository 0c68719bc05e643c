"""What the pages of the desk are made of: one sentence, groups, rows and figures (experience 9)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.urls import reverse

from core.wording import Tag

__all__ = ["Group", "Link", "Now", "Row", "Tag", "Tile", "group", "link_to"]

# A group shows no more than this; the link at its head leads to the rest.
ROWS_SHOWN = 8


@dataclass(frozen=True)
class Link:
    """A button as components/action.html takes it; `hint` says to screen readers whom or what it is about, and
    `method` is "post" for what does something."""

    url: str
    label: str
    icon: str = ""
    hint: str = ""
    primary: bool = False
    method: str = ""


@dataclass(frozen=True)
class Row:
    title: str
    url: str = ""
    text: str = ""
    when: str = ""
    tag: Tag | None = None
    actions: list[Link] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """A card with rows; `empty` says why there are none, and what then (experience 25)."""

    key: str
    title: str
    rows: list[Row]
    count: int | None = None
    more: Link | None = None
    empty: str = ""


@dataclass(frozen=True)
class Now:
    """The one sentence that a start page or a case begins with, and its one primary button."""

    label: str
    sentence: str
    detail: str = ""
    primary: Link | None = None
    secondary: Link | None = None


@dataclass(frozen=True)
class Tile:
    label: str
    number: str
    of: str = ""
    foot: str = ""
    tag: Tag | None = None
    url: str = ""
    masked: bool = False


def group(key: str, title: str, rows: Iterable[Row], *, more: Link | None = None, empty: str = "") -> Group:
    """A group of all rows given, of which the first `ROWS_SHOWN` are shown."""
    listed = list(rows)
    return Group(key, title, listed[:ROWS_SHOWN], len(listed), more, empty)


@lru_cache(maxsize=4096)
def link_to(name: str, *args: Any) -> str:
    """The address of a page by its name, as lower apps' pages are linked: `link_to("plans:detail", reference)`."""
    return reverse(name, args=args)
