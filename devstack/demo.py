"""`make demo`: servers, set-up, web server, worker and scheduler, watched until Ctrl-C."""

import http.client
import os
import signal
import socket
import sys
import time
from types import FrameType

from devstack.locking import Busy
from devstack.output import say, stop
from devstack.paths import DEMO, ROOT
from devstack.processes import Child, kill_group, stop_all, wait_until
from devstack.project import demo_environment, migrate, prepare_files
from devstack.seeding import seed
from devstack.servers import Failed, Servers

PASSWORD = "trinvis-demo"  # noqa: S105  printed for everyone to see
SIGN_INS = [
    ("referrer", "referring adviser at the job centre"),
    ("caseworker", "caseworker at the centre"),
    ("contact", "contact person of a workshop"),
    ("teamleader", "team leader of the centre"),
    ("specialist", "physiotherapist"),
    ("steering", "member of the steering group"),
    ("citizen", "citizen"),
    ("admin", "administrator"),
    ("caseworker-rebus", "REBUS: project worker; also teamleader-, referrer-, citizen-rebus ..."),
    ("caseworker-ressource", "resource programme: coordinator; also caseworker-shc, teamleader-shc ..."),
    ("caseworker-herlev", "integration partnership: project leader; also teamleader-herlev ..."),
]


class Interrupted(BaseException):
    """Ctrl-C, or somebody's wish that we stop."""


def interrupt(number: int, frame: FrameType | None) -> None:
    # Once is enough; a hurried second one must not stop the stopping.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    raise Interrupted


def demo(arguments: list[str]) -> int:
    """Runs until it is told to stop (exit code 0) or a part of it fails (1)."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, interrupt)
    port = int(os.environ.get("PORT") or 8000)
    address = f"http://127.0.0.1:{port}/"
    servers = None
    try:
        servers = wait_for_turn()
        return run(servers, port, address)
    except Interrupted:
        say("\nTrinvis is stopping.")
        return 0
    except (Failed, RuntimeError, PermissionError) as error:
        stop(str(error))
    finally:
        if servers:
            servers.stop()


def wait_for_turn() -> Servers:
    """The demo's servers, when no `make manage` is using them; a demo that runs already is left alone."""
    told = False
    while True:
        try:
            return Servers(DEMO).claim()
        except Busy as busy:
            if busy.state.get("stage") != "managing":
                stop(f"Trinvis is running already: {busy.state.get('address', 'it is just starting')}")
            if not told:
                say("Waiting for `make manage` to end ...")
                told = True
            time.sleep(0.2)


def run(servers: Servers, port: int, address: str) -> int:
    servers.start()
    environment = demo_environment(servers.environment) | {"SITE_URL": address.rstrip("/")}
    require_port(port)
    migrate(environment)
    prepare_files(environment)
    seed(environment)
    children = parts(servers, environment, port)
    try:
        for child in children:
            child.start()
        watch_until_ready(servers, children, port)
        servers.lock.tell(stage="running", address=address)
        print(f"Trinvis is running at {address}\n", flush=True)
        width = max(len(name) for name, _ in SIGN_INS) + len("@demo.trinvis.test")
        for name, what in SIGN_INS:
            print(f"  {name + '@demo.trinvis.test':<{width}}  {what}")
        print(f"\nPassword of all: {PASSWORD}. Logs: {os.path.relpath(DEMO / 'log', ROOT)}/. Ctrl-C stops.", flush=True)
        watch(servers, children)
    finally:
        stop_all(children, seconds=8)
    return 1


def parts(servers: Servers, environment: dict[str, str], port: int) -> list[Child]:
    """Web server, worker and scheduler; all hold the stack's lock."""
    celery = [sys.executable, "-m", "celery", "--app", "config"]
    commands = {
        "web": [
            sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}",
            "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "5",
            "--no-control-socket",
        ],
        "worker": [
            *celery, "worker", "--loglevel", "INFO", "--concurrency", "2",
            "--without-gossip", "--without-mingle",
        ],
        # Its file says only what ran when; without it the jobs still ask the database what is due.
        "beat": [*celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(DEMO / "beat-schedule")],
    }  # fmt: skip
    return [
        Child(name, command, DEMO / "log" / f"{name}.log", environment, keeps=(servers.lock.descriptor,))
        for name, command in commands.items()
    ]


def require_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise RuntimeError(f"Port {port} is taken; choose another one: make demo PORT=8001") from None


def watch_until_ready(servers: Servers, children: list[Child], port: int) -> None:
    def settled() -> bool:
        return bool(servers.failed() or next((c for c in children if c.ended() is not None), None)) or ready(port)

    if not wait_until(settled, 60, pause=0.1):
        raise RuntimeError(f"The web server does not answer:\n{children[0].last_words()}")
    for child in [*servers.children, *children]:
        if child.ended() is not None:
            raise RuntimeError(f"{child.name} stopped at once (exit code {child.ended()}):\n{child.last_words()}")


def ready(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def watch(servers: Servers, children: list[Child]) -> None:
    """Until a server is gone, or a part for the second time; the first time a part is started again."""
    restarted: set[str] = set()
    while True:
        time.sleep(0.25)
        if server := servers.failed():
            raise RuntimeError(f"{server.name} has stopped (exit code {server.ended()}):\n{server.last_words()}")
        for child in children:
            if (code := child.ended()) is None:
                continue
            kill_group(child.pid)
            if child.name in restarted:
                raise RuntimeError(f"{child.name} has stopped again (exit code {code}):\n{child.last_words()}")
            say(f"{child.name} has stopped (exit code {code}) and is started again; see its log.")
            restarted.add(child.name)
            child.start()
