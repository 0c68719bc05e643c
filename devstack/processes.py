"""Child processes that never outlive us: each dies with its parent and carries the lock of its stack."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(by: signal.Signals) -> None:
    """Runs in the child between fork and exec: the kernel sends `by` when the parent is gone, however it went."""
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, int(by))


def end_with_us() -> None:
    """The same for a step that may be cut short anywhere."""
    die_with_parent(signal.SIGTERM)


@dataclass
class Child:
    """A process that the supervisor started: `name` for messages, `stop_by` the signal that ends it in good order."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    keeps: tuple[int, ...] = ()
    stop_by: signal.Signals = signal.SIGTERM
    before_exec: Callable[[], None] | None = None
    process: subprocess.Popen | None = field(default=None, repr=False)

    def start(self) -> None:
        """In a session of its own, so that the terminal's Ctrl-C reaches only the supervisor."""

        def prepare() -> None:
            if self.before_exec:
                self.before_exec()
            die_with_parent(self.stop_by)

        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environment),
                cwd=self.environment.get("PWD", "/"),
                preexec_fn=prepare,
                start_new_session=True,
                pass_fds=self.keeps,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def ended(self) -> int | None:
        """Exit code of a process that has ended, None while it runs."""
        return self.process.poll() if self.process else None

    def signal(self) -> None:
        """Ask it to end; `wait_or_kill` sees to it that it does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_by)

    def wait_or_kill(self, seconds: float) -> None:
        """Wait for the end, then make an end of whatever of its group is left."""
        if not self.process:
            return
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        kill_group(self.process.pid)

    def last_words(self, lines: int = 25) -> str:
        """The end of its log, for the message that says why it stopped."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def kill_group(leader: int) -> None:
    """The leader is gone; its children may linger with its sockets."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def stop_all(children: list[Child], seconds: float = 10) -> None:
    """All of them at once; what took its time is killed, and whatever is left of its group."""
    for child in reversed(children):
        child.signal()
    for child in reversed(children):
        child.wait_or_kill(seconds)


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
