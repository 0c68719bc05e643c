"""Writing a note or a correction: every button saves the draft first, only saving judges (J2, experience 14)."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedIn
from audit.log import look
from audit.models import Access
from core.exceptions import NotAllowed, Refused
from core.http import CONFLICT, UNPROCESSABLE
from core.uploads import MOST_FILES, checked
from journal import documents, drafts
from journal.drafts import Finished, SavedMeanwhile
from journal.forms import NoteForm, as_typed, empty_note
from journal.models import Draft, Entry, Note
from journal.notes import CorrectedMeanwhile, correct, says, write
from journal.permissions import Place, audiences_for, may_correct, may_write, roles_in
from journal.views.note_form import (
    Page,
    begun,
    begun_by,
    needs_a_look,
    note_and_entry,
    page_of,
    phrases_for,
    readers_of,
    saved_in_words,
    sent,
    sent_id,
    sent_number,
    show,
)

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
    room = documents.MOST_DOCUMENTS - (len(documents.on(page.note.source)) if page.note else 0)
    for file in sent_files[:MOST_FILES]:
        try:
            documents.attach(
                upload=checked(file), carrier=page.draft.source, citizen=page.place.citizen, by=request.user, room=room
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
