"""The demo's secrets: made once, kept in `var/secrets.env` for its owner alone, the same at every start."""

import base64
import os
import secrets
from pathlib import Path

from devstack.paths import VAR

FILE = VAR / "secrets.env"


def secret_environment(file: Path = FILE) -> dict[str, str]:
    """SECRET_KEY, IDENTITY_KEYS (`k1:` and 32 bytes in base64) and IDENTITY_INDEX_KEY; the environment's own win."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "IDENTITY_KEYS": f"k1:{random_key()}",
            "IDENTITY_INDEX_KEY": random_key(),
        }
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as text:
            text.writelines(f"{name}={value}\n" for name, value in made.items())
        try:
            # Never over another one's: what is encrypted under a key needs that key.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    kept = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    return {name: os.environ.get(name) or value for name, value in kept.items()}


def random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
