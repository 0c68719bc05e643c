"""One stack at a time in one folder. Every process of a stack holds the lock, so a free lock means none is left."""

import fcntl
import json
import os
import signal
from pathlib import Path

from devstack.output import say
from devstack.processes import wait_until


class Busy(Exception):
    """Another supervisor that is alive works in this folder; its `state` says what it is."""

    def __init__(self, state: dict) -> None:
        super().__init__(f"process {state.get('pid')} is at work here")
        self.state = state


class Lock:
    """`lock` in the stack's folder. Its descriptor goes on to all children; `state.json` tells who leads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.state_file = folder / "state.json"
        self.descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def take(self) -> None:
        """Ours, after an end was made of what a killed supervisor left; raises `Busy` when its leader is alive."""
        # The children were told to stop when their parent died; most are gone in a moment.
        mine = False

        def decided() -> bool:
            nonlocal mine
            mine = self.free()
            return mine or bool(self.leader())

        wait_until(decided, 4)
        if not mine and (state := self.leader()):
            os.close(self.descriptor)
            raise Busy(state)
        if not mine:
            say("Ending what an earlier run left behind ...")
            for process in holders(self.descriptor):
                kill(process)
            if not wait_until(self.free, 10):
                raise RuntimeError(f"An earlier run left processes that cannot be ended in {self.state_file.parent}.")
        self.tell(stage="starting")

    def free(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def leader(self) -> dict:
        """The state of the supervisor that is alive, empty when there is none."""
        return living_state(self.state_file)

    def tell(self, **state: object) -> None:
        """Write the state in one step, for `make manage` and the next start."""
        text = json.dumps({"pid": os.getpid(), "started": started(os.getpid()), **state})
        draft = self.state_file.with_suffix(".new")
        draft.write_text(text)
        draft.replace(self.state_file)

    def release(self) -> None:
        self.state_file.unlink(missing_ok=True)
        os.close(self.descriptor)


def living_state(file: Path) -> dict:
    """What stands in a `state.json`, if the process that wrote it is alive; otherwise nothing."""
    try:
        state = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return state if state.get("started") and started(state["pid"]) == state["started"] else {}


def started(pid: int) -> str:
    """When the process began, in clock ticks since the machine did: with the pid, a name that is never used again."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    # A zombie has ended; it only waits for its parent to notice.
    return "" if fields[0] in "ZX" else fields[19]


def holders(descriptor: int) -> list[int]:
    """Other processes that have the file of `descriptor` open."""
    ours = os.fstat(descriptor)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            if any(same(entry, ours) for entry in (folder / "fd").iterdir()):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def same(entry: Path, ours: os.stat_result) -> bool:
    try:
        theirs = entry.stat()
    except OSError:
        return False
    return (theirs.st_dev, theirs.st_ino) == (ours.st_dev, ours.st_ino)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
