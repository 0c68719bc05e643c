import uuid

import factory

from core.uploads import checked_bytes
from journal import documents, notes
from journal.drafts import sealed
from journal.forms import empty_note
from journal.models import Document, Draft, Entry, Note, Phrase
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


class NoteFactory(Factory):
    """A phone call that the programme's caseworker wrote down, with its line in the timeline and its first version."""

    class Meta:
        model = Note

    class Params:
        programme = factory.SubFactory(ProgrammeFactory)
        body = "Called about Monday."
        audience = "team"
        author = factory.LazyAttribute(lambda o: o.programme.caseworker)

    category = "phone"
    entry = factory.SubFactory(
        EntryFactory,
        programme=factory.SelfAttribute("..programme"),
        kind=factory.LazyAttribute(lambda o: notes.KINDS[o.factory_parent.category]),
        audience=factory.SelfAttribute("..audience"),
        author=factory.SelfAttribute("..author"),
        body=factory.SelfAttribute("..body"),
    )

    @classmethod
    def after(cls, instance: Note) -> None:
        entry = instance.entry
        entry.source, entry.url = instance.source, instance.get_absolute_url()
        entry.save()
        text = notes.Text(instance.category, entry.audience, entry.happened_at, entry.body)
        notes.add_version(instance, text, by=entry.author)


class DraftFactory(Factory):
    """What the programme's caseworker has begun to write about the citizen."""

    class Meta:
        model = Draft
        exclude = ["programme", "body", "audience"]

    id = factory.LazyFunction(uuid.uuid4)
    programme = factory.SubFactory(ProgrammeFactory)
    body = "Half a"
    audience = "team"
    owner = factory.SelfAttribute("programme.caseworker")
    citizen = factory.SelfAttribute("programme.citizen")
    centre = factory.SelfAttribute("programme.centre")
    referring_organisation = factory.SelfAttribute("programme.referring_organisation")
    case = factory.SelfAttribute("programme.reference")
    typed = factory.LazyAttribute(
        lambda o: sealed(o.id, {**empty_note(), "category": "phone", "body": o.body, "audience": o.audience})
    )


class PhraseFactory(Factory):
    class Meta:
        model = Phrase

    language = "en"
    name = factory.Sequence(lambda n: f"Phrase {n}")
    text = "Spoke on the phone at ___."


def attached_to(note: Note, name: str = "letter.txt", content: bytes = b"Dear colleague") -> Document:
    """A file that hangs on the note."""
    upload = checked_bytes(name, content)
    author = note.entry.author
    return documents.attach(upload=upload, carrier=note.source, citizen=note.entry.citizen, by=author)
