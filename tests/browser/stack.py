"""The whole of Trinvis for a browser: its own database, web server, worker, scheduler and mail, at a chosen time."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from demo.seeding.guard import MARK
from devstack.paths import ROOT
from devstack.processes import Child, stop_all, wait_until

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DATABASE = f"trinvis_browser_{os.getpid()}"


class Stack:
    """`address` is where it answers, `now` what its clock shows; `folder` holds the logs.

    The owner migrates, the web role serves, with the demo's settings and therefore production's middleware.
    """

    def __init__(self, folder: Path, instant: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.children: list[Child] = []
        self.set_clock(instant)
        given = os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"]
        self.given = given
        self.owner_url = with_database(given, DATABASE)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TRINVIS_", "DATABASE_"))},
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "DATABASE_URL": with_database(os.environ["DATABASE_URL"], DATABASE),
            "REDIS_URL": another_broker(os.environ["REDIS_URL"]),
            "SECRET_KEY": "browser-tests-only",
            "IDENTITY_KEYS": "b1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
            "IDENTITY_INDEX_KEY": "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY=",
            "SITE_URL": self.address,
            "STATIC_ROOT": str(folder / "static"),  # collecting rewrites files, and another stack may be serving them
            "FLAGGING_SECONDS": "2",  # nobody waits a minute for what is tested
            "PYTHONPATH": str(ROOT),
            "PWD": str(ROOT),
        }
        if self.environment["DATABASE_URL"] != self.owner_url:
            self.environment["DATABASE_OWNER_URL"] = self.owner_url

    def set_clock(self, instant: str) -> None:
        """ISO date and time; local time of the centre unless it says otherwise."""
        moment = datetime.fromisoformat(instant)
        self.started = datetime.now(UTC)
        self.instant = moment if moment.tzinfo else moment.replace(tzinfo=COPENHAGEN)

    @property
    def now(self) -> datetime:
        """What the clock of the stack shows at this moment."""
        return self.instant + (datetime.now(UTC) - self.started)

    def make_database(self) -> None:
        with psycopg.connect(self.given, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")

    def drop_database(self) -> None:
        with psycopg.connect(self.given, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))

    def manage(self, *arguments: str) -> str:
        """Run a management command at the stack's time; what it printed. Fails the test when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.browser.clock", self.now.isoformat(), "manage", *arguments],
            check=False,
            cwd=ROOT,
            env=self.environment,
            text=True,
            capture_output=True,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self) -> None:
        """Web server, worker and scheduler, ready when this returns."""
        clock = [sys.executable, "-m", "tests.browser.clock", self.now.isoformat()]
        web = [
            "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread",
            "--workers", "1", "--threads", "4", "--graceful-timeout", "3", "--no-control-socket",
        ]  # fmt: skip
        worker = ["celery", "--app", "config", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle"]
        log = ["--loglevel", "INFO"]
        beat = [
            "celery",
            "--app",
            "config",
            "beat",
            "--max-interval",
            "1",
            "--pidfile",
            "",
            "--schedule",
            str(self.folder / "schedule"),
        ]
        self.children = [
            Child(name, [*clock, *command], self.folder / f"{name}.log", self.environment)
            for name, command in (("web", web), ("worker", worker + log), ("beat", beat + log))
        ]
        for child in self.children:
            child.start()
        if not wait_until(lambda: self.failed() or self.ready(), 60, pause=0.05) or self.failed():
            raise AssertionError("\n".join(f"--- {child.name}\n{child.last_words()}" for child in self.children))

    def ready(self) -> bool:
        """The web server answers, and the scheduler has noted when it began, by which it knows later what is due."""
        return any(self.folder.glob("schedule*")) and answers(self.port)

    def failed(self) -> bool:
        return any(child.ended() is not None for child in self.children)

    def stop(self) -> None:
        stop_all(self.children, seconds=5)
        self.children = []

    def stop_web(self) -> None:
        """The web server is gone; worker and scheduler go on."""
        stop_all(self.children[:1], seconds=5)

    def start_web(self) -> None:
        """The web server again, at the stack's time."""
        web = self.children[0]
        web.command[3] = self.now.isoformat()
        web.start()
        assert wait_until(lambda: answers(self.port), 60, pause=0.05), web.last_words()

    def travel_to(self, instant: str) -> None:
        """The same database at another time: web server, worker and scheduler start again there.

        Going forward, every scheduled job is due at once, as after an outage; going back, the schedule begins anew.
        """
        self.stop()
        before = self.now
        self.set_clock(instant)
        if self.now < before:
            for file in self.folder.glob("schedule*"):
                file.unlink()
        self.start()

    def seed(self, instant: str, *, citizens: int, weeks: int, number: int = 7) -> None:
        """At that time with a fresh demo and nothing else; everybody is signed out."""
        self.stop()
        self.set_clock(instant)
        for file in self.folder.glob("schedule*"):
            file.unlink()
        # What other tests wrote may go: this database is a test's own, whatever stands in it.
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            connection.execute(sql.SQL("COMMENT ON COLUMN demo_mail.id IS {}").format(sql.Literal(MARK)))
        self.manage("demo_data", "--citizens", str(citizens), "--weeks", str(weeks), "--seed", str(number))
        self.start()

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Rows as the owner sees them, for what no page shows."""
        with psycopg.connect(self.owner_url, row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        """Mail that the stack sent, newest first: `to`, `subject`, `body`, `at`."""
        return self.query('SELECT * FROM demo_mail WHERE "to" LIKE %s ORDER BY at DESC, id DESC', f"%{to}%")

    def wait_for(self, statement: str, *values: Any, seconds: float = 30) -> list[dict[str, Any]]:
        """Rows of a query as soon as there are any; the background work's logs when there are none in time."""
        if not wait_until(lambda: bool(self.query(statement, *values)), seconds, pause=0.1):
            words = "\n".join(f"--- {child.name}\n{child.last_words()}" for child in self.children[1:])
            raise AssertionError(f"nothing in {seconds} s for: {statement}\n{words}")
        return self.query(statement, *values)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def with_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def another_broker(url: str, *, first: int = 9) -> str:
    """A database of the broker for this process of the run (at most four), from `first` on; a stack's are 9 to 12.

    A stack lives as long as its process: its worker would take what other tests ask theirs to do.
    """
    number = first + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    if url.startswith("redis+socket:"):
        return f"{url.partition('?')[0]}?virtual_host={number}"
    return re.sub(r"/\d*$", "", url) + f"/{number}"


def violations(page: Any) -> list[str]:
    """What axe finds wrong on the page, one line a rule with the places."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {json.dumps([node['target'] for node in rule['nodes']])}" for rule in found]
