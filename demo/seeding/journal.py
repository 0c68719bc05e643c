"""Notes with their texts, one with an attachment, an unfinished one, and the centre's standard phrases."""

import hashlib
import re
import uuid
from datetime import datetime, time, timedelta

from demo.seeding.case import Case, Remark
from demo.seeding.timeline import Timeline
from demo.seeding.world import World, content
from journal.drafts import sealed
from journal.forms import as_typed
from journal.models import Audience, Category, Document, DocumentContent, Draft, Note, Phrase, Version
from journal.notes import KINDS, Text
from programmes.statuses import Status

# What stands in other tables than the timeline, and is written when the timeline is.
JOURNAL = {Note, Version, Document, DocumentContent, Draft}
# The storylines' own words for what a note is.
CATEGORIES = {
    "contact": Category.PHONE,
    "plan": Category.MEETING,
    "internship": Category.MEETING,
    "cooperation": Category.CONTACT,
    "general": Category.OBSERVATION,
    "attendance": Category.OTHER,
    "decision": Category.OTHER,
    "contact_person": Category.OBSERVATION,
    "caseworker": Category.PHONE,
    "health": Category.HEALTH,
}
CORRECTED = 7  # every so many notes
NAMESPACE = uuid.UUID("5b0f3c7e-7f0d-4c1e-9a60-3a1f5f4f2d11")


def write_remarks(case: Case, timeline: Timeline) -> None:
    """The notes of one case."""
    for remark in case.remarks:
        write_note(timeline.world, case, timeline, remark, timeline.world.office_hours(remark.day))


def write_beside(world: World, cases: list[Case]) -> None:
    """What the journal has beside notes: an attachment, a draft, phrases. Chance has no part in it."""
    attach(world, cases)
    begin_one(world, cases)
    for language in ("da", "sv"):
        for phrase in content("journal")["phrases"]:
            world.book.add(Phrase(centre=world.centre, language=language, **phrase[language]))


def write_note(world: World, case: Case, timeline: Timeline, remark: Remark, at: datetime) -> None:
    """A note on the timeline; every seventh of those with several sentences got its last one by a correction."""
    category = Category.HEALTH if remark.audience == Audience.HEALTH else CATEGORIES[remark.category]
    number = len(world.book.of(Note)) + 1
    id = uuid.uuid5(NAMESPACE, f"note {number}")
    note = Note(id=id, category=category)
    texts = growing(remark.text) if number % CORRECTED == 1 else [remark.text]
    note.number = len(texts)
    note.entry = timeline.tell(
        case,
        KINDS[category],
        at,
        remark.by,
        audience=remark.audience,
        body=remark.text,
        url=note.get_absolute_url(),
        source=note.source,
    )
    if note.number > 1:
        note.entry.params["corrected"] = note.number - 1
    world.book.add(note)
    reasons = content(world.place["journal"])["corrections"]
    for place, text in enumerate(texts, start=1):
        world.book.add(
            Version(
                note=note,
                number=place,
                category=category,
                audience=remark.audience,
                happened_at=note.entry.happened_at,
                body=text,
                why=reasons[(number + place) % len(reasons)] if place > 1 else "",
                by=remark.by,
                at=min(note.entry.happened_at + timedelta(minutes=25 * place), world.now),
            )
        )


def growing(text: str) -> list[str]:
    """The text as it grew: without its last two sentences, without the last one, whole."""
    sentences = re.split(r"(?<=[.«?!]) (?=[A-ZÆØÅ»])", text)
    return [" ".join(sentences[:end]) for end in range(max(1, len(sentences) - 2), len(sentences) + 1)]


def attach(world: World, cases: list[Case]) -> None:
    """The bench of the first storyline, or whatever its caseworker wrote first, has a list of materials."""
    here = {case.citizen.pk for case in cases}
    own = [
        one
        for one in world.book.of(Note)
        if one.entry.citizen_id in here and one.entry.audience in (Audience.TEAM, Audience.CITIZEN)
    ]
    note = next((one for one in own if "bænk" in one.entry.body), own[0])
    text = content(world.place["journal"])["attachment"]
    data = text["text"].encode()
    document = world.book.add(
        Document(
            id=uuid.uuid5(NAMESPACE, f"document {world.place['key']}"),
            citizen=note.entry.citizen,
            carrier=note.source,
            name=text["name"],
            content_type="text/plain",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            added_by=note.entry.author,
            added_at=note.entry.happened_at,
        )
    )
    world.book.add(DocumentContent(document=document, data=data))
    note.entry.params = {**note.entry.params, "files": 1}


def begin_one(world: World, cases: list[Case]) -> None:
    """What the demo's caseworker was writing when the telephone rang."""
    caseworker = world.first_caseworker
    own = [one for one in cases if one.caseworker is caseworker and one.status == Status.ACTIVE]
    if not own:
        return
    case = own[0]
    id = uuid.uuid5(NAMESPACE, f"draft {world.place['key']}")
    at = min(world.at(world.last_working_day, time(14, 5)), world.now - timedelta(minutes=12))
    text = Text(Category.PHONE, Audience.TEAM, at, content(world.place["journal"])["draft"])
    world.book.add(
        Draft(
            id=id,
            owner=caseworker,
            citizen=case.citizen,
            centre=world.centre,
            referring_organisation=case.organisation,
            case=case.programme.reference,
            typed=sealed(id, as_typed(text)),
            begun_at=at,
            saved_at=at,
        )
    )
