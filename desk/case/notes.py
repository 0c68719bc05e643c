"""The door from a case to a new note: the journal knows places, only the desk knows which programme one is."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.models import Organisation
from accounts.requests import SignedIn
from citizens.models import Citizen
from journal.views import writing
from programmes.models import Programme


@dataclass(frozen=True)
class Place:
    """The case of a programme, as the journal asks for it."""

    citizen: Citizen
    centre: Organisation
    referring_organisation: Organisation | None
    case: str


@require_http_methods(["GET", "POST"])
def new_note(request: SignedIn, reference: str) -> HttpResponse:
    """A new note in the case of a programme that the user sees (J2)."""
    programme = get_object_or_404(
        Programme.objects.visible_to(request.user).select_related("citizen", "centre", "referring_organisation"),
        reference=reference,
    )
    place = Place(programme.citizen, programme.centre, programme.referring_organisation, programme.reference)
    return writing.new(request, place)
