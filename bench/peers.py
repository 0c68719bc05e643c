"""`make bench-peers`: pretix, whose check-in is marking attendance, in turns with our pages; told as ratios.

pretix gets an environment and servers of its own below `var/peers/`, is seeded as `bench/peer/seed.py` tells, and is
served as we are; we have the demo and one large centre. Each side has its floor: a page that loads session and user.
"""

import hashlib
import http.client
import json
import os
import platform
import re
import statistics
import subprocess
import sys
from datetime import date
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import django
from psycopg import sql

from bench.growth import grow
from bench.run import REQUESTS, RUNS, SERVED, WARM_UP, answers, timed, web
from devstack.output import say, stop
from devstack.paths import ROOT, VAR
from devstack.processes import Child, end_with_us, stop_all, wait_until
from devstack.project import demo_environment, migrate, prepare_files
from devstack.project import django as manage
from devstack.servers import DATABASE, OWNER_ROLE, Servers, connect, socket_folder

if TYPE_CHECKING:
    from bench.pages import Measured

LOCK = ROOT / "requirements" / "peers.txt"
FOLDER = VAR / "peers"
PYTHON = FOLDER / "environment" / "bin" / "python"
STAMP = FOLDER / "environment" / "stamp"
SEEDED = FOLDER / "seeded.json"
OURS_PORT, THEIRS_PORT = 8766, 8767
REPORT = ROOT / "docs" / "reference" / "benchmarks-peers.md"


def bench_peers(arguments: list[str]) -> int:
    """Install, seed, serve both, measure, write the report. Later runs find pretix installed, migrated and seeded."""
    # Never somebody's servers who has other data there.
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    VAR.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=VAR) as folder, Servers(Path(folder)) as own, Servers(FOLDER) as other:
        install()
        theirs = prepare_pretix(other.folder)
        ours = demo_environment(own.environment) | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
        found = json.loads(SEEDED.read_text()) | {"slots": prepare_trinvis(own.folder, ours)}
        children = [web(ours, OURS_PORT), web_of_pretix(theirs)]
        try:
            start(children[0], OURS_PORT, "/readyz")
            start(children[1], THEIRS_PORT, "/healthcheck/")
            REPORT.write_text(report(*measure(found), found), encoding="utf-8")
        finally:
            stop_all(children, seconds=5)
    print(REPORT.read_text(encoding="utf-8"))
    return 0


def prepare_trinvis(folder: Path, environment: dict[str, str]) -> int:
    """The demo and one large centre, flagged, as `make bench` measures first; how many slots of attendance it has."""
    migrate(environment)
    prepare_files(environment)
    manage(environment, "load_catalogue")
    manage(environment, "demo_data", "--citizens", "400", "--weeks", "26")
    os.environ.update(environment)
    django.setup()
    from django.utils import timezone

    from bench.flagging import measure_flagging

    with connect(folder, DATABASE) as connection:
        grow(connection, timezone.localdate(), first=0, last=1)
        measure_flagging(timezone.localdate())
        connection.execute("VACUUM ANALYZE")
        return connection.execute("SELECT count(*) FROM attendance_expectedattendance").fetchall()[0][0]


def start(child: Child, port: int, path: str) -> None:
    """Returns once it answers."""
    child.start()
    if not wait_until(lambda: child.ended() is not None or answers(port, path), 120, pause=0.1) or child.ended():
        raise RuntimeError(f"{child.name} does not answer:\n{child.last_words()}")


def locked(name: str) -> str:
    """The version that `requirements/peers.txt` has of a package."""
    return re.findall(rf"^{name}==(\S+)", LOCK.read_text(), re.MULTILINE)[0]


def install() -> None:
    """What the lock says into pretix's own environment, when it says something new."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return
    say(f"Installing pretix {locked('pretix')} below var/peers/ ...")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    run([sys.executable, "-m", "venv", "--clear", str(STAMP.parent)], dict(os.environ))
    run([*pip, "--no-deps", "--require-hashes", "--requirement", str(LOCK)], dict(os.environ))
    STAMP.write_text(wanted)


def run(command: list[str], environment: dict[str, str]) -> None:
    """A step of pretix's set-up; its failure ends us."""
    done = subprocess.run(command, check=False, env=environment, cwd=FOLDER, stdout=sys.stderr, preexec_fn=end_with_us)
    if done.returncode:
        stop(f"A step of pretix's set-up failed, the reason stands above: {' '.join(command)}")


def prepare_pretix(folder: Path) -> dict[str, str]:
    """Its settings, migrated database and data; the environment of its processes."""
    with connect(folder, "postgres") as connection:
        if not connection.execute("SELECT FROM pg_database WHERE datname = 'pretix'").fetchall():
            owner = sql.Identifier(OWNER_ROLE)
            connection.execute(sql.SQL("CREATE DATABASE pretix OWNER {}").format(owner))
    sockets = socket_folder(folder)
    queue = f"redis+socket://{sockets}/valkey.sock?virtual_host=2"
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PWD": str(FOLDER),
        "PYTHONPATH": str(ROOT / "bench" / "peer"),
        "DJANGO_SETTINGS_MODULE": "pretix.settings",
        "PRETIX_CONFIG_FILE": os.devnull,
        "PRETIX_PRETIX_URL": f"http://127.0.0.1:{THEIRS_PORT}",
        "PRETIX_PRETIX_DATADIR": str(FOLDER / "pretix"),
        "PRETIX_DATABASE_BACKEND": "postgresql",
        "PRETIX_DATABASE_NAME": "pretix",
        "PRETIX_DATABASE_USER": OWNER_ROLE,
        "PRETIX_DATABASE_HOST": str(sockets),
        "PRETIX_REDIS_LOCATION": f"unix://{sockets}/valkey.sock?db=1",
        "PRETIX_CELERY_BROKER": queue,
        "PRETIX_CELERY_BACKEND": queue,
    }
    say("Migrating and seeding pretix; the first time takes some minutes ...")
    pretix = [str(PYTHON), "-m", "pretix"]
    run([*pretix, "migrate", "--verbosity", "0"], environment)
    run([*pretix, "shell", "--no-imports", "--command", f"from seed import seed; seed({str(SEEDED)!r})"], environment)
    with connect(folder, "pretix") as connection:
        connection.execute("VACUUM ANALYZE")
    return environment


def web_of_pretix(environment: dict[str, str]) -> Child:
    """Served as we are."""
    command = [str(PYTHON), "-m", "gunicorn", "floor:application", "--bind", f"127.0.0.1:{THEIRS_PORT}", *SERVED]
    return Child("pretix", command, FOLDER / "log" / "pretix.log", environment)


def pages_of_pretix(found: dict[str, Any]) -> list["Measured"]:
    """The floor first. `found` is what the seeding wrote; the tickets of one list are redeemed in turns."""
    from bench.pages import FLOOR, Measured

    cookie = f"pretix_session={found['session']}"
    device = {"Authorization": f"Device {found['device']}"}
    secrets = cycle(found["secrets"])

    def redeem() -> bytes:
        return json.dumps({"secret": next(secrets), "lists": [found["list"]]}).encode()

    event = "/control/event/bench/event"
    return [
        Measured(FLOOR, "/hello-auth/", cookie),
        Measured("redeem one ticket", "/api/v1/organizers/bench/checkinrpc/redeem/", "", body=redeem, headers=device),
        Measured(f"check-in list of {len(found['secrets'])}", f"{event}/checkinlists/{found['list']}/", cookie),
        Measured("order search", f"{event}/orders/?query=Torben", cookie),
        Measured("order page", f"{event}/orders/{found['order']}/", cookie),
        Measured("dashboard", f"{event}/", cookie),
        Measured("figures of the dashboard", f"{event}/widgets.json", cookie),
    ]


def measure(found: dict[str, Any]) -> tuple[dict[str, float], dict[str, float]]:
    """By name the median milliseconds of our pages and of theirs: every page once in each turn."""
    from bench.pages import measured

    sides = {OURS_PORT: measured(0), THEIRS_PORT: pages_of_pretix(found)}
    lines = {port: http.client.HTTPConnection("127.0.0.1", port, timeout=60) for port in sides}
    times = {port: {page.name: list[float]() for page in pages} for port, pages in sides.items()}
    for _run in range(RUNS):
        for number in range(WARM_UP + REQUESTS):
            for port, pages in sides.items():
                for page in pages:
                    took = timed(lines[port], page)
                    if number >= WARM_UP:
                        times[port][page.name].append(took)
    ours, theirs = ({name: statistics.median(taken) for name, taken in side.items()} for side in times.values())
    return ours, theirs


def report(ours: dict[str, float], theirs: dict[str, float], found: dict[str, Any]) -> str:
    """The page of the documentation, each figure as a multiple of the first of its side and of our first."""
    floor = next(iter(ours.values()))
    rows = [
        f"| {who} | {name} | {took:.1f} ms | {took / next(iter(pages.values())):.1f}x | {took / floor:.1f}x |"
        for who, pages in (("Trinvis", ours), ("pretix", theirs))
        for name, took in pages.items()
    ]
    return f"""# Benchmarks beside a peer

Written by `make bench-peers`: medians of {RUNS} interleaved runs of {REQUESTS} requests a page, on
{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.

The peer is pretix {locked("pretix")}, whose check-in at events is marking attendance.
It has {found["tickets"]:,} tickets, {found["lists"]} check-in lists and {found["check_ins"]:,} check-ins.
Trinvis has the demo and one large centre: {found["slots"]:,} slots of attendance.
Each has a PostgreSQL and a Valkey of the same kind, and a web server with 2 workers of 4 threads. A floor,
`hello-auth`, loads only session and user, below the middleware of its application.

| | page | median | of its own floor | of Trinvis' floor |
| --- | --- | --- | --- | --- |
{chr(10).join(rows)}

To redeem a ticket is to mark a person; a check-in list is a register, an order search a list, an order a case, the
dashboard with its figures Today. Our goals, and our pages among fifty such centres, are in [benchmarks](benchmarks.md).
"""
