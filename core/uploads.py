"""Files that people send: taken when their content is what it says, by allow-list; the name is never trusted (T16)."""

import io
import re
import unicodedata
import warnings
import zipfile
from dataclasses import dataclass

import puremagic
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.utils.translation import gettext as _
from PIL import Image

from core.exceptions import Refused

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
MOST_FILES = 5
MOST_PIXELS = 50_000_000
# An office document is an archive: so many parts at most, and so much when it is unpacked.
MOST_PARTS = 2_000
LARGEST_UNPACKED = 80 * MEGABYTE
LONGEST_NAME = 120
HEAD = 4096
CHUNK = 256 * 1024

PDF = "application/pdf"
PNG, JPEG = "image/png", "image/jpeg"
TEXT = "text/plain"
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."
EXTENSIONS = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "txt": TEXT,
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "odt": f"{OPEN}text",
    "ods": f"{OPEN}spreadsheet",
}
ALLOWED = ",".join(f".{extension}" for extension in EXTENSIONS)
# The part without which an archive is no such document.
PARTS = {EXTENSIONS["docx"]: "word/document.xml", EXTENSIONS["xlsx"]: "xl/workbook.xml"}
MACROS = re.compile(r"(^|/)(vbaProject\.bin|vbaData\.xml|Basic/|Scripts/)", re.IGNORECASE)
PROGRAMS = re.compile(r"\.(exe|dll|com|scr|bat|cmd|js|vbs|ps1|jar|zip|7z|rar|html?|svg|lnk)$", re.IGNORECASE)
MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|\?xml|\?php|iframe|body|head)\b", re.IGNORECASE)
# Signs that turn a name round or hide part of it.
DECEIVING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
FORBIDDEN_IN_NAMES = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True)
class Upload:
    """A file that passed: its cleaned name, what it is by its content, and the content."""

    name: str
    content_type: str
    data: bytes


class LimitedUploadHandler(FileUploadHandler):
    """Stands first: drops what goes beyond the largest file, and files beyond the most, before they fill the disk.

    One byte and one file more than allowed get through, so that the check afterwards can tell.
    """

    def __init__(self, request=None) -> None:
        super().__init__(request)
        self.files = 0
        self.received = 0

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        self.received = 0
        if self.files > MOST_FILES + 1:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        room = LARGEST + 1 - self.received
        self.received += len(raw_data)
        return raw_data[:room] if room > 0 else None

    def file_complete(self, file_size: int) -> None:
        return None


def checked(file: UploadedFile) -> Upload:
    """The file when it may be kept; Refused, with a sentence for the one who sent it, when it may not."""
    return checked_bytes(file.name or "", file.read(LARGEST + 1))


def checked_bytes(name: str, data: bytes) -> Upload:
    """As `checked`, for content that is in memory already."""
    name = cleaned_name(name)
    if not data:
        raise Refused(_("%(name)s is empty") % {"name": name})
    if len(data) > LARGEST:
        raise Refused(_("%(name)s is larger than 10 MB") % {"name": name})
    extension = name.rpartition(".")[2].lower()
    expected = EXTENSIONS.get(extension) if "." in name else None
    if expected is None:
        raise Refused(
            _("%(name)s is of a kind that is not taken. Send PDF, PNG, JPEG, plain text, Word, Excel or OpenDocument")
            % {"name": name}
        )
    try:
        found = type_of(data)
    except _NotWhole:
        found = None
    if found != expected:
        raise Refused(
            _("%(name)s does not hold what its name says, or is damaged. Save it again and send it once more")
            % {"name": name}
        )
    return Upload(name, expected, data)


def cleaned_name(name: str) -> str:
    """The name without folders, signs that hide or deceive, and excess length; `file` where nothing is left."""
    name = unicodedata.normalize("NFC", name.replace("\x00", "").replace("\\", "/")).rpartition("/")[2]
    name = "".join(sign for sign in name if unicodedata.category(sign) not in DECEIVING)
    name = FORBIDDEN_IN_NAMES.sub("_", name).strip().rstrip(". ")
    stem, dot, extension = name.rpartition(".")
    if not dot:
        return name[:LONGEST_NAME] or "file"
    return f"{stem[: LONGEST_NAME - len(extension[:10]) - 1].strip(' .') or 'file'}.{extension[:10]}"


class _NotWhole(Exception):
    """The content is not what its beginning promises."""


def type_of(data: bytes) -> str | None:
    """What the content is among the allowed types, None when it is something else or two things at once."""
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    # Whatever opens as an archive from behind has a second life.
    if zipfile.is_zipfile(io.BytesIO(data)):
        return None
    guesses = _guesses(data)
    if data.startswith(b"%PDF-") and PDF in guesses:
        return _pdf(data)
    for picture, kind in (("PNG", PNG), ("JPEG", JPEG)):
        if kind in guesses:
            return _picture(data, picture, kind)
    return _text(data)


def _guesses(data: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(data[:HEAD])}
    except (puremagic.PureError, ValueError):
        return set()


def _pdf(data: bytes) -> str | None:
    end = data.rfind(b"%%EOF")
    if end < 0 or data[end + 5 :].strip(b"\r\n\t \x00"):
        raise _NotWhole
    return PDF


def _picture(data: bytes, picture: str, kind: str) -> str | None:
    if MARKUP.search(data[:HEAD]) or b"%PDF-" in data[:HEAD]:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(data), formats=[picture]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _NotWhole
                _look_through(image)
    except _NotWhole:
        raise
    except Exception as error:  # Pillow raises whatever the format's parser happens to meet
        raise _NotWhole from error
    if picture == "PNG" and not data.endswith(b"IEND\xaeB`\x82"):
        return None
    return kind


def _look_through(image: Image.Image) -> None:
    """Read the picture to its end without ever holding all its points: checksums of a PNG, an eighth of a JPEG."""
    if image.format == "PNG":
        image.verify()
    else:
        image.draft("RGB", (1, 1))
        image.load()


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in text[:HEAD]) or "\x00" in text:
        return None
    return None if MARKUP.match(text[:HEAD].lstrip().encode()) or "%PDF-" in text[:HEAD] else TEXT


def _office(data: bytes) -> str | None:
    """The kind of an office document, after unpacking every part within the limits."""
    # The archive's last record ends the file, without a comment: nothing else hides behind it.
    if data[-22:-18] != b"PK\x05\x06":
        raise _NotWhole
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = [part.filename for part in parts]
            if len(parts) > MOST_PARTS or len(set(names)) != len(names):
                raise _NotWhole
            if any(part.flag_bits & 1 for part in parts) or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
                raise _NotWhole
            for name in names:
                if name.startswith("/") or ".." in name.split("/") or MACROS.search(name) or PROGRAMS.search(name):
                    return None
            _unpack(archive, parts)
            return _kind_of_office(archive, names)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _NotWhole from error
    except Exception as error:
        # zlib and lzma have errors of their own; a broken part is a broken document whoever says it.
        if isinstance(error, _NotWhole):
            raise
        raise _NotWhole from error


def _unpack(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    """Read everything once: what the directory says of the sizes may be a lie."""
    total = 0
    for part in parts:
        with archive.open(part) as content:
            while piece := content.read(CHUNK):
                total += len(piece)
                if total > LARGEST_UNPACKED:
                    raise _NotWhole


def _kind_of_office(archive: zipfile.ZipFile, names: list[str]) -> str | None:
    if "[Content_Types].xml" in names:
        for kind, part in PARTS.items():
            if part in names:
                return kind
        return None
    if names[:1] == ["mimetype"] and "content.xml" in names:
        kind = archive.read("mimetype").decode("ascii", "replace").strip()
        return kind if kind in EXTENSIONS.values() else None
    return None
