import factory

from journal.models import Entry
from tests.factories.base import Factory
from tests.factories.programmes import ProgrammeFactory


class EntryFactory(Factory):
    """A line of the team's in the timeline of `programme`."""

    class Meta:
        model = Entry
        exclude = ["programme"]

    programme = factory.SubFactory(ProgrammeFactory)
    citizen = factory.SelfAttribute("programme.citizen")
    centre = factory.SelfAttribute("programme.centre")
    referring_organisation = factory.SelfAttribute("programme.referring_organisation")
    case = factory.SelfAttribute("programme.reference")
    author = factory.SelfAttribute("programme.caseworker")
    kind = "note"
    body = "Has built bird boxes."
