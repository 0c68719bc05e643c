"""Tables for spreadsheet programs (experience 22, T9)."""

import datetime
import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from core.spreadsheet import Percent, Sheet, workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read(file: bytes, number: int = 1) -> list[list[str]]:
    """The cells of a sheet as they are stored; what holds nothing is empty."""
    with ZipFile(BytesIO(file)) as archive:
        root = ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    rows: list[list[str]] = []
    for cell in root.iter(f"{MAIN}c"):
        column, row = re.fullmatch(r"([A-Z])(\d+)", cell.attrib["r"]).groups()
        rows += [[] for _ in range(int(row) - len(rows))]
        line = rows[-1]
        line += [""] * (ord(column) - ord("A") - len(line))
        line.append("".join(cell.itertext()))
    return rows


def test_a_table_keeps_its_words_numbers_shares_and_days():
    """experience 22"""
    rows = [["Træværksted <&>", 3, 1.5, Percent(0.75), datetime.date(2026, 11, 23), None]]
    file = workbook([Sheet("A/B: [1]", ["Where", "n"], rows, ["From the page"]), Sheet("Two", ["x"], [])])
    assert read(file) == [
        ["From the page"], [], ["Where", "n"], ["Træværksted <&>", "3", "1.5", "0.75", "46349"],
    ]  # fmt: skip
    with ZipFile(BytesIO(file)) as archive:
        assert archive.testzip() is None
        assert 'name="AB 1"' in archive.read("xl/workbook.xml").decode()
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))


@pytest.mark.parametrize("typed", ["=1+1", "+A1", "-2", "@SUM(A1)", '=HYPERLINK("https://x")', "a\x00b", "]]>"])
def test_what_people_typed_is_never_a_formula(typed):
    """T9"""
    file = workbook([Sheet("x", [typed], [[typed]])])
    assert read(file) == [[typed.replace("\x00", "")]] * 2
    with ZipFile(BytesIO(file)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
