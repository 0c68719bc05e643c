"""`manage.py demo_data`: a demo database in the middle of its work."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from attendance.models import ExpectedAttendance
from citizens.models import Citizen
from core.exceptions import Refused
from demo.seeding import FEWEST_CITIZENS, FEWEST_WEEKS, MOST_CITIZENS, MOST_WEEKS, seed
from programmes.models import Programme
from referrals.models import Referral


class Command(BaseCommand):
    help = "Replace the demo's data by invented people, with dates relative to today. Refuses any other database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--citizens", type=int, default=400, help="how many citizens (default: 400)")
        parser.add_argument("--weeks", type=int, default=26, help="over how many weeks they started (default: 26)")
        parser.add_argument("--seed", type=int, default=1, help="the same number gives the same people (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        citizens, weeks = options["citizens"], options["weeks"]
        if not FEWEST_CITIZENS <= citizens <= MOST_CITIZENS:
            raise CommandError(f"--citizens must be between {FEWEST_CITIZENS} and {MOST_CITIZENS}.")
        if not FEWEST_WEEKS <= weeks <= MOST_WEEKS:
            raise CommandError(f"--weeks must be between {FEWEST_WEEKS} and {MOST_WEEKS}.")
        try:
            seed(citizens=citizens, weeks=weeks, seed=options["seed"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Demo data: {Citizen.objects.count()} citizens, {Referral.objects.count()} referrals, "
            f"{Programme.objects.count()} programmes, {ExpectedAttendance.objects.count()} expected attendances."
        )
