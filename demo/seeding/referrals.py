"""Referrals: the accepted ones behind the programmes, and those that wait, were refused or are still being written."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.urls import reverse

from accounts.models import Organisation, User
from accounts.roles import Role
from audit.models import Event
from citizens.models import CaseAccess, Citizen
from demo.seeding.case import Case, GoalText
from demo.seeding.ordinary import PACES, choose_organisation, invent_goals, municipality_of, offer_id
from demo.seeding.people import People, invented_name
from demo.seeding.programmes import References
from demo.seeding.storylines import enrol, referral_text
from demo.seeding.texts import everyday, fill
from demo.seeding.timeline import Timeline
from demo.seeding.world import World
from journal.models import Audience, Entry
from referrals.drafts import sealed
from referrals.models import Goal, Move, Referral, Subgoal
from referrals.statuses import Status
from worklist.models import Task

DRAFTS = 3


def shares(citizens: int) -> dict[Status, int]:
    """How many referrals without a programme there are of each state; the queue stays one that can be read."""
    return {
        Status.SUBMITTED: 4 + citizens // 400,
        Status.INFORMATION_REQUESTED: 2 + citizens // 1000,
        Status.WAITING_LIST: 1 + citizens // 800,
        Status.REJECTED: max(1, round(citizens * 0.025)),
        Status.WITHDRAWN: max(1, round(citizens * 0.015)),
    }


@dataclass
class Request:
    """A referral that has no programme."""

    citizen: Citizen
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
                type=world.type,
                centre=world.centre,
                referring_organisation=case.organisation,
                referrer=case.referrer,
                citizen=case.citizen,
                programme=case.programme,
                context=case.context,
                legal_basis=world.type.settings.legal_basis.text or "",
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


def invent_requests(world: World, people: People) -> list[Request]:
    """Referrals in every state but accepted, with different waiting days, Malik's on the waiting list among them."""
    requests = [maliks(world, people)]
    waiting = [19, 13, 9, 6, 3, 1, 2, 4, 5, 8, 11]
    for status, number in shares(world.citizens).items():
        for _ in range(number):
            is_open = status in (Status.SUBMITTED, Status.INFORMATION_REQUESTED, Status.WAITING_LIST)
            days = waiting[len(requests) % len(waiting)] if is_open else world.random.randint(12, 7 * world.weeks + 12)
            requests.append(invent_request(world, people, status, days))
    ask_the_demo_referrer(world, requests)
    return requests


def ask_the_demo_referrer(world: World, requests: list[Request]) -> None:
    """One of the questions is put to the referrer whom the demo signs in."""
    asked = next(request for request in requests if request.status == Status.INFORMATION_REQUESTED)
    asked.organisation, asked.referrer = world.organisations["jc-aalborg"], world.users["rf-aalborg"]
    asked.offer_id = offer_id(asked.organisation, 0)
    asked.citizen.municipality = municipality_of(asked.organisation)


def invent_request(world: World, people: People, status: Status, days: int) -> Request:
    organisation = choose_organisation(world)
    citizen = people.invent(municipality_of(organisation))
    reason = world.pick(everyday("reasons"))
    day = world.working_day_before(world.today - timedelta(days=days - 1))
    submitted_at = world.office_hours(day)
    text = world.workshop_texts[world.pick(list(world.workshop_texts))]
    key = {Status.INFORMATION_REQUESTED: "question"}.get(status, status.value)
    why = "" if status == Status.SUBMITTED else fill(world.pick(everyday("decisions", key)), citizen)
    pace = world.weighted({0: 2, 1: 4, 2: 3})
    moved_on = min(world.working_day(day + timedelta(days=world.random.randint(1, 3))), world.last_working_day)
    return Request(
        citizen=citizen,
        organisation=organisation,
        referrer=world.pick(world.referrers(organisation)),
        status=status,
        submitted_at=submitted_at,
        wished_start=world.this_monday + timedelta(weeks=world.random.randint(1, 5)),
        goals=invent_goals(world, citizen, hours=PACES[pace][0] * PACES[pace][1] // 60, pace=pace),
        reason=fill(reason["text"], citizen),
        context=reason["context"],
        weekly_hours=Decimal(PACES[pace][0] * PACES[pace][1]) / 60,
        accommodations="\n".join(world.random.sample(text["accommodations_as_tasks_da"], 2)),
        accommodations_why=world.pick(everyday("accommodations_why")),
        offer_id=offer_id(organisation, world.random.randint(100, 999)),
        why=why,
        moved_at=max(world.office_hours(moved_on), submitted_at + timedelta(minutes=40)),
    )


def maliks(world: World, people: People) -> Request:
    """The storyline's referral that waits for a place in the reuse workshop."""
    text = referral_text("ref-07")
    submitted_on = world.working_day_before(world.today - timedelta(days=15))
    citizen = enrol(people, text)
    request = invent_like(world, text, citizen)
    request.submitted_at = world.office_hours(submitted_on)
    request.moved_at = request.submitted_at + timedelta(days=2)
    request.why = text["status_reason"]
    return request


def invent_like(world: World, text: dict, citizen: Citizen) -> Request:
    goals = invent_goals(world, citizen, hours=6, pace=1)
    for goal, told in zip(goals, text["goals"], strict=False):
        goal.area, goal.title, goal.own_words = told["life_area"], told["title"], told.get("own_words") or ""
        for subgoal, one in zip(goal.subgoals, told["subgoals"], strict=False):
            subgoal.title, subgoal.indicator = one["title"], one["indicator"]["kind"]
            subgoal.baseline, subgoal.target = one["baseline"], one["target"]
    return Request(
        citizen=citizen,
        organisation=world.organisations[text["referring_parties"][0]],
        referrer=world.users[text["referrer"]],
        status=Status.WAITING_LIST,
        submitted_at=world.now,
        wished_start=world.this_monday + timedelta(weeks=2),
        goals=goals[: len(text["goals"])],
        reason=text["reason"],
        context=text["context"],
        weekly_hours=Decimal(text["weekly_hours"]["start"]),
        accommodations="\n".join(text["accommodations"]),
        accommodations_why=text.get("health_note") or "",
        offer_id=text["offer_id"] or "",
    )


def write_requests(world: World, requests: list[Request], references: References) -> None:
    for request in sorted(requests, key=lambda request: (request.submitted_at, request.citizen.id)):
        is_decided = request.status in (Status.REJECTED, Status.WITHDRAWN)
        by = request.referrer if request.status == Status.WITHDRAWN else world.leader
        referral = world.book.add(
            Referral(
                id=world.uuid(),
                reference=references.next("H", request.submitted_at.date()),
                status=request.status,
                type=world.type,
                centre=world.centre,
                referring_organisation=request.organisation,
                referrer=request.referrer,
                citizen=request.citizen,
                context=request.context,
                legal_basis=world.type.settings.legal_basis.text or "",
                reason=request.reason,
                accommodations=request.accommodations,
                accommodations_why=request.accommodations_why,
                wished_start=request.wished_start,
                weeks=13,
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
        move(world, referral, Status.SUBMITTED, request.submitted_at, request.referrer)
        tell(
            world,
            referral,
            "referral_submitted",
            request.submitted_at,
            request.referrer,
            name=request.organisation.name,
        )
        if request.status != Status.SUBMITTED and request.moved_at:
            move(world, referral, request.status, request.moved_at, by, request.why)
            kind = {
                Status.INFORMATION_REQUESTED: "information_requested",
                Status.WAITING_LIST: "waiting_list",
                Status.REJECTED: "referral_rejected",
                Status.WITHDRAWN: "referral_withdrawn",
            }[request.status]
            tell(world, referral, kind, request.moved_at, by, name=request.organisation.name)
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
    """What referrers of the first job centre have begun and not yet sent (R3)."""
    organisation = world.organisations["jc-aalborg"]
    for number in reversed(range(DRAFTS)):
        first, last, gender = invented_name(world)
        about = Citizen(first_name=first, gender=gender)
        typed = {"first_name": first, "last_name": last, "municipality": "Aalborg", "language": "da"}
        if number:
            reason, goal = world.pick(everyday("reasons")), everyday("goals")[0]
            typed |= {"reason": fill(reason["text"], about), "context": reason["context"]}
            typed |= {"goal-0-title": fill(goal["title"], about), "goal-0-life_area": goal["area"]}
        day = world.working_day_before(world.today - timedelta(days=number * 3))
        id = world.uuid()
        world.book.add(
            Referral(
                id=id,
                reference=references.next("H", day),
                type=world.type,
                centre=world.centre,
                referring_organisation=organisation,
                referrer=world.referrers(organisation)[number % 2],
                draft=sealed(id, typed),
                draft_saved_at=world.office_hours(day),
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
