"""Submitting a referral: the citizen is found or written, the goals are kept, the centre is told (R1, R2, R4)."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Role
from audit.acting import acting
from audit.log import record
from citizens.access import grant
from citizens.identity import Number, find_by_number, set_number
from citizens.models import CaseAccess, Citizen, Consent
from core.exceptions import NotAllowed, Refused
from programmes.models import Programme, ProgrammeType
from referrals.drafts import locked
from referrals.models import Goal, Move, Party, Referral, Subgoal
from referrals.permissions import may_write
from referrals.programme_form import OTHER
from referrals.sections import ReferralForm
from referrals.statuses import IN_TRIAGE, Status
from referrals.telling import tell_centre, tell_timeline


@dataclass(frozen=True)
class Person:
    """The citizen as the referral states it."""

    number: Number | None
    birth_date: date
    gender: str
    first_name: str
    last_name: str
    no_number_reason: str = ""
    is_protected: bool = False
    phone: str = ""
    email: str = ""
    municipality: str = ""
    language: str = "da"
    interpreter: str = ""


@dataclass(frozen=True)
class StatedSubgoal:
    title: str
    indicator: str
    baseline: str = ""
    target: str = ""


@dataclass(frozen=True)
class StatedGoal:
    life_area: str
    title: str
    own_words: str = ""
    subgoals: list[StatedSubgoal] = field(default_factory=list)


@dataclass(frozen=True)
class StatedParty:
    organisation: str
    person: str
    phone: str = ""


@dataclass(frozen=True)
class StatedConsent:
    """The type's consent of this key, in the words that were asked."""

    key: str
    purpose: str
    given_on: date
    given_how: str


@dataclass(frozen=True)
class Submission:
    """A whole referral, understood: what a form or another door hands to `submit`."""

    person: Person
    type: ProgrammeType
    centre: Organisation
    context: str
    legal_basis: str
    reason: str
    wished_start: date
    weeks: int
    weekly_hours: Decimal | None
    goals: list[StatedGoal]
    accommodations: str = ""
    accommodations_why: str = ""
    offer_id: str = ""
    municipality: str = ""
    workshop_wish: str = ""
    wished_pre_programme: str = ""
    parties: list[StatedParty] = field(default_factory=list)
    consents: list[StatedConsent] = field(default_factory=list)


class AlreadyOpen(Refused):
    """The citizen has an open referral or a running programme of the type (R4)."""


def understood(form: ReferralForm) -> Submission:
    """The valid form's content."""
    person, programme = form.citizen.cleaned_data, form.programme.cleaned_data
    names = set(Person.__dataclass_fields__)
    assert form.chosen is not None  # noqa: S101  (a form without it is not valid)
    minutes = programme.get("weekly_hours")
    quota = programme.get("quota", OTHER)
    return Submission(
        person=Person(**{name: value for name, value in person.items() if name in names}),
        type=form.chosen.type,
        centre=form.chosen.centre,
        context=programme.get("context", ""),
        weekly_hours=None if minutes is None else (Decimal(minutes) / 60).quantize(Decimal("0.01")),
        municipality=person.get("municipality", "") if quota == OTHER else quota,
        workshop_wish=programme.get("workshop_wish", ""),
        wished_pre_programme=programme.get("pre_programme", ""),
        parties=stated_parties(form),
        consents=stated_consents(form),
        **{name: programme[name] for name in ["legal_basis", "reason", "wished_start", "weeks", "offer_id"]},
        **form.accommodations.cleaned_data,
        goals=[
            StatedGoal(
                **block.form.cleaned_data,
                subgoals=[StatedSubgoal(**subgoal.cleaned_data) for subgoal in block.subgoals],
            )
            for block in form.goals
        ],
    )


def stated_parties(form: ReferralForm) -> list[StatedParty]:
    data = form.programme.cleaned_data
    return [StatedParty(*(data[name] for name in names)) for names in form.programme.party_fields]


def stated_consents(form: ReferralForm) -> list[StatedConsent]:
    """Those that were given; one that need not be may be left out."""
    data, found = form.programme.cleaned_data, []
    for consent, (name, (on, how)) in zip(form.programme.settings.consents, form.programme.consent_fields, strict=True):
        if data.get(on):
            found.append(StatedConsent(consent.key, name, data[on], data[how]))
    return found


def submit(*, referral: Referral, submission: Submission, by: User) -> Referral:
    """Send the draft to the centre (R2). Sent twice it is one referral: the second call gets the first one's (R4, T12).

    AlreadyOpen when the citizen has an open referral or a running programme of the type at the centre; the draft stays.
    """
    with acting(by):
        referral = locked(referral)
        if not may_write(by, referral):
            raise NotAllowed
        if referral.status != Status.DRAFT:
            return referral
        citizen = find_or_write(submission.person, organisation=referral.referring_organisation)
        refuse_second(citizen, submission.type, submission.centre, by=by)
        fill(referral, submission, citizen)
        keep_consents(referral, submission, by=by)
        Move.objects.create(referral=referral, status=Status.SUBMITTED, by=by)
        grant_referral(referral)
        record("referral_submitted", by=by, subject=referral, citizen_id=citizen.pk)
        tell_timeline("referral_submitted", referral, by=by, organisation=referral.referring_organisation.name)
        tell_centre("submitted", referral)
    return referral


def fill(referral: Referral, submission: Submission, citizen: Citizen) -> None:
    """Write the columns and the goals. The draft stays with the row: it is the referral as it was sent."""
    for name in [
        "type",
        "centre",
        "context",
        "legal_basis",
        "reason",
        "wished_start",
        "weeks",
        "weekly_hours",
        "accommodations",
        "accommodations_why",
        "offer_id",
        "municipality",
        "workshop_wish",
        "wished_pre_programme",
    ]:
        setattr(referral, name, getattr(submission, name))
    referral.citizen = citizen
    referral.status = Status.SUBMITTED
    referral.submitted_at = timezone.now()
    referral.version += 1
    referral.save()
    stated = [
        Goal(referral=referral, position=position, life_area=goal.life_area, title=goal.title, own_words=goal.own_words)
        for position, goal in enumerate(submission.goals, start=1)
    ]
    Goal.objects.bulk_create(stated)
    Subgoal.objects.bulk_create(
        Subgoal(
            goal=goal,
            position=position,
            title=subgoal.title,
            indicator=subgoal.indicator,
            baseline=subgoal.baseline,
            target=subgoal.target,
        )
        for goal, written in zip(stated, submission.goals, strict=True)
        for position, subgoal in enumerate(written.subgoals, start=1)
    )


def keep_consents(referral: Referral, submission: Submission, *, by: User) -> None:
    """Who else knows the citizen, and what the citizen allows: between whom, since when, given how (R1, R9)."""
    Party.objects.bulk_create(
        Party(referral=referral, position=position, **vars(party))
        for position, party in enumerate(submission.parties, start=1)
    )
    between = [referral.referring_organisation.name, referral.centre.name]
    between += [party.organisation for party in submission.parties]
    assert referral.citizen is not None  # noqa: S101  (filled in just before)
    Consent.objects.bulk_create(
        Consent(
            citizen=referral.citizen,
            centre=referral.centre,
            parties=", ".join(between)[:500],
            source=source_of(referral),
            recorded_by=by,
            **vars(consent),
        )
        for consent in submission.consents
    )


def find_or_write(person: Person, *, organisation: Organisation) -> Citizen:
    """The citizen of the number, one row however many ask at once (U1), locked until the transaction ends.

    A citizen whom only this organisation ever sent is brought up to date. Where another organisation has a part in the
    row, nothing of it is overwritten: blanks are filled in, a protected name becomes protected, and the centre sees
    what the referral states differently (`forms.stated_differently`).
    """
    known = find_by_number(person.number) if person.number else None
    if known is None:
        known = written(person)
        if known is not None:
            return known
        assert person.number is not None  # noqa: S101  (only a number that exists already is refused)
        known = find_by_number(person.number)
        assert known is not None  # noqa: S101
    citizen = Citizen.objects.select_for_update().get(pk=known.pk)
    facts = {name: getattr(person, name) for name in ["phone", "email", "municipality", "language", "interpreter"]}
    facts |= {"first_name": person.first_name, "last_name": person.last_name}
    others = (
        CaseAccess.objects.filter(citizen=citizen).exclude(role=Role.TEAM_LEADER).exclude(organisation=organisation)
    )
    is_shared = others.exists()
    changed = [
        name
        for name, stated in facts.items()
        if stated and stated != getattr(citizen, name) and (not is_shared or not getattr(citizen, name))
    ]
    for name in changed:
        setattr(citizen, name, facts[name])
    if person.is_protected and not citizen.is_protected:
        citizen.is_protected = True
        changed.append("is_protected")
    if changed:
        citizen.save(update_fields=changed)
    return citizen


def written(person: Person) -> Citizen | None:
    """A new citizen; None when somebody else wrote the same number in this very moment."""
    facts = {name: getattr(person, name) for name in Person.__dataclass_fields__ if name != "number"}
    citizen = Citizen(**facts)
    if person.number is not None:
        set_number(citizen, person.number)
    try:
        with transaction.atomic():
            citizen.save(force_insert=True)
    except IntegrityError:
        if person.number is None:
            raise
        return None
    return citizen


def open_case(citizen: Citizen, type: ProgrammeType, centre: Organisation) -> Referral | Programme | None:
    """The citizen's open referral or running programme of this type at the centre, any version of the type (R4)."""
    there = Referral.objects.filter(citizen=citizen, type__key=type.key, centre=centre, status__in=IN_TRIAGE).first()
    return there or running_programme(citizen, type, centre)


def running_programme(citizen: Citizen, type: ProgrammeType, centre: Organisation) -> Programme | None:
    return Programme.objects.running().filter(citizen=citizen, type__key=type.key, centre=centre).first()


def refuse_second(citizen: Citizen, type: ProgrammeType, centre: Organisation, *, by: User) -> None:
    there = open_case(citizen, type, centre)
    if there is not None:
        raise AlreadyOpen(told(there, by))


def told(there: Referral | Programme, user: User) -> str:
    """What the user may know of the case that is open already: its reference only where they may see it (R4, T1)."""
    is_referral = isinstance(there, Referral)
    visible = type(there).objects.visible_to(user).filter(reference=there.reference).exists()
    if is_referral and visible:
        return _("The citizen already has an open referral of this type: %(reference)s") % {"reference": there}
    if is_referral:
        return _("The citizen already has an open referral of this type")
    if visible:
        return _("The citizen already has a running programme of this type: %(reference)s") % {"reference": there}
    return _("The citizen already has a running programme of this type")


def grant_referral(referral: Referral) -> None:
    """The referring organisation's referrers and the centre's team leaders see the case from now on."""
    assert referral.citizen is not None  # noqa: S101
    sides = [(Role.REFERRER, referral.referring_organisation), (Role.TEAM_LEADER, referral.centre)]
    for role, organisation in sides:
        grant(
            citizen=referral.citizen,
            centre=referral.centre,
            role=role,
            organisation=organisation,
            source=source_of(referral),
        )


def source_of(referral: Referral) -> str:
    """The name under which access and tasks that rest on the referral stand."""
    return f"referrals.referral:{referral.pk}"
