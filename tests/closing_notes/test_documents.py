import datetime
import io

import page
import pypdf
import pytest
import time_machine

from closing_notes.documents import data_of, file_name, html_of, view_of
from closing_notes.evidence import figures_of
from closing_notes.models import ClosingNote
from closing_notes.rendering import document, with_everything
from tests.factories.accounts import CentreFactory
from tests.factories.closing_notes import ClosingNoteFactory, with_attendance, with_plan
from tests.factories.programmes import PlacementFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db

LATER = datetime.datetime(2027, 2, 20, 10, tzinfo=datetime.UTC)


def loaded(note: ClosingNote) -> ClosingNote:
    return with_everything().get(pk=note.pk)


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(sheet.extract_text().replace("\u200b", "") for sheet in pages).split())


def assert_valid(pdf: bytes) -> None:
    """T15: no failed rule of either standard."""
    for profile in ("3a", "ua1"):
        report = page.validate_pdf_bytes(pdf, profile=profile)
        assert report.is_compliant, (profile, [(one.rule_id, one.message) for one in report.failures])


@time_machine.travel(LATER, tick=False)
def test_a_full_note_is_archive_file_and_accessible_and_says_goals_hours_and_outcome():
    """C3, T15."""
    note = ClosingNoteFactory(delivered=True, programme=full_programme())
    pdf = document(note.pk)
    assert_valid(pdf)
    text = text_of(pdf)
    assert "Comes four days a week 1" in text
    assert "Back to work" in text
    assert "24 af 32" in text or "24 of 32" in text
    assert loaded(note).programme.citizen.last_name in text
    assert view_of(loaded(note)).outcome in text
    assert loaded(note).programme.centre.name in text
    assert "[1]" not in text
    meta = pypdf.PdfReader(io.BytesIO(pdf))
    assert meta.metadata["/Author"] == note.programme.centre.name
    assert meta.trailer["/Root"]["/Lang"] == "da"
    data = meta.attachments[f"{note.programme.reference}.json"][0]
    assert b'"outcome": "wage_subsidy"' in data


def full_programme(**fields):
    programme = PlacementFactory(programme=ProgrammeFactory(**fields)).programme
    with_plan(programme)
    with_attendance(programme)
    return programme


@time_machine.travel(LATER, tick=False)
def test_the_same_note_gives_the_same_bytes():
    note = ClosingNoteFactory(delivered=True, programme=full_programme())
    assert document(note.pk) == document(note.pk)


@time_machine.travel(LATER, tick=False)
@pytest.mark.parametrize(
    "text",
    [
        "word " * 4000,
        "x" * 20_000,
        "Zażółć gęślą jaźń, ŞşĞğİı, Ősz, Ђорђе, ελληνικά",
        "مرحبا كيف حالك اليوم",
        "😀 👍🏽 👨‍👩‍👧 🇩🇰 1️⃣ ☀️",
        "漢字 שלום ภาษา \U000f0000 \ue000 \u2028 \u202e \ufeff \u00ad",
        "नमस्ते दुनिया",
        "a\u0301 q\u0301\u0302 ﷺ \u0000 \u0007",
        "",
    ],
    ids=["long", "one word", "Europe", "Arabic", "emoji", "unknown", "Devanagari", "marks", "empty"],
)
def test_whatever_is_written_the_document_is_valid(text):
    """T15, T21."""
    text = text.replace("\u0000", "")
    programme = full_programme(citizen__last_name=(text[:100] or "x").strip() or "x")
    note = ClosingNoteFactory(
        delivered=True, programme=programme, sections=dict.fromkeys(["content", "recommendation"], text)
    )
    assert_valid(document(note.pk))


@time_machine.travel(LATER, tick=False)
def test_forty_subgoals_and_five_years_fit():
    programme = PlacementFactory(
        programme=ProgrammeFactory(starts_on=datetime.date(2022, 1, 3), ends_on=datetime.date(2026, 12, 31))
    ).programme
    with_plan(programme, subgoals=40, title="A subgoal whose title is as long as titles may be, " * 5)
    with_attendance(programme, days=258)
    note = ClosingNoteFactory(delivered=True, programme=programme)
    view = view_of(loaded(note))
    assert len(view.goals) == 40
    assert 0 < len(view.attendance.bars) <= 16
    assert_valid(document(note.pk))


@time_machine.travel(LATER, tick=False)
def test_a_draft_is_marked_on_every_page():
    note = ClosingNoteFactory(programme=full_programme(), sections={"content": "word " * 4000})
    pdf = document(note.pk)
    assert_valid(pdf)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) > 3
    mark = "not approved", "ikke godkendt"
    assert all(any(word in sheet.extract_text() for word in mark) for sheet in pages)
    approved = ClosingNoteFactory(delivered=True, programme=full_programme())
    assert not any(word in text_of(document(approved.pk)) for word in mark)


@pytest.mark.parametrize(("country", "language"), [("DK", "da"), ("SE", "sv")])
def test_the_paper_speaks_the_centres_language_not_the_users(country, language):
    note = ClosingNoteFactory(programme=PlacementFactory(programme__centre=CentreFactory(country=country)).programme)
    view = view_of(loaded(note))
    assert view.language == language
    assert f'<html lang="{language}">' in html_of(view)


@pytest.mark.parametrize("section", ["content", "recommendation"])
def test_nothing_typed_becomes_markup(section):
    """T9."""
    payloads = [
        "<script>alert(1)</script>",
        '"><img src="http://127.0.0.1:9/x">',
        '<link rel=attachment href="file:///etc/passwd">',
        "</style><style>@import url(http://127.0.0.1:9/)</style>",
        "{{ note.citizen }} {% now 'Y' %}",
        "javascript:alert(1)",
    ]
    programme = ProgrammeFactory(
        citizen__first_name=payloads[1], citizen__last_name=payloads[3], centre__name=payloads[0] + section,
        centre__letterhead="\n".join(payloads), reference=f"F-{section}"[:20],
    )  # fmt: skip
    note = ClosingNoteFactory(programme=programme, sections={section: "\n".join(payloads)}, change_reason=payloads[3])
    html = html_of(view_of(loaded(note)))
    assert "<script" not in html
    assert "<img" not in html
    assert "<link" not in html
    assert html.count("<style>") == 1
    assert "{{ note.citizen }}" in html
    assert_valid(document(note.pk))


@time_machine.travel(LATER, tick=False)
def test_the_data_inside_the_file_are_the_figures():
    note = loaded(ClosingNoteFactory(delivered=True, programme=full_programme()))
    data = data_of(note, figures_of(note.programme))
    assert data.name == f"{note.programme.reference}.json"
    assert b'"agreed": 1920' in data.content
    assert "[2]" not in data.content.decode()


def test_the_file_name_names_nobody():
    """T10."""
    note = loaded(ClosingNoteFactory(delivered=True))
    name = file_name(note)
    assert name.startswith(f"{note.programme.reference}-")
    assert name.endswith("-v1.pdf")
    assert "rtebjerg" not in name


def test_an_empty_section_stays_visible():
    """Experience 15."""
    note = loaded(ClosingNoteFactory(sections={}))
    assert len(view_of(note).sections) == 7
    assert html_of(view_of(note)).count('class="empty"') == 7


def test_a_protected_name_stays_protected():
    """Experience 27."""
    note = loaded(ClosingNoteFactory(programme=ProgrammeFactory(citizen__is_protected=True)))
    html = html_of(view_of(note))
    assert note.programme.citizen.last_name not in html
    assert note.programme.citizen.first_name not in html


@time_machine.travel(LATER, tick=False)
def test_the_data_inside_the_file_hold_nothing_that_only_the_team_reads():
    """J2: the recipient reads neither what was said at follow-ups nor the comments on steps."""
    programme = full_programme()
    note = loaded(ClosingNoteFactory(delivered=True, programme=programme))
    assert "Went well." in str(note.figures)
    assert "Came by himself" in str(note.figures)
    text = data_of(note, note.figures).content.decode()
    assert "Went well." not in text
    assert "Came by himself" not in text
    assert "I can do it." in text
