"""Tables as a file for spreadsheet programs (experience 22).

A cell is a text, a number, a share or a day, and never a formula: texts are written as texts, whatever they begin with
(T9). The file is the smallest that the format allows, and holds nothing about who made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# Day 1 is 1 January 1900, and the format believes that 1900 had a 29 February.
FIRST_DAY = date(1899, 12, 30)
# Places of the styles below: a heading, hours with a decimal, a share, a day.
PLAIN, HEADING, DECIMAL, SHARE, DAY = range(5)
STYLES = (
    f'<styleSheet xmlns="{NAMESPACE}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/>'
    '<xf xfId="0" numFmtId="2" applyNumberFormat="1"/><xf xfId="0" numFmtId="9" applyNumberFormat="1"/>'
    '<xf xfId="0" numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
WIDTHS = '<col min="1" max="1" width="34" customWidth="1"/><col min="2" max="30" width="15" customWidth="1"/>'
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
    names = [sheet.name.translate(FORBIDDEN_IN_NAMES)[:LONGEST_NAME] for sheet in sheets]
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for name, number in zip(names, numbers, strict=True)
    )
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT_TYPE}.main+xml"/>'
            '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.styles+xml"/>'
            + "".join(
                f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="application/vnd.openxmlformats-'
                'officedocument.spreadsheetml.worksheet+xml"/>'
                for number in numbers
            )
            + "</Types>"
        ),
        "_rels/.rels": relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATIONS}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": relations(
            [*(("worksheet", f"worksheets/sheet{number}.xml") for number in numbers), ("styles", "styles.xml")]
        ),
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{number}.xml": xml_of(sheet) for number, sheet in zip(numbers, sheets, strict=True)},
    }
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, DECLARATION + text)
    return file.getvalue()


def relations(targets: Sequence[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


def xml_of(sheet: Sheet) -> str:
    lines = [*([line] for line in sheet.above), *([[]] if sheet.above else []), list(sheet.columns)]
    heads = len(lines)
    rows = "".join(
        f'<row r="{number}">{"".join(cell_of(value, HEADING if number == heads else PLAIN) for value in row)}</row>'
        for number, row in enumerate([*lines, *sheet.rows], start=1)
    )
    return f'<worksheet xmlns="{NAMESPACE}"><cols>{WIDTHS}</cols><sheetData>{rows}</sheetData></worksheet>'


def cell_of(value: Cell, style: int) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, Percent):
        return f'<c s="{SHARE}"><v>{value.share:.6f}</v></c>'
    if isinstance(value, date):
        return f'<c s="{DAY}"><v>{(value - FIRST_DAY).days}</v></c>'
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, float):
        return f'<c s="{DECIMAL}"><v>{value:.6f}</v></c>'
    text = "".join(sign for sign in value if sign >= " " or sign in "\t\n")
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
