"""Backup and restore of a real database by the real commands (U6)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config.database import WEB_ROLE
from core.backup import DUMP, MANIFEST
from devstack.paths import ROOT

NAME = f"trinvis_backup_{os.getpid()}"
GIVEN = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
OURS = urlsplit(GIVEN)._replace(path=f"/{NAME}").geturl()


@dataclass
class Database:
    """A database of its own with demo data, and a backup of it in `saved`."""

    folder: Path

    @property
    def saved(self) -> Path:
        return self.folder / "saved"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TRINVIS_", "DATABASE_"))}
        environment = {**kept, "DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": OURS}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def done(self, *arguments: str) -> str:
        ran = self.manage(*arguments)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def refused(self, *arguments: str) -> str:
        ran = self.manage(*arguments)
        assert ran.returncode == 1, ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr
        return ran.stderr

    def create(self) -> None:
        with psycopg.connect(GIVEN, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))

    def drop(self) -> None:
        with psycopg.connect(GIVEN, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))


def rows(statement: str) -> list[tuple]:
    with psycopg.connect(OURS) as connection:
        return connection.execute(statement.encode()).fetchall()


def as_web_role(statement: str) -> None:
    with psycopg.connect(OURS) as connection:
        connection.execute(f"SET ROLE {WEB_ROLE}".encode())
        connection.execute(statement.encode())


PEOPLE = (
    "SELECT id, first_name, last_name, sort_da, sort_sv, search_name, identity_number FROM citizens_citizen ORDER BY id"
)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(tmp_path_factory.mktemp("backup"))
    made.drop()
    made.create()
    try:
        made.done("migrate", "--verbosity", "0")
        made.done("demo_data", "--citizens", "30", "--weeks", "4")
        made.done("backup", str(made.saved))
        yield made
    finally:
        made.drop()


def test_backup_drop_and_restore_give_the_same_rows_rights_and_history(database: Database) -> None:
    people, changes = rows(PEOPLE), rows("SELECT count(*) FROM audit_change")
    assert people
    database.drop()
    database.create()
    assert "Restored" in database.done("restore", str(database.saved))
    assert rows(PEOPLE) == people
    assert rows("SELECT count(*) FROM audit_change") == changes
    assert rows("SELECT count(*) FROM django_session") == [(0,)]
    for statement in ("UPDATE audit_change SET reason = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_access"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            as_web_role(statement)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="must say who acts"):
        as_web_role("UPDATE citizens_citizen SET first_name = 'x'")
    assert "No migrations to apply" in database.done("migrate")


def test_a_full_database_is_replaced_only_when_that_is_said(database: Database) -> None:
    before = rows(PEOPLE)
    assert "not empty" in database.refused("restore", str(database.saved))
    with psycopg.connect(OURS) as connection:
        connection.execute('SELECT set_config(\'trinvis.actor\', \'{"name": "Test", "why": ""}\', true)')
        connection.execute("UPDATE citizens_citizen SET last_name = 'Somebody else'")
    assert rows(PEOPLE) != before
    database.done("restore", str(database.saved), "--replace")
    assert rows(PEOPLE) == before


def test_a_database_in_use_is_not_replaced(database: Database) -> None:
    before = rows(PEOPLE)
    with psycopg.connect(OURS) as reader:
        reader.execute("SELECT FROM citizens_citizen")
        assert "in use" in database.refused("restore", str(database.saved), "--replace")
    assert rows(PEOPLE) == before


def test_a_backup_never_overwrites_another(database: Database) -> None:
    before = (database.saved / MANIFEST).read_bytes()
    assert "is there already" in database.refused("backup", str(database.saved))
    assert (database.saved / MANIFEST).read_bytes() == before


def test_only_the_owner_of_the_folder_reads_a_backup(database: Database) -> None:
    assert database.saved.stat().st_mode & 0o077 == 0
    assert [file.stat().st_mode & 0o077 for file in database.saved.iterdir()] == [0, 0]


def test_a_damaged_or_half_backup_is_refused_before_anything_is_dropped(database: Database, tmp_path: Path) -> None:
    before = rows(PEOPLE)
    for name in (DUMP, MANIFEST):
        (tmp_path / name).write_bytes((database.saved / name).read_bytes())
    with (tmp_path / DUMP).open("ab") as dump:
        dump.write(b"x")
    assert "hash differs" in database.refused("restore", str(tmp_path), "--replace")
    (tmp_path / DUMP).unlink()
    assert "no whole backup" in database.refused("restore", str(tmp_path), "--replace")
    assert "no whole backup" in database.refused("restore", str(tmp_path / "nowhere"), "--replace")
    assert rows(PEOPLE) == before


def test_a_restore_that_lacks_rows_or_rights_says_so(database: Database, tmp_path: Path) -> None:
    manifest = json.loads((database.saved / MANIFEST).read_text())
    manifest["rows"]["citizens_citizen"] += 1
    manifest["grants"].append("citizens_citizen TRUNCATE")
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    (tmp_path / DUMP).write_bytes((database.saved / DUMP).read_bytes())
    said = database.refused("restore", str(tmp_path), "--replace")
    assert "citizens_citizen: " in said
    assert f"right of {WEB_ROLE}: citizens_citizen TRUNCATE" in said


def test_a_backup_that_fails_leaves_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "pg_dump is not installed" in database.refused("backup", str(database.folder / "second"))
    assert [one.name for one in database.folder.iterdir()] == ["saved"]
