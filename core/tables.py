"""Tables of figures: their many cells are written by Python and not one by one by a template (docs/adr/0030)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

NUMBER = SafeString(' class="t-num"')


class Column(NamedTuple):
    """One column; `cell` tells what stands there in a row."""

    label: str
    cell: Callable[[Any], str | int]
    is_number: bool = True


@dataclass(frozen=True)
class Table:
    """The head and the body of `<table class="t-table t-cards">`; the cells of the first column are headings."""

    first: Column
    others: Sequence[Column]
    rows: Sequence[Any]

    def __str__(self) -> SafeString:
        columns = [(NUMBER if column.is_number else "", column.label) for column in self.others]
        head = format_html_join("", '<th scope="col"{}>{}</th>', [("", self.first.label), *columns])
        opened = [format_html('<td{} data-label="{}">', *column) for column in columns]
        cells = [(tag, column.cell) for tag, column in zip(opened, self.others, strict=True)]

        def told(row: Any) -> SafeString:
            return SafeString("".join(f"{tag}{escaped(cell(row))}</td>" for tag, cell in cells))

        lines = ((self.first.cell(row), told(row)) for row in self.rows)
        body = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', lines)
        return format_html("<thead><tr>{}</tr></thead><tbody>{}</tbody>", head, body)


def escaped(cell: str | int) -> str:
    """As Django's `conditional_escape`, without what that does for texts that are translated later."""
    return cell if isinstance(cell, SafeString) else escape(str(cell))
