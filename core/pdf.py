"""HTML to a PDF that is an archive file and accessible to screen readers at once: PDF/A-3a and PDF/UA-1 (C3, T15).

Rendered offline from our own fonts. WeasyPrint takes 80 MB and half a second to load, so it is imported inside the
functions: a web process never does.
"""

import logging
import os
import re
import resource
import signal
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_noop as _

FONTS = Path(__file__).parent / "fonts"
LINK_SCHEMES = {"https", "mailto"}
# A note takes a second or two and 200 MB; what takes this is broken or hostile.
CPU_SECONDS = 60
MEGABYTES = 1500
MISSING = "\ufffd"

# Says in the one rdf:RDF that the file is PDF/UA-1, with the schema that PDF/A asks of a property it does not know.
PDFUA_XMP = b"""<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part>\
</rdf:Description><rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Indicates which part of ISO 14289 the file follows</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


class PdfError(Exception):
    """The document cannot be rendered; trying again with the same content would not help. Its text is a message id."""


@dataclass(frozen=True)
class AttachedFile:
    """The data of the document for machines, carried inside the PDF (C3)."""

    name: str
    content: bytes
    description: str


def render_pdf(
    html: str,
    *,
    title: str,
    language: str,
    author: str = "",
    made_at: datetime | None = None,
    attachment: AttachedFile | None = None,
    progress: Callable[[int], object] | None = None,
) -> bytes:
    """The PDF of `html`, a whole document with its styles inside; same input, same bytes.

    `progress` is called with per cent now and then. Raises PdfError when the document reaches for anything outside
    itself, links elsewhere than https and mailto, or takes too much time or memory.
    """
    progress = progress or (lambda percent: None)
    made_at = made_at or datetime(2000, 1, 1, tzinfo=UTC)
    try:
        with only_our_fonts(), limits(seconds=CPU_SECONDS, megabytes=MEGABYTES):
            quiet()
            from weasyprint import HTML, Attachment
            from weasyprint.text.fonts import FontConfiguration

            fetcher = offline_fetcher()
            source = HTML(string=printable(html), url_fetcher=fetcher)
            progress(20)
            document = source.render(font_config=FontConfiguration(), pdf_variant="pdf/a-3a", pdf_tags=True)
            refuse_foreign_links(document)
            progress(70)
            metadata = document.metadata
            metadata.title, metadata.lang = printable(title), language
            metadata.authors = [printable(author)] if author else []
            metadata.description, metadata.keywords, metadata.generator, metadata.attachments = None, [], None, []
            metadata.created = metadata.modified = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            files = []
            if attachment:
                moment = made_at.astimezone(UTC)
                files = [
                    Attachment(
                        string=attachment.content,
                        name=attachment.name,
                        description=attachment.description,
                        relationship="Data",
                        created=moment,
                        modified=moment,
                        url_fetcher=fetcher,
                    )
                ]
            return document.write_pdf(finisher=finish, pdf_variant="pdf/a-3a", pdf_tags=True, attachments=files)
    except _TooLong as error:
        raise PdfError(_("The document took too long to set.")) from error
    except MemoryError as error:
        raise PdfError(_("The document needs too much memory.")) from error
    except RecursionError as error:
        raise PdfError(_("The document is nested too deeply.")) from error
    except Exception as error:
        raise error if isinstance(error, PdfError) else PdfError(f"{type(error).__name__}: {error}"[:200]) from error
    except BaseException as error:
        # WeasyPrint's refusal to fetch is no Exception, so that its own code cannot swallow it.
        if type(error).__name__ == "FatalURLFetchingError":
            raise PdfError(_("The document reaches for something outside itself.")) from error
        raise


def finish(document: Any, pdf: Any) -> None:
    """What both standards ask of the file and WeasyPrint leaves open; it runs just before the file is written."""
    say_pdfua(pdf)
    for stream in pdf.objects:
        if content := getattr(stream, "stream", None):
            # Of several glyphs for one letter only the first carries it; the others say "nothing" in a legal way.
            if any(line == b"begincmap" for line in content):
                stream.stream = [line.replace(b"> <>", b"> <200b>") for line in content]
            # Data that end in a carriage return run into the line end behind them, and its length seems wrong.
            if stream.compress and stream.data.endswith(b"\r\nendstream"):
                stream.compress = False
    # Object streams are written after this, out of reach of the check above, so there are none.
    write = pdf.write
    pdf.write = lambda output, version, identifier, compress: write(output, version, identifier, False)


def say_pdfua(pdf: Any) -> None:
    """Put the PDF/UA mark into the metadata that PDF/A wrote, and leave that stream readable without unpacking."""
    stream = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    content = stream.stream[0]
    if content.count(b"</rdf:RDF>") != 1:
        raise PdfError("unexpected metadata")
    stream.stream[0] = content.replace(b"</rdf:RDF>", PDFUA_XMP + b"</rdf:RDF>")
    stream.compress = False


def offline_fetcher() -> Any:
    """A fetcher that knows `data:` and refuses the rest, files and network alike (T9)."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)


def refuse_foreign_links(document: Any) -> None:
    """Only https and mailto may be clicked, and nothing but our own attachment is carried along."""
    if document.metadata.attachments:
        raise PdfError(_("The document attaches files of its own."))
    for page in document.pages:
        for kind, target, _rectangle, _box in page.links:
            if kind == "attachment" or (kind == "external" and urlsplit(target).scheme not in LINK_SCHEMES):
                raise PdfError(_("The document links to a forbidden address."))


@cache
def printable_characters() -> frozenset[int]:
    """What at least one of our fonts can draw."""
    from fontTools.ttLib import TTFont

    drawn: set[int] = set()
    for path in FONTS.glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            drawn.update(font.getBestCmap())
    return frozenset(drawn)


def printable(text: str) -> str:
    """`text` with `�` for each character that no font of ours can draw, because a PDF/A may not hold an empty glyph.

    Control characters and other invisible ones go; line ends, tabs and the joiners of Arabic and emoji stay.
    """
    text = unicodedata.normalize("NFC", text)
    if text.isascii():
        return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text)
    drawn = printable_characters()
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if character in "\n\r\t":
            kept.append(character)
        elif category in ("Zl", "Zp"):
            kept.append("\n")
        elif category in ("Cc", "Cf") or character in "\ufe0e\ufe0f":
            kept.append("\u200c" if character == "\u200c" else "")
        elif category in ("Cs", "Co", "Cn") or ord(character) not in drawn:
            kept.append(" " if category.startswith("Z") else MISSING)
        else:
            kept.append(character)
    return "".join(kept)


@contextmanager
def only_our_fonts() -> Iterator[None]:
    """Fontconfig finds our folder and nothing else while a document is set."""
    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(FONTS / "fonts.conf")
    try:
        yield
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


class _TooLong(BaseException):
    """Raised by the clock inside the rendering; no Exception, so that nothing in between swallows it."""


@contextmanager
def limits(*, seconds: int, megabytes: int) -> Iterator[None]:
    """At most so much processor time and so much more memory, where the caller is a process's main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def too_long(signum: int, frame: object) -> None:
        raise _TooLong

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    statm = Path("/proc/self/statm")
    if statm.exists():
        used = int(statm.read_text().split()[0]) * resource.getpagesize()
        ceiling = used + megabytes * 2**20
        resource.setrlimit(
            resource.RLIMIT_AS, (ceiling if hard == resource.RLIM_INFINITY else min(ceiling, hard), hard)
        )
    handler = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, handler)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@cache
def quiet() -> None:
    """WeasyPrint tells every step, and fontTools every table; what goes wrong is told by PdfError."""
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
