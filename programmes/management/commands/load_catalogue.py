from django.core.management.base import BaseCommand, CommandError

from programmes.types.catalogue import BrokenCatalogue, load_catalogue


class Command(BaseCommand):
    help = "Adds a version of every programme type whose catalogue file changed."

    def handle(self, **options) -> None:
        try:
            types = load_catalogue()
        except BrokenCatalogue as error:
            raise CommandError(str(error)) from error
        for type in types:
            self.stdout.write(f"{type.key} version {type.version}")
