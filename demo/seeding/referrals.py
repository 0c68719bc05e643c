"""Referrals as rows: the accepted ones behind the programmes, their goals, parties, consents, and who sees them."""

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.urls import reverse

from accounts.models import Organisation, User
from accounts.roles import Role
from audit.models import Event
from citizens.models import CaseAccess, Consent
from demo.seeding.case import Case, GoalText
from demo.seeding.programmes import References
from demo.seeding.timeline import Timeline
from demo.seeding.world import World
from journal.models import Audience, Entry
from programmes.models import ProgrammeType
from referrals.models import Goal, Move, Party, Referral, Subgoal
from referrals.statuses import Status


def write_accepted(world: World, cases: list[Case], references: References, timeline: Timeline) -> None:
    """The referral behind each programme, as it was sent and accepted."""
    for case in sorted(cases, key=lambda case: (case.submitted_on, case.citizen.id)):
        submitted_at = world.office_hours(case.submitted_on)
        decided_at = world.at(case.decided_on, time(10, 30))
        decided_at = max(min(decided_at, world.now - timedelta(minutes=30)), submitted_at + timedelta(minutes=10))
        case.referral = world.book.add(
            Referral(
                id=world.uuid(),
                reference=references.next("H", case.submitted_on),
                status=Status.ACCEPTED,
                type=case.type,
                centre=world.centre,
                referring_organisation=case.organisation,
                referrer=case.referrer,
                citizen=case.citizen,
                programme=case.programme,
                context=case.context,
                legal_basis=legal_basis(case.type, case.context),
                municipality=case.municipality,
                reason=case.reason,
                accommodations=case.accommodations,
                accommodations_why=case.accommodations_why,
                wished_start=case.wished_start,
                weeks=case.asked_weeks,
                weekly_hours=case.weekly_hours.quantize(Decimal("0.01")),
                offer_id=case.offer_id,
                submitted_at=submitted_at,
                decided_at=decided_at,
                decided_by=world.leader,
                version=3,
            )
        )
        write_goals(world, case.referral, case.versions[0].goals)
        write_parties(world, case.referral, case.parties)
        write_consents(world, case.referral)
        move(world, case.referral, Status.SUBMITTED, submitted_at, case.referrer)
        move(world, case.referral, Status.ACCEPTED, decided_at, world.leader)
        grant_referral(world, case.referral)
        url = reverse("referrals:detail", args=[case.referral.reference])
        timeline.tell(
            case,
            "referral_submitted",
            submitted_at,
            case.referrer,
            audience=Audience.REFERRER,
            reference=case.referral.reference,
            url=url,
            organisation=case.organisation.name,
        )
        timeline.tell(
            case,
            "referral_accepted",
            decided_at,
            world.leader,
            audience=Audience.REFERRER,
            url=url,
            start=case.starts_on.isoformat(),
        )


def legal_basis(type_: ProgrammeType, context: str) -> str:
    """The paragraph of the context, or the type's own."""
    own = next((one.legal_basis for one in type_.settings.contexts if one.key == context), "")
    return own or type_.settings.legal_basis.text or ""


def write_parties(world: World, referral: Referral, parties: list[Organisation]) -> None:
    """Who refers together with the first one (R1)."""
    for position, organisation in enumerate(parties, start=1):
        known = world.referrers(organisation)
        person = known[0].name if known else organisation.name
        phone = known[0].phone if known else ""
        world.book.add(
            Party(referral=referral, position=position, organisation=organisation.name, person=person, phone=phone)
        )


def write_consents(world: World, referral: Referral) -> None:
    """What the type asks the citizen to allow, given with the referral (R9)."""
    assert referral.submitted_at  # noqa: S101
    assert referral.citizen  # noqa: S101
    for one in referral.type.settings.consents:
        purpose = getattr(one.name, world.language)
        world.book.add(
            Consent(
                citizen=referral.citizen,
                centre=world.centre,
                key=one.key,
                purpose=purpose,
                parties=f"{world.centre.name}, {referral.referring_organisation.name}",
                given_on=referral.submitted_at.date(),
                given_how=world.weighted({Consent.Given.WRITING: 4, Consent.Given.ORAL: 1}),
                source=f"referrals.referral:{referral.pk}",
                recorded_by=referral.referrer,
                recorded_at=referral.submitted_at,
            )
        )


def write_goals(world: World, referral: Referral, goals: list[GoalText]) -> None:
    for position, text in enumerate(goals, start=1):
        goal = world.book.add(
            Goal(
                referral=referral,
                position=position,
                life_area=text.area,
                title=text.title,
                own_words=text.own_words,
            )
        )
        for place, subgoal in enumerate(text.subgoals, start=1):
            world.book.add(
                Subgoal(
                    goal=goal,
                    position=place,
                    title=subgoal.title,
                    indicator=subgoal.indicator,
                    baseline=subgoal.baseline,
                    target=subgoal.target,
                )
            )


def move(world: World, referral: Referral, status: Status, at: datetime, by: User, why: str = "") -> None:
    """One change of state, with the event that its action records."""
    world.book.add(Move(referral=referral, status=status, at=at, by=by, why=why))
    world.book.add(
        Event(
            at=at,
            actor_id=by.pk,
            actor_name=by.name,
            verb=f"referral_{status}",
            subject=referral.reference,
            citizen_id=referral.citizen_id,
        )
    )


def tell(world: World, referral: Referral, kind: str, at: datetime, by: User, *, name: str) -> None:
    world.book.add(
        Entry(
            citizen=referral.citizen,
            centre=world.centre,
            referring_organisation=referral.referring_organisation,
            case=referral.reference,
            kind=kind,
            audience=Audience.REFERRER,
            happened_at=at,
            author=by,
            params={"organisation": name} if kind in ("referral_submitted", "information_requested") else {},
            url=reverse("referrals:detail", args=[referral.reference]),
        )
    )


def grant_referral(world: World, referral: Referral) -> None:
    """The referring organisation and the centre's team leaders see the case."""
    assert referral.submitted_at  # noqa: S101
    for role, organisation in [
        (Role.REFERRER, referral.referring_organisation),
        (Role.TEAM_LEADER, world.centre),
    ]:
        world.book.add(
            CaseAccess(
                citizen=referral.citizen,
                centre=world.centre,
                role=role,
                organisation=organisation,
                starts_on=referral.submitted_at.date(),
                source=f"referrals.referral:{referral.pk}",
            )
        )
