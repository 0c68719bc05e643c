"""Correcting what is known of a citizen: facts one reads and writes, and the identity number (K2)."""

import hashlib
import json
from collections.abc import Mapping

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.identity import Number, find_by_number, set_number
from citizens.models import Citizen
from citizens.permissions import may_correct
from core.exceptions import NotAllowed, Refused
from journal.actions import tell
from journal.models import Audience
from messaging.actions import queue_mail
from programmes.models import Programme
from programmes.rights.citizen_access import follow_record
from referrals.models import Referral

FACTS = ["first_name", "last_name", "phone", "email", "address", "municipality", "language", "interpreter"]
# Told by the number where there is one.
BORN = ["birth_date", "gender"]


class ChangedMeanwhile(Refused):
    """Somebody else saved since the page was opened; `citizen` is what stands now (T13)."""

    def __init__(self, citizen: Citizen) -> None:
        super().__init__(_("Somebody else has changed this since you opened it. Look at what stands now, then save."))
        self.citizen = citizen


class NumberTaken(Refused):
    """Another citizen has the number; `other` may be the same person (K1)."""

    def __init__(self, other: Citizen) -> None:
        super().__init__(_("Another citizen has this number already"))
        self.other = other


def fingerprint(citizen: Citizen) -> str:
    """What the page was opened with, so that a second editor is told (T13)."""
    values = [str(getattr(citizen, name)) for name in [*FACTS, *BORN]]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def correct_facts(*, citizen: Citizen, facts: Mapping[str, object], seen: str, by: User) -> Citizen:
    """Write name, contact facts and, without a number, date of birth and gender; the earlier ones stay in the history.

    ChangedMeanwhile unless `seen` is the fingerprint of what stands (T13).
    """
    with acting(by):
        citizen = locked(citizen, by=by)
        allowed = FACTS if citizen.identity_number else FACTS + BORN
        changed = [name for name in allowed if name in facts and facts[name] != getattr(citizen, name)]
        if not changed:
            return citizen
        if fingerprint(citizen) != seen:
            raise ChangedMeanwhile(citizen)
        for name in changed:
            setattr(citizen, name, facts[name])
        citizen.save(update_fields=changed)
        follow_record(citizen)
        record("citizen_corrected", by=by, subject="citizen", citizen_id=citizen.pk, changed=changed)
    return citizen


def correct_number(
    *, citizen: Citizen, number: Number | None, why: str, by: User, no_number_reason: str = ""
) -> Citizen:
    """Give the citizen the right identity number, or none with the reason for it; date of birth and gender follow (K2).

    NumberTaken when somebody else has it. The earlier number stays sealed in the history. Caseworkers and referrers of
    the open cases are told, without any number (T10).
    """
    with acting(by, why=why):
        citizen = locked(citizen, by=by)
        if number is None and not no_number_reason.strip():
            raise Refused(_("Write the number, or why there is none"))
        other = find_by_number(number) if number else None
        if other == citizen or (number is None and citizen.identity_number is None):
            raise Refused(_("That is what stands already"))
        if other is not None:
            raise NumberTaken(other)
        if number is None:
            citizen.identity_number = citizen.identity_index = None
            citizen.no_number_reason = no_number_reason.strip()
        else:
            set_number(citizen, number)
            citizen.no_number_reason = ""
            citizen.birth_date = number.birth_date
            citizen.gender = number.gender or citizen.gender
        save_number(citizen, number)
        record("identity_number_corrected", by=by, subject="citizen", citizen_id=citizen.pk)
        tell_all(citizen, why=why, by=by)
    return citizen


def save_number(citizen: Citizen, number: Number | None) -> None:
    """Save; NumberTaken also when somebody gave the number to another citizen in this very moment."""
    try:
        with transaction.atomic():
            citizen.save(
                update_fields=["identity_number", "identity_index", "no_number_reason", "birth_date", "gender"]
            )
    except IntegrityError:
        other = find_by_number(number) if number else None
        if other is None:
            raise
        raise NumberTaken(other) from None


def tell_all(citizen: Citizen, *, why: str, by: User) -> None:
    """A line in each open case for both sides, and a mail to its caseworker and its referrer."""
    cases: list[Programme | Referral] = [
        *Programme.objects.running()
        .filter(citizen=citizen)
        .select_related("centre", "referring_organisation", "caseworker", "referrer"),
        *Referral.objects.in_triage()
        .filter(citizen=citizen)
        .select_related("centre", "referring_organisation", "referrer"),
    ]
    for case in cases:
        is_programme = isinstance(case, Programme)
        page = reverse("desk:case" if is_programme else "referrals:detail", args=[case.reference])
        tell(
            "identity_number_corrected",
            citizen=citizen,
            centre=case.centre,
            case=case.reference,
            referring_organisation=case.referring_organisation,
            by=by,
            audience=Audience.REFERRER,
            body=why,
        )
        sides = [case.caseworker, case.referrer] if isinstance(case, Programme) else [case.referrer]
        queue_mail(
            "desk/email/number_corrected.txt",
            to=[user for user in sides if user != by],
            reference=case.reference,
            address=settings.SITE_URL + page,
        )


def locked(citizen: Citizen, *, by: User) -> Citizen:
    """The citizen's row as it stands, locked, when `by` may correct it; Refused when it has become part of another."""
    citizen = Citizen.objects.select_for_update().get(pk=citizen.pk)
    if not may_correct(by, citizen):
        raise NotAllowed
    if citizen.merged_into_id:
        raise Refused(_("This record has become part of another one of the same citizen"))
    return citizen
