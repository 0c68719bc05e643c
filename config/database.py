"""Which database, and as which of its two roles (docs/adr/0003)."""

import os
from typing import Any

import dj_database_url

WEB_ROLE = "trinvis_web"

# A slow statement or a lock that somebody forgot is an error, never a hanging page (T21).
LIMITS = "-c statement_timeout=10s -c lock_timeout=5s -c timezone=UTC"
# So much of a word's letters, three by three, must stand in a name that is nearly the same: Sejresen, Sejersen.
LIMITS += " -c pg_trgm.word_similarity_threshold=0.4"
# Joins are written in an order that begins with what is looked for. Trying every other order of a case's eight tables
# took twenty times as long as reading them.
LIMITS += " -c join_collapse_limit=4"


def database_settings() -> dict[str, Any]:
    """The `default` database: the owner for `manage.py migrate` and its like, otherwise the web role.

    `DATABASE_URL` names the web role's sign-in and `DATABASE_OWNER_URL` the owner's. With only the first
    set, it is taken for the owner's and web processes give its rights up with `SET ROLE` at connection.
    """
    web_url = os.environ["DATABASE_URL"]
    owner_url = os.environ.get("DATABASE_OWNER_URL")
    as_owner = os.environ.get("TRINVIS_DATABASE_ROLE") == "owner"
    settings: dict[str, Any] = dict(dj_database_url.parse(owner_url if owner_url and as_owner else web_url))
    options = "-c timezone=UTC" if as_owner else LIMITS
    if not owner_url and not as_owner:
        options += f" -c role={WEB_ROLE}"
    settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "options": options}
    # A page after a restart of the database works, it does not meet a dead connection.
    settings["CONN_MAX_AGE"] = 600
    settings["CONN_HEALTH_CHECKS"] = True
    return settings
