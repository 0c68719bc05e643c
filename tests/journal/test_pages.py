"""The pages of notes: written, corrected, shared, read, struck out (J2, K3, experience 14, 17)."""

import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Access
from core.uploads import checked_bytes
from journal import documents, drafts, notes
from journal.models import Document, Draft, Entry, Note, Version
from tests.core.test_uploads import PDF, picture
from tests.desk.cast import NINE, a_case
from tests.factories.accounts import user_with_role
from tests.factories.journal import DraftFactory, EntryFactory, NoteFactory, PhraseFactory

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def wednesday():
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def case():
    return a_case()


def new(case) -> str:
    return reverse("desk:new_note", args=[case.programme.reference])


def typed(**changes) -> dict[str, str]:
    return {
        "id": str(uuid.uuid4()), "page": "a", "category": "phone", "body": "Called about Monday.",
        "happened_on": "2.12.26", "happened_at": "8.30", "audience": "team", **changes,
    }  # fmt: skip


def save(client, case, **changes):
    return client.post(new(case), typed(do="save", **changes))


def test_a_note_is_two_clicks_from_the_case(case, signed_in):
    client = signed_in(case.caseworker)
    page = client.get(reverse("desk:case", args=[case.programme.reference]))
    assert new(case) in page.content.decode()
    assert client.get(new(case)).status_code == 200
    assert not Draft.objects.exists()
    answer = save(client, case)
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Called about Monday." in page
    assert "Phone call" in page
    assert Note.objects.get().get_absolute_url() in page
    assert not Draft.objects.exists()


def test_the_time_is_what_was_written(case, signed_in):
    save(signed_in(case.caseworker), case)
    assert Entry.objects.get().happened_at.isoformat() == "2026-12-02T07:30:00+00:00"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", ""), ("body", "x" * 20_001), ("body", "a\0b"), ("happened_on", "1.1.0001"), ("happened_on", ""),
        ("happened_on", "31.12.9999"), ("happened_on", "3.12.26"), ("happened_at", "25.00"), ("happened_at", "9.01"),
        ("audience", "everybody"), ("audience", ""), ("category", "gossip"), ("category", "health"),
        ("happened_on", "\0"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_everything_typed_stays(case, signed_in, field, value):
    """Experience 17, T21."""
    answer = save(signed_in(case.caseworker), case, **{"body": "What I wrote", field: value})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<title>Error: " in page
    assert "What I wrote" in page or field == "body"
    assert not Note.objects.exists()
    # The draft keeps it.
    assert drafts.opened(Draft.objects.get())[0][field] == value


def test_a_draft_saves_itself_and_says_when(case, signed_in):
    """Experience 14."""
    client = signed_in(case.caseworker)
    sent = typed(body="Half a")
    answer = client.post(new(case), sent, **JSON)
    assert answer.status_code == 200
    told = answer.json()
    assert told["text"] == "Saved 9:00"
    assert told["version"] == 1
    again = client.post(told["autosave"], {**sent, "body": "Half a sentence", "version": 1}, **JSON)
    assert again.json()["version"] == 2
    assert "Half a sentence" in client.get(told["edit"]).content.decode()
    # The next time the page says what was begun.
    assert "Half a sentence" in client.get(new(case)).content.decode()


def test_signed_out_the_script_is_told_so(case, client):
    """Experience 28: 401, so that the page keeps the text and goes on trying."""
    assert client.post(new(case), typed(), **JSON).status_code == 401


def test_a_late_background_save_makes_no_second_note(case, signed_in):
    """T12."""
    client = signed_in(case.caseworker)
    sent = typed(do="save")
    client.post(new(case), sent)
    assert client.post(new(case), sent, **JSON).status_code == 409
    draft_url = reverse("journal:draft", args=[sent["id"]])
    assert client.post(draft_url, sent, **JSON).status_code == 409
    assert client.post(draft_url, sent).status_code == client.post(new(case), sent).status_code == 302
    assert (Note.objects.count(), Version.objects.count(), Draft.objects.count()) == (1, 1, 0)


def test_what_is_written_after_back_becomes_a_correction(case, signed_in):
    """R3: nothing typed is lost."""
    client = signed_in(case.caseworker)
    sent = typed(do="save")
    client.post(new(case), sent)
    answer = client.post(new(case), {**sent, "body": "Something more"}, follow=True)
    assert "Something more" in answer.content.decode()
    draft = Draft.objects.get()
    assert (draft.note, draft.based_on) == (Note.objects.get(), 1)


def test_sharing_shows_first_what_will_be_read(case, signed_in):
    """Experience 19: it leaves the house."""
    client = signed_in(case.caseworker)
    answer = save(client, case, audience="shared_referrer")
    assert not Note.objects.exists()
    page = client.get(answer["Location"]).content.decode()
    assert "Called about Monday." in page
    assert case.programme.referring_organisation.name in page
    # Somebody changed it in another tab: look again.
    assert client.post(answer["Location"], {"version": 99})["Location"] == answer["Location"]
    assert not Note.objects.exists()
    client.post(answer["Location"], {"version": 1})
    assert Note.objects.visible_to(case.referrer).count() == 1
    page = signed_in(case.referrer).get(Note.objects.get().get_absolute_url())
    assert page.status_code == 200


def test_a_correction_adds_a_text_and_says_why(case, signed_in):
    client = signed_in(case.caseworker)
    note = NoteFactory(programme=case.programme, body="First text")
    url = reverse("journal:correct", args=[note.pk])
    page = client.get(url).content.decode()
    assert "First text" in page
    sent = typed(body="Second text", based_on=1, do="save")
    answer = client.post(url, sent)
    assert answer.status_code == 422
    answer = client.post(url, {**sent, "why": "Wrong day"})
    assert answer["Location"] == note.get_absolute_url()
    page = client.get(note.get_absolute_url()).content.decode()
    assert "First text" in page
    assert "Second text" in page
    assert "Wrong day" in page
    assert client.post(url, {**sent, "why": "Wrong day"}).status_code == 302
    assert Version.objects.count() == 2


def test_the_second_editor_is_warned_and_sees_both_texts(case, signed_in):
    """Experience 14, T13."""
    note = NoteFactory(programme=case.programme, body="First text")
    url = reverse("journal:correct", args=[note.pk])
    leader, client = signed_in(case.team_leader), signed_in(case.caseworker)
    leader.post(url, typed(body="The leader's", based_on=1), **JSON)
    assert f"{case.team_leader.name} is correcting the note too, last at 9:00" in client.get(url).content.decode()
    leader.post(url, typed(body="The leader's", based_on=1, why="Wrong", do="save", id=str(Draft.objects.get().pk)))
    # While the other writes, the script is told.
    mine = typed(body="The caseworker's", based_on=1, why="Wrong too")
    told = client.post(url, mine, **JSON).json()
    assert told["text"] == f"Saved 9:00. {case.team_leader.name} corrected the note at 9:00"
    answer = client.post(told["edit"], {**mine, "version": told["version"], "do": "save"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The leader&#x27;s" in page
    assert "The caseworker&#x27;s" in page
    assert f"{case.team_leader.name} corrected the note at 9:00.</b>" in page
    assert 'name="based_on" value="2"' in page
    answer = client.post(told["edit"], {**mine, "version": told["version"], "based_on": 2, "do": "save"})
    assert answer.status_code == 302
    assert Version.objects.get(number=3).body == "The caseworker's"


def test_opening_the_draft_of_an_older_text_shows_the_newer_one(case, signed_in):
    note = NoteFactory(programme=case.programme, body="First text")
    draft = DraftFactory(programme=case.programme, note=note, based_on=1, body="Mine")
    happened = note.entry.happened_at
    notes.correct(
        note=note, based_on=1, text=notes.Text("phone", "team", happened, "Theirs"), why="x", by=case.team_leader
    )
    page = signed_in(case.caseworker).get(reverse("journal:draft", args=[draft.pk])).content.decode()
    assert "Theirs" in page
    assert "Mine" in page


def test_files_stay_with_the_draft_though_the_form_is_wrong(case, signed_in):
    """Experience 17: a chosen file is typed as well."""
    client = signed_in(case.caseworker)
    sent = typed(body="", do="save")
    files = [SimpleUploadedFile("letter.pdf", PDF), SimpleUploadedFile("page.html", b"<script>")]
    answer = client.post(new(case), {**sent, "attached": files})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "letter.pdf" in page
    assert "page.html is of a kind that is not taken" in page
    client.post(reverse("journal:draft", args=[sent["id"]]), {**sent, "body": "Now", "version": 1})
    note = Note.objects.get()
    assert Document.objects.get().carrier == note.source
    assert "1 attachment" in client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()


def test_a_file_can_be_removed_before_it_is_saved(case, signed_in):
    client = signed_in(case.caseworker)
    sent = typed(do="attach", attached=SimpleUploadedFile("letter.pdf", PDF))
    client.post(new(case), sent)
    document = Document.objects.get()
    url = reverse("journal:draft", args=[sent["id"]])
    sent.pop("attached")
    client.post(url, {**sent, "version": 1, "do": f"remove:{document.pk}"})
    assert not Document.objects.exists()


def test_six_files_at_a_time_are_too_many(case, signed_in):
    files = [SimpleUploadedFile(f"{n}.txt", str(n).encode()) for n in range(7)]
    answer = signed_in(case.caseworker).post(new(case), typed(do="save", attached=files))
    assert answer.status_code == 422
    assert Document.objects.count() == 5


def attached(case, **kwargs) -> tuple[Note, str]:
    note = NoteFactory(programme=case.programme, **kwargs)
    document = documents.attach(
        upload=checked_bytes('Ærø "1".png', picture("PNG")), carrier=note.source, citizen=case.citizen,
        by=case.caseworker,
    )  # fmt: skip
    return note, reverse("journal:document", args=[note.pk, document.pk])


def test_an_attachment_is_handed_out_so_that_nothing_in_it_runs(case, signed_in):
    """T16, T5."""
    _note, url = attached(case)
    answer = signed_in(case.contact_person).get(url)
    assert answer.content == picture("PNG")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%C3%86r%C3%B8%20_1_.png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Cache-Control"] == "no-store"
    assert Access.objects.filter(kind="export", citizen_id=case.citizen.pk).exists()


@pytest.mark.parametrize(("role", "status"), [("contact_person", 404), ("team_leader", 404), ("specialist", 200)])
def test_an_attachment_is_read_by_who_reads_the_note(case, signed_in, role, status):
    _note, url = attached(case, audience="health", category="health")
    assert signed_in(case.user(role)).get(url).status_code == status
    assert signed_in(a_case("Other").caseworker).get(url).status_code == 404
    other = NoteFactory(programme=case.programme)
    elsewhere = reverse("journal:document", args=[other.pk, url.rstrip("/").rpartition("/")[2]])
    assert signed_in(case.caseworker).get(elsewhere).status_code == 404


def finds_something(data: bytes) -> bool:
    return False


def test_what_the_scanner_finds_stays_where_it_is(case, signed_in):
    """T16: held back, said, and in the log."""
    _note, url = attached(case)
    with override_settings(UPLOAD_SCANNER=f"{__name__}.finds_something"):
        answer = signed_in(case.caseworker).get(url)
    assert answer.status_code == 422
    assert picture("PNG") not in answer.content
    assert Access.objects.filter(kind="denied", what__contains="infected").exists()


def test_a_team_leader_says_why_before_reading_a_health_note(case, signed_in):
    """J2."""
    note = NoteFactory(programme=case.programme, category="health", audience="health", body="Sleeps badly")
    client = signed_in(case.team_leader)
    timeline = client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert "Health note, restricted" in timeline
    assert "Sleeps badly" not in timeline
    page = client.get(note.get_absolute_url()).content.decode()
    assert "Sleeps badly" not in page
    health = reverse("journal:health", args=[note.pk])
    assert client.post(health, {"why": ""}).status_code == 422
    assert "Sleeps badly" in client.post(health, {"why": "A complaint"}, follow=True).content.decode()
    assert Access.objects.filter(reason="A complaint", citizen_id=case.citizen.pk).exists()
    assert "Sleeps badly" in client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()


@pytest.mark.parametrize("role", ["contact_person", "referrer", "citizen"])
def test_for_others_there_is_no_health_note(case, signed_in, role):
    note = NoteFactory(programme=case.programme, category="health", audience="health", body="Sleeps badly")
    client = signed_in(case.user(role))
    assert client.get(note.get_absolute_url()).status_code == 404
    page = client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert "Sleeps" not in page
    assert "Health note" not in page


def test_a_taken_over_health_draft_is_no_way_round(case, signed_in):
    """J2, U2: who may not read health notes reads no draft of one, and its list says nothing of it."""
    draft = DraftFactory(programme=case.programme, owner=case.team_leader, audience="health", body="Sleeps badly")
    client = signed_in(case.team_leader)
    assert client.get(reverse("journal:draft", args=[draft.pk])).status_code == 403
    for url in (reverse("journal:drafts"), new(case)):
        assert "Sleeps badly" not in client.get(url).content.decode()


def test_striking_out_asks_why_and_can_be_undone(case, signed_in):
    """K3."""
    note = NoteFactory(programme=case.programme, body="About somebody else")
    client = signed_in(case.caseworker)
    url = reverse("journal:strike", args=[note.entry.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"why": ""}).status_code == 422
    assert client.post(url, {"why": "x" * 301}).status_code == 422
    assert client.post(url, {"why": "The wrong citizen"}).status_code == 302
    assert client.post(url, {"why": "Again"}).status_code == 422
    page = client.get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert "<del>About somebody else</del>" in page
    assert "The wrong citizen" in page
    other = signed_in(case.contact_person)
    assert (
        "About somebody else" not in other.get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    )
    assert other.get(note.get_absolute_url()).status_code == 404
    assert client.post(reverse("journal:unstrike", args=[note.entry.pk])).status_code == 302
    assert other.get(note.get_absolute_url()).status_code == 200


def test_a_contact_is_struck_out_from_the_timeline(case, signed_in):
    entry = EntryFactory(
        programme=case.programme, kind="contact_reached", author=case.caseworker, params={"day": "2026-12-01"}
    )
    page = signed_in(case.caseworker).get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert reverse("journal:strike", args=[entry.pk]) in page
    page = signed_in(case.contact_person).get(reverse("desk:case", args=[case.programme.reference])).content.decode()
    assert reverse("journal:strike", args=[entry.pk]) not in page


def test_a_standard_phrase_is_put_in_by_its_button(case, signed_in):
    """U4, without the script."""
    phrase = PhraseFactory(centre=case.programme.centre, text="Spoke at ___.")
    foreign = PhraseFactory(centre=a_case("Other").programme.centre, text="Not ours")
    client = signed_in(case.caseworker)
    page = client.get(new(case)).content.decode()
    assert "Spoke at ___." in page
    assert "Not ours" not in page
    sent = typed(body="First this.")
    client.post(new(case), {**sent, "do": f"phrase:{phrase.pk}"})
    assert drafts.opened(Draft.objects.get())[0]["body"] == "First this.\nSpoke at ___."
    url = reverse("journal:draft", args=[sent["id"]])
    client.post(url, {**sent, "version": 2, "do": f"phrase:{foreign.pk}"})
    assert "Not ours" not in drafts.opened(Draft.objects.get())[0]["body"]


@pytest.mark.parametrize("role", ["administrator", "team_leader"])
def test_phrases_are_kept_by_administrator_and_team_leader(case, signed_in, role):
    """U4."""
    centre = case.programme.centre
    client = signed_in(user_with_role(role, centre))
    sent = {"name": "Not reached", "text": "Tried at ___.", "language": "da", "centre": centre.pk}
    assert client.post(reverse("journal:new_phrase"), {**sent, "text": ""}).status_code == 422
    assert client.post(reverse("journal:new_phrase"), {**sent, "name": "\0"}).status_code == 422
    assert client.post(reverse("journal:new_phrase"), sent).status_code == 302
    assert client.post(reverse("journal:new_phrase"), sent).status_code == 422
    assert "Not reached" in client.get(reverse("journal:phrases")).content.decode()
    elsewhere = a_case("Other").programme.centre
    assert client.post(reverse("journal:new_phrase"), {**sent, "centre": elsewhere.pk}).status_code == 422
    foreign = PhraseFactory(centre=elsewhere)
    assert client.get(reverse("journal:phrase", args=[foreign.pk])).status_code == 404
    assert client.post(reverse("journal:remove_phrase", args=[foreign.pk])).status_code == 404


@pytest.mark.parametrize("role", ["caseworker", "contact_person", "referrer", "citizen", "specialist"])
def test_others_keep_no_phrases(case, signed_in, role):
    assert signed_in(case.user(role)).get(reverse("journal:phrases")).status_code == 403


def test_the_timeline_asks_the_same_however_many_notes_there_are(case, signed_in):
    client = signed_in(case.team_leader)
    url = reverse("desk:case", args=[case.programme.reference])

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    NoteFactory(programme=case.programme)
    client.get(url)
    few = queries()
    for number in range(12):
        NoteFactory(programme=case.programme, audience="health" if number % 2 else "team", category="other")
    assert queries() == few
