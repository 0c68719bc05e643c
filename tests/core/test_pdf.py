import http.server
import io
import os
import subprocess
import sys
import threading
import time

import page
import pypdf
import pytest

from core.pdf import FONTS, AttachedFile, PdfError, limits, printable, render_pdf

PAPER = """<!doctype html><html lang="da"><head><meta charset="utf-8"><title>x</title><style>@page {{ size: A4;
@bottom-right {{ content: counter(page) " / " counter(pages) }} }} html {{ font-family: "IBM Plex Sans", "Noto Sans",
"Noto Sans Arabic", "Noto Emoji" }}</style></head><body><h1>Heading</h1>{}</body></html>"""
PARTS = """<p>Rødgrød <b>med</b> fløde, Zażółć, مرحبا, 😀</p><ul><li>One</li><li>Two</li></ul>
<table><caption>Table</caption><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr>
<th scope="row">x</th><td>1</td></tr></tbody></table><p><a href="https://example.org/">Link</a></p>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="90"><title>Bar</title>
<rect width="9" height="4"/></svg>"""


def rendered(body: str, **extra) -> bytes:
    return render_pdf(PAPER.format(body), title="Title", language="da", **extra)


def test_the_file_follows_both_standards_at_once():
    """T15: PDF/A-3a and PDF/UA-1 with no failed rule."""
    pdf = rendered(PARTS, author="Centre", attachment=AttachedFile("data.json", b"{}", "Data"))
    for profile in ("3a", "ua1"):
        report = page.validate_pdf_bytes(pdf, profile=profile)
        assert report.is_compliant, [(one.rule_id, one.message) for one in report.failures]


def test_many_files_follow_both_standards():
    """A stream whose last byte looks like a line end was refused in about one file of twenty."""
    for number in range(60):
        pdf = rendered(f"<p>{number}</p>" * (number % 7), attachment=AttachedFile("d", b"x" * number, "D"))
        for profile in ("3a", "ua1"):
            report = page.validate_pdf_bytes(pdf, profile=profile)
            assert report.is_compliant, (number, [(one.rule_id, one.message) for one in report.failures])


def test_title_language_author_and_data_are_inside():
    """C3."""
    reader = pypdf.PdfReader(
        io.BytesIO(rendered(PARTS, author="Centre", attachment=AttachedFile("d.json", b"{}", "D")))
    )
    assert reader.metadata["/Title"] == "Title"
    assert reader.metadata["/Author"] == "Centre"
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "da"
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Data"
    assert reader.attachments["d.json"] == [b"{}"]
    xmp = root["/Metadata"].get_object()
    assert "/Filter" not in xmp
    assert xmp.get_data().count(b"<rdf:RDF") == 1
    assert b"<pdfuaid:part>1</pdfuaid:part>" in xmp.get_data()


def test_the_same_input_gives_the_same_bytes():
    assert rendered(PARTS) == rendered(PARTS)


def test_only_our_fonts_are_used_whatever_the_page_asks_for():
    reader = pypdf.PdfReader(io.BytesIO(rendered('<p style="font-family: DejaVu Sans, Liberation Sans">Text ☎ 漢</p>')))
    names = {font.get_object()["/BaseFont"] for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert all("IBM-Plex" in name or "Noto" in name for name in names), names
    assert {path.name for path in FONTS.glob("OFL-*.txt")} >= {"OFL-IBMPlexSans.txt", "OFL-NotoEmoji.txt"}


@pytest.fixture
def listener():
    """A web server that remembers who called."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "body",
    [
        '<img alt="x" src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        "<style>@import url({url});</style>",
        "<style>@font-face {{ font-family: x; src: url({url}) }} p {{ font-family: x }}</style><p>x</p>",
        '<p style="background: url({url})">x</p>',
        '<object data="{url}"></object>',
        '<embed src="{url}">',
        '<svg width="9" height="9"><title>t</title><image href="{url}" width="9" height="9"/></svg>',
        '<svg width="9" height="9"><title>t</title><use href="{url}#a"/></svg>',
        '<link rel="attachment" href="{url}">',
        '<p><a rel="attachment" href="{url}">x</a></p>',
        '<base href="{url}"><img alt="x" src="y">',
        '<iframe src="{url}"></iframe>',
        '<script src="{url}"></script>',
    ],
)
def test_nothing_is_fetched_from_network_or_disk(listener, body, tmp_path):
    """T9."""
    url, asked = listener
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    for address in (f"{url}/x", secret.as_uri(), str(secret)):
        try:
            pdf = rendered(body.format(url=address))
        except PdfError:
            continue
        assert b"top secret" not in pdf
        assert not pypdf.PdfReader(io.BytesIO(pdf)).attachments
    assert asked == []


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "http://a.example/", "data:text/html,x"]
)
def test_only_https_and_mailto_can_be_clicked(address):
    """T9."""
    with pytest.raises(PdfError):
        rendered(f'<p><a href="{address}">x</a></p>')
    assert rendered('<p><a href="mailto:a@example.org">x</a></p>')


def test_hostile_pages_end_with_a_reason_instead_of_hanging(monkeypatch):
    monkeypatch.setattr("core.pdf.CPU_SECONDS", 1)
    started = time.process_time()
    with pytest.raises(PdfError, match="too long"):
        rendered('<table><tr><td colspan="1000000">x</td></tr></table>')
    assert time.process_time() - started < 30
    monkeypatch.undo()
    with pytest.raises(PdfError):
        rendered("<div>" * 3000)


def test_memory_is_limited_and_the_limit_goes_away():
    with pytest.raises(MemoryError), limits(seconds=5, megabytes=50):
        bytearray(200 * 2**20)
    assert len(bytearray(200 * 2**20))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Ærø 7,5 %", "Ærø 7,5 %"),
        ("a\x00b\x07c\x7f", "abc"),
        ("漢", "�"),
        ("\ue000\U000f0000", "��"),
        ("a\u2028b", "a\nb"),
        ("a\u202eb\ufeff", "ab"),
        ("😀", "😀"),
        ("e\u0301", "é"),
    ],
)
def test_what_no_font_can_draw_is_shown_as_missing(typed, printed):
    assert printable(typed) == printed


def test_a_web_process_never_loads_the_engine():
    """Speed: it takes 80 MB and half a second."""
    code = (
        "import sys, django; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        "import closing_notes.tasks, closing_notes.views, core.pdf;"
        "sys.exit(int(any(name.split('.')[0] in ('weasyprint', 'fontTools', 'pydyf') for name in sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONWARNINGS": "ignore"}, check=False)
    assert done.returncode == 0
