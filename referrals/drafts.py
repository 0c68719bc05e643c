"""Drafts: what was typed is kept exactly, right or wrong, encrypted and never judged (R3, R7)."""

import json
import uuid
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.models import next_reference
from core.sealing import seal, unseal
from programmes.models import ProgrammeType
from programmes.permissions import may_lead
from referrals.models import Referral
from referrals.permissions import may_write
from referrals.statuses import Status

Typed = dict[str, str]


class AlreadySubmitted(Refused):
    """The draft is no draft any more; nothing was saved."""


class ChangedElsewhere(Refused):
    """The draft was saved from another page in between (T13); nothing was saved. `theirs` is what stands there."""

    def __init__(self, theirs: Typed, version: int) -> None:
        super().__init__(_("Somebody changed this after you opened it. Both versions are shown below"))
        self.theirs = theirs
        self.version = version


def place(referral_id: uuid.UUID) -> str:
    return f"referrals_referral.draft:{referral_id}"


def sealed(referral_id: uuid.UUID, typed: Mapping[str, str], *, page: str = "") -> bytes:
    """`typed` as `Referral.draft` keeps it, bound to the row. `page` names the open page that saved it."""
    content = json.dumps({"page": page, "typed": dict(typed)})
    return seal(content.encode(), where=place(referral_id))


def opened(referral: Referral) -> tuple[Typed, str]:
    """What was typed, and the page it was saved from."""
    if referral.draft is None:
        return {}, ""
    content = json.loads(unseal(bytes(referral.draft), where=place(referral.pk)))
    return content["typed"], content["page"]


def typed_in(referral: Referral) -> Typed:
    """Field names and what was typed into them, exactly."""
    return opened(referral)[0]


def name_typed(referral: Referral) -> str:
    """The citizen's name as far as it is typed; empty for a new draft or a protected name."""
    typed = typed_in(referral)
    if typed.get("is_protected"):
        return str(_("Protected name"))
    return " ".join(f"{typed.get('first_name', '')} {typed.get('last_name', '')}".split())[:200]


def name_shown(referral: Referral, user: User) -> str:
    """The citizen's name on pages about the referral; empty for a draft in which none is typed.

    A referrer reads the name that the own side wrote, until the centre has accepted: whoever knows a number and no
    more must not learn by a referral whose it is (T1, T10).
    """
    if referral.citizen is None:
        return name_typed(referral)
    is_stranger = may_write(user, referral) and not may_lead(user, referral.centre)
    if is_stranger and referral.status != Status.ACCEPTED and not referral.citizen.is_protected:
        return name_typed(referral) or referral.citizen.name
    return referral.citizen.name


def start_draft(
    *,
    id: uuid.UUID,
    typed: Typed,
    type: ProgrammeType,
    centre: Organisation,
    organisation: Organisation,
    by: User,
    page: str = "",
) -> Referral:
    """Begin a draft under the id that the empty form carried, so that sending it twice begins one (T12).

    NotAllowed unless `by` is a referrer of `organisation`, or when the id is somebody else's.
    """
    referral = Referral(
        id=id,
        type=type,
        centre=centre,
        referring_organisation=organisation,
        referrer=by,
        draft=sealed(id, typed, page=page),
        draft_saved_at=timezone.now(),
    )
    if not may_write(by, referral):
        raise NotAllowed
    try:
        with acting(by):
            referral.reference = next_reference("H", year=timezone.localdate().year)
            referral.save(force_insert=True)
            record("referral_begun", by=by, subject=referral)
    except IntegrityError:
        there = Referral.objects.filter(pk=id).first()
        if there is None:
            raise
        if not may_write(by, there):
            raise NotAllowed from None
        # The empty form knows only its own step: what later steps wrote stays.
        return save_draft(referral=there, typed=typed_in(there) | typed, page=page, by=by)
    return referral


def save_draft(
    *,
    referral: Referral,
    typed: Typed,
    by: User,
    page: str = "",
    version: int | None = None,
    in_background: bool = False,
    type: ProgrammeType | None = None,
    centre: Organisation | None = None,
) -> Referral:
    """Keep what was typed. `version` is the one that the page shows; None saves over whatever stands there.

    AlreadySubmitted when it is no draft any more, ChangedElsewhere when another page saved in between. What a page
    saved in the background never gets in the way of its own button; a background save that comes late does give way.
    """
    with transaction.atomic(), acting(by):
        referral = locked(referral)
        if not may_write(by, referral):
            raise NotAllowed
        theirs, their_page = opened(referral)
        if referral.status != Status.DRAFT and theirs != typed:
            raise AlreadySubmitted(_("This referral has already been submitted. What you wrote now was not saved"))
        if referral.status != Status.DRAFT:
            return referral
        if theirs == typed and type in (None, referral.type) and centre in (None, referral.centre):
            return referral
        is_behind = version is not None and version != referral.version
        is_own = bool(page) and page == their_page and not in_background
        if is_behind and not is_own:
            raise ChangedElsewhere(theirs, referral.version)
        referral.draft = sealed(referral.pk, typed, page=page)
        referral.draft_saved_at = timezone.now()
        referral.version += 1
        referral.type = type or referral.type
        referral.centre = centre or referral.centre
        referral.save(update_fields=["draft", "draft_saved_at", "version", "type", "centre"])
    return referral


def throw_away(*, referral: Referral, by: User) -> None:
    """Delete a draft (R7); Refused for what has been submitted."""
    with acting(by):
        referral = locked(referral)
        if not may_write(by, referral):
            raise NotAllowed
        if referral.status != Status.DRAFT:
            raise Refused(_("Only a draft can be thrown away. A submitted referral can be withdrawn"))
        record("referral_draft_thrown_away", by=by, subject=referral)
        referral.delete()


def locked(referral: Referral) -> Referral:
    """The row as it is now, locked until the transaction ends; Refused when it is gone."""
    try:
        return (
            Referral.objects.select_for_update(of=("self",))
            .select_related("type", "centre", "referring_organisation", "referrer", "citizen")
            .get(pk=referral.pk)
        )
    except Referral.DoesNotExist:
        raise Refused(_("The draft has been thrown away")) from None
