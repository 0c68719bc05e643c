"""`make bench`: our pages side by side with a floor in the same run, told as ratios (docs/reference/benchmarks.md).

Times differ from machine to machine; what is compared is measured in turns, one request each, over three runs: in the
demo with one large centre, and again when there are fifty, with a hundred thousand people and ten million past slots.
"""

import http.client
import os
import platform
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import django

from bench.growth import CENTRES, PEOPLE, grow
from devstack.paths import ROOT, VAR
from devstack.processes import Child, stop_all, wait_until
from devstack.project import demo_environment, migrate, prepare_files
from devstack.project import django as manage
from devstack.servers import DATABASE, Servers, connect

if TYPE_CHECKING:
    from bench.flagging import Flagging
    from bench.pages import Measured

PORT = 8765
RUNS, REQUESTS, WARM_UP = 3, 40, 5
SERVED = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "75", "--no-control-socket"]
Figure = tuple[float, float | None]
REPORT = ROOT / "docs" / "reference" / "benchmarks.md"


def bench(arguments: list[str]) -> int:
    """Seed, serve, measure, write the report. Exit code 0 also where a goal is missed: the report says so.

    The database is a new one each time and is gone afterwards: it grows to some five gigabytes.
    """
    # Servers that are given are somebody's, with something in them.
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    VAR.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=VAR) as folder, Servers(Path(folder)) as servers:
        environment = demo_environment(servers.environment) | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
        migrate(environment)
        prepare_files(environment)
        manage(environment, "load_catalogue")
        manage(environment, "demo_data", "--citizens", "400", "--weeks", "26")
        server = web(environment)
        try:
            server.start()
            if not wait_until(lambda: server.ended() is not None or answers(), 60, pause=0.1) or server.ended():
                raise RuntimeError(f"The web server does not answer:\n{server.last_words()}")
            os.environ.update(environment)
            django.setup()
            REPORT.write_text(report(*everything(servers.folder)), encoding="utf-8")
        finally:
            stop_all([server], seconds=5)
    print(REPORT.read_text(encoding="utf-8"))
    return 0


def web(environment: dict[str, str], port: int = PORT) -> Child:
    """The web server as the demo runs it."""
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}", *SERVED]
    return Child("web", command, VAR / "bench" / "log" / "web.log", environment)


def answers(port: int = PORT, path: str = "/readyz") -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def everything(folder: Path) -> tuple["World", "World"]:
    """What is found with one large centre, and with all of them, of which the last is looked at."""
    return world(folder, 0, 1), world(folder, 1, CENTRES, requests=REQUESTS // 2)


@dataclass(frozen=True)
class World:
    """What is found in one size of the database: its slots of all days, the pages, and the flagging of the day."""

    slots: int
    pages: dict[str, Figure]
    may_grow: dict[str, float | None]
    flagging: "Flagging"


def world(folder: Path, first: int, last: int, *, requests: int = REQUESTS) -> World:
    """Add the centres from `first` up to `last`, flag the day and measure the pages of the last one."""
    from django.utils import timezone

    from bench.flagging import measure_flagging
    from bench.pages import measured

    with connect(folder, DATABASE) as connection:
        grow(connection, timezone.localdate(), first=first, last=last)
        flagging = measure_flagging(timezone.localdate())
        connection.execute("VACUUM ANALYZE attendance_missedattendance, worklist_task, journal_entry")
        [(slots,)] = connection.execute("SELECT count(*) FROM attendance_expectedattendance").fetchall()
    pages = measured(last - 1)
    return World(slots, measure(pages, requests), {page.name: page.may_grow for page in pages}, flagging)


def measure(pages: list["Measured"], requests: int = REQUESTS) -> dict[str, Figure]:
    """By name: the median milliseconds over all runs, and the goal."""
    times: dict[str, list[float]] = {page.name: [] for page in pages}
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    for _run in range(RUNS):
        for number in range(WARM_UP + requests):
            for page in pages:
                took = timed(connection, page)
                if number >= WARM_UP:
                    times[page.name].append(took)
    return {page.name: (statistics.median(times[page.name]), page.at_most) for page in pages}


def timed(connection: http.client.HTTPConnection, page: "Measured") -> float:
    """Milliseconds of one request, to the last byte of its answer; raises when that is not a page or a made row."""
    from bench.pages import TOKEN

    body = page.body() if page.body else None
    headers = {"Cookie": page.cookie, "X-CSRFToken": TOKEN, "Content-Type": "application/json", **page.headers}
    begun = time.perf_counter()
    connection.request("POST" if body else "GET", page.path, body, headers)
    answer = connection.getresponse()
    answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status not in (200, 201):
        raise RuntimeError(f"{page.name}: {answer.status}")
    return took


def report(small: World, large: World) -> str:
    """The page of the documentation, with every figure as a multiple of the floor of its own size."""
    floor, large_floor = (next(iter(found.pages.values()))[0] for found in (small, large))
    rows = []
    for name, (milliseconds, at_most) in small.pages.items():
        later, may_grow = large.pages[name][0], small.may_grow[name]
        ratio, large_ratio = milliseconds / floor, later / large_floor
        goal = f"{at_most:g}x" if at_most else ""
        growth = f"{may_grow:g}x" if may_grow else ""
        rows.append(
            f"| {name} | {milliseconds:.1f} ms | {ratio:.1f}x | {later:.1f} ms | {large_ratio:.1f}x | {goal} "
            f"| {verdict(max(ratio, large_ratio), at_most)} | {large_ratio / ratio:.2f}x | {growth} "
            f"| {verdict(large_ratio / ratio, may_grow)} |"
        )
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`: medians of three runs in which the pages take turns, on",
            f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
            "The floor, `hello-auth`, is a page that loads only session and user on the same server.",
            "",
            f"Beside 400 citizens of the demo stands one large centre of {PEOPLE:,} people, and later {CENTRES} that",
            "the same statements made (`bench/growth.py`): the pages are those of the last one's people. The case is",
            "the same of the demo both times. Growth is the second ratio by the first.",
            "",
            f"| page | {small.slots:,} slots | of the floor | {large.slots:,} slots | of the floor | goal | "
            "| growth | at most | |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            "Flagging of a day beside one plain statement that writes the same rows, which it is told; taken back, in",
            "turns, the median of eleven:",
            "",
            "| due slots | flags | flagging | a thousand | plain statement | ratio | goal | | a second run adds |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
            *(found.flagging.row() for found in (small, large)),
            "",
        ]
    )


def verdict(found: float, at_most: float | None) -> str:
    return "" if at_most is None else "reached" if found <= at_most else "missed"


if __name__ == "__main__":
    sys.exit(bench(sys.argv[1:]))
