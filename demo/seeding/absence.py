"""What became of absence: a follow-up that was made at once and lets reminders rest, others that nobody made, and
reports to the referrer, drafted and received (A7, A8)."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from attendance.absence.facts import facts_of
from attendance.absence.rules import draft_reports
from attendance.follow_up.escalation import escalate
from attendance.follow_up.resting import USUAL_DAYS
from attendance.models import AbsenceReport, ContactAttempt, ExpectedAttendance, MissedAttendance, MissedStatus, Rest
from attendance.statuses import Status
from audit.acting import Actor
from demo.seeding.case import Case
from demo.seeding.texts import fill
from demo.seeding.world import World, content
from journal.actions import tell
from journal.models import Audience
from programmes.models import Programme
from programmes.statuses import Status as ProgrammeStatus
from programmes.telling import tell_case
from worklist.models import Task

IN_A_ROW = 3
# So many days ago somebody stayed away whose referrer knows by now.
LONG_AGO = timedelta(days=9)


def who_stays_away(world: World, cases: list[Case], forgotten: set[date]) -> set[int]:
    """The slots of two of the first caseworker's citizens: one who has not come the last days, and one who did not come
    some weeks ago. Days on which a register was `forgotten` are left out."""
    found: list[ExpectedAttendance] = []
    candidates = [
        case
        for case in cases
        if case.told is None
        and case.status == ProgrammeStatus.ACTIVE
        and case.caseworker == world.first_caseworker
        and not case.citizen.is_protected
    ]
    for until in (world.today, world.today - LONG_AGO):
        for case in candidates:
            days = sorted({slot.day for slot in case.slots if slot.day < until and slot.day not in forgotten})[
                -IN_A_ROW:
            ]
            if len(days) == IN_A_ROW and not any(slot in found for slot in case.slots):
                is_now = until == world.today
                found += [slot for slot in case.slots if slot.day in days or (is_now and slot.day == world.today)]
                break
    return {slot.pk for slot in found}


def write_absence_reports(worlds: list[World], *, by: Actor) -> None:
    """What the jobs would have done until now, and what people did about it."""
    for world in worlds:
        if missed := just_missed(world):
            write_rest(world, missed)
    escalate(at=worlds[0].now, by=by)
    for world in worlds:
        if programme := stayed_away(world):
            write_received(world, programme)
    draft_reports(at=worlds[0].now, by=by)


def just_missed(world: World) -> MissedAttendance | None:
    """Somebody who did not come today or on the last working day; none of the caseworker and the first workshop, whom
    the demo signs in and whose follow-ups wait."""
    latest = MissedAttendance.objects.waiting().filter(
        slot__programme__centre=world.centre, due_on__gte=world.last_working_day, slot__citizen__is_protected=False
    )
    others = latest.exclude(slot__programme__caseworker=world.first_caseworker).exclude(
        slot__workshop=next(iter(world.workshops.values()), None)
    )
    return others.select_related("slot__citizen", "slot__programme__caseworker").order_by("-due_on", "-pk").first()


def write_rest(world: World, missed: MissedAttendance) -> None:
    """Reached within the hour, so nobody rings again the next days."""
    programme, spoken = missed.slot.programme, content("absence")["spoken"][world.language]
    by, at = programme.caseworker, min(missed.flagged_at + timedelta(minutes=35), world.now)
    reason, agreed = (fill(spoken[what], missed.slot.citizen) for what in ("reason", "agreed"))
    ContactAttempt.objects.create(missed=missed, at=at, by=by, was_reached=True, reason=reason, agreed=agreed)
    missed.followed_up_at, missed.followed_up_by = at, by
    missed.save()
    Task.objects.filter(kind="contact_absent_citizen", source=f"attendance.missed:{missed.pk}").update(
        done_at=at, done_by=by
    )
    until = world.working_day(world.today + timedelta(days=USUAL_DAYS))
    Rest.objects.create(programme=programme, since=at, until=until, by=by)
    url = reverse("attendance:contact", args=[missed.pk])
    told: dict[str, Any] = {"by": by, "happened_at": at, "url": url}
    tell_case("contact_reached", programme, body=f"{reason}\n{agreed}", day=missed.slot.day.isoformat(), **told)
    tell_case("reminders_rest", programme, day=until.isoformat(), **told)


def stayed_away(world: World) -> Programme | None:
    """The first caseworker's programme in which somebody did not come for three days, some weeks ago."""
    slots = Q(
        expected_attendance__missed__status=MissedStatus.RAISED,
        expected_attendance__day__lt=world.today - LONG_AGO,
        expected_attendance__day__gt=world.today - 3 * LONG_AGO,
    )
    return (
        Programme.objects.filter(centre=world.centre, caseworker=world.first_caseworker, status="active")
        .select_related("citizen", "centre", "caseworker", "referrer", "referring_organisation")
        .annotate(missed=Count("expected_attendance__day", filter=slots, distinct=True))
        .filter(missed__gte=IN_A_ROW)
        .order_by("pk")
        .first()
    )


def write_received(world: World, programme: Programme) -> None:
    """Drafted on the evening of the third day, sent the next morning, read and received before noon."""
    last = (
        ExpectedAttendance.objects.filter(
            programme=programme, missed__status=MissedStatus.RAISED, day__lt=world.today - LONG_AGO
        )
        .latest("day")
        .day
    )
    day = world.working_day(last + timedelta(days=1))
    drafted_at, sent_at, received_at = (
        world.at(last, time(18, 30)),
        world.at(day, time(9, 10)),
        world.at(day, time(11, 25)),
    )
    report = AbsenceReport(
        programme=programme,
        status=Status.RECEIVED,
        rules=[{"rule": "in_a_row", "found": IN_A_ROW}],
        since=max(programme.starts_on, last - timedelta(days=27)),
        until=day,
        drafted_at=drafted_at,
        covering_text=fill(content("absence")[world.language], programme.citizen),
        sent_at=sent_at,
        sent_by=programme.caseworker,
        received_at=received_at,
        received_by=programme.referrer,
    )
    report.facts = facts_of(report, at=sent_at)
    report.save()
    note(report, "absence_report_drafted", drafted_at)
    note(report, "absence_report_sent", sent_at)
    note(report, "absence_report_received", received_at, name=programme.referrer.name)


def note(report: AbsenceReport, kind: str, at: datetime, **params: str) -> None:
    programme = report.programme
    who = {"absence_report_sent": programme.caseworker, "absence_report_received": programme.referrer}.get(kind)
    tell(
        kind,
        citizen=programme.citizen,
        centre=programme.centre,
        case=programme.reference,
        referring_organisation=programme.referring_organisation,
        by=who,
        audience=Audience.REFERRER if who else Audience.TEAM,
        happened_at=at,
        url=reverse("attendance:report", args=[report.pk]),
        **params,
    )
