"""`manage.py first_administrator EMAIL --name NAME --centre CENTRE`: the one command of a new installation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.installation import begin
from accounts.models import Organisation
from audit.acting import System
from core.exceptions import Refused


class Command(BaseCommand):
    help = "Open the first centre and print the link by which its administrator chooses a password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="of the administrator")
        parser.add_argument("--centre", required=True, help="name of the first centre")
        parser.add_argument("--country", choices=Organisation.Country.values, default="DK")

    def handle(self, *args: Any, **options: Any) -> None:
        email, name, centre = (options[key].strip() for key in ("email", "name", "centre"))
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        if not 0 < len(name) <= 200 or not 0 < len(centre) <= 200:
            raise CommandError("A name has between 1 and 200 characters.")
        try:
            begun = begin(email=email, name=name, centre=centre, country=options["country"], by=System("installation"))
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{begun.administrator.name} administers {begun.centre.name}.")
        self.stdout.write("Choose a password here. The link works once, for 72 hours:")
        self.stdout.write(begun.link)
