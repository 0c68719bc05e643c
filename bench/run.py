"""`make bench`: our pages side by side with a floor in the same run, told as ratios (docs/reference/benchmarks.md).

Times differ from machine to machine; what is compared is measured in turns, one request each, over three runs: in the
demo, and again among a hundred thousand people and ten million past slots.
"""

import http.client
import os
import platform
import statistics
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import django

from devstack.paths import ROOT, VAR
from devstack.processes import Child, stop_all, wait_until
from devstack.project import demo_environment, migrate, prepare_files
from devstack.project import django as manage
from devstack.servers import DATABASE, Servers, connect

if TYPE_CHECKING:
    from bench.pages import Measured

PORT = 8765
RUNS, REQUESTS, WARM_UP = 3, 40, 5
Figure = tuple[float, float | None]
REPORT = ROOT / "docs" / "reference" / "benchmarks.md"


def bench(arguments: list[str]) -> int:
    """Seed, serve, measure, write the report. Exit code 0 also where a goal is missed: the report says so."""
    with Servers(VAR / "bench") as servers:
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
    command = [
        sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "75",
        "--no-control-socket",
    ]  # fmt: skip
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


def everything(folder: Path) -> tuple[dict[str, Figure], dict[str, Figure], str]:
    """The pages in the demo, the pages after it has grown, and the flagging in words."""
    from django.utils import timezone

    from bench.flagging import measure_flagging
    from bench.growth import grow
    from bench.pages import measured

    pages = measured()
    small = measure(pages)
    with connect(folder, DATABASE) as connection:
        grow(connection, timezone.localdate())
    large = measure(pages)
    plain, ours, first, second = measure_flagging(timezone.localdate())
    sentence = (
        f"Flagging {first.expected:,} due slots raised {first.flagged:,} flags in {ours:,.0f} ms, the plain statement\n"
        f"that writes the same rows took {plain:,.0f} ms: {ours / plain:.2f}x (goal 1.5x). A second run added "
        f"{second.flagged}."
    )
    return small, large, sentence


def measure(pages: list["Measured"]) -> dict[str, Figure]:
    """By name: the median milliseconds over all runs, and the goal."""
    times: dict[str, list[float]] = {page.name: [] for page in pages}
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    for _run in range(RUNS):
        for number in range(WARM_UP + REQUESTS):
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


def report(small: dict[str, Figure], large: dict[str, Figure], flagging: str) -> str:
    """The page of the documentation, with every figure as a multiple of the floor of its own size."""
    floor, large_floor = (next(iter(found.values()))[0] for found in (small, large))
    rows = []
    for name, (milliseconds, at_most) in small.items():
        ratio, grown = milliseconds / floor, large[name][0] / large_floor
        goal = f"{at_most:g}x" if at_most else ""
        verdict = ("reached" if max(ratio, grown) <= at_most else "missed") if at_most else ""
        rows.append(f"| {name} | {milliseconds:.1f} ms | {ratio:.1f}x | {grown:.1f}x | {goal} | {verdict} |")
    return "\n".join(
        [
            "# Benchmarks",
            "",
            "Written by `make bench`: medians of three interleaved runs, 400 citizens and 26 weeks of demo data, on",
            f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
            "The floor, `hello-auth`, is a page that loads only session and user on the same server. The last ratio is",
            "the same page among 100,000 people more, as many slots today and ten million past ones.",
            "",
            "| page | median | of the floor | grown | goal | |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            "",
            flagging,
            "",
        ]
    )


if __name__ == "__main__":
    sys.exit(bench(sys.argv[1:]))
