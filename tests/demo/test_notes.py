"""What the demo shows of notes: the timeline and the versions say the same (J2)."""

from django.db.models import F

from accounts.models import User
from core.uploads import checked_bytes
from demo.users import address
from journal import documents, drafts
from journal.models import Document, Draft, Entry, Note, Phrase, Version
from tests.demo.conftest import Seed


def test_notes_have_their_versions_and_stand_in_the_timeline(seeded: Seed) -> None:
    seeded()
    notes = Note.objects.select_related("entry")
    newest = {version.note_id: version for version in Version.objects.filter(number=F("note__number"))}
    assert notes.count() > 50
    for note in notes:
        version = newest[note.pk]
        assert (note.entry.source, note.entry.body) == (note.source, version.body)
        assert (note.entry.audience, note.category) == (version.audience, version.category)
        assert note.entry.params.get("corrected", 0) == note.number - 1
    assert Version.objects.count() == sum(note.number for note in notes)
    assert Version.objects.filter(number=3).exists()
    assert not Entry.objects.filter(kind__startswith="note", source="").exists()
    assert Entry.objects.filter(kind="note_health", audience="health").exists()


def test_the_caseworker_has_an_attachment_a_draft_and_phrases(seeded: Seed) -> None:
    seeded()
    caseworker = User.objects.get(email=address("caseworker"))
    carrier = Note.objects.visible_to(caseworker).get(entry__params__files=1)
    document = Document.objects.get(carrier=carrier.source)
    assert documents.on(carrier.source) == [document]
    assert checked_bytes(document.name, bytes(document.content.data)).content_type == document.content_type
    assert drafts.opened(Draft.objects.visible_to(caseworker).get())[0]["body"].startswith("Ringet")
    assert set(Phrase.objects.values_list("language", flat=True)) == {"da", "sv"}
