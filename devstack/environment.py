"""The virtual environment from the locked requirements, and the system's libraries. Standard library only."""

import ctypes
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from devstack.output import say, stop
from devstack.paths import LOCK, ROOT, VENV, VENV_PYTHON

STAMP = VENV / "trinvis-stamp"
# What WeasyPrint opens at import, and the distribution's package that has it.
LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def enter(module: str, arguments: list[str]) -> None:
    """Go on as `python -m module` in the environment, made or renewed first; does not return unless already there."""
    if sys.version_info < (3, 11):
        stop("Trinvis needs Python 3.11 or newer; set PYTHON=/path/to/python3.11.")
    if os.environ.get("TRINVIS_ENTERED") == str(VENV) and Path(sys.prefix) == VENV:
        return
    make_environment()
    os.environ["TRINVIS_ENTERED"] = str(VENV)
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), "-m", module, *arguments])  # noqa: S606


def make_environment() -> None:
    """Install what the lock says when it says something new; two commands at once take turns."""
    VENV.parent.mkdir(exist_ok=True)
    with (ROOT / ".venv.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        require_libraries()
        place = f"{VENV} {sys.version.split()[0]}"
        stamp = f"{place}\n{hashlib.sha256(LOCK.read_bytes()).hexdigest()}\n"
        found = STAMP.read_text() if STAMP.exists() and VENV_PYTHON.exists() else ""
        if found == stamp:
            return
        if not found.startswith(f"{place}\n"):
            say("Making the virtual environment .venv ...")
            made = subprocess.run(
                [sys.executable, "-m", "venv", "--clear", str(VENV)], check=False, capture_output=True, text=True
            )
            if made.returncode:
                shutil.rmtree(VENV, ignore_errors=True)
                package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
                stop(f"{made.stdout}{made.stderr}\nNo virtual environment; on Debian install the package {package}.")
        STAMP.unlink(missing_ok=True)
        say("Installing the locked requirements ...")
        pip = [
            str(VENV_PYTHON),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "--no-input",
            "install",
            "-qq",
            "--no-compile",
        ]
        installed = subprocess.run(
            [*pip, "--no-deps", "--require-hashes", "--requirement", str(LOCK)], check=False, stdout=sys.stderr
        )
        if installed.returncode:
            stop("The requirements could not be installed; the reason stands above.")
        STAMP.write_text(stamp)


def require_libraries() -> None:
    """The libraries that render PDF files; a missing one is installed where that is allowed, or named."""
    missing = [package for library, package in LIBRARIES.items() if not opens(library)]
    if missing:
        install_packages(missing, why="they render the PDF files")
        if not all(opens(library) for library in LIBRARIES):
            stop(f"The libraries of {' '.join(missing)} cannot be opened although they are installed.")


def opens(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def find_browser() -> str | None:
    """Path of the system's Chromium; `TRINVIS_CHROMIUM` names another one."""
    named = os.environ.get("TRINVIS_CHROMIUM")
    return named or next((path for path in map(shutil.which, BROWSERS) if path), None)


def require_browser() -> None:
    """Chromium for the browser tests: found, installed or named, never skipped."""
    if not find_browser():
        install_packages(["chromium"], why="the browser tests walk through it")
        if not find_browser():
            stop("Chromium is not found although its package is installed; name it in TRINVIS_CHROMIUM.")


def install_packages(packages: list[str], *, why: str) -> None:
    """By the distribution's own installer when we are root and it is Debian's; otherwise stop and name the packages."""
    names = " ".join(packages)
    if os.geteuid() or not shutil.which("apt-get"):
        stop(f"Please install these packages of the system, {why}: {names}\n(Debian: sudo apt-get install {names})")
    say(f"Installing {names} ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    log: list[str] = []
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        run = subprocess.run(
            ["apt-get", "-q", *command],
            check=False, capture_output=True, text=True, env=environment,
        )  # fmt: skip
        log += [run.stdout, run.stderr]
    if run.returncode:
        stop(f"{''.join(log)}\nThese packages could not be installed, {why}: {names}")
