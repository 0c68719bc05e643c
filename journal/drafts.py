"""What is being written and not saved yet: kept every two seconds, sealed, for its author alone (J2, experience 14)."""

import json
import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from audit.acting import acting
from audit.log import record, record_each
from core.exceptions import NotAllowed, Refused
from core.sealing import seal, unseal
from journal import documents
from journal.models import Audience, Draft, Note
from journal.permissions import Place, audiences_for, may_write, roles_in

Typed = dict[str, str]


class SavedMeanwhile(Refused):
    """The same draft was saved from another page (T13); nothing was saved. `theirs` is what stands there."""

    def __init__(self, draft: Draft, theirs: Typed) -> None:
        super().__init__(_("You have written in this draft on another page. Both texts are shown below"))
        self.draft = draft
        self.theirs = theirs


class Finished(Refused):
    """There is no such draft any more: it was saved as a note, thrown away, or handed over."""

    def __init__(self) -> None:
        super().__init__(_("This draft has been saved or thrown away already"))


def place_of_seal(draft_id: uuid.UUID) -> str:
    return f"journal_draft.typed:{draft_id}"


def sealed(draft_id: uuid.UUID, typed: Mapping[str, str], *, page: str = "") -> bytes:
    """`typed` as `Draft.typed` keeps it, bound to the row. `page` names the open page that saved it."""
    content = json.dumps({"page": page, "typed": dict(typed)})
    return seal(content.encode("utf-8", "surrogatepass"), where=place_of_seal(draft_id))


def opened(draft: Draft) -> tuple[Typed, str]:
    """What was typed, exactly, and the page it was saved from."""
    content = json.loads(unseal(bytes(draft.typed), where=place_of_seal(draft.pk)))
    return content["typed"], content["page"]


def keep(
    *,
    id: uuid.UUID,
    place: Place,
    typed: Typed,
    by: User,
    note: Note | None = None,
    based_on: int = 0,
    page: str = "",
    version: int | None = None,
    in_background: bool = False,
) -> Draft:
    """Begin the draft or go on with it. The id comes from the empty form, so that two sends begin one (T12).

    `version` is the one the page shows; None saves over whatever stands there. NotAllowed for somebody else's draft
    or who does not write in the case; Finished when a note came of it; SavedMeanwhile when another page saved. What a
    page saved in the background never gets in the way of its own button.
    """
    roles = roles_in(by, place)
    if not may_write(roles):
        raise NotAllowed
    if note is None and Note.objects.filter(pk=id).exists():
        raise Finished
    begun = Draft(
        id=id,
        owner=by,
        citizen=place.citizen,
        centre=place.centre,
        referring_organisation=place.referring_organisation,
        case=place.case,
        note=note,
        based_on=based_on,
        typed=sealed(id, typed, page=page),
    )
    if version is None:
        try:
            with transaction.atomic():
                begun.save(force_insert=True)
            return begun
        except IntegrityError:
            if not Draft.objects.filter(pk=id).exists():
                raise
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",)).filter(pk=id).first()
        if draft is None:
            raise Finished
        # The case as well: a draft of one citizen never becomes another's note.
        if draft.owner_id != by.pk or draft.case != place.case or draft.note_id != (note.pk if note else None):
            raise NotAllowed
        theirs, their_page = opened(draft)
        # Whoever took the draft over may not read it (J2), and is not shown it as what stands there either.
        if theirs.get("audience") == Audience.HEALTH and Audience.HEALTH not in audiences_for(roles):
            raise NotAllowed
        if theirs == typed and draft.based_on == based_on:
            return draft
        is_behind = version is not None and version != draft.version
        is_own = bool(page) and page == their_page and not in_background
        if is_behind and not is_own:
            raise SavedMeanwhile(draft, theirs)
        draft.typed = begun.typed
        draft.based_on = max(based_on, draft.based_on)
        draft.saved_at = timezone.now()
        draft.version += 1
        draft.save(update_fields=["typed", "based_on", "saved_at", "version"])
    return draft


def throw_away(*, draft: Draft, by: User) -> None:
    """Delete a draft and the files that hang on it; gone already is gone. NotAllowed for somebody else's."""
    with acting(by):
        there = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
        if there is None:
            return
        if there.owner_id != by.pk:
            raise NotAllowed
        documents.detach(documents=documents.on(there.source), by=by)
        record("note_draft_thrown_away", by=by, subject=there, citizen_id=there.citizen_id)
        there.delete()


def hand_over(*, user: User, taker: User | None, by: User, centre: Organisation | None = None) -> None:
    """Somebody leaves the centre, or altogether: what they were writing goes to the taker (U2). Refused when nobody is
    there to take it."""
    with acting(by, why="a colleague leaves"):
        written = Draft.objects.filter(owner=user)
        if centre:
            written = written.filter(centre=centre)
        drafts = list(written.select_for_update(of=("self",)))
        if drafts and taker is None:
            raise Refused(_("Unfinished notes need somebody who takes them over"))
        of = [(draft, draft.citizen_id) for draft in drafts]
        record_each("note_draft_handed_over", by=by, of=of, to=taker and taker.pk)
        Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(owner=taker)
