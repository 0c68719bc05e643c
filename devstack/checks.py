"""`make test`, `make test-long`, `make check`, `make format`, `make lock`."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from devstack import messages
from devstack.environment import require_browser
from devstack.locking import Busy
from devstack.output import say, stop
from devstack.paths import ROOT, VAR
from devstack.processes import end_with_us
from devstack.servers import Failed, Servers

PYTHON = sys.executable
# Settings can be read without a server; nothing connects.
NO_SERVERS = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "DJANGO_SETTINGS_MODULE": "config.settings.test"}
PRODUCTION = {
    **NO_SERVERS,
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "ALLOWED_HOSTS": "trinvis.example",
    "SECRET_KEY": "a-long-key-for-the-check-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
    "IDENTITY_KEYS": "k1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "IDENTITY_INDEX_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
CHECKS: dict[str, tuple[list[str], Mapping[str, str]]] = {
    "types": ([PYTHON, "-m", "mypy", "."], NO_SERVERS),
    "lint": (["ruff", "check", "."], {}),
    "format": (["ruff", "format", "--check", "."], {}),
    "imports": (["lint-imports"], NO_SERVERS),
    "templates": (["djlint", "templates", "--lint", "--quiet"], {}),
    "migrations": (
        [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"],
        NO_SERVERS,
    ),
    "deployment": ([PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], PRODUCTION),
    "compose": (["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"], {}),
    "translations": ([PYTHON, "-m", "devstack.messages"], {}),
}


# A whole set of tests runs in as many processes as there are cores; tests/conftest.py says what stays together.
SIDE_BY_SIDE = ["--numprocesses", "auto", "--maxprocesses", "4"]


def check(arguments: list[str]) -> int:
    """All static checks, two at a time; the words of those that failed."""
    make_static_folder()
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, done in zip(CHECKS, pool.map(run_check, CHECKS), strict=True):
            if done.returncode:
                failed.append(name)
                say(f"--- {name}\n{done.stdout.strip()}")
    say(f"Checks failed: {', '.join(failed)}" if failed else f"All {len(CHECKS)} checks passed.")
    return 1 if failed else 0


def make_static_folder() -> None:
    """The web server's own files are looked for where a fresh checkout has no folder yet."""
    (VAR / "static").mkdir(parents=True, exist_ok=True)


def run_check(name: str) -> subprocess.CompletedProcess:
    command, extra = CHECKS[name]
    environment = {**os.environ, **extra}
    return subprocess.run(
        command, check=False, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def test(arguments: list[str]) -> int:
    """The static checks, then the suite; with ARGS only that part of the suite: make test ARGS="tests/plans -x"."""
    failed = 0 if arguments else check([])
    code = pytest(arguments or SIDE_BY_SIDE)
    if failed:
        say("The suite ended as above, but static checks failed; they stand before it.")
    return code or failed


def test_long(arguments: list[str]) -> int:
    """Kill storms, faults and sweeps. None at all is a failure too: pytest's 5."""
    return pytest(["-m", "long", *(arguments or SIDE_BY_SIDE)])


def pytest(arguments: list[str]) -> int:
    """On private servers without durability unless the environment names others."""
    require_browser()
    make_static_folder()
    messages.compile_all([])
    told = False
    while True:
        try:
            with Servers(VAR / "test", fast=True) as servers:
                environment = {
                    **os.environ,
                    **servers.environment,
                    "DJANGO_SETTINGS_MODULE": "config.settings.test",
                    "TRINVIS_DATABASE_ROLE": "owner",
                    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop in the test's thread
                }
                return subprocess.run(
                    [PYTHON, "-m", "pytest", *arguments], check=False, cwd=ROOT, env=environment, preexec_fn=end_with_us
                ).returncode
        except Busy:
            if not told:
                say("Waiting for another test run of this folder to end ...")
                told = True
            time.sleep(0.5)
        except (Failed, RuntimeError, PermissionError) as error:
            stop(str(error))


def tidy(arguments: list[str]) -> int:
    """`make format`."""
    for command in (["check", "--fix", "."], ["format", "."]):
        code = subprocess.run(["ruff", *command], check=False, cwd=ROOT).returncode
    return code


def lock(arguments: list[str]) -> int:
    """`make lock`: newest versions that pyproject.toml and peers.in allow, with hashes and without addresses."""
    groups = [part for name in ("services", "test", "check") for part in ("--group", name)]
    sources = {
        "base.txt": ["pyproject.toml"],
        "dev.txt": ["pyproject.toml", *groups],
        "peers.txt": ["requirements/peers.in"],
    }
    for file, source in sources.items():
        command = [
            PYTHON, "-m", "uv", "pip", "compile", *source, "--output-file", f"requirements/{file}", "--quiet",
            "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url",
            "--no-emit-find-links", "--custom-compile-command", "make lock",
            *arguments,
        ]  # fmt: skip
        done = subprocess.run(command, check=False, cwd=ROOT)
        if done.returncode:
            return done.returncode
    return 0
