"""One showing of the form in which notes are written: what stands in it, and what has to be said about it."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import SignedIn
from core.exceptions import NotAllowed
from core.templatetags.dates import clock, short_day
from journal import documents, drafts
from journal.drafts import Typed
from journal.forms import FIELDS, NoteForm
from journal.models import Audience, Document, Draft, Entry, Note, Phrase, Version
from journal.permissions import Place, audiences_for, may_write, roles_in

# Somebody whose draft was saved so lately is writing at this moment.
WRITING_NOW = timedelta(minutes=10)


@dataclass
class Page:
    """One showing of the form: what is being written, where, and what has to be said about it."""

    place: Place
    id: uuid.UUID
    typed: Typed
    audiences: list[Audience]
    note: Note | None = None
    based_on: int = 0
    draft: Draft | None = None
    files: list[Document] = field(default_factory=list)
    theirs: Typed | None = None
    newer: Version | None = None
    form: NoteForm | None = None

    @property
    def url(self) -> str:
        """Where the form is sent: to the draft, or to the page that begins one."""
        if self.draft:
            return reverse("journal:draft", args=[self.draft.pk])
        if self.note:
            return reverse("journal:correct", args=[self.note.pk])
        return reverse("desk:new_note", args=[self.place.case])

    @property
    def saved(self) -> str:
        return saved_when(self.draft) if self.draft else ""

    def bound(self) -> NoteForm:
        return NoteForm(self.typed, audiences=self.audiences, note=self.note)


def show(request: SignedIn, page: Page, *, begun: list[dict] | None = None, status: int = 200) -> HttpResponse:
    """The form with all that stands beside it: newer text of a colleague, own text of another page, files, phrases."""
    form = page.form or NoteForm(initial=page.typed, audiences=page.audiences, note=page.note)
    if page.draft and not page.files:
        page.files = documents.on(page.draft.source)
    if page.note and page.newer is None and page.note.number > page.based_on:
        page.newer = page.note.versions.select_related("by").get(number=page.note.number)
        page.based_on = page.note.number
    context = {
        "page": page,
        "form": form,
        "token": uuid.uuid4(),
        "begun": begun or [],
        "phrases": phrases_for(page.place),
        "writing": also_writing(request.user, page),
        "compared": page.newer or page.theirs,
        "corrected": corrected_when(page.newer) if page.newer else "",
    }
    return render(request, "journal/write.html", context, status=status)


def page_of(user: User, draft: Draft) -> Page:
    """The page of a draft; NotAllowed when its owner may no longer write in the case, or not for its readers (J2)."""
    typed, _page = drafts.opened(draft)
    roles = roles_in(user, draft)
    audiences = audiences_for(roles)
    if not may_write(roles) or (typed.get("audience") == Audience.HEALTH and Audience.HEALTH not in audiences):
        raise NotAllowed
    if draft.note:
        entry: Any = Entry.objects.listed_for(user).filter(pk=draft.note.entry_id).first()
        if entry is None or entry.is_restricted:
            raise NotAllowed
    return Page(draft, draft.pk, typed, audiences, draft.note, draft.based_on, draft, documents.on(draft.source))


def note_and_entry(user: User, pk: uuid.UUID) -> tuple[Note, Any]:
    """A note that the timeline lists for the user, and its line with `is_restricted`; otherwise 404 (T1)."""
    entry: Any = (
        Entry.objects.listed_for(user)
        .select_related("note", "citizen", "centre", "referring_organisation", "author", "struck_by")
        .filter(note=pk)
        .first()
    )
    if entry is None:
        raise Http404
    return entry.note, entry


def sent(request: SignedIn) -> Typed:
    return {name: request.POST.get(name, "") for name in FIELDS if name in request.POST}


def sent_id(request: SignedIn) -> uuid.UUID:
    """The id that the empty form carried; a form without a right one begins with a new one."""
    try:
        return uuid.UUID(request.POST.get("id", ""))
    except ValueError:
        return uuid.uuid4()


def sent_number(request: SignedIn, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def needs_a_look(page: Page, audience: str) -> bool:
    """Whether saving lets people read it who could not: outside the team, or what was a health note (experience 19)."""
    before = page.note.entry.audience if page.note else Audience.TEAM
    if audience in (Audience.REFERRER, Audience.CITIZEN):
        return True
    return before == Audience.HEALTH and audience != Audience.HEALTH


def readers_of(page: Page, audience: str) -> str:
    """Who will read it, in words."""
    if audience == Audience.REFERRER:
        return str(page.place.referring_organisation or _("the job centre"))
    if audience == Audience.CITIZEN:
        return page.place.citizen.name
    return _("The team of the case")


def phrases_for(place: Place) -> list[Phrase]:
    """The centre's standard phrases in the reader's language, or all of them where it has none in it."""
    found = list(Phrase.objects.filter(centre=place.centre).order_by("name", "pk"))
    language = (get_language() or "")[:2]
    return [phrase for phrase in found if phrase.language == language] or found


def also_writing(user: User, page: Page) -> str:
    """Who else is correcting the note at this moment (experience 14); empty for nobody."""
    if page.note is None:
        return ""
    other = (
        Draft.objects.filter(note=page.note, saved_at__gte=timezone.now() - WRITING_NOW)
        .exclude(owner=user)
        .select_related("owner")
        .order_by("-saved_at")
        .first()
    )
    if other is None:
        return ""
    return _("%(person)s is correcting the note too, last at %(time)s") % {
        "person": other.owner.name,
        "time": clock(other.saved_at),
    }


def saved_in_words(user: User, page: Page) -> dict[str, Any]:
    """What the script is told after it saved: `Saved 10.42`, and whether somebody else works on the note."""
    assert page.draft is not None  # noqa: S101
    told = [saved_when(page.draft)]
    if page.note:
        newest = page.note.versions.select_related("by").order_by("-number").first()
        if newest and newest.number > page.based_on:
            told.append(corrected_when(newest))
        elif writing := also_writing(user, page):
            told.append(writing)
    return {
        "text": ". ".join(told),
        "version": page.draft.version,
        "edit": reverse("journal:draft", args=[page.draft.pk]),
        "autosave": reverse("journal:draft", args=[page.draft.pk]),
    }


def corrected_when(version: Version) -> str:
    """`Mette Holm corrected the note at 10.41` today, `… on 20. nov. 2026` before."""
    if timezone.localdate(version.at) == timezone.localdate():
        return _("%(person)s corrected the note at %(time)s") % {"person": version.by.name, "time": clock(version.at)}
    return _("%(person)s corrected the note on %(day)s") % {"person": version.by.name, "day": short_day(version.at)}


def saved_when(draft: Draft) -> str:
    """`Saved 10.42` today, `Saved on 20. nov. 2026` before."""
    if timezone.localdate(draft.saved_at) == timezone.localdate():
        return _("Saved %(time)s") % {"time": clock(draft.saved_at)}
    return _("Saved on %(day)s") % {"day": short_day(draft.saved_at)}


def begun_by(user: User, place: Place) -> list[dict]:
    """The user's unfinished new notes in the case."""
    found = Draft.objects.visible_to(user).filter(case=place.case, citizen=place.citizen, note=None)
    return [begun(draft) for draft in found.select_related("citizen").order_by("-saved_at")[:5]]


def begun(draft: Draft) -> dict[str, Any]:
    """One unfinished note as lists show it: whose case, how it begins, when it was saved."""
    typed, _page = drafts.opened(draft)
    # Whoever took the draft over may not read it (J2); the list says no more than the timeline would.
    is_health = typed.get("audience") == Audience.HEALTH
    words = _("Health note, restricted") if is_health else " ".join(typed.get("body", "").split())
    return {
        "draft": draft,
        "text": f"{words[:80]}…" if len(words) > 80 else words or _("No text yet"),
        "saved": saved_when(draft),
        "url": reverse("journal:draft", args=[draft.pk]),
    }
