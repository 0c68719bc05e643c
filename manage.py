#!/usr/bin/env python
"""Django's command line, as the database role that the command needs."""

import os
import sys

# What changes the schema, saves or replaces whole tables runs as the owner; everything else as the web role,
# which can neither change the schema nor touch the history (docs/adr/0003).
OWNER_COMMANDS = {"migrate", "makemigrations", "demo_data", "flush", "sqlmigrate", "dbshell", "backup", "restore"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["TRINVIS_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
