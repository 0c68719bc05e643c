"""The corpus of files that people send, and of those that others would like to get through (T16)."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from PIL import Image

from core.exceptions import Refused
from core.scanning import Verdict, verdict_on
from core.uploads import LARGEST, LARGEST_UNPACKED, MOST_PARTS, checked, checked_bytes, cleaned_name

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def picture(kind: str, size: tuple[int, int] = (3, 2)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, kind)
    return target.getvalue()


def archive(parts: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as made:
        for name, content in parts.items():
            made.writestr(name, content)
        made.comment = comment
    return target.getvalue()


def docx(**more: bytes) -> bytes:
    return archive({"[Content_Types].xml": "<Types/>", "word/document.xml": "<w:document/>", **more})


def xlsx() -> bytes:
    return archive({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"})


def opendocument(kind: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        made.writestr("content.xml", "<office/>")
    return target.getvalue()


TAKEN = {
    "letter.pdf": PDF,
    "Scan.PDF": PDF,
    "picture.png": picture("PNG"),
    "picture.jpg": picture("JPEG"),
    "picture.jpeg": picture("JPEG"),
    "words.txt": "Ærø, Åse og Ørsted\r\n\tmødes".encode(),
    "marked.txt": b"\xef\xbb\xbfWith a mark",
    "letter.docx": docx(),
    "hours.xlsx": xlsx(),
    "letter.odt": opendocument("text"),
    "hours.ods": opendocument("spreadsheet"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_people_send_is_taken(name):
    upload = checked(SimpleUploadedFile(name, TAKEN[name], content_type="text/html"))
    assert upload.name == name
    assert upload.data == TAKEN[name]
    assert "html" not in upload.content_type


def huge_picture() -> bytes:
    """A PNG of a few bytes that says it is 30,000 by 30,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def lying_archive() -> bytes:
    """Its directory says that a part of 90 MB is one byte long."""
    made = bytearray(docx(**{"word/media.bin": b"\0" * (LARGEST_UNPACKED + 10)}))
    at = made.rfind(b"PK\x01\x02")
    made[at + 24 : at + 28] = struct.pack("<I", 1)
    return bytes(made)


def encrypted_archive() -> bytes:
    made = bytearray(docx())
    at = made.find(b"PK\x01\x02")
    made[at + 8] |= 1
    return bytes(made)


EXE = b"MZ\x90\0\3\0\0\0" + b"\0" * 100
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
REFUSED = {
    "nothing at all": ("empty.pdf", b""),
    "one byte too many": ("large.txt", b"a" * (LARGEST + 1)),
    "html": ("page.html", HTML),
    "svg": ("drawing.svg", SVG),
    "a program": ("setup.exe", EXE),
    "without an extension": ("letter", PDF),
    "a kind that is not taken": ("clip.gif", b"GIF89a"),
    "html as text": ("page.txt", HTML),
    "svg as text": ("page.txt", b"\n  " + SVG),
    "html as a picture": ("page.png", HTML),
    "svg as a picture": ("page.jpg", SVG),
    "a program as a letter": ("letter.pdf", EXE),
    "a program as text": ("letter.txt", EXE),
    "a program in two extensions": ("letter.pdf.exe", EXE),
    "another picture than it says": ("picture.png", picture("JPEG")),
    "another office than it says": ("hours.xlsx", docx()),
    "a letter that says it is text": ("letter.txt", PDF),
    "a PDF with an archive behind": ("letter.pdf", PDF + archive({"a.html": HTML})),
    "a PDF with a page behind": ("letter.pdf", PDF + HTML),
    "a PDF that begins later": ("letter.pdf", b"<script>1</script>" + PDF),
    "half a PDF": ("letter.pdf", PDF[:20]),
    "a picture with an archive behind": ("picture.jpg", picture("JPEG") + archive({"a.html": HTML})),
    "a picture with a page behind": ("picture.png", picture("PNG") + HTML),
    "half a picture": ("picture.png", picture("PNG", (200, 200))[:80]),
    "a picture of many pixels": ("picture.png", huge_picture()),
    "an archive as a letter": ("letter.docx", archive({"a.txt": "a"})),
    "a letter with macros": ("letter.docx", docx(**{"word/vbaProject.bin": b"x"})),
    "a letter with a program": ("letter.docx", docx(**{"word/embeddings/setup.exe": EXE})),
    "a letter that climbs": ("letter.docx", docx(**{"../../etc/passwd": b"x"})),
    "a letter from the root": ("letter.docx", docx(**{"/etc/passwd": b"x"})),
    "a letter of many parts": ("letter.docx", docx(**{f"word/{n}": b"" for n in range(MOST_PARTS)})),
    "a bomb": ("letter.docx", docx(**{"word/media.bin": b"\0" * (LARGEST_UNPACKED + 1)})),
    "a bomb that lies": ("letter.docx", lying_archive()),
    "a letter under lock": ("letter.docx", encrypted_archive()),
    "a letter with a page behind": ("letter.docx", docx() + HTML),
    "half a letter": ("letter.docx", docx()[:60]),
    "another OpenDocument": ("slides.odt", opendocument("presentation")),
    "NUL bytes in text": ("words.txt", b"a\0b"),
    "text in no known writing": ("words.txt", b"\xff\xfe\x00\xd8"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_what_it_says_is_refused(what):
    name, data = REFUSED[what]
    with pytest.raises(Refused):
        checked(SimpleUploadedFile(name or "x", data, content_type="application/pdf"))


def test_ten_megabytes_are_taken_and_one_byte_more_is_not():
    assert len(checked_bytes("words.txt", b"a" * LARGEST).data) == LARGEST
    with pytest.raises(Refused, match="10 MB"):
        checked_bytes("words.txt", b"a" * (LARGEST + 1))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("C:\\Users\\me\\letter.pdf", "letter.pdf"),
        ("../../etc/letter.pdf", "letter.pdf"),
        ("let\0ter.pdf", "letter.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ('"quoted"<b>.pdf', "_quoted__b_.pdf"),
        (".pdf", "file.pdf"),
        ("   .pdf", "file.pdf"),
        ("A\u030ase.pdf", "Åse.pdf"),
        ("", "file"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_cleaned(sent, kept):
    assert cleaned_name(sent) == kept


def finds_nothing(data: bytes) -> bool:
    return True


def finds_something(data: bytes) -> bool:
    return False


def is_away(data: bytes) -> bool:
    raise ConnectionError


@pytest.mark.parametrize(
    ("scanner", "verdict", "is_delivered"),
    [
        ("", Verdict.NO_SCANNER, True),
        ("finds_nothing", Verdict.CLEAN, True),
        ("finds_something", Verdict.INFECTED, False),
        ("is_away", Verdict.UNKNOWN, False),
        ("is_not_there", Verdict.UNKNOWN, False),
    ],
)
def test_the_scanner_has_the_last_word(scanner, verdict, is_delivered):
    with override_settings(UPLOAD_SCANNER=scanner and f"{__name__}.{scanner}"):
        assert verdict_on(b"data") is verdict
        assert verdict_on(b"data").may_be_delivered is is_delivered
