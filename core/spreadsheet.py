"""Tables as a file for spreadsheet programs (experience 22).

A cell is a text, a number, a share or a day, and never a formula: texts are written as texts, whatever they begin with
(T9). The file holds nothing about who made it or when.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Row after row to the disk, so that a long table takes no memory.
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
FORMATS = {
    "heading": {"bold": True},
    "decimal": {"num_format": "0.00"},
    "share": {"num_format": "0%"},
    "day": {"num_format": 14},
}
WIDTHS = {"A:A": 34, "B:AD": 15}  # in characters
FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'"))
LONGEST_NAME = 31


@dataclass(frozen=True)
class Percent:
    """A share from 0 to 1, shown as whole percent."""

    share: float


Cell = str | int | float | date | Percent | None


@dataclass(frozen=True)
class Sheet:
    """One table: a name, the words of its columns, and its rows. `above` are lines of text before it."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    above: Sequence[str] = field(default_factory=list)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file with all tables, in their order; the same tables give the same file."""
    file = BytesIO()
    with Workbook(file, OPTIONS) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        formats = {name: book.add_format(properties) for name, properties in FORMATS.items()}
        for sheet in sheets:
            page = book.add_worksheet(sheet.name.translate(FORBIDDEN_IN_NAMES)[:LONGEST_NAME])
            for columns, width in WIDTHS.items():
                page.set_column(columns, width)
            lines = [*([line] for line in sheet.above), *([[]] if sheet.above else []), sheet.columns]
            for number, row in enumerate([*lines, *sheet.rows]):
                is_heading = number == len(lines) - 1
                for place, value in enumerate(row):
                    write(page, number, place, value, formats, is_heading=is_heading)
    return file.getvalue()


def write(
    page: Worksheet, row: int, column: int, value: Cell, formats: dict[str, Format], *, is_heading: bool = False
) -> None:
    if isinstance(value, Percent):
        page.write_number(row, column, value.share, formats["share"])
    elif isinstance(value, date):
        page.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, float):
        page.write_number(row, column, value, formats["decimal"])
    elif isinstance(value, int):
        page.write_number(row, column, value)
    elif value is not None:
        text = "".join(sign for sign in value if sign >= " " or sign in "\t\n")
        page.write_string(row, column, text, formats["heading"] if is_heading else None)
