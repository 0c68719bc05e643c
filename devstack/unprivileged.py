"""PostgreSQL refuses to run as root, and as a number without a name. Two ways to be somebody else.

`namespace`: a user namespace in which we carry the number of `nobody`; files stay ours. `dropped`: really another user,
with the one capability that lets it read a virtual environment below a closed home. Containers often refuse the first,
the second is root's alone.
"""

import ctypes
import os
import pwd
import subprocess
from collections.abc import Callable
from pathlib import Path

from devstack.processes import libc

CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_SET_SECUREBITS = 8, 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
NOBODY = next((user.pw_uid for user in pwd.getpwall() if user.pw_name == "nobody"), 65534)


class Way:
    """How a server that refuses root is started: `prepare` runs in the child, its files belong to `owner`."""

    def __init__(self, name: str, prepare: Callable[[], None] | None, owner: int) -> None:
        self.name = name
        self.prepare = prepare
        self.owner = owner


def into_namespace() -> None:
    """Our own rights on our own files under another number."""
    user, group = os.geteuid(), os.getegid()  # inside, nobody has a number until the maps are written
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "user namespaces are refused")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{NOBODY} {user} 1"), ("gid_map", f"{NOBODY} {group} 1")):
        try:
            Path(f"/proc/self/{name}").write_text(text)
        except OSError:
            if name != "setgroups":
                raise


def drop_to_nobody() -> None:
    """Another user who may still read and write where root could; without that right, as far as the modes allow."""
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    # Without this access(2), by which PostgreSQL looks for its own programs, leaves the capability out.
    libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    bit = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; low words first
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if libc.capset(header, data) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def choose_way(program: Path) -> Way:
    """As ourselves when we are an ordinary user, otherwise the first way in which `program` can be started.

    `TRINVIS_NO_USERNS=1` leaves the namespace out, as a container may.
    """
    user = os.geteuid()
    if user and any(known.pw_uid == user for known in pwd.getpwall()):
        return Way("own user", None, user)
    ways = [Way("namespace", into_namespace, user)] if os.environ.get("TRINVIS_NO_USERNS") != "1" else []
    if not user:
        ways.append(Way("dropped", drop_to_nobody, NOBODY))
    for way in ways:
        if works(way, program):
            return way
    raise PermissionError(
        f"{program} cannot be started as user {user}, neither in a user namespace nor as another user. "
        "Run as an ordinary user with a name, or set DATABASE_URL to a PostgreSQL of your own."
    )


def works(way: Way, program: Path) -> bool:
    """The program starts in this way, and finds itself there."""

    def prepare() -> None:
        if way.prepare:
            way.prepare()
        if not os.access(program, os.R_OK | os.X_OK):
            raise PermissionError(program)

    try:
        subprocess.run([program, "--version"], check=True, capture_output=True, cwd="/", preexec_fn=prepare)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def give(folder: Path, owner: int) -> None:
    """Make the data folder and all in it the property of the user who serves it, when it is not already."""
    if os.geteuid() or not folder.exists() or folder.stat().st_uid == owner:
        return
    group = NOBODY if owner == NOBODY else os.getgid()
    for place, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            os.chown(os.path.join(place, name), owner, group, follow_symlinks=False)
    # The folder itself last, so that a hand-over cut short is begun again.
    os.chown(folder, owner, group)
