"""The plan as a PDF: archive file and accessible, in the chosen language, for whom it is made (L3, T11, T15, J2)."""

import io

import page
import pypdf
import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.acting import System, acting
from audit.models import Access
from core import rendering
from plans import tasks
from plans.models import PlanDocument
from plans.paper import documents
from plans.paper import views as views_document
from plans.permissions import reading
from plans.writing.standards import language_of
from tests.factories.accounts import CentreFactory
from tests.factories.plans import PlanDocumentFactory, confirmed_plan, draft_plan, followed_up, nobody_acts, subgoals_of
from tests.factories.programmes import MONDAY, ProgrammeFactory
from tests.plans.test_pages import health_and_work, in_case

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2026-12-14T09:00:00+01:00", tick=False)]
STATUS = PlanDocument.Status


@pytest.fixture(autouse=True)
def told(monkeypatch) -> list[int]:
    """The rows that a worker was told of; no broker, and nobody waits."""
    seen: list[int] = []
    monkeypatch.setattr(documents, "hurry", seen.append)
    monkeypatch.setattr("plans.paper.views.AT_ONCE_SECONDS", 0)
    return seen


def made(plan, language="da", role=Role.CASEWORKER) -> bytes:
    row = documents.ask(plan=plan, language=language, reading=reading({role}), by=plan.programme.caseworker)
    assert tasks.render(row.pk)
    row.refresh_from_db()
    assert row.is_intact
    return bytes(row.pdf)


def text_of(pdf: bytes) -> str:
    sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(sheet.extract_text().replace("\u200b", "") for sheet in sheets).split())


def url(name, plan, *more):
    return reverse(f"plans:{name}", args=[plan.programme.reference, *more])


def test_the_document_is_an_archive_file_that_screen_readers_read_with_every_step_in_words():
    """T15: PDF/A-3a and PDF/UA-1 with no failed rule."""
    plan = confirmed_plan(health_and_work())
    with acting(System("test")):
        plan.programme.centre.letterhead = "Revacentret\nPrøvevænget 1"
        plan.programme.centre.save()
        nobody_acts()
    followed_up(plan, {subgoals_of(plan)[0]: 3}, on=MONDAY)
    pdf = made(plan, "en")
    for profile in ("3a", "ua1"):
        report = page.validate_pdf_bytes(pdf, profile=profile)
        assert report.is_compliant, (profile, [(one.rule_id, one.message) for one in report.failures])
    text = text_of(pdf)
    for said in (
        "Prøvevænget 1",
        "I like the wood",
        "Three times a week",
        "at the start",
        "now",
        "page 1 of",
        "Lifts little",
    ):
        assert said in text
    assert plan.programme.citizen.name in text
    assert pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Lang"] == "en"


@pytest.mark.parametrize("language", ["da", "sv"])
def test_the_language_is_the_chosen_one_and_the_citizens_unless_said(signed_in, language):
    plan = confirmed_plan(programme=ProgrammeFactory(citizen__language=language))
    page = signed_in(plan.programme.caseworker).get(url("document", plan))
    assert page.context["form"]["language"].value() == language
    assert pypdf.PdfReader(io.BytesIO(made(plan, language))).trailer["/Root"]["/Lang"] == language


def test_a_language_that_we_do_not_write_gives_way_to_the_centres():
    plan = confirmed_plan(programme=ProgrammeFactory(centre=CentreFactory(country="SE"), citizen__language="so"))
    assert language_of(plan.programme) == "sv"


def test_health_goals_are_left_out_for_who_may_not_read_them():
    """J2."""
    plan = confirmed_plan(health_and_work())
    text = text_of(made(plan, role=Role.CONTACT_PERSON))
    assert "Comes on time" in text
    for hidden in ("Knows the back", "Lifts little", "It hurts"):
        assert hidden not in text


def test_a_draft_is_marked_and_is_for_those_who_read_drafts(signed_in):
    plan = draft_plan(health_and_work())
    assert "DRAFT" in text_of(made(plan, "en"))
    answer = signed_in(plan.programme.referrer).post(url("document", plan), {"language": "da"})
    assert answer.status_code == 200
    assert PlanDocument.objects.filter(asked_by=plan.programme.referrer).count() == 0


def test_asking_twice_is_one_document_and_the_file_comes_to_who_asked_alone(
    signed_in, django_capture_on_commit_callbacks, told
):
    """T1, T5, T12."""
    plan = confirmed_plan()
    caseworker, leader = plan.programme.caseworker, in_case(plan, Role.TEAM_LEADER)
    client = signed_in(caseworker)
    with django_capture_on_commit_callbacks(execute=True):
        first = client.post(url("document", plan), {"language": "sv"})["Location"]
        assert client.post(url("document", plan), {"language": "sv"})["Location"] == first
    row = PlanDocument.objects.get()
    assert told == [row.pk]
    assert "progress" in client.get(first).text
    tasks.render(row.pk)
    ready = client.get(first)["Location"]
    assert client.get(ready).content.startswith(b"%PDF")
    assert Access.objects.filter(user_id=caseworker.pk, kind=Access.Kind.EXPORT).count() == 1
    assert signed_in(leader).get(ready).status_code == 404
    assert signed_in(confirmed_plan().programme.caseworker).get(ready).status_code == 404


def test_a_document_that_is_thrown_away_while_its_page_waits_is_not_there(signed_in, monkeypatch):
    """T21: asked for anew in another window, it was ready meanwhile."""
    plan = confirmed_plan()
    row = PlanDocumentFactory(plan=plan, status="running", pdf=None, sha256="")
    monkeypatch.setattr(views_document, "AT_ONCE_SECONDS", 1)
    monkeypatch.setattr(views_document.time, "sleep", lambda seconds: PlanDocument.objects.all().delete())
    page = reverse("plans:document_progress", args=[plan.programme.reference, row.pk])
    assert signed_in(plan.programme.caseworker).get(page).status_code == 404


def test_who_no_longer_reads_health_no_longer_fetches_what_holds_it(signed_in):
    plan = confirmed_plan(health_and_work())
    contact_person = in_case(plan, Role.CONTACT_PERSON)
    row = documents.ask(plan=plan, language="da", reading=reading({Role.SPECIALIST}), by=contact_person)
    assert signed_in(contact_person).get(url("document_file", plan, row.pk)).status_code == 403


def test_a_document_from_before_the_name_was_protected_is_asked_for_anew(signed_in):
    """T10, experience 27."""
    plan = confirmed_plan()
    programme, client = plan.programme, signed_in(plan.programme.caseworker)
    row = documents.ask(plan=plan, language="da", reading=reading({Role.CASEWORKER}), by=programme.caseworker)
    assert tasks.render(row.pk)
    assert client.get(url("document_file", plan, row.pk)).status_code == 200
    with acting(System("test")):
        programme.citizen.is_protected = True
        programme.citizen.save()
        nobody_acts()
    PlanDocument.objects.update(asked_at="2020-01-01T08:00Z")  # history is dated by the database's own clock
    assert client.get(url("document_file", plan, row.pk)).url == url("document", plan)


def test_a_worker_that_dies_three_times_fails_with_a_reason_and_old_documents_go(monkeypatch, told):
    """T11."""
    plan = confirmed_plan()
    row = documents.ask(plan=plan, language="da", reading=reading({Role.CASEWORKER}), by=plan.programme.caseworker)
    for attempts in (1, 2):
        PlanDocument.objects.update(status=STATUS.RUNNING, attempts=attempts, started_at="2026-12-14T07:00Z")
        tasks.requeue_documents()
        row.refresh_from_db()
        assert row.status == STATUS.QUEUED
        assert told[-1] == row.pk
    PlanDocument.objects.update(status=STATUS.RUNNING, attempts=3, started_at="2026-12-14T07:00Z")
    tasks.requeue_documents()
    row.refresh_from_db()
    assert (row.status, row.error) == (STATUS.FAILED, rendering.GAVE_UP)
    PlanDocument.objects.update(asked_at="2026-12-12T07:00Z")
    tasks.requeue_documents()
    assert not PlanDocument.objects.exists()


def test_the_view_takes_the_same_queries_however_much_there_is(django_assert_max_num_queries):
    from tests.factories.plans import goals

    for number, talks in ((1, 2), (20, 40)):
        plan = confirmed_plan(goals(number, 3))
        for _ in range(talks):
            followed_up(plan, dict.fromkeys(subgoals_of(plan), 2), on=MONDAY)
        with django_assert_max_num_queries(8):
            documents.view_of(plan, language="da", reading=reading({Role.CASEWORKER}), made_at=plan.pk)
