"""`manage.py restore DIR`: a saved database back into an empty one (U6)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.backup import restore
from core.exceptions import Refused


class Command(BaseCommand):
    help = "Fill an empty database from a backup and check rows, rights and triggers against what was saved."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="what `backup` wrote")
        parser.add_argument("--replace", action="store_true", help="drop what is in the database first")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contents = restore(options["folder"], replace=options["replace"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Restored {sum(contents.rows.values())} rows of {len(contents.rows)} tables, as saved.")
