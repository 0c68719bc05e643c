import datetime
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from closing_notes import rendering, tasks
from closing_notes.models import Rendering
from closing_notes.rendering import ask_for_rendering, document, requeue, run
from core.pdf import PdfError
from tests.factories.closing_notes import ClosingNoteFactory, with_attendance, with_plan
from tests.factories.programmes import PlacementFactory

pytestmark = pytest.mark.django_db

STATUS = Rendering.Status


@pytest.fixture
def told(monkeypatch) -> list[int]:
    """The rows that a worker was told of; no broker."""
    seen: list[int] = []
    monkeypatch.setattr("closing_notes.rendering.hurry", seen.append)
    return seen


@pytest.fixture
def quick(monkeypatch) -> list[int]:
    """Rendering without the engine; the notes that were rendered."""
    seen: list[int] = []

    def fake(note_id, progress=None):
        seen.append(note_id)
        return b"%PDF"

    monkeypatch.setattr(rendering, "document", fake)
    return seen


def asked(**fields) -> Rendering:
    note = ClosingNoteFactory(**(fields or {"approved": True}))
    return ask_for_rendering(note=note, by=note.author)


def test_asking_twice_is_one_row(told, django_capture_on_commit_callbacks):
    note = ClosingNoteFactory(approved=True)
    with django_capture_on_commit_callbacks(execute=True):
        first = ask_for_rendering(note=note, by=note.author)
        second = ask_for_rendering(note=note, by=note.author)
    assert first == second
    assert set(told) == {first.pk}


def test_a_row_is_rendered_once_however_often_the_task_runs(told, quick):
    """T11."""
    row = asked()
    assert run(row.pk)
    assert not run(row.pk)
    assert len(quick) == 1
    row.refresh_from_db()
    assert (row.status, row.progress, row.attempts) == (STATUS.DONE, 100, 1)
    assert row.sha256 == hashlib.sha256(bytes(row.pdf)).hexdigest()


@pytest.mark.django_db(transaction=True)
def test_a_row_is_rendered_once_by_four_workers_at_once(told, quick):
    """T11."""
    row = asked()
    barrier = threading.Barrier(4)

    def one(_number):
        try:
            barrier.wait()
            return run(row.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1
    assert len(quick) == 1


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others_while_it_renders(told, monkeypatch):
    """Experience 20."""
    row = asked()
    seen = []

    def look():
        try:
            seen.append(Rendering.objects.values_list("status", "progress").get(pk=row.pk))
        finally:
            connection.close()

    def slow(note_id, progress):
        progress(70)
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return b"%PDF"

    monkeypatch.setattr(rendering, "document", slow)
    assert run(row.pk)
    assert seen == [(STATUS.RUNNING, 70)]


def test_what_cannot_be_rendered_fails_at_once_with_its_reason_and_can_be_asked_for_again(told, monkeypatch):
    """C3."""

    def broken(note_id, progress=None):
        raise PdfError("The document took too long to set.")

    row = asked()
    with monkeypatch.context() as patch:
        patch.setattr(rendering, "document", broken)
        assert not run(row.pk)
    row.refresh_from_db()
    assert (row.status, row.error) == (STATUS.FAILED, "The document took too long to set.")
    again = ask_for_rendering(note=row.note, by=row.asked_by)
    assert (again.pk, again.status, again.attempts, again.error) == (row.pk, STATUS.QUEUED, 0, "")


def test_an_accident_is_tried_three_times(told, monkeypatch):
    """T11."""

    def broken(note_id, progress=None):
        raise OSError("disk")

    monkeypatch.setattr(rendering, "document", broken)
    row = asked()
    for attempt in (1, 2):
        run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.attempts) == (STATUS.QUEUED, attempt)
    run(row.pk)
    row.refresh_from_db()
    assert (row.status, row.error) == (STATUS.FAILED, "OSError")


def test_a_stuck_row_is_picked_up_and_after_three_attempts_given_up(told, quick):
    """T11."""
    row = asked()
    long_ago = timezone.now() - datetime.timedelta(minutes=4)
    Rendering.objects.filter(pk=row.pk).update(
        status=STATUS.RUNNING, attempts=1, started_at=long_ago, asked_at=long_ago
    )
    assert tasks.requeue_renderings() == 1
    assert told == [row.pk]
    assert run(row.pk)
    other = asked()
    Rendering.objects.filter(pk=other.pk).update(status=STATUS.RUNNING, attempts=3, started_at=long_ago)
    assert requeue() == []
    other.refresh_from_db()
    assert other.status == STATUS.FAILED
    assert other.error


def test_an_approved_note_that_came_without_a_document_gets_one(told):
    """Notes of an import or of the demo; drafts are left alone."""
    note = ClosingNoteFactory(delivered=True)
    ClosingNoteFactory()
    requeue()
    requeue()
    assert Rendering.objects.get().note == note


def test_a_fresh_row_is_left_to_the_worker_that_was_told(told):
    row = asked()
    assert requeue() == []
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=30), tick=False):
        assert requeue() == [row.pk]


def test_a_worker_that_was_given_up_on_changes_nothing(told, monkeypatch):
    row = asked()

    def slow(note_id, progress=None):
        Rendering.objects.filter(pk=row.pk).update(status=STATUS.RUNNING, attempts=2)
        return b"%PDF"

    monkeypatch.setattr(rendering, "document", slow)
    assert not run(row.pk)
    row.refresh_from_db()
    assert row.status == STATUS.RUNNING


def test_without_a_broker_the_row_waits(monkeypatch, django_capture_on_commit_callbacks):
    """T17."""

    def refused(pk):
        raise OSError("no broker")

    monkeypatch.setattr(tasks.render, "delay", refused)
    with django_capture_on_commit_callbacks(execute=True):
        row = asked()
    row.refresh_from_db()
    assert row.status == STATUS.QUEUED


def test_a_drafts_document_is_made_anew(told, quick):
    note = ClosingNoteFactory()
    first = ask_for_rendering(note=note, by=note.author)
    run(first.pk)
    second = ask_for_rendering(note=note, by=note.author)
    assert second.pk != first.pk
    assert note.renderings.count() == 1


def full_note(**fields):
    programme = PlacementFactory().programme
    with_plan(programme)
    with_attendance(programme)
    return ClosingNoteFactory(programme=programme, **fields)


@pytest.mark.parametrize("status", [{"approved": True}, {}], ids=["approved", "draft"])
def test_one_note_takes_at_most_thirteen_queries(told, quick, status, django_assert_max_num_queries, monkeypatch):
    """Speed: one closing note in the worker."""
    monkeypatch.undo()
    monkeypatch.setattr("closing_notes.rendering.hurry", lambda pk: None)
    note = full_note(**status)
    row = ask_for_rendering(note=note, by=note.author)
    with django_assert_max_num_queries(13):
        assert run(row.pk)


def test_the_command_writes_the_newest_version(tmp_path, capsys):
    note = full_note()
    out = tmp_path / "note.pdf"
    call_command("render_closing_note", note.programme.reference, "--out", str(out))
    assert out.read_bytes().startswith(b"%PDF-1.7")
    assert out.read_bytes() == document(note.pk)
    assert note.programme.reference in capsys.readouterr().out


def test_the_command_says_what_is_wrong(tmp_path):
    programme = PlacementFactory().programme
    with pytest.raises(CommandError, match="no programme F-1999-000001"):
        call_command("render_closing_note", "F-1999-000001", "--out", str(tmp_path / "x.pdf"))
    with pytest.raises(CommandError, match="no closing note"):
        call_command("render_closing_note", programme.reference, "--out", str(tmp_path / "x.pdf"))
    with pytest.raises(CommandError, match="not written"):
        call_command(
            "render_closing_note", ClosingNoteFactory().programme.reference, "--out", str(tmp_path / "none" / "x.pdf")
        )


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_killed_workers_note_is_rendered_by_the_next(tmp_path):
    """T11: a real worker is killed in the middle, the beat's task puts the row back, another worker finishes it."""
    note = full_note(approved=True)
    row = ask_for_rendering(note=note, by=note.author)
    first = worker(tmp_path, slow=True)
    try:
        until(lambda: state(row) == STATUS.RUNNING)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait(timeout=10)
        assert state(row) == STATUS.RUNNING
        Rendering.objects.filter(pk=row.pk).update(started_at=timezone.now() - datetime.timedelta(minutes=4))
        assert row.pk in requeue()
        second = worker(tmp_path, slow=False)
        try:
            rendering.hurry(row.pk)
            until(lambda: state(row) == STATUS.DONE)
        finally:
            os.killpg(second.pid, signal.SIGTERM)
            second.wait(timeout=30)
    finally:
        if first.poll() is None:
            os.killpg(first.pid, signal.SIGKILL)
            first.wait(timeout=10)
    row.refresh_from_db()
    assert row.attempts == 2
    assert hashlib.sha256(bytes(row.pdf)).hexdigest() == row.sha256


def worker(folder: Path, *, slow: bool) -> subprocess.Popen:
    """A Celery worker on the test's own database, in a session of its own; `slow` never gets done with a note."""
    code = folder / f"worker_{'slow' if slow else 'quick'}.py"
    lines = ["import time", "from config.celery import app", "import django", "django.setup()"]
    if slow:
        lines += ["from closing_notes import rendering", "rendering.document = lambda *a, **k: time.sleep(600)"]
    lines += [
        "app.worker_main(['worker', '--pool=prefork', '--concurrency=1', '--loglevel=ERROR', '--without-gossip'])"
    ]
    code.write_text("\n".join(lines))
    # The test database is another one on the same server.
    parts = urlsplit(os.environ["DATABASE_URL"])
    database = urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "DATABASE_OWNER_URL": "",
        "TRINVIS_DATABASE_ROLE": "web",
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "PYTHONPATH": os.getcwd(),
    }
    return subprocess.Popen([sys.executable, str(code)], env=environment, start_new_session=True)


def state(row: Rendering) -> str:
    return Rendering.objects.values_list("status", flat=True).get(pk=row.pk)


def until(done, seconds: float = 60) -> None:
    """Wait for another process; there is no event to wait for but the row itself."""
    limit = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < limit, "it did not happen"
        threading.Event().wait(0.2)
