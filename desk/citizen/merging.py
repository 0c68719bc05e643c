"""Two records of one person become one, and two again (K1)."""

from collections.abc import Mapping
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.acting import acting
from audit.log import record
from citizens.merging import move, put_back, younger_merges
from citizens.models import CaseAccess, Citizen, Merge
from citizens.permissions import may_merge
from core.exceptions import NotAllowed, Refused
from core.templatetags.dates import clock
from core.templatetags.dates import day as in_words
from desk.citizen.correcting import BORN, FACTS
from journal.actions import tell
from programmes.models import Programme
from programmes.rights.citizen_access import rename_users
from referrals.models import Referral

SURVIVOR, LOSER = "survivor", "loser"

# Two slots of the two that share a minute: nobody is at two places at once.
SAME_HOURS = """
    SELECT a.day, greatest(a.starts, b.starts), p.reference, q.reference
    FROM attendance_expectedattendance a
    JOIN attendance_expectedattendance b ON b.day = a.day AND b.starts < a.ends AND a.starts < b.ends
    JOIN programmes_programme p ON p.id = a.programme_id
    JOIN programmes_programme q ON q.id = b.programme_id
    WHERE a.citizen_id = %s AND b.citizen_id = %s
    ORDER BY a.day, a.starts LIMIT 1
"""
DAYS_AT_ONCE = """
    SELECT count(DISTINCT a.day)
    FROM attendance_expectedattendance a
    JOIN attendance_expectedattendance b ON b.day = a.day AND b.starts < a.ends AND a.starts < b.ends
    WHERE a.citizen_id = %s AND b.citizen_id = %s
"""


def pair_of(one: Citizen, other: Citizen) -> tuple[Citizen, Citizen]:
    """Which of the two everything is moved to, and which from: the one with a number stays, else the older one."""
    if (one.identity_number is None) != (other.identity_number is None):
        return (one, other) if one.identity_number is not None else (other, one)
    first = CaseAccess.objects.filter(citizen__in=[one, other]).order_by("pk").first()
    return (other, one) if first and first.citizen_id == other.pk else (one, other)


def obstacles(survivor: Citizen, loser: Citizen) -> list[str]:
    """What cannot be true of one person, each with what to do first; empty when the two can become one. Four queries.

    Two running programmes of one type may stand side by side afterwards (P17); the page says so.
    """
    found = []
    if survivor.merged_into_id or loser.merged_into_id or survivor.pk == loser.pk:
        found.append(_("The two are one already."))
    if survivor.identity_number and loser.identity_number:
        found.append(_("Both have an identity number, and a person has one. Correct the wrong one first."))
    return [*found, *same_hours(survivor, loser), *open_twice(survivor, loser)]


def same_hours(survivor: Citizen, loser: Citizen) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DAYS_AT_ONCE, [survivor.pk, loser.pk])
        (days,) = cursor.fetchone()
        if not days:
            return []
        cursor.execute(SAME_HOURS, [survivor.pk, loser.pk])
        day, starts, first, second = cursor.fetchone()
    text = ngettext(
        "%(first)s and %(second)s expect the citizen at the same time on %(count)s day, %(day)s at %(time)s."
        " End one of them, or change its hours.",
        "%(first)s and %(second)s expect the citizen at the same time on %(count)s days, the first is %(day)s at"
        " %(time)s. End one of them, or change its hours.",
        days,
    )
    return [text % {"first": first, "second": second, "count": days, "day": in_words(day), "time": clock(starts)}]


def open_twice(survivor: Citizen, loser: Citizen) -> list[str]:
    """One person has one open referral of a type at a centre (R4)."""
    waiting = (
        Referral.objects.in_triage().filter(citizen__in=[survivor, loser]).select_related("type").order_by("reference")
    )
    by_kind: dict[tuple[str, int], list[Referral]] = {}
    for referral in waiting:
        by_kind.setdefault((referral.type.key, referral.centre_id), []).append(referral)
    return [
        _("%(first)s and %(second)s ask for the same kind of programme. Decide on one of them first.")
        % {"first": same[0], "second": same[1]}
        for same in by_kind.values()
        if len({referral.citizen_id for referral in same}) > 1
    ]


def chosen_facts(survivor: Citizen, loser: Citizen, choices: Mapping[str, str]) -> dict[str, object]:
    """What the survivor's row holds afterwards; protection never gets lost, and a number tells its own birth date."""
    names = FACTS if survivor.identity_number else FACTS + BORN
    facts = {name: getattr(loser if choices.get(name) == LOSER else survivor, name) for name in names}
    facts["is_protected"] = survivor.is_protected or loser.is_protected
    return facts


def merge(*, survivor: Citizen, loser: Citizen, choices: Mapping[str, str], why: str, by: User) -> Merge:
    """Make the two one (K1): all that names `loser` names `survivor` from now on.

    `choices` says by field whose value stays. NotAllowed unless `by` leads every centre that has a case of either;
    Refused with the reason when something cannot be true of one person. References stay as they are.
    """
    with acting(by, why=why):
        rows = {row.pk: row for row in locked(survivor.pk, loser.pk)}
        survivor, loser = rows[survivor.pk], rows[loser.pk]
        if not may_merge(by, survivor, loser):
            raise NotAllowed
        for obstacle in obstacles(survivor, loser):
            raise Refused(obstacle)
        row = Merge.objects.create(survivor=survivor, loser=loser, by=by, why=why)
        try:
            with transaction.atomic():
                move(survivor=survivor, loser=loser, facts=chosen_facts(survivor, loser, choices), merge=row)
        except IntegrityError:
            raise Refused(_("Something in the two cases cannot be true of one person, so they stay two.")) from None
        row.save(update_fields=["moved", "changed"])
        rename_users(survivor)
        record("citizens_merged", by=by, subject=row, citizen_id=survivor.pk, loser=str(loser.pk))
        record("citizens_merged", by=by, subject=row, citizen_id=loser.pk, survivor=str(survivor.pk))
        tell_centres("citizens_merged", row, survivor, why=why, by=by)
    return row


def unmerge(*, merge: Merge, why: str, by: User) -> Merge:
    """Undo a merge exactly (K1); asked for twice it happens once. Refused while a later one with either stands."""
    with acting(by, why=why):
        row = Merge.objects.select_for_update().get(pk=merge.pk)
        pair = {citizen.pk: citizen for citizen in locked(row.survivor_id, row.loser_id)}
        row.survivor, row.loser = pair[row.survivor_id], pair[row.loser_id]
        if not may_merge(by, row.survivor, row.loser):
            raise NotAllowed
        if row.reversed_at:
            return row
        if younger_merges(row).exists():
            raise Refused(_("The citizen has been brought together with another record since. Undo that first."))
        try:
            with transaction.atomic():
                put_back(row)
        except IntegrityError:
            raise Refused(_("What has been written since stands in the way, so the two stay one.")) from None
        row.reversed_at, row.reversed_by, row.reversed_why = timezone.now(), by, why
        row.save(update_fields=["reversed_at", "reversed_by", "reversed_why"])
        for citizen in locked(row.survivor_id, row.loser_id):
            rename_users(citizen)
            record("merge_undone", by=by, subject=row, citizen_id=citizen.pk)
            tell_centres("merge_undone", row, citizen, why=why, by=by)
    return row


def locked(*pks: UUID) -> list[Citizen]:
    """The rows as they stand, locked in one order, so that two who merge at once wait for each other."""
    return list(Citizen.objects.select_for_update().filter(pk__in=pks).order_by("pk"))


def tell_centres(kind: str, merge: Merge, citizen: Citizen, *, why: str, by: User) -> None:
    """One line on the timeline at each centre, in its newest case of the citizen; for the team alone."""
    told = set()
    programmes = Programme.objects.filter(citizen=citizen).select_related("centre", "referring_organisation")
    referrals = Referral.objects.filter(citizen=citizen).select_related("centre", "referring_organisation")
    cases: list[Programme | Referral] = [*programmes.order_by("-pk"), *referrals.order_by("-submitted_at")]
    for case in cases:
        if case.centre_id in told:
            continue
        told.add(case.centre_id)
        tell(
            kind,
            citizen=citizen,
            centre=case.centre,
            case=case.reference,
            referring_organisation=case.referring_organisation,
            by=by,
            body=why,
            source=str(merge),
        )
