"""What the commands say. Everything but results goes to standard error, so that results can be piped."""

import sys
from typing import NoReturn


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def stop(message: str, code: int = 1) -> NoReturn:
    """End the command with a message for a person."""
    say(message)
    raise SystemExit(code)
