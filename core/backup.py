"""The whole database as one folder, and back again (U6): a dump and a manifest of what must be in it.

Sessions and the cache stay out: who was signed in then is not signed in after a restore.
"""

import hashlib
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.utils import OperationalError
from django.utils import timezone
from psycopg import sql

from config.database import WEB_ROLE
from core.exceptions import Refused

DUMP = "database.dump"
MANIFEST = "manifest.json"
WITHOUT_ROWS = ("django_session", "core_cache")


@dataclass(frozen=True)
class Contents:
    """What a restored database must have again: rows by table, the web role's rights, the triggers of the history."""

    rows: dict[str, int]
    grants: list[str]
    triggers: list[str]

    def missing_in(self, other: "Contents") -> list[str]:
        """What differs in `other`, in words; empty when both are the same."""
        differences = [
            f"{table}: {count} rows, restored {other.rows.get(table, 'none')}"
            for table, count in self.rows.items()
            if other.rows.get(table) != count
        ]
        differences += [f"more than was saved: {table}" for table in sorted(other.rows.keys() - self.rows.keys())]
        differences += [f"right of {WEB_ROLE}: {one}" for one in sorted(set(self.grants) ^ set(other.grants))]
        return differences + [f"trigger: {one}" for one in sorted(set(self.triggers) ^ set(other.triggers))]


def back_up(folder: Path) -> Contents:
    """Write the database into the new `folder`; counts and dump are of one moment. Runs as the owner.

    Refused when the folder is there already or `pg_dump` fails; nothing that looks like a backup is left then.
    """
    if folder.exists():
        raise Refused(f"{folder} is there already. Every backup gets a folder of its own.")
    draft = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            contents = found()
            without = [f"--exclude-table-data={table}" for table in WITHOUT_ROWS]
            dump = draft / DUMP
            run("pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={dump}", *without)
        manifest = {"taken_at": timezone.now().isoformat(), "sha256": digest(dump), **asdict(contents)}
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=1))
        for file in draft.iterdir():
            file.chmod(0o600)
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return contents


def restore(folder: Path, *, replace: bool = False) -> Contents:
    """Fill an empty database from `folder` and prove that everything is there. Runs as the owner.

    With `replace` what is in the database is dropped first. Refused when the backup is not whole, when the database
    is not empty, and when what was restored is not what was saved.
    """
    manifest = read_manifest(folder)
    saved = Contents(rows=manifest["rows"], grants=manifest["grants"], triggers=manifest["triggers"])
    if digest(folder / DUMP) != manifest["sha256"]:
        raise Refused(f"{folder / DUMP} is not the file that was saved: its hash differs.")
    if connection.introspection.table_names():
        if not replace:
            raise Refused("The database is not empty. --replace drops everything in it first.")
        empty_database()
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(WEB_ROLE)))
    name = str(connection.settings_dict["NAME"])
    run(
        "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", f"--dbname={name}", str(folder / DUMP)
    )  # fmt: skip
    if differences := saved.missing_in(found()):
        raise Refused("Restored, but not what was saved:\n" + "\n".join(differences))
    return saved


def found() -> Contents:
    """What is in the database now."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - set(WITHOUT_ROWS))
        rows = {}
        for table in tables:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
            (rows[table],) = cursor.fetchone()
        cursor.execute(
            """
            SELECT table_name || ' ' || privilege_type FROM information_schema.role_table_grants
            WHERE grantee = %s AND table_schema = 'public' ORDER BY 1
            """,
            [WEB_ROLE],
        )
        grants = [grant for (grant,) in cursor.fetchall()]
        cursor.execute(
            "SELECT tgrelid::regclass || ' ' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' "
            "ORDER BY 1"
        )
        triggers = [trigger for (trigger,) in cursor.fetchall()]
    return Contents(rows, grants, triggers)


def empty_database() -> None:
    """Drop everything; refused while web server or worker hold a lock on it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    except OperationalError as error:
        raise Refused(f"The database is in use. Stop web server, worker and scheduler first.\n{error}") from error


def read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise Refused(f"{folder} holds no whole backup: {error}") from error
    if not (folder / DUMP).is_file() or not {"rows", "grants", "triggers", "sha256"} <= manifest.keys():
        raise Refused(f"{folder} holds no whole backup.")
    return manifest


def run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs on our database; the password goes by its environment, seen by nobody."""
    parameters = connection.get_connection_params()
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGDATABASE": "dbname"}
    environment = {name: str(parameters[key]) for name, key in names.items() if parameters.get(key)}
    path = shutil.which(program)
    if path is None:
        raise Refused(f"{program} is not installed. It comes with PostgreSQL's client programs.")
    done = subprocess.run(  # noqa: S603  (our own arguments, no shell)
        [path, *arguments], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"{program} failed:\n{done.stderr.strip()}")


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
