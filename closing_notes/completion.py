"""A programme ends with an approved closing note (C6)."""

from typing import Any

from django.utils.translation import gettext as _

from closing_notes.models import ClosingNote
from closing_notes.statuses import Status
from core.exceptions import Refused
from programmes.models import Programme


def refuse_without_approved_note(sender: object, *, programme: Programme, **kwargs: Any) -> None:
    """Receiver of `core.events.programme_ending`: Refused while no version is approved (C6)."""
    approved = ClosingNote.objects.filter(programme=programme, status__in=[Status.APPROVED, Status.DELIVERED])
    if not approved.exists():
        raise Refused(_("The programme cannot be completed without an approved closing note"))
