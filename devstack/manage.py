"""`make manage ARGS="..."`: a management command on the demo's database, whether the demo is running or not."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping

from devstack.locking import Busy, living_state
from devstack.output import say, stop
from devstack.paths import DEMO, ROOT
from devstack.processes import end_with_us
from devstack.project import demo_environment, forget_migrations, migrate, prepare_files
from devstack.servers import Failed, Servers, addresses


def manage(arguments: list[str]) -> int:
    """Exit code of the command; set-up and migrations first where needed, never demo data."""
    if not arguments:
        stop('Which command? make manage ARGS="flag_missed_attendance"', 2)
    told = False
    while True:
        state = living_state(DEMO / "state.json")
        if state.get("stage") == "running":
            return run(addresses(DEMO), arguments)
        try:
            with Servers(DEMO) as servers:
                servers.lock.tell(stage="managing")
                return run(servers.environment, arguments)
        except Busy as busy:
            if busy.state.get("stage") != "running" and not told:
                say("Waiting for the one who uses the demo's servers ...")
                told = True
            time.sleep(0.2)
        except (Failed, RuntimeError, PermissionError) as error:
            stop(str(error))


def run(found: Mapping[str, str], arguments: list[str]) -> int:
    environment = demo_environment(found)
    migrate(environment)
    prepare_files(environment)
    if arguments[0] in ("migrate", "flush"):
        forget_migrations(environment)
    # The terminal's Ctrl-C reaches the command itself; we wait for what it makes of it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    command = subprocess.Popen(
        [sys.executable, "manage.py", *arguments], env=environment, cwd=ROOT, preexec_fn=listen_again
    )
    # Told to stop, we pass it on and end after the command, servers and all.
    signal.signal(signal.SIGTERM, lambda *_: command.terminate())
    try:
        code = command.wait()
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return code if code >= 0 else 128 - code


def listen_again() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    end_with_us()
