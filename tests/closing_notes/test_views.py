import datetime
import hashlib

import pytest
import time_machine
from django.urls import reverse

from audit.models import Access
from closing_notes import actions
from closing_notes.models import ClosingNote, Rendering
from closing_notes.rendering import run
from tests.factories.accounts import CentreFactory, JobCentreFactory, MembershipFactory, user_with_role
from tests.factories.citizens import CitizenFactory
from tests.factories.closing_notes import SECTIONS, ClosingNoteFactory, with_attendance, with_plan
from tests.factories.programmes import PlacementFactory, ProgrammeFactory

pytestmark = pytest.mark.django_db

AFTER = datetime.datetime(2027, 2, 19, 10, tzinfo=datetime.UTC)
STAFF_PAGES = ["edit", "review", "progress", "preview", "download"]
DEEDS = ["start", "approve", "send_back", "deliver", "new_version", "render"]


@pytest.fixture(autouse=True)
def at_the_end(monkeypatch):
    monkeypatch.setattr("closing_notes.rendering.hurry", lambda pk: None)
    monkeypatch.setattr("closing_notes.rendering.document", lambda pk, progress=None: b"%PDF-1.7 of a note")
    with time_machine.travel(AFTER, tick=False):
        yield


def url(name: str, note: ClosingNote) -> str:
    return reverse(f"closing_notes:{name}", args=[note.programme.reference])


def leader(note: ClosingNote):
    return user_with_role("team_leader", note.programme.centre)


def typed(note: ClosingNote, **changes) -> dict:
    texts = {key: value for key, value in note.sections.items() if key != "sources"}
    return {**texts, "outcome": note.outcome, "revision": note.revision, **changes}


def full_note(**fields) -> ClosingNote:
    programme = PlacementFactory().programme
    with_plan(programme)
    with_attendance(programme)
    return ClosingNoteFactory(programme=programme, **fields)


def delivered_note() -> ClosingNote:
    note = full_note(in_review=True)
    note = actions.approve(note=note, by=leader(note))
    run(note.renderings.get().pk)
    return actions.deliver(note=note, by=note.author)


def outsiders(note: ClosingNote) -> list:
    """People for whom a note in work does not exist."""
    elsewhere = CentreFactory()
    return [
        user_with_role("caseworker", note.programme.centre),
        user_with_role("caseworker", elsewhere),
        user_with_role("team_leader", elsewhere),
        user_with_role("contact_person", note.programme.centre, unit=note.programme.placements.get().workshop.unit),
        user_with_role("administrator", note.programme.centre),
        user_with_role("steering_group", note.programme.centre),
        user_with_role("citizen", note.programme.centre),
        user_with_role("referrer", JobCentreFactory()),
        note.programme.referrer,
    ]


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_a_note_in_work_does_not_exist_for_others(signed_in, page):
    """T1, C4."""
    for note in (ClosingNoteFactory(), ClosingNoteFactory(in_review=True), ClosingNoteFactory(approved=True)):
        for user in outsiders(note):
            assert signed_in(user).get(url(page, note)).status_code == 404, user.role


@pytest.mark.parametrize("deed", DEEDS)
def test_deeds_on_a_note_in_work_do_not_exist_for_others(signed_in, deed):
    """T1."""
    note = ClosingNoteFactory(in_review=True)
    for user in outsiders(note):
        assert signed_in(user).post(url(deed, note), {"why": "x"}).status_code == 404, user.role
    note.refresh_from_db()
    assert note.status == "in_review"


def test_who_is_referrer_here_and_caseworker_elsewhere_sees_no_draft(signed_in):
    """T1: roles at other places lend no eyes."""
    note = ClosingNoteFactory()
    user = note.programme.referrer
    MembershipFactory(user=user, organisation=CentreFactory(), role="caseworker")
    assert not ClosingNote.objects.visible_to(type(user).objects.get(pk=user.pk)).exists()


@pytest.mark.parametrize("deed", DEEDS)
def test_deeds_need_a_post_and_get_changes_nothing(signed_in, deed):
    note = ClosingNoteFactory(in_review=True)
    assert signed_in(leader(note)).get(url(deed, note)).status_code == 405


def test_an_author_who_leads_gets_403_for_approving(signed_in):
    """T14."""
    note = ClosingNoteFactory(in_review=True)
    MembershipFactory(user=note.author, organisation=note.programme.centre, role="team_leader")
    client = signed_in(note.author)
    assert "somebody else must approve" in client.get(url("review", note)).content.decode()
    assert client.post(url("approve", note), {"revision": note.revision}).status_code == 403


def test_a_caseworker_cannot_approve(signed_in):
    note = ClosingNoteFactory(in_review=True)
    assert signed_in(note.programme.caseworker).post(url("approve", note)).status_code == 403


def test_from_an_empty_case_to_the_referrers_download(signed_in):
    """The whole way through the pages."""
    programme = PlacementFactory().programme
    with_plan(programme)
    with_attendance(programme)
    writer = signed_in(programme.caseworker)
    edit = reverse("closing_notes:edit", args=[programme.reference])
    assert "has not been begun" in writer.get(edit).content.decode()
    writer.post(reverse("closing_notes:start", args=[programme.reference]))
    note = ClosingNote.objects.get()
    page = writer.get(edit).content.decode()
    assert "Comes four days a week 1" in page
    assert "Not used yet" in page
    data = typed(note, outcome="job", resources="Careful", opportunities="More", recommendation="Job", action="submit")
    assert writer.post(edit, data).status_code == 302
    note.refresh_from_db()
    assert note.status == "in_review"
    boss = signed_in(leader(note))
    assert "Approve" in boss.get(url("review", note)).content.decode()
    boss.post(url("approve", note), {"revision": note.revision})
    assert 'hx-trigger="every 1s"' in boss.get(url("progress", note)).content.decode()
    run(Rendering.objects.get().pk)
    assert "Download" in boss.get(url("progress", note), headers={"HX-Request": "true"}).content.decode()
    writer.post(url("deliver", note))
    note.refresh_from_db()
    assert note.status == "delivered"
    referrer = signed_in(programme.referrer)
    assert programme.reference in referrer.get(reverse("closing_notes:list")).content.decode()
    assert referrer.get(url("review", note)).status_code == 200
    answer = referrer.get(url("download", note))
    assert answer.content.startswith(b"%PDF")
    note.refresh_from_db()
    assert note.read_at == AFTER


def test_the_download_is_receipted_logged_and_never_kept(signed_in):
    """C4, T5, T8, T10."""
    note = delivered_note()
    citizen = note.programme.citizen
    answer = signed_in(note.author).get(url("download", note))
    note.refresh_from_db()
    assert note.read_at is None
    answer = signed_in(note.programme.referrer).get(url("download", note))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith(f'attachment; filename="{note.programme.reference}-')
    assert citizen.last_name not in answer["Content-Disposition"]
    assert hashlib.sha256(answer.content).hexdigest() == note.renderings.get().sha256
    log = Access.objects.filter(kind="export", citizen_id=citizen.pk).order_by("pk").last()
    assert log.user_id == note.programme.referrer.pk
    note.refresh_from_db()
    assert note.read_at is not None


def test_a_document_that_is_not_ready_is_said_so(signed_in):
    note = ClosingNoteFactory(delivered=True)
    for user in (note.author, note.programme.referrer):
        answer = signed_in(user).get(url("download", note), follow=True)
        assert answer.status_code == 200
        assert "not ready yet" in answer.content.decode()
    note.refresh_from_db()
    assert note.read_at is None


def test_an_earlier_version_can_be_fetched_by_its_number(signed_in):
    note = delivered_note()
    actions.new_version(note=note, why="Wrong", by=note.author)
    client = signed_in(note.programme.referrer)
    assert client.get(url("download", note)).status_code == 200
    assert client.get(url("download", note) + "?version=1").status_code == 200
    for version in ("2", "0", "x", "99999999999999999999", "-1"):
        assert client.get(url("download", note), {"version": version}).status_code == 404
    assert signed_in(note.author).get(url("edit", note)).status_code == 200
    assert client.get(url("edit", note)).status_code == 404


def test_a_changed_document_is_never_sent(signed_in, monkeypatch):
    """T14."""
    note = delivered_note()
    rendering = note.renderings.get()
    assert rendering.is_intact
    rendering.pdf = bytes(rendering.pdf) + b" "
    assert not rendering.is_intact
    monkeypatch.setattr("core.rendering.Rendering.is_intact", False)
    answer = signed_in(note.programme.referrer).get(url("download", note))
    assert not answer.content.startswith(b"%PDF")
    assert answer.status_code != 500


def test_the_preview_is_the_pdf_and_asks_first_where_there_is_none(signed_in):
    """Experience 15."""
    note = full_note()
    client = signed_in(note.author)
    assert client.get(url("preview", note)).headers["Location"] == url("progress", note)
    assert "Make the PDF" in client.get(url("progress", note)).content.decode()
    assert client.post(url("edit", note), typed(note, action="preview")).headers["Location"] == url("progress", note)
    run(Rendering.objects.get().pk)
    answer = client.get(url("preview", note))
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("inline")


def test_a_failed_rendering_says_why_and_can_be_repeated(signed_in):
    """C3."""
    note = actions.approve(note=(note := full_note(in_review=True)), by=leader(note))
    Rendering.objects.update(status="failed", error="The document took too long to set.")
    client = signed_in(note.author)
    page = client.get(url("progress", note)).content.decode()
    assert "took too long" in page
    client.post(url("render", note))
    assert Rendering.objects.get().status == "queued"


@pytest.mark.parametrize(
    "wrong",
    [
        {"content": "x" * 20_001},
        {"content": "a\x00b"},
        {"outcome": "made up"},
        {"revision": ""},
        {"revision": "one"},
    ],
)
def test_a_wrong_note_keeps_what_was_typed_and_changes_nothing(signed_in, wrong):
    """T21, experience 17."""
    note = ClosingNoteFactory()
    answer = signed_in(note.author).post(url("edit", note), typed(note, resources="Just typed", **wrong))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Just typed" in page
    assert "<title>Error" in page
    note.refresh_from_db()
    assert note.revision == 1


def test_what_is_missing_is_said_beside_the_field(signed_in):
    note = ClosingNoteFactory(outcome="")
    answer = signed_in(note.author).post(url("edit", note), typed(note, recommendation="", action="submit"))
    assert answer.status_code == 422
    assert answer.content.decode().count("is sent for approval") >= 4  # two fields, each in the summary and beside it
    note.refresh_from_db()
    assert note.status == "draft"


def test_the_second_editor_sees_both_texts(signed_in):
    """T13."""
    note = ClosingNoteFactory()
    signed_in(leader(note)).post(url("edit", note), typed(note, resources="What the leader wrote"))
    answer = signed_in(note.author).post(url("edit", note), typed(note, resources="What the author wrote"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What the leader wrote" in page
    assert "What the author wrote" in page
    note.refresh_from_db()
    assert note.sections["resources"] == "What the leader wrote"
    again = signed_in(note.author).post(url("edit", note), typed(note, resources="Both", revision=note.revision))
    assert again.status_code == 302


def test_a_source_is_put_into_the_text_by_a_button(signed_in):
    """C5."""
    note = full_note()
    answer = signed_in(note.author).post(url("edit", note), typed(note, action="use:attendance"))
    assert answer.status_code == 302
    note.refresh_from_db()
    assert note.sections["attendance"].count("[1]") == 2


def test_a_note_in_review_is_read_not_edited(signed_in):
    note = ClosingNoteFactory(in_review=True)
    client = signed_in(note.author)
    assert client.get(url("edit", note)).headers["Location"] == url("review", note)
    answer = client.post(url("edit", note), typed(note, resources="Late"), follow=True)
    assert "no longer a draft" in answer.content.decode()
    note.refresh_from_db()
    assert note.sections["resources"] == SECTIONS["resources"]


@pytest.mark.parametrize("deed", ["send_back", "new_version"])
def test_a_reason_is_asked_for(signed_in, deed):
    note = ClosingNoteFactory(**({"in_review": True} if deed == "send_back" else {"approved": True}))
    client = signed_in(leader(note))
    assert client.post(url(deed, note), {"why": ""}).status_code == 422
    assert client.post(url(deed, note), {"why": "x" * 301}).status_code == 422
    assert client.post(url(deed, note), {"why": "Because"}).status_code == 302
    newest = ClosingNote.objects.order_by("number").last()
    assert newest.status == "draft"


def test_a_stale_page_gets_a_message_not_an_error(signed_in):
    note = ClosingNoteFactory(in_review=True)
    client = signed_in(leader(note))
    client.post(url("approve", note), {"revision": note.revision})
    answer = client.post(url("approve", note), {"revision": note.revision}, follow=True)
    assert answer.status_code == 200
    assert "cannot be done" in answer.content.decode() or "was changed since" in answer.content.decode()


@pytest.mark.parametrize("page", ["edit", "review", "progress"])
def test_every_look_is_logged(signed_in, page):
    """T5."""
    note = ClosingNoteFactory()
    signed_in(note.author).get(url(page, note))
    assert Access.objects.filter(user_id=note.author_id, citizen_id=note.programme.citizen_id).count() == 1


def test_nothing_typed_is_markup_on_the_pages(signed_in):
    """T9."""
    note = ClosingNoteFactory(
        sections={**SECTIONS, "content": "<script>alert(1)</script>", "resources": "</textarea><img src=x>"},
        programme=PlacementFactory(
            programme=ProgrammeFactory(citizen=CitizenFactory(last_name='"><script>alert(2)</script>'))
        ).programme,
    )
    client = signed_in(note.author)
    for page in ("edit", "review"):
        body = client.get(url(page, note)).content.decode()
        assert "<script>alert" not in body
        assert "<img" not in body


def test_the_list_shows_newest_versions_and_due_ones(signed_in):
    note = delivered_note()
    actions.new_version(note=note, why="Wrong", by=note.author)
    begun = PlacementFactory(programme=ProgrammeFactory(caseworker=note.author, centre=note.programme.centre)).programme
    page = signed_in(note.author).get(reverse("closing_notes:list")).content.decode()
    assert page.count(f"{note.programme.reference}/") == 1
    assert f"/closing-notes/{begun.reference}/" in page
    filtered = signed_in(note.author).get(reverse("closing_notes:list"), {"status": "delivered"}).content.decode()
    assert f"/closing-notes/{note.programme.reference}/" not in filtered
    for bad in ("?status=x", "?page=x", "?page=99999"):
        assert signed_in(note.author).get(reverse("closing_notes:list") + bad).status_code == 200


def test_the_list_takes_the_same_queries_however_long(signed_in, django_assert_max_num_queries):
    first = ClosingNoteFactory()
    boss = leader(first)
    client = signed_in(boss)
    client.get(reverse("closing_notes:list"))
    with django_assert_max_num_queries(11):
        client.get(reverse("closing_notes:list"))
    for _ in range(8):
        ClosingNoteFactory(
            programme=PlacementFactory(programme=ProgrammeFactory(centre=first.programme.centre)).programme
        )
    with django_assert_max_num_queries(11):
        answer = client.get(reverse("closing_notes:list"))
    assert answer.content.decode().count("t-row") >= 9


@pytest.mark.parametrize("page", ["edit", "review"])
def test_pages_take_the_same_queries_however_much_there_is(signed_in, page, django_assert_max_num_queries):
    for subgoals in (1, 12):
        programme = PlacementFactory().programme
        with_plan(programme, subgoals=subgoals)
        with_attendance(programme, days=subgoals)
        note = ClosingNoteFactory(programme=programme)
        client = signed_in(note.author)
        client.get(url(page, note))
        with django_assert_max_num_queries(18):
            client.get(url(page, note))


@pytest.mark.parametrize("revision", ["", "-1", "0", "٣", "9" * 5000])
def test_an_approval_that_does_not_say_what_was_read_is_refused(signed_in, revision):
    """T13, T14, T21"""
    note = full_note(in_review=True)
    answer = signed_in(leader(note)).post(url("approve", note), {"revision": revision})
    assert answer.status_code == 302
    note.refresh_from_db()
    assert note.status == "in_review"
