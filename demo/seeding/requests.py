"""Referrals without a programme: those that wait, were refused or are still being written."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.models import Organisation, User
from citizens.models import Citizen
from demo.seeding.case import GoalText
from demo.seeding.ordinary import (
    PACES,
    WHOLE,
    agree_accommodations,
    invent_goals,
)
from demo.seeding.people import People, invented_name
from demo.seeding.programmes import References
from demo.seeding.referrals import grant_referral, legal_basis, move, tell, write_consents, write_goals, write_parties
from demo.seeding.referring import choose_organisation, municipality_of, offer_id, others_of
from demo.seeding.starts import intake
from demo.seeding.texts import everyday, fill
from demo.seeding.told import enrol, goals_of, municipality_in, parties_of
from demo.seeding.world import World, content
from programmes.models import ProgrammeType
from referrals.drafts import sealed
from referrals.models import Referral
from referrals.statuses import Status
from worklist.models import Task

DRAFTS = 3
KINDS = {
    Status.INFORMATION_REQUESTED: "information_requested",
    Status.WAITING_LIST: "waiting_list",
    Status.REJECTED: "referral_rejected",
    Status.WITHDRAWN: "referral_withdrawn",
}


def shares(place: dict[str, Any], citizens: int) -> dict[Status, int]:
    """How many invented referrals without a programme a centre has of each state; the queue can be read."""
    if not place.get("with_workshops"):
        if citizens < WHOLE:
            return {Status.SUBMITTED: 1}
        more = citizens // 1000
        return {
            Status.SUBMITTED: 2 + more,
            Status.INFORMATION_REQUESTED: 1,
            Status.WAITING_LIST: 1 + more,
            Status.REJECTED: 1 + more,
            Status.WITHDRAWN: 1,
        }
    return {
        Status.SUBMITTED: 4 + citizens // 400,
        Status.INFORMATION_REQUESTED: 2 + citizens // 1000,
        Status.WAITING_LIST: 1 + citizens // 800,
        Status.REJECTED: max(1, round(citizens * 0.025)),
        Status.WITHDRAWN: max(1, round(citizens * 0.015)),
    }


def told_requests(place: dict[str, Any], citizens: int) -> list[dict[str, Any]]:
    """Referrals of `referrals.yaml` to the centre that have no programme; in a small demo Malik's alone."""
    return [
        text
        for text in content("referrals")["referrals"]
        if text["programme_type"] in place["types"]
        and text["demo_status"] not in ("accepted", "draft")
        and (citizens >= WHOLE or text["key"] == "ref-07")
    ]


@dataclass
class Request:
    """A referral that has no programme."""

    citizen: Citizen
    type: ProgrammeType
    organisation: Organisation
    referrer: User
    status: Status
    submitted_at: datetime
    wished_start: date
    goals: list[GoalText]
    reason: str
    context: str
    weekly_hours: Decimal
    accommodations: str = ""
    accommodations_why: str = ""
    offer_id: str = ""
    why: str = ""
    moved_at: datetime | None = None
    parties: list[Organisation] = field(default_factory=list)
    municipality: str = ""


def invent_requests(world: World, people: People) -> list[Request]:
    """Referrals in every state but accepted, with different waiting days, those of `referrals.yaml` first."""
    requests = [told_request(world, people, text) for text in told_requests(world.place, world.citizens)]
    waiting = [19, 13, 9, 6, 3, 1, 2, 4, 5, 8, 11]
    for status, number in shares(world.place, world.citizens).items():
        for _ in range(number):
            is_open = status in (Status.SUBMITTED, Status.INFORMATION_REQUESTED, Status.WAITING_LIST)
            days = waiting[len(requests) % len(waiting)] if is_open else world.random.randint(12, 7 * world.weeks + 12)
            requests.append(invent_request(world, people, status, days))
    ask_the_demo_referrer(world, requests)
    return requests


def ask_the_demo_referrer(world: World, requests: list[Request]) -> None:
    """One of the questions is put to the referrer whom the demo signs in."""
    asked = [request for request in requests if request.status == Status.INFORMATION_REQUESTED]
    if not asked:
        return
    request, referrer = asked[-1], world.users[world.place["referrer"]]
    request.referrer = referrer
    request.organisation = next(
        world.organisations[one["organisation"]]
        for one in content("people")["staff"]
        if one["key"] == world.place["referrer"]
    )
    request.offer_id = offer_id(request.organisation, 0)
    request.citizen.municipality = municipality_of(world, request.organisation)
    request.municipality = municipality_in(world, request.citizen.municipality)
    request.parties = others_of(world, request.type, request.organisation)


def invent_request(world: World, people: People, status: Status, days: int) -> Request:
    shares_of_types = {key: text["share"] for key, text in world.place["types"].items()}
    type_ = world.types[world.weighted(shares_of_types)]
    organisation = choose_organisation(world)
    municipality = municipality_of(world, organisation)
    citizen = people.invent(world, municipality, world.texts_of(type_.key).get("backgrounds"))
    reason = world.pick(everyday(world, type_, "reasons"))
    day = world.working_day_before(world.today - timedelta(days=days - 1))
    submitted_at = world.office_hours(day)
    key = {Status.INFORMATION_REQUESTED: "question"}.get(status, status.value)
    why = "" if status == Status.SUBMITTED else fill(world.pick(everyday(world, type_, "decisions", key)), citizen)
    pace = world.weighted({0: 2, 1: 4, 2: 3})
    moved_on = min(world.working_day(day + timedelta(days=world.random.randint(1, 3))), world.last_working_day)
    accommodations, accommodations_why = agree_accommodations(world, type_, "")
    return Request(
        citizen=citizen,
        type=type_,
        organisation=organisation,
        referrer=world.pick(world.referrers(organisation)),
        status=status,
        submitted_at=submitted_at,
        wished_start=intake(type_, world.this_monday + timedelta(weeks=world.random.randint(1, 5))),
        goals=invent_goals(world, type_, citizen, hours=PACES[pace][0] * PACES[pace][1] // 60, pace=pace),
        reason=fill(reason["text"], citizen),
        context=reason["context"],
        weekly_hours=Decimal(PACES[pace][0] * PACES[pace][1]) / 60,
        accommodations=accommodations,
        accommodations_why=accommodations_why,
        offer_id=offer_id(organisation, world.random.randint(100, 999)),
        why=why,
        moved_at=max(world.office_hours(moved_on), submitted_at + timedelta(minutes=40)),
        parties=others_of(world, type_, organisation),
        municipality=municipality_in(world, municipality),
    )


def told_request(world: World, people: People, text: dict[str, Any]) -> Request:
    """A referral of `referrals.yaml` that waits, asks or was refused, such as Malik's."""
    submitted_at = world.office_hours(world.working_day_before(world.today - timedelta(days=15)))
    type_ = world.types[text["programme_type"]]
    return Request(
        citizen=enrol(world, people, text),
        type=type_,
        organisation=world.organisations[text["referring_parties"][0]],
        referrer=world.users[text["referrer"]],
        status=Status(text["demo_status"]),
        submitted_at=submitted_at,
        wished_start=intake(type_, world.this_monday + timedelta(weeks=2)),
        goals=goals_of(world, text),
        reason=text["reason"],
        context=text["context"],
        weekly_hours=Decimal(text["weekly_hours"]["start"]),
        accommodations="\n".join(text["accommodations"]),
        accommodations_why=text.get("health_note") or "",
        offer_id=text["offer_id"] or "",
        why=question(text) if text["demo_status"] == Status.INFORMATION_REQUESTED else text.get("status_reason") or "",
        moved_at=submitted_at + timedelta(days=2),
        parties=parties_of(world, text),
        municipality=municipality_in(world, text["citizen"]["municipality"]),
    )


def question(text: dict[str, Any]) -> str:
    """What the centre asked, as the referral's thread begins."""
    return text["thread"][0]["text"]


def write_requests(world: World, requests: list[Request], references: References) -> None:
    for request in sorted(requests, key=lambda request: (request.submitted_at, request.citizen.id)):
        is_decided = request.status in (Status.REJECTED, Status.WITHDRAWN)
        by = request.referrer if request.status == Status.WITHDRAWN else world.leader
        referral = world.book.add(
            Referral(
                id=world.uuid(),
                reference=references.next("H", request.submitted_at.date()),
                status=request.status,
                type=request.type,
                centre=world.centre,
                referring_organisation=request.organisation,
                referrer=request.referrer,
                citizen=request.citizen,
                context=request.context,
                legal_basis=legal_basis(request.type, request.context),
                municipality=request.municipality,
                reason=request.reason,
                accommodations=request.accommodations,
                accommodations_why=request.accommodations_why,
                wished_start=request.wished_start,
                weeks=request.type.default_weeks,
                weekly_hours=request.weekly_hours.quantize(Decimal("0.01")),
                offer_id=request.offer_id,
                submitted_at=request.submitted_at,
                decided_at=request.moved_at if is_decided else None,
                decided_by=by if is_decided else None,
                decision_reason=request.why if is_decided else "",
                version=2 if request.status == Status.SUBMITTED else 3,
            )
        )
        write_goals(world, referral, request.goals)
        write_parties(world, referral, request.parties)
        write_consents(world, referral)
        move(world, referral, Status.SUBMITTED, request.submitted_at, request.referrer)
        name = request.organisation.name
        tell(world, referral, "referral_submitted", request.submitted_at, request.referrer, name=name)
        if request.status != Status.SUBMITTED and request.moved_at:
            move(world, referral, request.status, request.moved_at, by, request.why)
            tell(world, referral, KINDS[request.status], request.moved_at, by, name=name)
        if request.status == Status.INFORMATION_REQUESTED and request.moved_at:
            world.book.add(
                Task(
                    citizen=request.citizen,
                    kind="answer_question",
                    source=f"referrals.referral:{referral.pk}",
                    for_user=request.referrer,
                    due_on=request.moved_at.date(),
                    url=reverse("referrals:detail", args=[referral.reference]),
                    created_at=request.moved_at,
                )
            )
        grant_referral(world, referral)


def write_drafts(world: World, references: References) -> None:
    """What the referrers whom the demo signs in, and their colleagues, have begun and not yet sent (R3)."""
    key = world.place["referrer"]
    home = next(one["organisation"] for one in content("people")["staff"] if one["key"] == key)
    organisation = world.organisations[home]
    colleagues = world.referrers(organisation)
    for number in reversed(range(DRAFTS)):
        first, last, gender = invented_name(world)
        type_ = world.types[world.pick(list(world.place["types"]))]
        about = Citizen(first_name=first, gender=gender, language=world.language)
        typed = {"first_name": first, "last_name": last, "language": world.language}
        typed["municipality"] = municipality_of(world, organisation)
        if number:
            reason = world.pick(everyday(world, type_, "reasons"))
            goal = everyday(world, type_, "goals")[0]
            typed |= {"reason": fill(reason["text"], about), "context": reason["context"]}
            typed |= {"goal-0-title": fill(goal["title"], about), "goal-0-life_area": goal["area"]}
        day = world.working_day_before(world.today - timedelta(days=number * 3))
        id = world.uuid()
        world.book.add(
            Referral(
                id=id,
                reference=references.next("H", day),
                type=type_,
                centre=world.centre,
                referring_organisation=organisation,
                referrer=colleagues[number % len(colleagues)],
                draft=sealed(id, typed),
                draft_saved_at=world.office_hours(day),
            )
        )
