"""Who says yes to a version of the plan, and how; the caseworker's yes locks it and puts it in force (L2).

Each party's yes is a row of its own with the fingerprint of what the version says. One that is missing is due, and
holds nothing up: the plan is in force from the caseworker's.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from core.exceptions import NotAllowed, Refused
from core.uploads import Upload
from journal import documents
from journal.models import Audience
from plans import content as contents
from plans.actions import (
    DAYS_TO_CONFIRM,
    StalePlan,
    agreed_on_problem,
    follow_up_next,
    locked,
    next_follow_up_on,
    source_of,
)
from plans.models import Confirmation, Plan, Version
from plans.statuses import MOVES, Means, Party, Status
from programmes.checklist.requirements import settle
from programmes.models import Programme
from programmes.permissions import roles_in
from programmes.statuses import RUNNING
from programmes.telling import tell_case
from worklist.actions import clear_task, raise_task

# Who says yes by themselves, and by what.
OWN_MEANS = {Party.CITIZEN: Means.OWN_PAGE, Party.REFERRER: Means.SYSTEM}
OWN_ROLE = {Party.CITIZEN: Role.CITIZEN, Party.REFERRER: Role.REFERRER}
# First and last name of a citizen may be longer together.
NAME_LENGTH = 150
TASKS = {Party.CITIZEN: "confirm_plan_citizen", Party.REFERRER: "confirm_plan_referrer"}


@dataclass(frozen=True)
class Given:
    """How the citizen said yes at the meeting: by a signature (a picture), a typed name, or on paper (a scan)."""

    means: str
    name: str
    upload: Upload | None = None


def confirm(
    *, version: Version, agreed_on: date, by: User, revision: int | None = None, citizen: Given | None = None
) -> Version:
    """Lock the draft as agreed with the citizen on `agreed_on`, and plan the first follow-up (L2, L3).

    `citizen` is the citizen's own yes when it was given there and then; otherwise it is due, like the referrer's.
    Refused while something is missing (see `content.missing`), for a future day or one before the case began.
    StalePlan when the draft is no longer at `revision`, so that nobody confirms what they have not read (T13).
    """
    with acting(by):
        plan = locked(version.plan, by=by)
        version = plan.versions.select_for_update().get(pk=version.pk)
        if Status.CONFIRMED not in MOVES[version.status]:
            raise Refused(_("The plan is confirmed already"))
        content = contents.of_version(version)
        if revision is not None and revision != version.revision:
            raise StalePlan(version, content)
        if problems := contents.missing(content):
            raise Refused(problems[0])
        if problem := agreed_on_problem(plan, agreed_on):
            raise Refused(problem)
        version.status = Status.CONFIRMED
        version.citizen_agreed_on = agreed_on
        version.confirmed_at = timezone.now()
        version.confirmed_by = by
        version.save()
        programme = plan.programme
        content_hash = contents.fingerprint(version, content)
        own = Given(Means.SYSTEM, by.name)
        write(version, Party.CASEWORKER, own, given_on=agreed_on, content_hash=content_hash, by=by)
        clear_task(kind="confirm_plan", source=source_of(plan), by=by)
        if citizen:
            write(version, Party.CITIZEN, citizen, given_on=agreed_on, content_hash=content_hash, by=by)
        ask_the_others(plan, version, by=by)
        if plan.follow_up_due_on is None:
            follow_up_next(plan, on=next_follow_up_on(programme, max(agreed_on, programme.starts_on)), by=by)
        settle([programme.pk], by=by)
        record("plan_confirmed", by=by, subject=plan, citizen_id=programme.citizen_id, version=version.number)
        tell_of(plan, "plan_confirmed", version, by=by)
    return version


def record_citizen(*, version: Version, given: Given, given_on: date, by: User) -> Confirmation:
    """Write down the citizen's yes to a version in force, given at a meeting or on paper afterwards (L2).

    Refused for a day before the plan was agreed or in the future, and when it is given already.
    """
    with acting(by):
        plan = locked(version.plan, by=by)
        version = still_in_force(plan, version)
        if problem := given_on_problem(version, given_on):
            raise Refused(problem)
        return said_yes(plan, version, Party.CITIZEN, given, given_on=given_on, by=by)


def given_on_problem(version: Version, given_on: date) -> str:
    """Why the citizen cannot have said yes on that day; empty when it can."""
    if given_on > timezone.localdate():
        return _("The day lies in the future. Confirm when you have agreed")
    if version.citizen_agreed_on and given_on < version.citizen_agreed_on:
        return _("The plan was not agreed yet on that day")
    return ""


def agree(*, version: Version, party: str, by: User) -> Confirmation:
    """Say yes oneself: the citizen on the own page, the referrer in the system (L2).

    NotAllowed for everybody else; Refused when the type does not ask, or something else is in force by now.
    """
    with acting(by):
        plan = Plan.objects.select_for_update(of=("self",)).select_related("programme__type").get(pk=version.plan_id)
        if party not in OWN_ROLE or OWN_ROLE[Party(party)] not in roles_in(by, plan.programme):
            raise NotAllowed
        if plan.programme.status not in RUNNING:
            raise Refused(_("The programme has ended, so the plan stays as it is"))
        version = still_in_force(plan, version)
        given = Given(OWN_MEANS[Party(party)], by.name)
        return said_yes(plan, version, Party(party), given, given_on=timezone.localdate(), by=by)


def still_in_force(plan: Plan, version: Version) -> Version:
    """The version when it is the one in force; Refused when it is a draft, or another took its place (T13)."""
    newest = plan.in_force()
    if newest is None:
        raise Refused(_("The plan is not agreed yet"))
    if newest.pk != version.pk:
        raise Refused(_("The plan has changed since you opened the page. Open it again"))
    return newest


def said_yes(plan: Plan, version: Version, party: Party, given: Given, *, given_on: date, by: User) -> Confirmation:
    """Keep the yes of one who was asked, once, and clear what was due; the same sent twice is one (T12)."""
    if party not in asked(plan.programme):
        raise Refused(_("This confirmation is not asked for here"))
    earlier = version.confirmations.filter(party=party).first()
    if earlier:
        if (earlier.means, earlier.by_id) == (given.means, by.pk):
            return earlier
        raise Refused(_("This confirmation has been given already"))
    content_hash = contents.fingerprint(version, contents.of_version(version))
    row = write(version, party, given, given_on=given_on, content_hash=content_hash, by=by)
    clear_task(kind=TASKS[party], source=source_of(plan), by=by)
    record(
        "plan_agreed", by=by, subject=plan, citizen_id=plan.programme.citizen_id, version=version.number, party=party
    )
    tell_of(plan, f"plan_confirmed_{party}", version, by=by)
    return row


def write(version: Version, party: str, given: Given, *, given_on: date, content_hash: str, by: User) -> Confirmation:
    """The row, and the signature or scan that hangs on it; inside the caller's action."""
    row = Confirmation.objects.create(
        version=version,
        party=party,
        means=given.means,
        name=given.name[:NAME_LENGTH],
        by=by,
        given_on=given_on,
        content_hash=content_hash,
        proof_hash=hashlib.sha256(given.upload.data).hexdigest() if given.upload else "",
    )
    if given.upload:
        citizen = version.plan.programme.citizen
        documents.attach(upload=given.upload, carrier=str(row), citizen=citizen, by=by, room=1)
    return row


def asked(programme: Programme) -> list[str]:
    """The parties that the type asks, in its order; the caseworker, who locks the plan, always (L2)."""
    parties: list[str] = [*programme.type.settings.plan_confirmed_by]
    return parties if Party.CASEWORKER in parties else [*parties, Party.CASEWORKER.value]


def missing_parties(version: Version, programme: Programme) -> list[Party]:
    """Who has not said yes to a version in force yet; the caseworker has, it is what put it in force. One query."""
    given = {Party.CASEWORKER.value} | {row.party for row in version.confirmations.all()}
    return [Party(party) for party in asked(programme) if party not in given]


def waits_for(party: str, version: Version, programme: Programme) -> bool:
    """Whether the party's yes to a version in force can still be given."""
    return programme.status in RUNNING and party in missing_parties(version, programme)


def ask_the_others(plan: Plan, version: Version, *, by: User) -> None:
    """A yes that is missing is due in a fortnight: the citizen's for the caseworker, the referrer's for them (L2)."""
    programme = plan.programme
    missing = missing_parties(version, programme)
    pages = {Party.CITIZEN: "plans:sign", Party.REFERRER: "plans:agree"}
    people = {Party.CITIZEN: programme.caseworker, Party.REFERRER: programme.referrer}
    for party, kind in TASKS.items():
        clear_task(kind=kind, source=source_of(plan), by=by)
        if party in missing:
            raise_task(
                kind=kind,
                source=source_of(plan),
                due_on=timezone.localdate() + timedelta(days=DAYS_TO_CONFIRM),
                url=reverse(pages[party], args=[programme.reference]),
                citizen=programme.citizen,
                for_user=people[party],
            )


def waiting_for(party: Party, programmes: Iterable[Programme]) -> list[Programme]:
    """Those of the programmes whose plan in force lacks this party's yes; two queries."""
    found = [one for one in programmes if one.status in RUNNING and party in asked(one)]
    newest = (
        Version.objects.filter(plan__programme__in=found, status=Status.CONFIRMED)
        .order_by("plan__programme_id", "-number")
        .distinct("plan__programme_id")
        .values_list("plan__programme_id", "pk")
    )
    version_of = dict(newest)
    given = set(
        Confirmation.objects.filter(version__in=version_of.values(), party=party).values_list("version_id", flat=True)
    )
    return [one for one in found if one.pk in version_of and version_of[one.pk] not in given]


@dataclass(frozen=True)
class Line:
    """One party that the type asks, with its yes to a version; `row` is None while it is missing."""

    party: Party
    row: Confirmation | None
    name: str = ""  # as it was given; a citizen's protected name is masked here too (T10)
    fits: bool = True  # the yes was given to just what the version says

    @property
    def has_proof(self) -> bool:
        return self.row is not None and bool(self.row.proof_hash)


def lines(version: Version, programme: Programme, *, with_proof: bool) -> list[Line]:
    """Who was asked and who said yes, in the type's order; whoever said yes unasked stands last.

    `with_proof` compares each yes with what the version says. One query, three with the proof.
    """
    rows = {row.party: row for row in version.confirmations.all()}
    content_hash = contents.fingerprint(version, contents.of_version(version)) if with_proof else None
    parties = [party for party in asked(programme) if party != Party.CASEWORKER or party in rows]
    parties += [party for party in rows if party not in parties]
    citizen = programme.citizen
    masked = {Party.CITIZEN.value: citizen.name} if citizen.is_protected else {}
    found = []
    for party in parties:
        row = rows.get(party)
        name = masked.get(party, row.name) if row else ""
        found.append(Line(Party(party), row, name, fits=row is None or content_hash in (None, row.content_hash)))
    return found


def tell_of(plan: Plan, kind: str, version: Version, *, by: User) -> None:
    programme = plan.programme
    tell_case(
        kind,
        programme,
        by=by,
        audience=Audience.REFERRER,
        url=reverse("plans:detail", args=[programme.reference]),
        number=version.number,
    )
