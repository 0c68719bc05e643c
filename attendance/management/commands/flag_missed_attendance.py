"""Flag missed attendance by hand, now or as of a given local time (A4)."""

from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from attendance.follow_up.flagging import flag_missed


class Command(BaseCommand):
    help = "Flags every slot that was missed and not evaluated yet. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", help="Local time such as 2026-11-23T09:00; now when left out.")

    def handle(self, *args, **options) -> None:
        self.stdout.write(str(flag_missed(at=moment(options["at"]))))


def moment(text: str | None) -> datetime:
    """The moment that `text` means in local time; a time that summer time skips counts as the hour after."""
    if text is None:
        return timezone.now()
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else timezone.make_aware(at)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{text} is no local time such as 2026-11-23T09:00") from error
