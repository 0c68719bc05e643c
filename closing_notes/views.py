"""Writing, reading and deciding on closing notes."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.requests import SignedIn
from accounts.roles import Role
from audit.log import look
from audit.models import Access
from closing_notes import actions
from closing_notes.documents import view_of
from closing_notes.editor import Editor
from closing_notes.forms import NoteForm
from closing_notes.models import STAFF, ClosingNote, Rendering
from closing_notes.permissions import may_approve, may_review, may_write
from closing_notes.prefill import statement
from closing_notes.reminders import due
from closing_notes.rendering import ask_for_rendering, with_everything
from closing_notes.sources import NUMBERS, sources_of
from closing_notes.statuses import Status
from core.exceptions import Refused
from core.forms import ReasonForm
from core.http import CONFLICT, UNPROCESSABLE
from programmes.models import Programme

PAGE = 50


@require_GET
def note_list(request: SignedIn) -> HttpResponse:
    """Every newest version that the user may read, what needs somebody first; the notes that are due above it."""
    notes = newest(request.user).select_related("programme__citizen", "programme__type", "author")
    chosen = request.GET.get("status", "")
    if chosen in Status.values:
        notes = notes.filter(status=chosen)
    page = Paginator(notes.order_by("-saved_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    is_staff = request.user.has_role(*STAFF)
    look(request, _("Closing notes"), kind=Access.Kind.LIST)
    return render(
        request,
        "closing_notes/list.html",
        {
            "page": page,
            "chosen": chosen,
            "statuses": Status.choices if is_staff else [],
            "due": due_for(request.user) if is_staff and not chosen else [],
            "is_staff": is_staff,
        },
    )


def due_for(user: User) -> list[Programme]:
    """The user's own programmes whose note is due and not begun."""
    begun = ClosingNote.objects.filter(programme=OuterRef("pk"))
    programmes = Programme.objects.visible_to(user).exclude(Exists(begun))
    return list(due(timezone.localdate(), programmes.filter(caseworker=user)))


@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, reference: str) -> HttpResponse:
    """The editor of a draft; a note that is no draft, or that is not the user's to write, is read instead."""
    programme = programme_of(request, reference)
    note = newest(request.user).filter(programme=programme).first()
    if note is None and not may_write(request.user, programme):
        raise Http404
    if note is None:
        look(request, f"closing note {reference}", citizen_id=programme.citizen_id)
        return render(request, "closing_notes/start.html", {"programme": programme})
    note = with_everything().get(pk=note.pk)
    if note.status != Status.DRAFT or not may_write(request.user, programme):
        if request.method == "POST":
            messages.error(request, _("The note is no longer a draft, so it cannot be changed"))
        return redirect("closing_notes:review", reference)
    look(request, f"closing note {reference}", citizen_id=programme.citizen_id)
    if request.method == "GET":
        return render(request, "closing_notes/edit.html", {"editor": Editor(note, NoteForm(note))})
    form = NoteForm(note, request.POST)
    if not form.is_valid():
        return wrong_note(request, note, form)
    sections = form.sections
    wish, _colon, key = request.POST.get("action", "save").partition(":")
    anchor = put_in(sections, note, key) if wish == "use" else ""
    try:
        note = actions.save_draft(
            note=note,
            sections=sections,
            outcome=form.cleaned_data["outcome"],
            revision=form.cleaned_data["revision"],
            by=request.user,
        )
    except actions.Stale as stale:
        return both_versions(request, stale, request.POST)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("closing_notes:review", reference)
    if wish == "preview":
        ask_for_rendering(note=note, by=request.user)
        return redirect("closing_notes:progress", reference)
    if wish == "submit":
        return hand_in(request, note)
    return redirect(reverse("closing_notes:edit", args=[reference]) + (f"#{anchor}" if anchor else ""))


def put_in(sections: dict[str, str], note: ClosingNote, key: str) -> str:
    """Add the statement of one source, with its number, to the section where it belongs, to the first one where the
    type has none like it. Returns that section's key; empty where there is no such source."""
    for source in sources_of(actions.figures_of(note.programme), note.sections.get(NUMBERS, [])):
        if source.key == key:
            place = source.section if source.section in sections else next(iter(sections))
            sections[place] = f"{sections[place].rstrip()}\n{statement(source)}".strip()
            return place
    return ""


def hand_in(request: SignedIn, note: ClosingNote) -> HttpResponse:
    """Send a saved draft for approval, or say beside the fields what is missing."""
    if missing := actions.missing_parts(note):
        note = with_everything().get(pk=note.pk)
        form = NoteForm(note, {**note.sections, "outcome": note.outcome, "revision": note.revision})
        form.is_valid()
        for field, message in missing.items():
            form.add_error(field, message)
        return wrong_note(request, note, form)
    return act(
        request,
        note.programme.reference,
        lambda: actions.submit_for_review(note=note, by=request.user),
        _("Sent for approval"),
        "closing_notes:review",
    )


def wrong_note(request: SignedIn, note: ClosingNote, form: NoteForm) -> HttpResponse:
    return render(
        request, "closing_notes/edit.html", {"editor": Editor(note, form), "form": form}, status=UNPROCESSABLE
    )


def both_versions(request: SignedIn, stale: actions.Stale, typed: dict) -> HttpResponse:
    """What was typed stays in the fields, and beside each field that differs stands what somebody else saved (T13)."""
    note = with_everything().get(pk=stale.note.pk)
    data = {**{name: typed.get(name, "") for name in NoteForm(note).fields}, "revision": note.revision}
    form = NoteForm(note, data)
    form.is_valid()
    form.add_error(None, str(stale))
    editor = Editor(note, form, saved_by_other=note)
    return render(request, "closing_notes/edit.html", {"editor": editor, "form": form}, status=CONFLICT)


@require_POST
def start(request: SignedIn, reference: str) -> HttpResponse:
    programme = programme_of(request, reference)
    return act(
        request,
        reference,
        lambda: actions.start_note(programme=programme, by=request.user),
        _("The draft was filled in from the programme's own data"),
        "closing_notes:edit",
    )


@require_GET
def review(request: SignedIn, reference: str) -> HttpResponse:
    """The note to read; with the decisions of those whom it waits for. A referrer reads what was delivered."""
    note = note_or_404(request, reference)
    look(request, f"closing note {reference} v{note.number}", citizen_id=note.programme.citizen_id)
    return render(request, "closing_notes/review.html", reading(request, note))


def why_changed(data: QueryDict | None = None) -> ReasonForm:
    """One reason, for sending back and for a new version."""
    return ReasonForm(data, label=_("What should be changed, and why?"))


def reading(request: SignedIn, note: ClosingNote, form: ReasonForm | None = None) -> dict:
    """What the reading page shows."""
    user = request.user
    is_staff = is_staff_of(user, note.programme)
    renderings = note.renderings.filter(revision=note.revision).defer("pdf")
    return {
        "note": note,
        "view": view_of(note),
        "rendering": renderings.first() if note.approved_at else None,
        "is_ready": bool(note.approved_at) and renderings.filter(status=Rendering.Status.DONE).exists(),
        "is_staff": is_staff,
        "decides": note.status == Status.IN_REVIEW and may_review(user, note.programme),
        "approves": note.status == Status.IN_REVIEW and may_approve(user, note),
        "writes": may_write(user, note.programme),
        "form": form,
        "why": form or why_changed(),
    }


@require_POST
def approve(request: SignedIn, reference: str) -> HttpResponse:
    note = note_or_404(request, reference)
    # Who does not say what was read has read nothing that stands: 0 is no revision (T13, T14).
    sent = request.POST.get("revision", "")
    revision = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
    return act(
        request,
        reference,
        lambda: actions.approve(note=note, by=request.user, revision=revision),
        _("Approved. The document is being made"),
        "closing_notes:review",
    )


@require_POST
def send_back(request: SignedIn, reference: str) -> HttpResponse:
    note = note_or_404(request, reference)
    return with_reason(
        request, note, lambda why: actions.send_back(note=note, why=why, by=request.user), _("Sent back to the author"),
        "closing_notes:review",
    )  # fmt: skip


@require_POST
def new_version(request: SignedIn, reference: str) -> HttpResponse:
    note = note_or_404(request, reference)
    return with_reason(
        request, note, lambda why: actions.new_version(note=note, why=why, by=request.user),
        _("A new version has begun. The approved one stays as it is"), "closing_notes:edit",
    )  # fmt: skip


@require_POST
def deliver(request: SignedIn, reference: str) -> HttpResponse:
    note = note_or_404(request, reference)
    return act(
        request,
        reference,
        lambda: actions.deliver(note=note, by=request.user),
        _("Delivered. The job centre has been told"),
        "closing_notes:review",
    )


def with_reason(
    request: SignedIn, note: ClosingNote, deed: Callable[[str], object], done: str, then: str
) -> HttpResponse:
    """Do what needs a reason; without one the reading page says so beside the field."""
    form = why_changed(request.POST)
    if not form.is_valid():
        look(request, f"closing note {note.programme.reference}", citizen_id=note.programme.citizen_id)
        return render(request, "closing_notes/review.html", reading(request, note, form), status=UNPROCESSABLE)
    return act(request, note.programme.reference, lambda: deed(form.cleaned_data["why"]), done, then)


def act(request: SignedIn, reference: str, deed: Callable[[], object], done: str, then: str) -> HttpResponse:
    """Do the deed and say so, or say why it could not be done; a stale page never becomes an error page."""
    try:
        deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("closing_notes:review" if then != "closing_notes:edit" else then, reference)
    messages.success(request, done)
    return redirect(then, reference)


def newest(user: User) -> QuerySet[ClosingNote]:
    """The newest version of each programme that the user may read."""
    visible = ClosingNote.objects.visible_to(user)
    later = visible.filter(programme=OuterRef("programme"), number__gt=OuterRef("number"))
    return visible.exclude(Exists(later))


def note_or_404(request: SignedIn, reference: str) -> ClosingNote:
    """The newest version that the user may read, with all that its document asks for."""
    visible = newest(request.user).filter(programme__reference=reference)
    return get_object_or_404(with_everything().filter(pk__in=visible.values("pk")))


def programme_of(request: SignedIn, reference: str) -> Programme:
    """A programme of which the user is staff; for others the page does not exist."""
    programmes = Programme.objects.visible_to(request.user).select_related("citizen", "centre", "type")
    programme = get_object_or_404(programmes, reference=reference)
    if not is_staff_of(request.user, programme):
        raise Http404
    return programme


def is_staff_of(user: User, programme: Programme) -> bool:
    """Whether the user works at the programme's centre in a role that reads notes."""
    return programme.centre_id in user.reach.organisations_as(*STAFF)


def reads_as_recipient(user: User, note: ClosingNote) -> bool:
    """Whether the user reads for the referring organisation, so that a download is a receipt (C4)."""
    return note.programme.referring_organisation_id in user.reach.organisations_as(Role.REFERRER)
