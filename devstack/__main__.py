"""`python3 -m devstack COMMAND`: what the Makefile calls, with any Python 3.11 or newer and nothing installed."""

import os
import shlex
import signal
import sys
from importlib import import_module

from devstack.environment import enter
from devstack.output import stop
from devstack.processes import die_with_parent

# command: module and function, imported once the environment is there
COMMANDS = {
    "demo": "devstack.demo:demo",
    "manage": "devstack.manage:manage",
    "test": "devstack.checks:test",
    "test-long": "devstack.checks:test_long",
    "check": "devstack.checks:check",
    "bench": "bench.run:bench",
    "bench-peers": "bench.peers:bench_peers",
    "format": "devstack.checks:tidy",
    "lock": "devstack.checks:lock",
    "messages": "devstack.messages:update",
    "compile-messages": "devstack.messages:compile_all",
    "diagrams": "devstack.diagrams:write",
}


def main() -> int:
    """Exit code of the command; what follows its name, or else ARGS in the environment, are its arguments."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in COMMANDS:
        stop(f"Which command? One of: {', '.join(COMMANDS)}", 2)
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
    try:
        enter("devstack", [name, *arguments])
    except KeyboardInterrupt:
        stop("Interrupted; the next start goes on from here.", 130)
    module, _, function = COMMANDS[name].partition(":")
    arguments = arguments or shlex.split(os.environ.get("ARGS", ""))
    return getattr(import_module(module), function)(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
