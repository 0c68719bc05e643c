"""`manage.py render_closing_note REFERENCE --out FILE`: the newest version of a programme's closing note as PDF."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from closing_notes.models import ClosingNote
from closing_notes.rendering import document
from core.pdf import PdfError
from programmes.models import Programme


class Command(BaseCommand):
    help = "Writes the newest version of a programme's closing note to a PDF; drafts are marked on every page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", help="The programme's reference, such as F-2026-000123.")
        parser.add_argument("--out", required=True, help="The file to write.")

    def handle(self, *args: Any, **options: Any) -> None:
        reference = options["reference"].strip()
        if not Programme.objects.filter(reference=reference).exists():
            raise CommandError(f"There is no programme {reference}.")
        note = ClosingNote.objects.filter(programme__reference=reference).order_by("-number").first()
        if note is None:
            raise CommandError(f"The programme {reference} has no closing note yet.")
        try:
            pdf = document(note.pk)
            Path(options["out"]).write_bytes(pdf)
        except (PdfError, OSError) as error:
            raise CommandError(f"The closing note of {reference} was not written: {error}") from error
        self.stdout.write(f"{reference} version {note.number} ({note.status}), {len(pdf)} bytes: {options['out']}")
