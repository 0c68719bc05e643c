"""Steps that bring a database and the files beside it up to the code: migrations, translations, static files."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import psycopg
from psycopg import sql

from devstack import messages
from devstack.keys import secret_environment
from devstack.output import stop
from devstack.paths import LOCK, ROOT, VAR
from devstack.processes import end_with_us


def demo_environment(addresses: Mapping[str, str]) -> dict[str, str]:
    """The environment of every process of the demo; `addresses` as from `servers.addresses`."""
    return {
        **os.environ,
        **addresses,
        **secret_environment(),
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "PWD": str(ROOT),
        "PYTHONUNBUFFERED": "1",
    }


def django(environment: Mapping[str, str], *arguments: str) -> None:
    """Run a management command as a step of the set-up; its words go to standard error, its failure ends us."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command, check=False, env=dict(environment), cwd=ROOT, stdout=sys.stderr, preexec_fn=end_with_us
    )
    if done.returncode:
        stop(f"`manage.py {' '.join(arguments)}` failed; the reason stands above.")


def migrate(environment: Mapping[str, str]) -> None:
    """As the owner, when the migrations differ from those that the database has seen."""
    wanted = fingerprint([*ROOT.glob("*/migrations/*.py"), ROOT / "core" / "grants.py", LOCK])
    if note(environment, "django_migrations") != wanted:
        django(environment, "migrate", "--verbosity", "0")
        write_note(environment, "django_migrations", wanted)


def forget_migrations(environment: Mapping[str, str]) -> None:
    """Somebody migrates by hand: look again at the next start."""
    if note(environment, "django_migrations"):
        write_note(environment, "django_migrations", "")


def prepare_files(environment: Mapping[str, str]) -> None:
    """Compiled translations and collected static files, when their sources changed."""
    messages.compile_all([])
    stamp = VAR / "static.stamp"
    wanted = fingerprint([*(ROOT / "static").rglob("*"), LOCK])
    if not stamp.exists() or stamp.read_text() != wanted or not (VAR / "static").exists():
        (ROOT / "static").mkdir(exist_ok=True)
        # Earlier files stay: a web server that runs already still names them.
        django(environment, "collectstatic", "--no-input", "--verbosity", "0")
        stamp.write_text(wanted)


def fingerprint(files: Iterable[Path]) -> str:
    """The same for the same contents under the same names."""
    sum_ = hashlib.sha256()
    for file in sorted(files):
        if file.is_file():
            sum_.update(f"{file.relative_to(ROOT)}\n".encode())
            sum_.update(hashlib.sha256(file.read_bytes()).digest())
    return sum_.hexdigest()


def owner(environment: Mapping[str, str]) -> psycopg.Connection:
    return psycopg.connect(environment.get("DATABASE_OWNER_URL") or environment["DATABASE_URL"], autocommit=True)


def note(environment: Mapping[str, str], table: str) -> str:
    """A comment on a table: what we want to remember about a database lives and dies with it."""
    with owner(environment) as connection:
        row = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [table]).fetchone()
        return (row and row[0]) or ""


def write_note(environment: Mapping[str, str], table: str, text: str) -> None:
    with owner(environment) as connection:
        connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(table), sql.Literal(text)))
