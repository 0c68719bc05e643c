"""What programmes does when a centre is opened, changes its country or is about to be closed."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

from core.events import country_chosen, place_closing

if TYPE_CHECKING:
    from accounts.models import Organisation, Unit, User


class ProgrammesConfig(AppConfig):
    name = "programmes"

    def ready(self) -> None:
        country_chosen.connect(follow_country, dispatch_uid="programmes.follow_country")
        place_closing.connect(say_what_is_placed, dispatch_uid="programmes.say_what_is_placed")


def follow_country(sender: object, *, centre: "Organisation", by: "User", **kwargs) -> None:
    """Public holidays of the country, and the catalogue where no type was ever loaded (U1)."""
    from audit.acting import acting
    from programmes.catalogue import load_catalogue
    from programmes.closing_days import follow_country
    from programmes.models import ProgrammeType

    if not ProgrammeType.objects.exists():
        load_catalogue()
    with acting(by):
        follow_country(centre=centre, by=by)


def say_what_is_placed(sender: object, *, place: "Organisation | Unit", **kwargs) -> list[str]:
    from programmes.workshops import still_placed

    return still_placed(place)
