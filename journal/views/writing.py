"""Writing a note or a correction: every button saves the draft first, only saving judges (J2, experience 14)."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import clock, short_day
from core.uploads import MOST_FILES, checked
from journal import documents, drafts
from journal.drafts import Finished, SavedMeanwhile, Typed
from journal.forms import FIELDS, NoteForm, as_typed, empty_note
from journal.models import Audience, Document, Draft, Entry, Note, Phrase, Version
from journal.notes import CorrectedMeanwhile, correct, says, write
from journal.permissions import Place, audiences_for, may_correct, may_write, roles_in

UNPROCESSABLE, CONFLICT = 422, 409
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


# The three doors: a new note comes from the page of a case, which hands its place on


def new(request: SignedIn, place: Place) -> HttpResponse:
    """A new note in a case that the user sees. The first save, by button or by itself, begins the draft."""
    roles = roles_in(request.user, place)
    if not may_write(roles):
        raise NotAllowed
    audiences = audiences_for(roles)
    if request.method == "POST":
        page = Page(place, sent_id(request), sent(request), audiences)
        return take(request, page)
    look(request, f"new note {place.case}", citizen_id=place.citizen.pk)
    return show(request, Page(place, uuid.uuid4(), empty_note(), audiences), begun=begun_by(request.user, place))


@require_http_methods(["GET", "POST"])
def draft(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """Go on with a draft of one's own (experience 14)."""
    found = Draft.objects.visible_to(request.user).select_related(*IN_FULL).filter(pk=pk).first()
    if found is None:
        return gone(request, pk)
    page = page_of(request.user, found)
    if request.method == "POST":
        page.typed = sent(request)
        page.based_on = sent_number(request, "based_on") if page.note else 0
        return take(request, page)
    look(request, f"draft of a note {found.case}", citizen_id=found.citizen_id)
    return show(request, page)


@require_http_methods(["GET", "POST"])
def correction(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """Correct a note: begins with its text, or goes on with one's own draft of the correction."""
    note, entry = note_and_entry(request.user, pk)
    roles = roles_in(request.user, entry)
    if entry.is_restricted or not may_correct(request.user, entry, roles):
        raise NotAllowed
    if request.method == "POST":
        page = Page(entry, sent_id(request), sent(request), audiences_for(roles), note)
        page.based_on = sent_number(request, "based_on")
        return take(request, page)
    begun = Draft.objects.visible_to(request.user).filter(note=note).order_by("-saved_at").first()
    if begun:
        return redirect("journal:draft", begun.pk)
    look(request, note, citizen_id=entry.citizen_id)
    newest = note.versions.get(number=note.number)
    page = Page(entry, uuid.uuid4(), as_typed(says(newest)), audiences_for(roles), note, note.number)
    return show(request, page)


@require_http_methods(["GET", "POST"])
def share(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """What others will see, before it leaves the team or the health notes (experience 19). Saves what was shown."""
    found = Draft.objects.visible_to(request.user).select_related(*IN_FULL).filter(pk=pk).first()
    if found is None:
        return gone(request, pk)
    page = page_of(request.user, found)
    form = page.bound()
    if not form.is_valid():
        return redirect("journal:draft", pk)
    if request.method == "POST":
        if sent_number(request, "version") == found.version:
            return finish(request, page, form)
        messages.warning(request, _("The text was changed after you looked at it. Look at it once more"))
        return redirect("journal:share", pk)
    look(request, f"draft of a note {found.case}", citizen_id=found.citizen_id)
    context = {"page": page, "text": form.text(), "draft": found, "readers": readers_of(page, form.text().audience)}
    return render(request, "journal/share.html", context)


@require_POST
def throw_away(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """Delete a draft of one's own."""
    found = get_object_or_404(Draft.objects.visible_to(request.user), pk=pk)
    drafts.throw_away(draft=found, by=request.user)
    messages.success(request, _("The draft is thrown away"))
    return redirect("desk:case", found.case)


@require_GET
def unfinished(request: SignedIn) -> HttpResponse:
    """The user's own drafts, newest first, those taken over from a colleague among them (U2)."""
    found = list(Draft.objects.visible_to(request.user).select_related("citizen").order_by("-saved_at", "pk")[:200])
    look(request, "drafts of notes", kind=Access.Kind.LIST)
    return render(request, "journal/drafts.html", {"drafts": [begun(draft) for draft in found]})


# What every door does with what was sent


IN_FULL = ["citizen", "centre", "referring_organisation", "note__entry"]


def take(request: SignedIn, page: Page) -> HttpResponse:
    """Keep what was typed and the files, then do what the button says."""
    in_background = not request.accepts("text/html")
    try:
        kept = drafts.keep(
            id=page.id,
            place=page.place,
            typed=page.typed,
            by=request.user,
            note=page.note,
            based_on=page.based_on,
            page=request.POST.get("page", "")[:36],
            version=sent_number(request, "version") if "version" in request.POST else None,
            in_background=in_background,
        )
    except Finished as finished:
        return after_the_end(request, page, finished, in_background=in_background)
    except SavedMeanwhile as meanwhile:
        if in_background:
            return JsonResponse({"text": str(meanwhile)}, status=CONFLICT)
        page.draft, page.theirs = meanwhile.draft, meanwhile.theirs
        return show(request, page, status=CONFLICT)
    page.draft = kept
    page.based_on = kept.based_on
    if in_background:
        return JsonResponse(saved_in_words(request.user, page))
    form = page.bound()
    wrong = attach_files(request, page)
    do = request.POST.get("do", "save")
    if do.startswith("remove:"):
        documents.detach(documents=[one for one in page.files if f"remove:{one.pk}" == do], by=request.user)
    elif do.startswith("phrase:"):
        add_phrase(request, page, do.removeprefix("phrase:"))
    elif wrong or (do == "save" and not form.is_valid()):
        for message in wrong:
            form.add_error("attached", message)
        page.form = form
        return show(request, page, status=UNPROCESSABLE)
    elif do == "save" and needs_a_look(page, form.text().audience):
        return redirect("journal:share", kept.pk)
    elif do == "save":
        return finish(request, page, form)
    elif do == "later":
        messages.success(request, _("The draft is kept. Go on with it from the case"))
        return redirect("desk:case", page.place.case)
    return redirect("journal:draft", kept.pk)


def finish(request: SignedIn, page: Page, form: NoteForm) -> HttpResponse:
    """Save the note or the correction; what speaks against it is shown beside the text, which stays."""
    try:
        if page.note:
            correct(
                note=page.note, based_on=page.based_on, text=form.text(), why=form.cleaned_data["why"],
                by=request.user, draft=page.draft,
            )  # fmt: skip
        else:
            write(id=page.id, place=page.place, text=form.text(), by=request.user)
    except CorrectedMeanwhile as meanwhile:
        page.form, page.newer, page.based_on = form, meanwhile.version, meanwhile.version.number
        return show(request, page, status=CONFLICT)
    except Refused as refused:
        form.add_error(None, str(refused))
        page.form = form
        return show(request, page, status=UNPROCESSABLE)
    if page.note:
        messages.success(request, _("The correction is saved. The earlier text stays readable"))
        return redirect("journal:note", page.note.pk)
    messages.success(request, _("The note is saved"))
    return redirect("desk:case", page.place.case)


def after_the_end(request: SignedIn, page: Page, finished: Finished, *, in_background: bool) -> HttpResponse:
    """The draft is gone. Text that a note was made of is in the note; other text becomes a correction, never lost."""
    if in_background:
        return JsonResponse({"text": str(finished)}, status=CONFLICT)
    note = Note.objects.filter(pk=page.note.pk if page.note else page.id).select_related("entry").first()
    entry = Entry.objects.listed_for(request.user).filter(note=note).first() if note else None
    if note is None or entry is None:
        messages.warning(request, str(finished))
        return redirect("desk:case", page.place.case)
    newest = note.versions.get(number=note.number)
    roles = roles_in(request.user, entry)
    if page.typed.get("body", "").replace("\r\n", "\n").strip() == newest.body or not may_correct(
        request.user, entry, roles
    ):
        messages.info(request, _("The note is saved already"))
        return redirect(note)
    again = Page(entry, uuid.uuid4(), page.typed, audiences_for(roles), note, note.number)
    again.draft = drafts.keep(
        id=again.id, place=entry, typed=page.typed, by=request.user, note=note, based_on=note.number
    )
    messages.warning(request, _("The note was saved already. What you wrote since is a correction now"))
    return redirect("journal:draft", again.draft.pk)


def attach_files(request: SignedIn, page: Page) -> list[str]:
    """Keep every file that passes with the draft, and say what is wrong with the others (T16)."""
    assert page.draft is not None  # noqa: S101
    wrong = []
    sent_files = request.FILES.getlist("attached")
    if len(sent_files) > MOST_FILES:
        wrong.append(_("Send at most %(most)s files at a time") % {"most": MOST_FILES})
    for file in sent_files[:MOST_FILES]:
        try:
            documents.attach(
                upload=checked(file), carrier=page.draft.source, citizen=page.place.citizen, by=request.user
            )
        except Refused as refused:
            wrong.append(str(refused))
    page.files = documents.on(page.draft.source)
    return wrong


def add_phrase(request: SignedIn, page: Page, pk: str) -> None:
    """Put a standard phrase at the end of the text; the script puts it where the cursor is."""
    assert page.draft is not None  # noqa: S101
    phrase = next((one for one in phrases_for(page.place) if str(one.pk) == pk), None)
    if phrase is None:
        return
    body = page.typed.get("body", "")
    page.typed["body"] = f"{body.rstrip()}\n{phrase.text}" if body.strip() else phrase.text
    page.draft = drafts.keep(
        id=page.draft.pk, place=page.place, typed=page.typed, by=request.user, note=page.note,
        based_on=page.based_on, page=request.POST.get("page", "")[:36], version=page.draft.version,
    )  # fmt: skip


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
    }
    return render(request, "journal/write.html", context, status=status)


# Small questions


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


def gone(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """The draft became a note that the user reads: there; otherwise it does not exist."""
    note = Note.objects.visible_to(request.user).filter(pk=pk, entry__author=request.user).first()
    if note is None:
        raise Http404
    if request.method == "POST" and not request.accepts("text/html"):
        return JsonResponse({"text": str(Finished())}, status=CONFLICT)
    if request.method == "POST":
        entry = Entry.objects.get(pk=note.entry_id)
        page = Page(entry, pk, sent(request), audiences_for(roles_in(request.user, entry)))
        return after_the_end(request, page, Finished(), in_background=False)
    messages.info(request, _("The note is saved already"))
    return redirect(note)


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
            told.append(
                _("%(person)s corrected the note at %(time)s") % {"person": newest.by.name, "time": clock(newest.at)}
            )
        elif writing := also_writing(user, page):
            told.append(writing)
    return {
        "text": ". ".join(told),
        "version": page.draft.version,
        "edit": reverse("journal:draft", args=[page.draft.pk]),
        "autosave": reverse("journal:draft", args=[page.draft.pk]),
    }


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
