"""`manage.py backup DIR`: the whole database into a new folder (U6)."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.backup import back_up
from core.exceptions import Refused


class Command(BaseCommand):
    help = "Save the whole database into a new folder: a dump, and what must be in it after a restore."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is not there yet")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            contents = back_up(options["folder"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Saved {sum(contents.rows.values())} rows of {len(contents.rows)} tables.")
